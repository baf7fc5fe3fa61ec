import type { Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { FileStoreError, toFileStoreError } from "@longshore/file-store";
import type { HostPort } from "@longshore/ftp-address";
import { DataConnectionError, type Pace, wasCut } from "@longshore/ftp-data";
import type {
  DataFailure,
  DataProtection,
  ServerCompletion,
  TlsRole,
  Transfer,
} from "@longshore/ftp-session/server";
import type { DataConnections } from "./data.ts";
import type { TransferInfo } from "./event.ts";
import type { ListingSource } from "./listing.ts";
import type { Counted } from "./once.ts";
import { failureOf, type OpenTransfer, openTransfer } from "./transfer.ts";
import { restartBeyondEnd } from "./upload-target.ts";

export interface TransferEnvironment {
  readonly data: DataConnections;
  /** Milliseconds; 0: no limit. */
  readonly stallTimeout: number;
  /** How fast bytes may go to the client or, with `up`, come from it. */
  paceOf(way: "up" | "down"): Pace | undefined;
  readonly acceptMissingCloseNotify: boolean;
  /** Longest wait for a sign that the client was killed before its upload is committed, in milliseconds. */
  readonly vanishGrace: number;
  /** Counts a transfer among those of the whole server until `end`; nothing where there are too many. */
  admit(): Counted | undefined | Promise<Counted | undefined>;
  sourceFor(signal: AbortSignal): ListingSource;
  complete(completion: ServerCompletion): void;
  /** Whether the control connection is still there. */
  isConnected(): boolean;
  /** Whether the upload may begin at all; asked before anything is opened. */
  mayUpload(what: Extract<Transfer, { readonly kind: "receive-file" }>): boolean | Promise<boolean>;
  onStart(transfer: TransferInfo): void;
  /** Bytes have moved: called once a buffer. */
  onProgress(transfer: TransferInfo, bytes: number, milliseconds: number, size: number | undefined): void;
  /** An upload stands under its name. */
  onCommit(transfer: TransferInfo, bytes: number, upload: NonNullable<OpenTransfer["upload"]>): Promise<void>;
  /** `kept`: bytes of an interrupted upload that its user can go on from. */
  onEnd(transfer: TransferInfo, bytes: number, milliseconds: number, outcome: string, kept: number): void;
  onError(error: unknown): void;
}

/** Runs the transfers of a session, one at a time, from the open file to the commit. */
export interface TransferRunner {
  /** Bytes of the transfer under way. */
  readonly bytes: number;
  /** Settles when the transfer is over and nothing of it is open. */
  start(transfer: number, what: Transfer, isSecure: boolean): Promise<void>;
  accept(transfer: number): void;
  connect(transfer: number, address: HostPort, protection: DataProtection, role: TlsRole): void;
  abort(transfer: number): void;
}

interface Running {
  readonly transfer: number;
  readonly what: Transfer;
  readonly abort: AbortController;
  connected: (connection: Promise<Socket | DataFailure>) => void;
}

export function createTransferRunner(environment: TransferEnvironment): TransferRunner {
  const { data, complete } = environment;
  let running: Running | undefined;
  let bytes = 0;

  /** Answers the number of bytes moved. Whatever stops it is thrown, and what was open is closed. */
  async function move(
    { transfer, what, abort }: Running,
    opened: OpenTransfer,
    connection: Promise<Socket | DataFailure>,
    info: TransferInfo,
  ): Promise<number | DataFailure> {
    const { signal } = abort;
    let socket: Socket | DataFailure = "timeout";
    try {
      socket = await Promise.race([connection, aborted(signal)]);
      if (typeof socket === "string") {
        await opened.discard();
        return socket;
      }
      signal.throwIfAborted();
    } catch (error) {
      void connection.then((late) => typeof late !== "string" && late.destroy());
      await opened.discard();
      throw error;
    }
    complete({ type: "data-open", transfer });
    const began = performance.now();
    const { stallTimeout, acceptMissingCloseNotify } = environment;
    const onProgress = (total: number): void => {
      if (running?.transfer === transfer) bytes = total;
      environment.onProgress(info, total, performance.now() - began, opened.size);
    };
    const mayCommit = async (): Promise<boolean> => {
      // The system of a client that was killed ends the data connection first and the control connection right
      // behind it. With TLS, close_notify has told already that the client meant to end; so has its size where that is known.
      const isKnownWhole = what.kind === "receive-file" && what.isExact === true;
      if (!isKnownWhole && (!("encrypted" in socket) || wasCut(socket))) {
        const took = performance.now() - began;
        await delay(Math.min(environment.vanishGrace, Math.max(2, took / 10)));
      }
      return environment.isConnected() && !signal.aborted;
    };
    const pace = environment.paceOf(info.kind === "retrieve" || info.kind === "list" ? "down" : "up");
    return opened.move(socket, {
      signal,
      stallTimeout,
      onProgress,
      mayCommit,
      acceptMissingCloseNotify,
      ...(pace === undefined ? {} : { pace }),
    });
  }

  async function start(
    mine: Running,
    connection: Promise<Socket | DataFailure>,
    isSecure: boolean,
  ): Promise<void> {
    const { transfer, what, abort } = mine;
    /** What has moved when it is over; `bytes` may by then be the next transfer's. */
    let total = 0;
    const began = performance.now();
    let opened: OpenTransfer | typeof restartBeyondEnd;
    try {
      if (what.kind === "receive-file" && !(await environment.mayUpload(what)))
        throw new FileStoreError("permission-denied", "a hook has refused this upload");
      opened = await openTransfer(environment.sourceFor(abort.signal), what);
    } catch (cause) {
      const error = toFileStoreError(cause);
      if (error.code === "io") environment.onError(error);
      complete({ type: "transfer-refused", transfer, reason: error.code });
      return;
    }
    if (opened === restartBeyondEnd) {
      complete({ type: "transfer-refused", transfer, reason: restartBeyondEnd });
      return;
    }
    if (abort.signal.aborted) {
      await opened.discard();
      complete({ type: "transfer-failed", transfer, reason: "aborted" });
      return;
    }
    const info = infoOf(transfer, what, opened, isSecure);
    environment.onStart(info);
    const end = (outcome: string): void =>
      environment.onEnd(info, total, performance.now() - began, outcome, opened.kept ?? 0);
    complete({
      type: "transfer-ready",
      transfer,
      ...(opened.size === undefined ? {} : { size: opened.size }),
      ...(opened.name === undefined ? {} : { name: opened.name }),
    });
    try {
      const moved = await move(mine, opened, connection, info);
      if (typeof moved === "string") {
        end(moved);
        complete({ type: "data-failed", transfer, reason: moved });
      } else {
        total = moved;
        if (opened.upload !== undefined) await environment.onCommit(info, moved, opened.upload);
        end("done");
        complete({ type: "transfer-done", transfer, bytes: moved });
      }
    } catch (error) {
      const reason = abort.signal.aborted ? "aborted" : failureOf(error);
      if (DataConnectionError.isInstance(error)) total = error.bytes;
      else if (running?.transfer === transfer) total = bytes;
      if (reason === "io") environment.onError(error);
      end(reason);
      complete({ type: "transfer-failed", transfer, reason });
    }
  }

  return {
    get bytes() {
      return bytes;
    },
    async start(transfer, what, isSecure) {
      let connected: Running["connected"] = () => {};
      const connection = new Promise<Socket | DataFailure>((resolve) => {
        connected = resolve;
      });
      const mine: Running = { transfer, what, abort: new AbortController(), connected };
      // Before anything is awaited: it can be given up from now on.
      running = mine;
      bytes = 0;
      const answer = environment.admit();
      const admitted = answer instanceof Promise ? await answer : answer;
      if (admitted === undefined) {
        complete({ type: "transfer-refused", transfer, reason: "too-many-open" });
        return;
      }
      try {
        await start(mine, connection, isSecure);
      } finally {
        admitted.end();
      }
    },
    accept(transfer) {
      if (running?.transfer === transfer) running.connected(data.accept());
    },
    connect(transfer, address, protection, role) {
      if (running?.transfer !== transfer) return;
      running.connected(data.connect(address, protection, role, running.what.kind === "receive-file"));
    },
    abort(transfer) {
      if (running?.transfer === transfer) running.abort.abort();
    },
  };
}

/** Rejects when the transfer is given up. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = (): void => reject(new FileStoreError("aborted", "the transfer was given up"));
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}

function infoOf(id: number, what: Transfer, opened: OpenTransfer, secure: boolean): TransferInfo {
  const { text: path } = opened.upload?.path ?? what.path;
  const representation = "representation" in what ? what.representation : "ascii";
  return { id, kind: kindOf(what), path, representation, secure };
}

function kindOf(what: Transfer): TransferInfo["kind"] {
  if (what.kind === "send-file") return "retrieve";
  if (what.kind !== "receive-file") return "list";
  return what.mode === "append" ? "append" : "store";
}
