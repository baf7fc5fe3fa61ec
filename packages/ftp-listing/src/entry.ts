import type { DialectName } from "./dialect-name.ts";
import type { ListingTime } from "./time.ts";

/**
 * What a line is about. `cdir` and `pdir` come from MLSx alone (RFC 3659 §7.5.1); in other forms the entries `.`
 * and `..` are `dir` and carry a {@link NameHazard}.
 */
export type EntryType = "file" | "dir" | "link" | "char" | "block" | "fifo" | "socket" | "cdir" | "pdir";

/**
 * One entry of a listing, as precise as its line and no more: `undefined` means that the line does not say.
 * A name is text from a stranger: see `hazard`, and never join it to a local path unlooked at.
 */
export interface ListingEntry {
  readonly kind: "entry";
  /** Bytes that are not UTF-8 stand in it as lone surrogates U+DC80 to U+DCFF, one for each. */
  readonly name: string;
  readonly type: EntryType | undefined;
  /**
   * Bytes: a `bigint` beyond 2^53 − 1, else a `number`. Exact, unless `sizeText` is there or the dialect counts
   * in blocks (OpenVMS: blocks × 512, an upper bound).
   */
  readonly size: number | bigint | undefined;
  /** The size as printed where it is rounded (`61.8M`); `size` is then its value in whole bytes, cut off. */
  readonly sizeText: string | undefined;
  readonly modified: ListingTime | undefined;
  /** As printed: `-rw-r--r--+`, `0644`, `RWED,RWED,RE,`, `d [R----F--]`. */
  readonly permissions: string | undefined;
  readonly owner: string | undefined;
  readonly group: string | undefined;
  readonly links: number | undefined;
  /** Where a link points, as printed. */
  readonly target: string | undefined;
  /** The facts of an MLSx line with lower-case names and values as sent, without a prototype. */
  readonly facts: Readonly<Record<string, string>> | undefined;
  /** What only this dialect says. */
  readonly details: EntryDetails | undefined;
  /** Why this name must not be taken for a plain name in a directory; `undefined` when it may. */
  readonly hazard: NameHazard | undefined;
  readonly dialect: DialectName;
  /**
   * `certain`: the line has the whole form of its dialect. `likely`: a field was missing or had to be told apart
   * by its place. `guess`: other readings are as good (run-together columns, a lone word).
   */
  readonly confidence: Confidence;
  /** The line as sent without its end; two lines that make one entry are joined by LF. */
  readonly raw: string;
}

export type Confidence = "certain" | "likely" | "guess";

/**
 * - `self`, `parent`: the name is `.` or `..`
 * - `separator`: it holds `/`, so that it is a path
 * - `nul`: it holds U+0000
 */
export type NameHazard = "self" | "parent" | "separator" | "nul";

/** Facts that only some dialects print; each is as printed unless it is a number. */
export interface EntryDetails {
  /** Device numbers of Unix device files. */
  readonly major?: number;
  readonly minor?: number;
  /** OpenVMS: blocks of 512 bytes in use and allocated. */
  readonly blocks?: number;
  readonly allocated?: number;
  /** OpenVMS: a number. PDS members: `VV.MM`. */
  readonly version?: number | string;
  /** IBM record-oriented systems. */
  readonly records?: number;
  readonly lrecl?: number;
  readonly recfm?: string;
  readonly blksize?: number;
  readonly dsorg?: string;
  readonly volume?: string;
  readonly unit?: string;
  readonly extents?: number;
  readonly created?: ListingTime;
  readonly minidisk?: string;
  /** A load module's `alias-of`. */
  readonly aliasOf?: string;
  /** EPLF `i`; the user id that last changed a PDS member. */
  readonly id?: string;
  /** OS/400: `*STMF`, `*DIR`, … */
  readonly objectType?: string;
  /** File code of HP NonStop. */
  readonly code?: number;
  /** DOS and OS/2 attribute letters. */
  readonly attributes?: string;
  /** NetPresenz: bytes in the resource fork and in the data fork. */
  readonly resourceFork?: number | bigint;
  readonly dataFork?: number | bigint;
  /** JES. */
  readonly jobName?: string;
  readonly jobId?: string;
  readonly jobClass?: string;
  readonly status?: string;
  readonly completion?: string;
  readonly spoolFiles?: number;
  /** The free text that `/bin/dls` and its kin print beside a name. */
  readonly description?: string;
}

/** A line that no dialect could read. It is reported, for it may be a file that would else be missed. */
export interface UnparsedLine {
  readonly kind: "unparsed";
  readonly raw: string;
  /**
   * - `unknown-form`: no dialect knows it
   * - `malformed`: it begins like `dialect`, but a field cannot be read
   * - `too-long`: it passed `maxLineLength`; `raw` is its beginning
   */
  readonly reason: "unknown-form" | "malformed" | "too-long";
  readonly dialect: DialectName | undefined;
}

/** A line that is known not to be an entry: `total 12`, column titles, an empty line. */
export interface SkippedLine {
  readonly kind: "skipped";
  readonly raw: string;
  readonly reason: "empty" | "header" | "trailer" | "heading";
}

export type ListingItem = ListingEntry | UnparsedLine | SkippedLine;

/** What in `name` forbids taking it for a plain name. */
export function nameHazard(name: string): NameHazard | undefined {
  if (name === ".") return "self";
  if (name === "..") return "parent";
  if (name.includes("/")) return "separator";
  if (name.includes("\0")) return "nul";
  return undefined;
}
