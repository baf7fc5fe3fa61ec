import { CommandEncodeError, commandRow } from "@longshore/ftp-command";
import type { Pace } from "@longshore/ftp-data";
import type { FtpReply } from "@longshore/ftp-reply";
import type { DataMode } from "@longshore/ftp-session";
import {
  type ClientEffect,
  type ClientEngine,
  type ClientEvent,
  type ClientOperation,
  createClientEngine,
  defaultTimeouts,
  FtpError,
} from "@longshore/ftp-session/client";
import { NvtEncodeError } from "@longshore/nvt";
import { listenActive } from "./active.ts";
import { type ControlConnection, openControl } from "./control.ts";
import type { DataConnection, DataMover } from "./data.ts";
import { toDataModes } from "./data-order.ts";
import { createLease, type Lease, type LeaseOutcome } from "./lease.ts";
import type { CallOptions, FtpClientOptions, FtpTimeouts, FtpTlsOptions } from "./options.ts";
import { connectPassive } from "./passive.ts";
import { createProxyDial } from "./proxy.ts";
import { abortError, createQueue } from "./queue.ts";
import { toPace } from "./rate.ts";
import { createSecurity, type Security } from "./tls.ts";
import { createTrace } from "./trace.ts";

/** One control connection driven by the engine: its effects become sockets and timers, its outcomes promises. */
export interface Session {
  /** Waits for its turn, then runs `task` with the session to itself. */
  use<T>(options: CallOptions, task: (lease: Lease) => Promise<T>): Promise<T>;
  /** Calls `listener` once when another call waits for the session, at once if one does; the answer takes it back. */
  onWanted(listener: () => void): () => void;
  readonly timeouts: FtpTimeouts;
  readonly pace: Pace | undefined;
  /** Why it is closed, `undefined` while it is open or after a close that was asked for. */
  readonly error: FtpError | undefined;
  readonly isClosed: boolean;
  /** No call holds it or waits for it. */
  readonly isIdle: boolean;
  readonly isSecure: boolean;
  /** There was a TLS handshake: data connections go by PROT, also after CCC. */
  readonly isSecured: boolean;
  /** Data connections are encrypted, so that the end of one cannot be made up. */
  readonly isDataPrivate: boolean;
  readonly dataMode: ClientEngine["dataMode"];
  /** How later data connections are opened. */
  setDataModes(modes: FtpClientOptions["dataModes"]): void;
  /** Its last lines, for errors. */
  readonly transcript: readonly string[];
  /** Closes at once, without QUIT. */
  destroy(): void;
}

/** An operation that was handed to the engine, or waits until it is idle. */
interface Pending {
  readonly operation: ClientOperation;
  readonly mover: DataMover | undefined;
  readonly onMark: ((reply: FtpReply) => void) | undefined;
  readonly resolve: (outcome: LeaseOutcome) => void;
  readonly reject: (error: FtpError) => void;
}

/** Opens the control connection and waits until the engine is idle: greeted and, with TLS, encrypted. */
export function openSession(options: FtpClientOptions, demotedModes?: Set<DataMode>): Promise<Session> {
  return new Promise((resolve, reject) => {
    const settle = (error?: FtpError): void => {
      if (error === undefined) resolve(session);
      else reject(error);
    };
    const session = createSession(options, demotedModes, settle);
  });
}

function createSession(
  options: FtpClientOptions,
  demotedModes: Set<DataMode> | undefined,
  established: (error?: FtpError) => void,
): Session {
  const tls = tlsOf(options);
  const timeouts: FtpTimeouts = { ...defaultTimeouts, stall: 60_000, hash: 3_600_000, ...options.timeouts };
  const pace = toPace(options.rateLimit);
  // How connections are opened, where not straight.
  const dial = options.dial ?? (options.proxy === undefined ? undefined : createProxyDial(options.proxy));
  let dataModes = toDataModes(options.dataModes, dial);
  const bound = pick(options, ["localAddress"]);
  const security: Security | undefined = tls === undefined ? undefined : createSecurity(options.host, tls);
  const engine = createClientEngine({
    security: tls?.mode ?? "none",
    timeouts,
    ...(tls?.dataProtection === undefined ? {} : { dataProtection: tls.dataProtection }),
    ...(tls?.clearControl === undefined ? {} : { clearControl: tls.clearControl }),
    ...(demotedModes === undefined ? {} : { demotedModes }),
    dataModes,
    ...pick(options, ["passiveHost", "quirks", "telnetSynch", "transferKeepAlive", "pipelining", "encoding"]),
  });
  const trace = createTrace(options, engine.redact);
  let control: ControlConnection | undefined;
  let ends: Extract<ClientEvent, { readonly type: "connected" }> | undefined;
  let data: DataConnection | undefined;
  let current: Pending | undefined;
  let waiting: Pending | undefined;
  let isEstablished = false;
  let clock: NodeJS.Timeout | undefined;
  let clockAt = Number.POSITIVE_INFINITY;
  const effects: ClientEffect[] = [];
  let isPerforming = false;

  const now = (): number => performance.now();

  /** Carries effects out in their order, also those that carrying one out brings about. */
  const perform = (more: readonly ClientEffect[]): void => {
    effects.push(...more);
    if (isPerforming) return;
    isPerforming = true;
    try {
      for (let effect = effects.shift(); effect !== undefined; effect = effects.shift()) carryOut(effect);
    } finally {
      isPerforming = false;
    }
    setClock();
    pump();
  };

  const report = (event: ClientEvent): void => {
    if (event.type === "connected") ends = event;
    trace?.event(event);
    perform(engine.complete(event, now()));
  };

  /** A clock that rings too early costs less than one set anew at each step; asked again, the engine says how long is left. */
  const setClock = (): void => {
    const { deadline } = engine;
    if (deadline === undefined || deadline >= clockAt) return;
    clearTimeout(clock);
    clockAt = deadline;
    clock = setTimeout(ring, Math.max(0, Math.ceil(deadline - now())));
  };

  const ring = (): void => {
    clockAt = Number.POSITIVE_INFINITY;
    perform(engine.expire(now()));
  };

  /** Hands the waiting operation to the engine once it is idle, or closed. */
  const pump = (): void => {
    const { name } = engine.state;
    if (!isEstablished && (name === "idle" || name === "closed")) {
      isEstablished = true;
      options.signal?.removeEventListener("abort", onAbort);
      established(engine.state.name === "closed" ? closeReason(engine) : undefined);
    }
    if (waiting === undefined || (name !== "idle" && name !== "closed")) return;
    current = waiting;
    waiting = undefined;
    try {
      perform(engine.begin(current.operation, now()));
    } catch (error) {
      const { reject } = current;
      current = undefined;
      reject(argumentError(error));
    }
  };

  const carryOut = (effect: ClientEffect): void => {
    switch (effect.type) {
      case "connection-open": {
        const { host, port = tls?.mode === "implicit" ? 990 : 21 } = options;
        control = openControl({
          host,
          port,
          dial,
          ...pick(options, ["localAddress", "family"]),
          onBytes: (bytes) => perform(engine.receive(bytes, now())),
          report,
        });
        return;
      }
      case "tls-start":
        if (security !== undefined) control?.startTls(security);
        return;
      case "tls-stop":
        control?.stopTls();
        return;
      case "command-send":
        trace?.command(effect.text);
        control?.send(effect.bytes, effects[0]?.type === "command-send");
        return;
      case "reply":
        trace?.reply(effect.reply, effect.isAmbiguous);
        if (effect.reply.code === 125 || effect.reply.code === 150) current?.onMark?.(effect.reply);
        return;
      case "data-connect":
      case "data-listen":
        data = openData(effect);
        return;
      case "data-secure":
        if (data?.transfer === effect.transfer && security !== undefined) data.secure(security);
        return;
      case "transfer-start":
        if (data?.transfer === effect.transfer && current?.mover !== undefined)
          data.start(trace?.watch(current.mover, effect.direction) ?? current.mover);
        return;
      case "data-close":
        if (data?.transfer !== effect.transfer) return;
        trace?.dropped();
        data.abort();
        return;
      case "settled": {
        const settled = current;
        current = undefined;
        if (effect.outcome.ok) settled?.resolve(effect.outcome);
        else settled?.reject(effect.outcome.error);
        return;
      }
      case "connection-close":
        clearTimeout(clock);
        control?.close();
    }
  };

  const openData = (
    effect: Extract<ClientEffect, { readonly type: "data-connect" | "data-listen" }>,
  ): DataConnection => {
    const direction = isUpload(current?.operation) ? "send" : "receive";
    const refuseCut = direction === "receive" && options.quirks?.acceptMissingCloseNotify !== true;
    const { transfer } = effect;
    const shared = { transfer, direction, handshakeTimeout: timeouts.tls, refuseCut, report } as const;
    if (effect.type === "data-connect") {
      return connectPassive({
        ...shared,
        address: effect.address,
        isRead: options.traceData === true || (tls !== undefined && tls.dataProtection !== "clear"),
        dial,
        ...bound,
      });
    }
    const nowhere = { family: effect.family, host: "", port: 0 };
    const { local = nowhere, remote = nowhere } = ends ?? {};
    return listenActive({ ...shared, active: options.active ?? {}, local, remote });
  };

  const run = (
    operation: ClientOperation,
    mover?: DataMover,
    onMark?: (reply: FtpReply) => void,
  ): Promise<LeaseOutcome> =>
    new Promise((resolve, reject) => {
      waiting = { operation, mover, onMark, resolve, reject };
      pump();
    });

  const lease = createLease(
    timeouts,
    () => dataModes,
    () => queue.isWanted,
    run,
  );

  /** Gives up what the call that holds the session is doing. */
  const giveUp = (error: FtpError): void => {
    if (waiting !== undefined) {
      const { reject } = waiting;
      waiting = undefined;
      reject(error);
    } else if (current !== undefined) perform(engine.abort(error, now()));
  };

  const queue = createQueue(lease, giveUp);

  options.signal?.addEventListener("abort", onAbort, { once: true });
  function onAbort(): void {
    if (!isEstablished) perform(engine.abort(abortError(options.signal), now()));
  }
  if (options.signal?.aborted) {
    queueMicrotask(() => established(abortError(options.signal)));
    isEstablished = true;
  } else perform(engine.start(now()));

  return {
    async use(call, task) {
      try {
        return await queue.use(call, task);
      } catch (error) {
        // What failed on this side knows nothing of the session.
        if (FtpError.isInstance(error) && error.transcript.length === 0) error.transcript = engine.transcript;
        throw error;
      }
    },
    onWanted: queue.onWanted,
    timeouts,
    pace,
    get error() {
      return engine.state.name === "closed" ? engine.state.error : undefined;
    },
    get isClosed() {
      return engine.state.name === "closed";
    },
    get isIdle() {
      return queue.isIdle;
    },
    get isSecure() {
      return engine.secure;
    },
    get isSecured() {
      return engine.secured;
    },
    get isDataPrivate() {
      return engine.secured && tls?.dataProtection !== "clear";
    },
    get dataMode() {
      return engine.dataMode;
    },
    get transcript() {
      return engine.transcript;
    },
    setDataModes(modes) {
      dataModes = toDataModes(modes, dial);
    },
    destroy: () => perform(engine.close(now())),
  };
}

function tlsOf({ tls = "off" }: FtpClientOptions): FtpTlsOptions | undefined {
  if (tls === "off") return undefined;
  return typeof tls === "string" ? { mode: tls } : tls;
}

function isUpload(operation: ClientOperation | undefined): boolean {
  return operation?.type === "transfer" && commandRow(operation.command.verb).data === "to-server";
}

function closeReason(engine: ClientEngine): FtpError {
  const error = engine.state.name === "closed" ? engine.state.error : undefined;
  return error ?? new FtpError("closed", "the session was closed");
}

/** What `begin` throws is the caller's mistake. */
function argumentError(error: unknown): FtpError {
  if (FtpError.isInstance(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const cannot = CommandEncodeError.isInstance(error) || NvtEncodeError.isInstance(error);
  return new FtpError(cannot ? "bad-argument" : "local", message, { phase: "idle", cause: error });
}

/** Those of `keys` that `from` has: an option that was not given must not stand as `undefined`. */
function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  const entries = keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]);
  return Object.fromEntries(entries) as Pick<T, K>;
}
