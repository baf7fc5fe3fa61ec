import { FileStoreError, toFileStoreError } from "@longshore/file-store";
import {
  dataHeaderLength,
  decodePacket,
  encodePacket,
  type PacketDecodeOptions,
} from "@longshore/tftp-packet";
import {
  type Outcome,
  type Receiver,
  type Sender,
  storeErrors,
  type Tid,
  type TransferEffect,
} from "@longshore/tftp-transfer";
import { awaitAnswer, brief, stayAwake, transferBegan, transferEnded } from "./awake.ts";
import type { BlockBuffer } from "./block-buffer.ts";
import { now } from "./clock.ts";
import { fill, type Source } from "./content.ts";
import type { Deadlines } from "./deadlines.ts";
import { openSink, type SinkOptions } from "./sink.ts";
import { mostAtOnce, type UdpPort } from "./udp.ts";

/** A transfer under way: an engine, and what does its effects. */
export interface Transfer {
  readonly engine: Sender | Receiver;
  start(): void;
  receive(datagram: Uint8Array, from: Tid): void;
  /** The request came again. */
  repeat(): void;
  /** Ends with ERROR to the peer; `cause` stays here. */
  fail(code: number, message: string, cause?: unknown): void;
  /** Ends without a word. */
  abandon(message: string): void;
}

export interface TransferOptions {
  readonly storage:
    | {
        readonly type: "send";
        readonly engine: Sender;
        readonly source: Source;
        readonly blocks: BlockBuffer;
      }
    | {
        readonly type: "receive";
        readonly engine: Receiver;
        readonly sink: Omit<SinkOptions, "onWritten" | "onError">;
      };
  readonly port: UdpPort;
  readonly peer: Tid;
  /** With the block size agreed on: longer DATA is malformed. */
  readonly decoding: PacketDecodeOptions & { readonly blockSize: number };
  readonly deadlines: Deadlines;
  /** The peer's address is known to be its own. */
  readonly onConfirmed?: () => void;
  /** How it ended; comes once. `cause` is an error of this side's storage. */
  readonly onResult: (outcome: Outcome, cause: unknown) => void;
  /** No more packets are wanted; the last call. */
  readonly onClose: () => void;
  /** Octets on the wire that have been acknowledged (sending) or have arrived (receiving). */
  readonly onProgress?: (bytes: number) => void;
}

export function createTransfer(options: TransferOptions): Transfer {
  const { storage, port, peer, decoding, deadlines, onConfirmed, onResult, onClose, onProgress } = options;
  const { engine } = storage;
  const sink =
    storage.type === "receive"
      ? openSink({
          ...storage.sink,
          onWritten: (length) => perform(storage.engine.written(length, now())),
          onError: (error) => failStorage(error),
        })
      : undefined;
  const datagramLength = dataHeaderLength + decoding.blockSize;
  /** How many blocks may go out in one call. */
  let several = port.sendSeveral === undefined ? 1 : mostAtOnce(datagramLength);
  let sentAt = Number.NEGATIVE_INFINITY;
  let cause: unknown;
  let isConfirmed = engine.confirmed;
  let isSettled = false;
  let isClosed = false;

  const watch = deadlines.watch({
    get deadline() {
      return engine.deadline;
    },
    expire: (at) => perform(engine.expire(at)),
  });

  const lastSent = (): number => sentAt;
  transferBegan();

  function perform(effects: readonly TransferEffect[]): void {
    if (isClosed) return;
    for (const effect of effects) {
      switch (effect.type) {
        case "send-data":
          sendBlocks(effect.first, effect.last);
          break;
        case "send-packet":
          port.send(encodePacket(effect.packet), effect.to ?? peer);
          sentAt = now();
          break;
        case "read":
          read(effect.length);
          break;
        case "write":
          sink?.write(effect.data);
          break;
        case "store":
          store();
          break;
        case "result":
          settle(effect.outcome);
          break;
        case "close":
          close();
      }
    }
    if (!isClosed) watch.update();
  }

  /** For the answer to what has just been sent, where the last one took so little. */
  function wait(took: number): void {
    // What a receiver is sent has to stay, so that it is not taken on the spot.
    if (storage.type === "send") awaitAnswer(port, took, lastSent);
    else if (took <= brief) stayAwake(sentAt);
  }

  function sendBlocks(first: number, last: number): void {
    if (storage.type !== "send") return;
    const { blocks } = storage;
    for (let index = first; index <= last; ) {
      if (index === last || several < 2) port.send(blocks.packet(index++), peer);
      else index = sendSeveral(blocks, index, Math.min(last, index + several - 1));
    }
    blocks.sent(port.isHolding);
    sentAt = now();
  }

  /** Answers the block behind those that went out. */
  function sendSeveral(blocks: BlockBuffer, first: number, last: number): number {
    const datagrams = blocks.packets(first, last);
    const next = first + Math.ceil(datagrams.length / datagramLength);
    port.sendSeveral?.(datagrams, datagramLength, peer, () => {
      several = 1;
      if (!isClosed) sendBlocks(first, next - 1);
    });
    return next;
  }

  function read(length: number): void {
    if (storage.type !== "send") return;
    try {
      const filled = fill(storage.source, length, storage.blocks.append);
      if (typeof filled === "number") perform(storage.engine.provide(filled, now()));
      else filled.then((got) => perform(storage.engine.provide(got, now()))).catch(failStorage);
    } catch (error) {
      failStorage(error);
    }
  }

  function store(): void {
    if (storage.type !== "receive") return;
    sink?.store().then(() => perform(storage.engine.stored(now())), failStorage);
  }

  function failStorage(error: unknown): void {
    const known = toFileStoreError(error);
    cause ??= error;
    const { code, message } = storeErrors[known.code];
    perform(engine.fail(code, message, now()));
  }

  function settle(outcome: Outcome): void {
    if (isSettled) return;
    isSettled = true;
    if (outcome.type !== "complete")
      sink?.abort(
        FileStoreError.isInstance(cause) ? cause : new FileStoreError("aborted", describe(outcome)),
      );
    onResult(outcome, cause);
  }

  function close(): void {
    if (isClosed) return;
    isClosed = true;
    transferEnded();
    watch.close();
    if (storage.type === "send") void storage.source.close().catch(() => {});
    onClose();
  }

  return {
    engine,
    start: () => perform(engine.start(now())),
    receive(datagram, from) {
      if (isClosed) return;
      const result = decodePacket(datagram, decoding);
      const at = now();
      const took = at - sentAt;
      perform(result.ok ? engine.receive(result.packet, from, at) : engine.malformed(result.error, from, at));
      if (sentAt > at && !isClosed) wait(took);
      if (!isConfirmed && engine.confirmed) {
        isConfirmed = true;
        onConfirmed?.();
      }
      if (onProgress !== undefined && !isSettled) onProgress(engine.bytes);
    },
    repeat: () => perform(engine.repeat(now())),
    fail(code, message, why) {
      cause ??= why;
      perform(engine.fail(code, message, now()));
    },
    abandon(message) {
      settle({ type: "failed", failure: { type: "local", code: 0, message } });
      close();
    },
  };
}

/** An outcome in words, for people. */
export function describe(outcome: Outcome): string {
  if (outcome.type !== "failed") return outcome.type;
  const { failure } = outcome;
  switch (failure.type) {
    case "peer-error":
      return `the peer sent ERROR ${failure.code}: ${failure.message}`;
    case "timeout":
      return `the peer was silent for ${Math.round(failure.silentFor / 1000)} seconds`;
    default:
      return failure.message;
  }
}
