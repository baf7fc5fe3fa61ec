import type { Octets } from "./numbers.ts";
import type { Secret } from "./secret.ts";
import type { TimeVal } from "./time-val.ts";

/** A fact with its value: `Modify=20260102030405`, `UNIX.mode=0644` (RFC 3659 §7.2). */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** What each grammar makes of an argument. Texts are as sent, without CR, LF and NUL. */
export interface ArgumentsByGrammar {
  readonly none: unknown;
  /** None, but one that came is passed over. */
  readonly ignored: unknown;
  readonly text: { readonly text: string };
  readonly optionalText: { readonly text?: string };
  readonly topic: { readonly topic?: string };
  /** Everything behind the one space, leading and trailing spaces too (RFC 2640 §3.1). */
  readonly path: { readonly path: string };
  readonly optionalPath: { readonly path?: string };
  readonly username: { readonly username: string };
  readonly password: { readonly password: Secret };
  readonly requiredPassword: { readonly password: Secret };
  readonly account: { readonly account: Secret };
  /** The argument as it is: `@longshore/ftp-address` reads it. */
  readonly address: { readonly address: string };
  /** `byteSize` in bits, 1 to 255. */
  readonly type:
    | { readonly type: "A" | "E"; readonly form?: "N" | "T" | "C" }
    | { readonly type: "I" }
    | { readonly type: "L"; readonly byteSize: number };
  readonly structure: { readonly structure: "F" | "R" | "P" };
  readonly mode: { readonly mode: "S" | "B" | "C" | "Z" };
  /** In logical bytes. */
  readonly allocation: { readonly size: Octets; readonly recordSize?: Octets };
  /**
   * Digits are an offset in octets (RFC 3659 §5.3), other printable text a marker of block or compressed mode
   * (RFC 959 §3.5), which stream mode answers with 501. A marker of digits alone arrives as an offset.
   */
  readonly restart: { readonly offset: Octets } | { readonly marker: string };
  readonly mechanism: { readonly mechanism: string };
  /** Base64, not decoded. */
  readonly securityData: { readonly data: Secret };
  /** 0 to 2^32 - 1. */
  readonly bufferSize: { readonly size: number };
  readonly protection: { readonly level: "C" | "S" | "E" | "P" };
  readonly switch: { readonly state?: "ON" | "OFF" };
  readonly option: { readonly name: string; readonly parameters?: string };
  /** 1 IPv4, 2 IPv6, and whatever number else was asked for. */
  readonly protocol: { readonly protocol?: number | "ALL" };
  readonly language: { readonly language?: string };
  /**
   * `time` present: the set form. A path that looks like a time, a space and a name cannot be asked for;
   * where no such file stands, a server may try the two joined by a space.
   */
  readonly modificationTime: { readonly path: string; readonly time?: TimeVal };
  /** As sent; compare without regard to case. An IPv6 address keeps its brackets. */
  readonly host: { readonly host: string };
  readonly rangeOfPath: { readonly path: string; readonly start?: Octets; readonly end?: Octets };
  readonly timeOfPath: { readonly time: TimeVal; readonly path: string };
  readonly factsOfPath: { readonly facts: readonly Fact[]; readonly path: string };
  /** Both inclusive, in octets; 1 and 0 take the range back. */
  readonly range: { readonly start: Octets; readonly end: Octets };
  readonly combination: { readonly target: string; readonly parts: readonly string[] };
  readonly factNames: { readonly facts: readonly string[] };
  readonly algorithm: { readonly algorithm?: string };
  /** What ALLO's size is from then on: that of the file, and not only room for it. */
  readonly sizeMeaning: { readonly meaning: "EXACT" };
  /** `level` 0 to 9. */
  readonly modeOptions: { readonly mode: "Z"; readonly level?: number };
  /** 0 to 0o7777. */
  readonly permissions: { readonly permissions: number; readonly path: string };
  readonly mask: { readonly mask?: number };
  readonly fileTimes:
    | { readonly path: string; readonly modified: TimeVal }
    | {
        readonly path: string;
        readonly modified: TimeVal;
        readonly accessed: TimeVal;
        readonly created: TimeVal;
      };
  readonly link: { readonly target: string; readonly path: string };
  readonly seconds: { readonly seconds?: number };
}

export type GrammarName = keyof ArgumentsByGrammar;
