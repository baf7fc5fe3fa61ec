import type { Writable } from "node:stream";
import type { WritableFile } from "@longshore/file-store";
import { createLocalFile, createStreamFile, openLocalFile } from "@longshore/file-store-node";
import type { PacketQuirks, RawOption } from "@longshore/tftp-packet";
import type { Rollover, TimingOptions, TransferStatistics } from "@longshore/tftp-transfer";
import { exchange } from "./client-transfer.ts";
import type { TftpContent } from "./content.ts";
import { createMemoryFile, createPipe } from "./memory-file.ts";

/** What get and put have in common. */
export interface TftpTransferOptions {
  /** A name or an address; `0.0.0.0` and `::` are this machine (RFC 1122 §3.2.1.3). */
  readonly host: string;
  /** 69 unless told. */
  readonly port?: number;
  /** 4 or 6 takes an address of that family alone; the first that the name has unless told. */
  readonly family?: 4 | 6;
  /** Address of this machine to send from; the system's choice unless told. */
  readonly localAddress?: string;
  /** The name on the server. */
  readonly filename: string;
  /** `octet` unless told. */
  readonly mode?: "octet" | "netascii";
  /**
   * Block size to ask for, 8 to 65464; 0 asks for none. What Ethernet carries unless told: 1468 on IPv4, 1448 on
   * IPv6.
   */
  readonly blksize?: number;
  /** Blocks a window to ask for, 1 to 65534; 0 asks for none. 16 unless told. */
  readonly windowsize?: number;
  /**
   * Seconds to ask for that nothing is sent again sooner, 1 to 255. None unless told: adaptive timers find lost
   * packets much earlier.
   */
  readonly timeout?: number;
  /** Whether the size is asked for or announced; on. Never in netascii. */
  readonly tsize?: boolean;
  /**
   * Whether a get may be shared with other clients (RFC 2090), over IPv4 and in mode octet; off. Blocks then come in
   * any order, so that there can be no checksum, and a `WritableFile` has to take them so.
   */
  readonly multicast?: boolean;
  /** More options to send, as they are. */
  readonly options?: readonly RawOption[];
  /** Whether a server that refuses the options is asked again without them (RFC 2347); on. */
  readonly fallback?: boolean;
  readonly rollover?: Rollover;
  readonly timing?: TimingOptions;
  /** What is let pass in the server's packets; `acceptTrailingNuls` unless told, for uftpd. */
  readonly quirks?: PacketQuirks;
  /** Computes a checksum of the content on the way, by a name that `node:crypto` knows, such as `sha256`. */
  readonly checksum?: string;
  readonly signal?: AbortSignal;
  /** Milliseconds in which all of it has to be done, else it is given up; none unless told. */
  readonly deadline?: number;
  /** Called for every packet that moved the transfer on; `total` where the peer or the content tells it. */
  readonly onProgress?: (progress: TftpProgress) => void;
}

export interface TftpProgress {
  /** Octets on the wire so far. */
  readonly bytes: number;
  readonly total?: number;
}

export interface TftpGetOptions extends TftpTransferOptions {
  /**
   * Where the content goes: a file that a store opened (committed or aborted by the transfer), a path on the local
   * disk, where it appears whole or not at all and replaces what stood there, or a web or Node stream, which is ended,
   * or destroyed with the error.
   */
  readonly to: WritableFile | { readonly path: string } | WritableStream<Uint8Array> | Writable;
  /** Most octets that are accepted; unlimited unless told. */
  readonly maxSize?: number;
}

export interface TftpPutOptions extends TftpTransferOptions {
  readonly from: TftpContent | { readonly path: string };
}

export interface TftpResult {
  /** Octets of the file. */
  readonly bytes: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly blockSize: number;
  readonly windowSize: number;
  /** The options that the server granted. */
  readonly granted: readonly RawOption[];
  /** The server did not take the request with options, and was asked without. */
  readonly fellBack: boolean;
  /** In hexadecimal, where asked for. */
  readonly checksum?: string;
  readonly statistics: TransferStatistics;
  /**
   * Settles when the socket is gone. After a get it stays for a while, without holding the process open, to
   * answer a server that missed the last ACK (RFC 1350 §6).
   */
  readonly closed: Promise<void>;
}

/**
 * Reads a file from a server. Resolves when it stands where it should.
 *
 * @throws {TftpError}
 * @example await tftpGet({ host: "192.0.2.1", filename: "pxelinux.0", to: { path: "pxelinux.0" } })
 */
export async function tftpGet(options: TftpGetOptions): Promise<TftpResult> {
  const { to } = options;
  const file = "getWriter" in to || "writable" in to ? createStreamFile(to) : to;
  return exchange(options, {
    type: "rrq",
    open: async () => ("path" in file ? createLocalFile(file.path) : file),
    discard: async (reason) => ("path" in file ? undefined : file.abort(reason)),
    ...(options.maxSize === undefined ? {} : { maxSize: options.maxSize }),
  });
}

/**
 * Reads a file into memory.
 *
 * @param options `maxSize`: most octets that are accepted; 1 GiB unless told
 * @throws {TftpError}
 */
export async function tftpGetBytes(
  options: TftpTransferOptions & { readonly maxSize?: number },
): Promise<Uint8Array> {
  const { maxSize = 1 << 30 } = options;
  const file = createMemoryFile();
  await exchange(options, { type: "rrq", open: async () => file, discard: file.abort, maxSize });
  return file.content();
}

/**
 * Reads a file as it comes. The server waits while nobody takes the chunks; leaving the loop ends the transfer.
 *
 * @throws {TftpError} from the loop
 * @example for await (const chunk of tftpRead({ host, filename })) process.stdout.write(chunk)
 */
export async function* tftpRead(
  options: TftpTransferOptions,
): AsyncGenerator<Uint8Array, TftpResult, undefined> {
  const pipe = createPipe();
  const left = new AbortController();
  const signal = options.signal === undefined ? left.signal : AbortSignal.any([options.signal, left.signal]);
  const result = exchange(
    { ...options, signal, multicast: false },
    { type: "rrq", open: async () => pipe.file, discard: pipe.file.abort },
  );
  result.catch((error: unknown) => pipe.fail(error));
  try {
    yield* pipe.chunks;
    return await result;
  } finally {
    left.abort();
    await result.catch(() => {});
  }
}

/**
 * Writes a file to a server. Resolves when the server has acknowledged the last block.
 *
 * @throws {TftpError} `unconfirmed` when that ACK never came
 * @example await tftpPut({ host: "192.0.2.1", filename: "config", from: "hostname box\n" })
 */
export async function tftpPut(options: TftpPutOptions): Promise<TftpResult> {
  const { from } = options;
  // A stream of Node may have a `path` as well.
  const isPath = typeof from === "object" && "path" in from && !(Symbol.asyncIterator in from);
  return exchange(options, { type: "wrq", open: async () => (isPath ? openLocalFile(from.path) : from) });
}
