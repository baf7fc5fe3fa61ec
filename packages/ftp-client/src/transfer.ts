import { toFileStoreError } from "@longshore/file-store";
import { type Pace, receiveFile, type TransferOptions } from "@longshore/ftp-data";
import { type FtpReply, parseNumber, parseWord } from "@longshore/ftp-reply";
import type { DataMode } from "@longshore/ftp-session";
import { FtpError, type FtpErrorCode } from "@longshore/ftp-session/client";
import { createNetasciiDecoder, createNetasciiEncoder } from "@longshore/netascii";
import type { DataMover, MoverControl } from "./data.ts";
import type { KnownFeatures } from "./features.ts";
import type { Lease, TransferResult } from "./lease.ts";
import type { TransferCallOptions } from "./options.ts";
import { createRateMeter, paceOf } from "./rate.ts";
import type { Session } from "./session.ts";
import type { Source } from "./source.ts";
import type { Target } from "./target.ts";

/** What a finished transfer is known to have done. A transfer that is not known to be whole is an error. */
export interface TransferReport {
  /** Bytes moved on the data connection. */
  readonly bytes: number;
  /** Where in the file the transfer began. */
  readonly offset: number;
  /**
   * `"size"`: offset and bytes make the size that the server told. `"hash"`: so does the hash of its bytes. `"none"`: the
   * server confirmed the transfer, and nothing told how long the file is.
   */
  readonly verified: "size" | "hash" | "none";
  /** How the data connection was opened; `undefined` when there was nothing left to transfer. */
  readonly dataMode: DataMode | undefined;
  /** The server's last word. */
  readonly reply: FtpReply | undefined;
  /** The name that the server chose (STOU). */
  readonly name?: string;
  /** How an upload took its name; absent where it added to a file, or the server chose the name. */
  readonly placement?: Placement;
  /** What stays on the server under another name because its removal was refused. */
  readonly leftover?: string;
}

/**
 * `"whole"`: all at once, by a rename, or by a server that writes aside itself. `"swapped"`: what stood was moved aside
 * before, because the server renames over nothing: for a moment nothing stood there. `"in-place"`: as it came.
 */
export type Placement = "whole" | "swapped" | "in-place";

/** The session in the hands of one transfer, and what is known of its server. */
export interface Place {
  readonly session: Session;
  readonly lease: Lease;
  readonly facts: KnownFeatures;
}

/** RETR into an opened target, verified; commits nothing. */
export async function retrieve(
  session: Session,
  lease: Lease,
  remote: string,
  target: Target,
  options: TransferCallOptions & { readonly offset: number; readonly expectedSize?: number | undefined },
): Promise<TransferReport> {
  const { offset, representation = "image", verify = "size", expectedSize } = options;
  const pace = paceOf(session.pace, options.rateLimit);
  let hint: number | undefined;
  const mover: DataMover = (socket, control) =>
    receiveFile(socket, target, {
      ...moverOptions(session, control, options, pace, offset, () => expectedSize ?? hint),
      ...(representation === "ascii" ? { transform: createNetasciiDecoder({ newline: lineEnd }) } : {}),
      position: offset,
    });
  const result = await lease.transfer(
    {
      type: "transfer",
      command: { verb: "RETR", path: remote },
      representation,
      ...(offset > 0 ? { restart: offset } : {}),
    },
    mover,
    (mark) => {
      // With REST some servers tell the whole size there and some the rest.
      if (offset === 0) hint = toNumber(parseNumber(mark)) ?? hint;
    },
  );
  const known = expectedSize ?? hint;
  const end = offset + result.bytes;
  const report = reportOf(result, offset);
  if (representation === "ascii") return report;
  if (known === end) return { ...report, verified: "size" };
  if (known === undefined && verify === "none") return report;
  // A hint is no promise, and the file may have changed: SIZE decides.
  const size = (await sizeAfter(lease, remote)) ?? known;
  if (size === undefined) return report;
  if (size === end) return { ...report, verified: "size" };
  throw wrongSize("RETR", end, size, result);
}

/** STOR, APPE or STOU from an opened source, verified. */
export async function store(
  session: Session,
  lease: Lease,
  verb: "STOR" | "APPE" | "STOU",
  remote: string,
  source: Source,
  options: TransferCallOptions & {
    /** Where in the source the transfer begins. */
    readonly offset: number;
    /** Where in the remote file it begins, when that is another place (APPE to something else). */
    readonly base?: number;
    /** Position with REST. */
    readonly restart?: boolean;
    /** Tell the source's size with ALLO. */
    readonly allocate?: boolean;
    /** The caller compares the size. */
    readonly isProvenLater?: boolean;
  },
): Promise<TransferReport> {
  const { offset, base = offset, restart = false, representation = "image", verify = "size" } = options;
  const command =
    verb === "STOU" ? { verb, ...(remote === "" ? {} : { path: remote }) } : { verb, path: remote };
  const pace = paceOf(session.pace, options.rateLimit);
  const mover = source.mover(offset, (control) => ({
    ...moverOptions(session, control, options, pace, offset, () => source.size),
    ...(representation === "ascii" ? { transform: createNetasciiEncoder(textForServers) } : {}),
  }));
  let name: string | undefined;
  const result = await lease.transfer(
    {
      ...{ type: "transfer", command, representation },
      ...(restart && offset > 0 ? { restart: offset } : {}),
      ...(options.allocate === true && source.size !== undefined ? { allocate: source.size } : {}),
    },
    mover,
    (mark) => {
      if (verb === "STOU") name = parseWord(mark);
    },
  );
  const report = { ...reportOf(result, offset), ...(name === undefined ? {} : { name }) };
  const stored = verb === "STOU" ? name : remote;
  if (representation === "ascii" || verify === "none" || stored === undefined) return report;
  return options.isProvenLater === true ? report : proveSize(lease, verb, stored, base, report);
}

/** Compares what was stored behind `base` with what SIZE tells. */
export async function proveSize(
  lease: Lease,
  verb: string,
  stored: string,
  base: number,
  report: TransferReport,
): Promise<TransferReport> {
  const size = await sizeAfter(lease, stored);
  if (size === undefined) return report;
  const end = base + report.bytes;
  if (size === end) return { ...report, verified: "size" };
  throw wrongSize(verb, end, size, report);
}

/** The size in bytes that SIZE tells (RFC 3659 §4), `undefined` where the server cannot or will not. */
export async function sizeOf(lease: Lease, remote: string): Promise<number | undefined> {
  try {
    return toNumber(
      parseNumber(await lease.command({ verb: "SIZE", path: remote }, { representation: "image" })),
    );
  } catch (error) {
    if (FtpError.isInstance(error) && error.code === "refused") return undefined;
    throw error;
  }
}

/** The same behind a 226: a server that goes away then has taken nothing back. */
async function sizeAfter(lease: Lease, remote: string): Promise<number | undefined> {
  try {
    return await sizeOf(lease, remote);
  } catch (error) {
    if (FtpError.isInstance(error) && isGoodbye(error)) return undefined;
    throw error;
  }
}

/** The server's, or its silence: a timeout of this side's own has no phase. */
function isGoodbye({ code, phase }: FtpError): boolean {
  return goodbyes.includes(code) || (code === "timeout" && phase === "command");
}

const goodbyes: readonly FtpErrorCode[] = ["service-closing", "connection-lost", "closed"];

/** Runs a download to its end: the target is committed, or forgotten with everything that it got. */
export async function settleTarget<T>(target: Target, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    await target.commit();
    return result;
  } catch (error) {
    const known = localError(error);
    await target.abort(toFileStoreError(known));
    throw known;
  }
}

/** What the local side threw, as an {@link FtpError}. */
export function localError(error: unknown): FtpError {
  if (FtpError.isInstance(error)) return error;
  return new FtpError("local", error instanceof Error ? error.message : String(error), { cause: error });
}

export function toNumber(value: number | bigint | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

/** How the bytes of one transfer move: until when, how fast, and who is told. */
export function moverOptions(
  session: Session,
  { signal }: MoverControl,
  { onProgress }: Pick<TransferCallOptions, "onProgress">,
  pace: Pace | undefined,
  offset: number,
  total: () => number | undefined,
): TransferOptions {
  const base = { signal, stallTimeout: session.timeouts.stall, ...(pace === undefined ? {} : { pace }) };
  if (onProgress === undefined) return base;
  const rateAt = createRateMeter();
  return {
    ...base,
    onProgress(bytes) {
      const size = total();
      onProgress({ bytes, offset, rate: rateAt(bytes), ...(size === undefined ? {} : { total: size }) });
    },
  };
}

function reportOf(result: TransferResult, offset: number): TransferReport {
  return { bytes: result.bytes, offset, verified: "none", dataMode: result.mode, reply: result.reply };
}

function wrongSize(
  command: string,
  moved: number,
  size: number,
  { reply, bytes }: Pick<TransferReport, "reply" | "bytes">,
): FtpError {
  const code = moved < size ? "short-transfer" : "size-mismatch";
  return new FtpError(
    code,
    `${moved} bytes are there after ${command}, and the server says that the file has ${size}`,
    {
      phase: "conclude",
      command,
      bytes,
      ...(reply === undefined ? {} : { reply }),
    },
  );
}

/** This system's line end. */
const lineEnd = process.platform === "win32" ? "crlf" : "lf";

/** FTP servers know no CR NUL in type A. */
const textForServers = { newline: "crlf", bareCarriageReturn: "keep" } as const;
