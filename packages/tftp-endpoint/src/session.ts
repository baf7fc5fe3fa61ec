import { FileStoreError, toFileStoreError, type WritableFile } from "@longshore/file-store";
import { encodePacket, parseOptions, type RequestPacket, type TftpMode } from "@longshore/tftp-packet";
import {
  answerOptions,
  createReceiver,
  createSender,
  defaultTerms,
  type NegotiationPolicy,
  type Outcome,
  type Rollover,
  storeErrors,
  type Terms,
  type Tid,
  type TimingOptions,
} from "@longshore/tftp-transfer";
import { type BlockBuffer, createBlockBuffer, readBlocksFor } from "./block-buffer.ts";
import { now } from "./clock.ts";
import { openSource, type Source, type TftpContent, toNetascii } from "./content.ts";
import type { Deadlines } from "./deadlines.ts";
import type { TftpEvent } from "./event.ts";
import type { TftpHandler, TftpRequest } from "./handler.ts";
import { isShared } from "./read-cache.ts";
import { createSharedBlocks } from "./shared-blocks.ts";
import { createTransfer, type Transfer } from "./transfer.ts";
import type { UdpPort } from "./udp.ts";

export interface SessionOptions {
  readonly id: number;
  readonly packet: RequestPacket;
  /** What the handler is asked for: the packet's, unless it was rewritten. */
  readonly filename: string;
  readonly mode: TftpMode;
  readonly remote: Tid;
  readonly local: Tid;
  readonly handler: TftpHandler;
  readonly policy: NegotiationPolicy;
  readonly timing: TimingOptions;
  readonly rollover: Rollover;
  readonly deadlines: Deadlines;
  /** Opens this end of the transfer. */
  readonly openPort: (onDatagram: (datagram: Uint8Array, from: Tid) => void) => Promise<UdpPort>;
  readonly emit: (event: TftpEvent) => void;
  /** The peer's address is known to be its own, or nothing larger than its request was sent there. */
  readonly onConfirmed: () => void;
  /** It ended, or never began. Comes once; duplicates may still be answered after it. */
  readonly onSettled: () => void;
  /** Everything is closed. Comes once, last. */
  readonly onClosed: () => void;
}

/** What one request of a client leads to. */
export interface Session {
  readonly id: number;
  /** Whether it ended, and only duplicates are answered. */
  readonly isSettled: boolean;
  /** Whether the peer's address is known to be its own. */
  readonly isConfirmed: boolean;
  readonly openedAt: number;
  /** When the peer was last heard here, not counting requests. */
  readonly heardAt: number;
  /** The request came again. */
  repeat(): void;
  fail(code: number, message: string): void;
  /** Ends without a word to the peer, which began anew. */
  abandon(message: string): void;
}

export function openSession(options: SessionOptions): Session {
  const { id, packet, mode, remote, emit } = options;
  const operation = packet.type === "rrq" ? "read" : "write";
  const about = { id, operation, filename: packet.filename, remote } as const;
  const openedAt = now();
  const gone = new AbortController();
  let transfer: Transfer | undefined;
  let agreed = defaultTerms;
  let port: UdpPort | undefined;
  let heardAt = openedAt;
  let isSettled = false;
  let isClosed = false;

  const request = toRequest(options, gone.signal);
  const { expectedSize } = request;

  async function open(): Promise<void> {
    // The port and the file are opened side by side: in a short transfer this is most of the time.
    const opening = options.openPort((datagram, from) => {
      if (from.port === remote.port && from.address === remote.address) heardAt = now();
      transfer?.receive(datagram, from);
    });
    const starting = operation === "read" ? openReading() : openWriting();
    const [opened, started] = await Promise.allSettled([opening, starting]);
    if (opened.status === "fulfilled") port = opened.value;
    if (isClosed || port === undefined || started.status === "rejected") {
      if (started.status === "fulfilled") started.value.discard();
      if (opened.status === "rejected") emit({ type: "socket-error", error: opened.reason });
      if (!isClosed && started.status === "rejected") refuse(started.reason);
      close();
      return;
    }
    begin(started.value, port);
  }

  /** What is needed for the transfer to begin. */
  interface Start {
    readonly terms: Terms;
    readonly size: number | undefined;
    discard(): void;
    transfer(port: UdpPort): Transfer;
  }

  async function openReading(): Promise<Start> {
    if (options.handler.read === undefined)
      throw new FileStoreError("permission-denied", "nothing can be read");
    const content = await options.handler.read(request);
    if (content === undefined) throw new FileStoreError("not-found", "there is no such file");
    const plain = openSource(content);
    const size = mode === "octet" ? plain.size : undefined;
    const terms = agree(size);
    const { blockSize, windowSize } = terms;
    return {
      terms,
      size,
      discard: () => void plain.close().catch(() => {}),
      transfer(from) {
        const readBlocks = readBlocksFor(blockSize, windowSize);
        const sending = blocksOf(content, plain, size, terms, 2 * readBlocks);
        const engine = createSender(
          {
            ...common(terms),
            readBlocks,
            ...(size === undefined ? {} : { size }),
            ...(terms.granted.length === 0
              ? {}
              : { opening: { type: "oack", options: terms.granted } as const }),
          },
          now(),
        );
        return createTransfer({
          ...callbacks(from, terms),
          storage: { type: "send", engine, ...sending },
        });
      },
    };
  }

  /** What goes out of `content`: views of what others read as well, or blocks of this session's own. */
  function blocksOf(
    content: TftpContent,
    plain: Source,
    size: number | undefined,
    { blockSize }: Terms,
    most: number,
  ): { readonly source: Source; readonly blocks: BlockBuffer } {
    if (mode === "octet" && typeof content === "object" && isShared(content))
      return createSharedBlocks(content, blockSize, most, options.rollover);
    return {
      source: mode === "octet" ? plain : toNetascii(plain),
      blocks: createBlockBuffer(blockSize, most, options.rollover, size),
    };
  }

  async function openWriting(): Promise<Start> {
    if (options.handler.write === undefined) throw new FileStoreError("read-only", "nothing can be written");
    const terms = agree(undefined);
    const file: WritableFile = await options.handler.write(request);
    return {
      terms,
      size: expectedSize,
      discard: () => void file.abort().catch(() => {}),
      transfer(from) {
        const { maxSize } = options.policy;
        const engine = createReceiver(
          {
            ...common(terms),
            opening:
              terms.granted.length === 0
                ? { type: "ack", block: 0 }
                : { type: "oack", options: terms.granted },
            ...(expectedSize === undefined ? {} : { size: expectedSize }),
            ...(maxSize === undefined ? {} : { maxSize }),
          },
          now(),
        );
        const sink = { file, netascii: mode !== "octet" };
        return createTransfer({ ...callbacks(from, terms), storage: { type: "receive", engine, sink } });
      },
    };
  }

  /** The answer to the request's options; throws the refusal. */
  function agree(size: number | undefined): Terms {
    const answer = answerOptions(
      { type: packet.type, mode, options: packet.options, ...(size === undefined ? {} : { size }) },
      options.policy,
    );
    if (!answer.ok) throw new FileStoreError("too-large", answer.message);
    return answer.terms;
  }

  function common({ blockSize, windowSize, interval }: Terms) {
    const timing = interval === undefined ? options.timing : { ...options.timing, interval };
    return { peer: remote, blockSize, windowSize, rollover: options.rollover, timing };
  }

  function callbacks(from: UdpPort, { blockSize }: Terms) {
    return {
      port: from,
      peer: remote,
      decoding: { blockSize },
      deadlines: options.deadlines,
      onConfirmed: options.onConfirmed,
      onResult,
      onClose: close,
    };
  }

  function begin(start: Start, from: UdpPort): void {
    const { terms, size } = start;
    agreed = terms;
    emit({
      type: "transfer-start",
      ...about,
      local: from.local,
      granted: terms.granted,
      blockSize: terms.blockSize,
      windowSize: terms.windowSize,
      ...(size === undefined ? {} : { size }),
    });
    transfer = start.transfer(from);
    transfer.start();
  }

  function refuse(error: unknown): void {
    const { code, message } = storeErrors[toFileStoreError(error).code];
    port?.send(encodePacket({ type: "error", code, message }), remote);
    options.onConfirmed();
    emit({ type: "refused", ...about, code, message, cause: error });
  }

  function onResult(outcome: Outcome, cause: unknown): void {
    if (transfer !== undefined)
      emit({
        type: "transfer-end",
        ...about,
        mode,
        outcome,
        options: packet.options,
        granted: agreed.granted,
        blockSize: agreed.blockSize,
        windowSize: agreed.windowSize,
        statistics: transfer.engine.statistics,
        duration: now() - openedAt,
        ...(cause === undefined ? {} : { cause }),
      });
    settle();
  }

  function settle(): void {
    if (isSettled) return;
    isSettled = true;
    gone.abort();
    options.onSettled();
  }

  function close(): void {
    if (isClosed) return;
    isClosed = true;
    settle();
    port?.close();
    options.onClosed();
  }

  void open();
  return {
    id,
    get isSettled() {
      return isSettled;
    },
    get isConfirmed() {
      return transfer?.engine.confirmed ?? false;
    },
    openedAt,
    get heardAt() {
      return heardAt;
    },
    repeat: () => transfer?.repeat(),
    fail(code, message) {
      if (transfer === undefined) close();
      else if (isSettled) close();
      else transfer.fail(code, message);
    },
    abandon(message) {
      transfer?.abandon(message);
      close();
    },
  };
}

/** The request as its handler sees it. */
export function toRequest(
  { packet, filename, mode, remote, local }: SessionOptions,
  signal: AbortSignal,
): TftpRequest {
  const operation = packet.type === "rrq" ? "read" : "write";
  const announced = parseOptions(packet.options, "request").values.tsize;
  const isAnnounced = operation === "write" && mode === "octet" && announced !== undefined;
  return {
    operation,
    filename,
    mode,
    options: packet.options,
    remote,
    local,
    signal,
    ...(isAnnounced ? { expectedSize: Number(announced) } : {}),
  };
}
