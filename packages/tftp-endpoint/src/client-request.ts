import { isIPv6 } from "node:net";
import { toFileStoreError } from "@longshore/file-store";
import { loadSystemCalls } from "@longshore/system-calls";
import { decodePacket, encodePacket, PacketEncodeError, type RequestPacket } from "@longshore/tftp-packet";
import {
  type AcceptedEffect,
  createReceiver,
  createRequest,
  createSender,
  defaultTerms,
  failed,
  type Outcome,
  type RequestEffect,
  storeErrors,
  type Terms,
  type Tid,
  type TransferStatistics,
} from "@longshore/tftp-transfer";
import { createBlockBuffer, readBlocksFor } from "./block-buffer.ts";
import type { TftpTransferOptions } from "./client.ts";
import type { Direction } from "./client-transfer.ts";
import { now } from "./clock.ts";
import type { Source } from "./content.ts";
import { createDeadlines } from "./deadlines.ts";
import { TftpError } from "./error.ts";
import type { Meter } from "./meter.ts";
import { type ClientTransfer, openMulticastTransfer } from "./multicast-client.ts";
import { createTransfer } from "./transfer.ts";
import { openUdp, type UdpPort } from "./udp.ts";

/** What one request led to. */
export interface Attempt {
  readonly outcome: Outcome;
  /** Whether the server said yes. */
  readonly isBegun: boolean;
  readonly terms: Terms;
  readonly statistics: TransferStatistics;
  /** The error of this end, where that is why it failed. */
  readonly cause: unknown;
  /** Settles when the port is gone. */
  readonly closed: Promise<void>;
}

export interface AttemptOptions {
  readonly options: TftpTransferOptions;
  readonly direction: Direction;
  /** The content of a WRQ. */
  readonly source: Source | undefined;
  readonly meter: Meter;
  readonly server: Tid;
  readonly packet: RequestPacket;
}

/** One timer for all transfers of a process. */
const deadlines = createDeadlines();

/** One request from a port of its own (RFC 1350 §4), and the transfer that follows. */
export async function attempt(context: AttemptOptions): Promise<Attempt> {
  const { options, direction, source, meter, server, packet } = context;
  const { signal, timing = {}, rollover = 0, quirks = { acceptTrailingNuls: true } } = options;
  const datagram = encodeRequest(packet);
  const maxSize =
    direction.type === "rrq" && direction.maxSize !== undefined ? { maxSize: direction.maxSize } : {};
  const request = createRequest({ packet, server, timing, ...maxSize }, now());
  const watch = deadlines.watch({
    get deadline() {
      return request.deadline;
    },
    expire: (at) => perform(request.expire(at)),
  });
  let transfer: ClientTransfer | undefined;
  let terms = defaultTerms;
  let cause: unknown;
  let isSettled = false;
  let settle: (attempt: Attempt) => void = () => {};
  let onClosed = (): void => {};
  const closed = new Promise<void>((resolve) => {
    onClosed = resolve;
  });
  const settled = new Promise<Attempt>((resolve) => {
    settle = resolve;
  });
  const port = await openOwnPort(options, direction, server, receive);
  signal?.addEventListener("abort", abort);
  perform(request.start(now()));
  if (signal?.aborted) abort();
  return settled;

  function receive(arrived: Uint8Array, from: Tid): void {
    if (transfer !== undefined) {
      transfer.receive(arrived, from);
      return;
    }
    const result = decodePacket(arrived, { quirks });
    const effects = result.ok
      ? request.receive(result.packet, from, now())
      : request.malformed(result.error, from, now());
    const [accepted] = effects;
    if (accepted?.type === "accepted") void begin(accepted, arrived);
    else perform(effects);
  }

  function perform(effects: readonly RequestEffect[]): void {
    for (const effect of effects) {
      if (effect.type === "send-packet")
        port.send(
          effect.packet === packet ? datagram : encodePacket(effect.packet),
          effect.to ?? server,
          cannotSend,
        );
      else if (effect.type === "result") end(effect.outcome, undefined);
      else if (effect.type === "close") close();
    }
    watch.update();
  }

  /** The server said yes: this end's file is opened, and the transfer's engine takes over. */
  async function begin(accepted: AcceptedEffect, answer: Uint8Array): Promise<void> {
    ({ terms } = accepted);
    const { peer } = accepted;
    try {
      transfer = await openTransfer(accepted);
    } catch (error) {
      const { code, message } = storeErrors[toFileStoreError(error).code];
      port.send(encodePacket({ type: "error", code, message }), peer);
      end(failed({ type: "local", code, message }), error);
      close();
      return;
    }
    transfer.start();
    if (accepted.packet.type === "data") transfer.receive(answer, peer);
    if (signal?.aborted) abort();
  }

  async function openTransfer({ peer, packet: answer, roundTrip }: AcceptedEffect): Promise<ClientTransfer> {
    const { blockSize, windowSize, interval, size, multicast } = terms;
    const { onProgress } = options;
    const common = {
      peer,
      blockSize,
      windowSize,
      rollover,
      confirmed: true,
      timing: {
        ...timing,
        ...(roundTrip === undefined ? {} : { roundTrip }),
        ...(interval === undefined ? {} : { interval }),
      },
    };
    const total = source?.size ?? (size === undefined ? undefined : Number(size));
    const driving = {
      port,
      peer,
      decoding: { blockSize, quirks },
      deadlines,
      onResult: end,
      onClose: close,
      ...(onProgress && {
        onProgress: (bytes: number) => onProgress(total === undefined ? { bytes } : { bytes, total }),
      }),
    };
    if (direction.type === "wrq" && source !== undefined) {
      const readBlocks = readBlocksFor(blockSize, windowSize);
      const engine = createSender(
        { ...common, readBlocks, ...(source.size === undefined ? {} : { size: source.size }) },
        now(),
      );
      const blocks = createBlockBuffer(blockSize, 2 * readBlocks, rollover, source.size);
      return createTransfer({ ...driving, storage: { type: "send", engine, source, blocks } });
    }
    const file = await (direction as Extract<Direction, { readonly type: "rrq" }>).open();
    // A server that does not know the size may echo the request's 0.
    const announced = total ? { size: total } : {};
    if (multicast !== undefined) {
      const { localAddress } = options;
      return openMulticastTransfer({
        ...driving,
        ...common,
        ...maxSize,
        ...announced,
        grant: multicast,
        master: multicast.master,
        file,
        onBytes: meter.update,
        ...(localAddress === undefined ? {} : { localAddress }),
      });
    }
    const engine = createReceiver(
      {
        ...common,
        ...maxSize,
        ...announced,
        ...(answer.type === "oack" ? { opening: { type: "ack", block: 0 } as const } : {}),
      },
      now(),
    );
    const sink = { file, netascii: packet.mode === "netascii", onBytes: meter.update };
    return createTransfer({ ...driving, storage: { type: "receive", engine, sink } });
  }

  function abort(): void {
    if (transfer !== undefined) transfer.fail(0, "Aborted", signal?.reason);
    else perform(request.fail(0, "Aborted", now()));
  }

  /** The system refused to send the request: no answer can come. */
  function cannotSend(error: Error): void {
    cause ??= new TftpError("unreachable", error.message, { cause: error });
    perform(request.fail(0, error.message, now()));
  }

  function end(outcome: Outcome, why: unknown): void {
    if (isSettled) return;
    isSettled = true;
    signal?.removeEventListener("abort", abort);
    const engine = transfer?.engine ?? request;
    // What is left is a courtesy to the server, for which no process should stay.
    port.unref();
    settle({
      outcome,
      isBegun: request.state.type === "accepted",
      terms,
      statistics: engine.statistics,
      cause: why ?? cause,
      closed,
    });
  }

  function close(): void {
    watch.close();
    port.close();
    onClosed();
  }
}

function encodeRequest(packet: RequestPacket): Uint8Array {
  try {
    return encodePacket(packet);
  } catch (cause) {
    if (PacketEncodeError.isInstance(cause)) throw new TftpError("usage", cause.message, { cause });
    throw cause;
  }
}

async function openOwnPort(
  options: TftpTransferOptions,
  direction: Direction,
  server: Tid,
  onDatagram: (datagram: Uint8Array, from: Tid) => void,
): Promise<UdpPort> {
  const address = options.localAddress ?? (isIPv6(server.address) ? "::" : "0.0.0.0");
  // Windows go out in one call where they can be had.
  if (direction.type === "wrq" && options.windowsize !== 1) await loadSystemCalls();
  try {
    return await openUdp({
      address,
      port: 0,
      onDatagram,
      onError: () => {},
      ...(direction.type === "rrq" ? { receiveBuffer: 1 << 20 } : {}),
    });
  } catch (cause) {
    throw new TftpError("unreachable", `cannot send from ${address}: ${String(cause)}`, { cause });
  }
}
