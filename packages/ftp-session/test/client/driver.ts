import { createSecret } from "@longshore/ftp-command";
import {
  type ClientEffect,
  type ClientEngineOptions,
  type ClientEvent,
  type ClientOperation,
  type ClientOutcome,
  createClientEngine,
  type FtpError,
  type LoginOperation,
} from "@longshore/ftp-session/client";

/** An engine with a clock that is moved by hand, and what it asked for so far. */
export interface Bench {
  readonly engine: ReturnType<typeof createClientEngine>;
  readonly effects: ClientEffect[];
  /** Lines sent, without secrets. */
  readonly sent: string[];
  readonly outcomes: ClientOutcome[];
  now: number;
  /** Bytes from the server, each piece by itself. */
  receive(...pieces: string[]): Bench;
  complete(event: ClientEvent): Bench;
  begin(operation: ClientOperation, timeout?: number): Bench;
  abort(error: FtpError): Bench;
  /** Moves the clock to the engine's deadline. */
  expire(): Bench;
  /** Moves the clock on and lets everything that is due happen. */
  pass(milliseconds: number): Bench;
  /** The last effect of a type. */
  last<T extends ClientEffect["type"]>(type: T): Extract<ClientEffect, { readonly type: T }>;
  count(type: ClientEffect["type"]): number;
  /** The error of the latest outcome. */
  error(): FtpError;
}

export const local = { family: 4, host: "192.0.2.7", port: 40_000 } as const;
export const remote = { family: 4, host: "192.0.2.1", port: 21 } as const;

export function createBench(options: ClientEngineOptions = {}): Bench {
  const engine = createClientEngine(options);
  const encoder = new TextEncoder();
  const take = (effects: readonly ClientEffect[]): Bench => {
    for (const effect of effects) {
      bench.effects.push(effect);
      if (effect.type === "command-send") bench.sent.push(effect.text);
      if (effect.type === "settled") bench.outcomes.push(effect.outcome);
    }
    return bench;
  };
  const bench: Bench = {
    engine,
    effects: [],
    sent: [],
    outcomes: [],
    now: 1000,
    receive(...pieces) {
      for (const piece of pieces) take(engine.receive(encoder.encode(piece), bench.now));
      return bench;
    },
    complete: (event) => take(engine.complete(event, bench.now)),
    begin: (operation, timeout) =>
      take(engine.begin(operation, bench.now, timeout === undefined ? {} : { timeout })),
    abort: (error) => take(engine.abort(error, bench.now)),
    expire() {
      if (engine.deadline === undefined) throw new Error("no clock runs");
      bench.now = engine.deadline;
      return take(engine.expire(bench.now));
    },
    pass(milliseconds) {
      const until = bench.now + milliseconds;
      while (engine.deadline !== undefined && engine.deadline <= until) bench.expire();
      bench.now = until;
      return bench;
    },
    last(type) {
      const found = bench.effects.findLast((effect) => effect.type === type);
      if (found === undefined)
        throw new Error(`no ${type} among ${bench.effects.map((effect) => effect.type)}`);
      return found as never;
    },
    count: (type) => bench.effects.filter((effect) => effect.type === type).length,
    error() {
      const outcome = bench.outcomes.at(-1);
      if (outcome === undefined || outcome.ok) throw new Error("no operation failed");
      return outcome.error;
    },
  };
  take(engine.start(bench.now));
  return bench;
}

/** A bench whose engine is greeted and idle. */
export function greeted(
  options: ClientEngineOptions = {},
  from: ClientEvent = { type: "connected", remote, local },
): Bench {
  return createBench(options).complete(from).receive("220 Ready.\r\n");
}

export const login: LoginOperation = { type: "login", user: "ann", password: createSecret("wonder") };

export function retrieve(path = "f", more: object = {}): ClientOperation {
  return { type: "transfer", command: { verb: "RETR", path }, ...more };
}

export function store(path = "f", more: object = {}): ClientOperation {
  return { type: "transfer", command: { verb: "STOR", path }, ...more };
}

/** A bench in the middle of a transfer: the command was sent over an open passive connection. */
export function opened(operation: ClientOperation = retrieve(), options: ClientEngineOptions = {}): Bench {
  const bench = greeted(options).begin(operation).receive("229 (|||2000|)\r\n");
  return bench.complete({ type: "data-open", transfer: transferOf(bench) });
}

/** The number of the data connection that was asked for last. */
export function transferOf(bench: Bench): number {
  const found = bench.effects.findLast(
    (effect) => effect.type === "data-connect" || effect.type === "data-listen",
  );
  if (found === undefined || !("transfer" in found)) throw new Error("no data connection was asked for");
  return found.transfer;
}

export function done(bench: Bench, bytes = 3): Bench {
  return bench.complete({ type: "transfer-done", transfer: transferOf(bench), bytes });
}
