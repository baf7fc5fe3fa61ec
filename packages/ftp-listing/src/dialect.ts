import type { DialectName } from "./dialect-name.ts";
import { connectEnterprise } from "./dialects/connect-enterprise.ts";
import { dls } from "./dialects/dls.ts";
import { dos } from "./dialects/dos.ts";
import { eplf } from "./dialects/eplf.ts";
import { hprc } from "./dialects/hprc.ts";
import { mlsx } from "./dialects/mlsx.ts";
import { netpresenz } from "./dialects/netpresenz.ts";
import { netware } from "./dialects/netware.ts";
import { nonstop } from "./dialects/nonstop.ts";
import { os2 } from "./dialects/os2.ts";
import { os9 } from "./dialects/os9.ts";
import { os400 } from "./dialects/os400.ts";
import { supertcp } from "./dialects/supertcp.ts";
import { unix } from "./dialects/unix.ts";
import { unixNumeric } from "./dialects/unix-numeric.ts";
import type { PlainMemory } from "./dialects/unix-plain.ts";
import { cms, zvm } from "./dialects/vm.ts";
import { vms } from "./dialects/vms.ts";
import { vshell } from "./dialects/vshell.ts";
import { vxworks } from "./dialects/vxworks.ts";
import { wfftp } from "./dialects/wfftp.ts";
import { zosDataset, zosJes, zosLoadlib, zosMember } from "./dialects/zos.ts";
import type { ListingEntry, SkippedLine } from "./entry.ts";

/** One form of listing: how to tell it and how to read it. */
export interface Dialect {
  readonly name: DialectName;
  /** The product or document that it comes from. */
  readonly from: string;
  /** Whether a line that could not be read begins like one of these, to say so in its report. */
  readonly recognise: (line: string) => boolean;
  /**
   * The entry in `line`, or `undefined` when it is not of this form. Two lines of one entry are joined by LF.
   * Never throws; its work is linear in the line's length.
   *
   * @param expected the server or a title line has said that this dialect is to come
   */
  readonly parse: (line: string, expected: boolean) => ListingEntry | undefined;
  /**
   * The entry in the line that begins at `start` of `text` when it has the dialect's usual form, read without cutting
   * the line out; `undefined` says nothing, and `parse` is asked.
   *
   * @param units of `text`
   * @param memory one for all lines of a listing; its `end` tells where the line ended
   */
  readonly parsePlain?: (
    text: string,
    units: Uint8Array,
    start: number,
    memory: PlainMemory,
  ) => ListingEntry | undefined;
  /** What kind of line other than an entry this is, if one of this dialect's. */
  readonly skip?: (line: string) => SkippedLine["reason"] | undefined;
  /** Whether `line` may be the first half of an entry over two lines. */
  readonly continues?: (line: string) => boolean;
  /** The entry that such a first half is when no second follows. */
  readonly alone?: (line: string) => ListingEntry | undefined;
  /** So loose that it is tried only where it is expected, or where nothing else was found yet. */
  readonly loose?: boolean;
}

/** In the order in which they are tried: strict forms before loose ones. */
export const dialects: readonly Dialect[] = [
  netpresenz,
  unix,
  eplf,
  dos,
  netware,
  connectEnterprise,
  vms,
  os400,
  nonstop,
  unixNumeric,
  zosDataset,
  zosMember,
  zosLoadlib,
  zosJes,
  zvm,
  cms,
  os2,
  os9,
  vshell,
  vxworks,
  wfftp,
  supertcp,
  mlsx,
  dls,
  hprc,
];
