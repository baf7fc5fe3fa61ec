import { lookup } from "node:dns/promises";
import { isIPv4, isIPv6, SocketAddress } from "node:net";
import { FileStoreError, type WritableFile } from "@longshore/file-store";
import { formatOption, PacketEncodeError, type RawOption } from "@longshore/tftp-packet";
import { mayRetryWithoutOptions } from "@longshore/tftp-transfer";
import type { TftpResult, TftpTransferOptions } from "./client.ts";
import { type Attempt, attempt } from "./client-request.ts";
import { now } from "./clock.ts";
import { openSource, type Source, type TftpContent, toNetascii } from "./content.ts";
import { TftpError } from "./error.ts";
import { createMeter, type Meter, metered } from "./meter.ts";
import { describe } from "./transfer.ts";

/** Which way, and what stands at this end. */
export type Direction =
  | {
      readonly type: "rrq";
      /** Opens the file once the server has said yes. */
      readonly open: () => Promise<WritableFile>;
      /** It never did, or cannot be understood. */
      readonly discard: (reason: FileStoreError) => Promise<void>;
      readonly maxSize?: number;
    }
  | { readonly type: "wrq"; readonly open: () => Promise<TftpContent> };

/** A transfer from the name's lookup to the end, with its options and, if need be, once more without. */
export async function exchange(given: TftpTransferOptions, direction: Direction): Promise<TftpResult> {
  const { deadline } = given;
  const late = deadline === undefined ? undefined : AbortSignal.timeout(deadline);
  try {
    return await exchangeUntil(withSignal(given, late), direction);
  } catch (error) {
    if (late?.aborted && TftpError.isInstance(error) && error.code === "aborted" && !given.signal?.aborted)
      throw new TftpError("timeout", `it was not done within ${deadline} milliseconds`, { cause: error });
    throw error;
  }
}

function withSignal(options: TftpTransferOptions, late: AbortSignal | undefined): TftpTransferOptions {
  if (late === undefined) return options;
  return {
    ...options,
    signal: options.signal === undefined ? late : AbortSignal.any([options.signal, late]),
  };
}

async function exchangeUntil(options: TftpTransferOptions, direction: Direction): Promise<TftpResult> {
  const { port = 69, fallback = true, signal, filename, mode = "octet" } = options;
  const startedAt = now();
  let source: Source | undefined;
  let isBegun = false;
  try {
    if (signal?.aborted) throw new TftpError("aborted", "aborted before it began", { cause: signal.reason });
    if (options.multicast === true && options.checksum !== undefined)
      throw new TftpError(
        "usage",
        "there is no checksum of blocks that come in any order: leave out multicast or it",
      );
    const meter = createMeter(options.checksum);
    if (direction.type === "wrq") source = await openContent(direction.open, mode, meter);
    const server = { address: await resolveHost(options), port };
    const ask = (asked: readonly RawOption[]): Promise<Attempt> =>
      attempt({
        options,
        direction,
        source,
        meter,
        server,
        packet: { type: direction.type, filename, mode, options: asked },
      });
    const asked = optionsToAsk(options, direction.type, server.address, source?.size);
    let last = await ask(asked);
    const fellBack = fallback && !last.isBegun && asked.length > 0 && mayRetryWithoutOptions(last.outcome);
    if (fellBack) last = await ask([]);
    ({ isBegun } = last);
    if (last.outcome.type !== "complete") throw toError(last, signal);
    const checksum = meter.digest();
    return {
      bytes: meter.bytes,
      duration: now() - startedAt,
      blockSize: last.terms.blockSize,
      windowSize: last.terms.windowSize,
      granted: last.terms.granted,
      fellBack,
      statistics: last.statistics,
      closed: last.closed,
      ...(checksum === undefined ? {} : { checksum }),
    };
  } catch (error) {
    if (!isBegun) {
      await source?.close().catch(() => {});
      if (direction.type === "rrq") await direction.discard(new FileStoreError("aborted", "nothing came"));
    }
    throw error;
  }
}

async function openContent(open: () => Promise<TftpContent>, mode: string, meter: Meter): Promise<Source> {
  try {
    const plain = metered(openSource(await open()), meter);
    return mode === "netascii" ? toNetascii(plain) : plain;
  } catch (cause) {
    throw new TftpError("store", messageOf(cause), { cause });
  }
}

async function resolveHost(options: TftpTransferOptions): Promise<string> {
  const address = await addressOf(options);
  // RFC 1122 §3.2.1.3: "this host". The answer comes from loopback, and is told by its source.
  return unspecified[address] ?? address;
}

const unspecified: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

async function addressOf({ host, family }: TftpTransferOptions): Promise<string> {
  const [address = "", ...zone] = host.split("%");
  // Answers are told by their source: it has to be spelled as the system spells it.
  if (isIPv6(address)) return [new SocketAddress({ address, family: "ipv6" }).address, ...zone].join("%");
  if (isIPv4(host)) return host;
  try {
    return (await lookup(host, family === undefined ? {} : { family })).address;
  } catch (cause) {
    throw new TftpError("unreachable", `${host} has no address: ${messageOf(cause)}`, { cause });
  }
}

/** The options of the request (RFC 2347), in an order that the oldest servers are used to. */
function optionsToAsk(
  options: TftpTransferOptions,
  type: "rrq" | "wrq",
  address: string,
  size: number | undefined,
): readonly RawOption[] {
  const { blksize = isIPv6(address) ? 1448 : 1468, windowsize = 16, timeout, tsize = true } = options;
  const asked: RawOption[] = [];
  try {
    if (blksize !== 0) asked.push(["blksize", formatOption("blksize", blksize)]);
    const octets = type === "rrq" ? 0 : size;
    if (tsize && options.mode !== "netascii" && octets !== undefined)
      asked.push(["tsize", formatOption("tsize", octets)]);
    if (timeout !== undefined) asked.push(["timeout", formatOption("timeout", timeout)]);
    if (windowsize !== 0) asked.push(["windowsize", formatOption("windowsize", windowsize)]);
  } catch (cause) {
    if (PacketEncodeError.isInstance(cause)) throw new TftpError("usage", cause.message, { cause });
    throw cause;
  }
  if (options.multicast === true && type === "rrq" && options.mode !== "netascii" && isIPv4(address))
    asked.push(["multicast", ""]);
  return [...asked, ...(options.options ?? [])];
}

function toError({ outcome, cause }: Attempt, signal: AbortSignal | undefined): TftpError {
  const message = describe(outcome);
  if (TftpError.isInstance(cause)) return cause;
  if (outcome.type === "unconfirmed")
    return new TftpError("unconfirmed", "everything was sent, but the last block was never acknowledged");
  if (outcome.type !== "failed") return new TftpError("protocol", message);
  const { failure } = outcome;
  switch (failure.type) {
    case "peer-error":
      return new TftpError("peer-error", message, { tftpCode: failure.code, tftpMessage: failure.message });
    case "local":
      if (signal?.aborted) return new TftpError("aborted", "aborted by the caller", { cause: signal.reason });
      if (cause !== undefined) return new TftpError("store", messageOf(cause), { cause });
      return new TftpError("size", message);
    default:
      return new TftpError(failure.type, message);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
