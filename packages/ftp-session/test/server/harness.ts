import { rootPath, type StoreCapabilities } from "@longshore/file-store";
import { formatReply } from "@longshore/ftp-reply";
import {
  createServerEngine,
  nodeOf,
  type ServerCompletion,
  type ServerEffect,
  type ServerEngine,
  type ServerEngineOptions,
  type StateNode,
  type StoreAnswer,
  type StoreFeatures,
  type StoreRequest,
} from "@longshore/ftp-session/server";

export const capabilities: StoreCapabilities = {
  writable: true,
  writes: "atomic",
  append: "native",
  randomWrite: "native",
  rename: { file: "atomic", directory: "atomic" },
  exclusiveCreate: "native",
  names: "bytes",
  caseSensitive: true,
  modified: "millisecond",
  directoryCursor: "none",
  durableSync: "none",
};

export const features: StoreFeatures = {
  capabilities,
  setTimes: true,
  setMode: true,
  setCreated: true,
  makeLink: true,
  freeSpace: true,
};

/** Which effects a test answers by itself. */
export type Held =
  | "transfer-start"
  | "data-listen"
  | "data-accept"
  | "data-connect"
  | "data-establish"
  | "moving"
  | "authenticate"
  | "tls-start"
  | "host-select"
  | "store-request";

export interface Harness {
  readonly engine: ServerEngine;
  now: number;
  /** All effects so far. */
  readonly effects: ServerEffect[];
  /** Every change of state, by node. */
  readonly changes: [StateNode, StateNode][];
  readonly held: Set<Held>;
  /** What the store of whoever logs in can do. */
  userStore: StoreFeatures;
  /** Sends lines and gives what was answered meanwhile, without line ends. */
  send(...lines: string[]): string[];
  /** The same for bytes. */
  bytes(bytes: Uint8Array): string[];
  complete(completion: ServerCompletion): string[];
  expire(now: number): string[];
  run(effects: readonly ServerEffect[]): string[];
  /** What a store answers; files are `/a.txt` (5 bytes) and `/dir/b.txt`, directories `/` and `/dir`. */
  store(request: StoreRequest): StoreAnswer;
}

/**
 * An engine with a driver that answers at once, from a table of a few files and the password `secret`; in TLS, the user
 * `holder` needs none.
 */
export function createHarness(options: Partial<ServerEngineOptions> = {}): Harness {
  const engine = createServerEngine({
    remote: { family: 4, host: "192.0.2.7", port: 40_000 },
    local: { family: 4, host: "192.0.2.1", port: 21 },
    store: features,
    onState: (from, to) => harness.changes.push([nodeOf(from), nodeOf(to)]),
    ...options,
    limits: { failureDelay: 0, ...options.limits },
  });
  const harness: Harness = {
    engine,
    now: 0,
    effects: [],
    changes: [],
    held: new Set(),
    userStore: features,
    send: (...lines) => harness.bytes(new TextEncoder().encode(lines.map((line) => `${line}\r\n`).join(""))),
    bytes: (bytes) => harness.run(engine.receive(bytes, harness.now)),
    complete: (completion) => harness.run(engine.complete(completion, harness.now)),
    expire(now) {
      harness.now = now;
      return harness.run(engine.expire(now));
    },
    run,
    store,
  };
  function run(effects: readonly ServerEffect[]): string[] {
    const queue = [...effects];
    const replies: string[] = [];
    for (let effect = queue.shift(); effect !== undefined; effect = queue.shift()) {
      harness.effects.push(effect);
      if (effect.type === "reply-send") replies.push(formatReply(effect.reply).trimEnd());
      for (const completion of answer(effect)) {
        queue.push(...engine.complete(completion, harness.now));
      }
    }
    return replies;
  }

  function answer(effect: ServerEffect): ServerCompletion[] {
    if (harness.held.has(effect.type as Held)) return [];
    switch (effect.type) {
      case "authenticate":
        return [
          (effect.certified === true ? effect.user === "holder" : effect.password.reveal() === "secret")
            ? {
                type: "authenticated",
                user: { name: effect.user, anonymous: false, home: rootPath, store: harness.userStore },
              }
            : { type: "authentication-refused", reason: "denied" },
        ];
      case "store-request":
        return [{ type: "store-answer", answer: harness.store(effect.request) }];
      case "sessions-request":
        return [{ type: "sessions-answer", sessions: [{ user: "tester", seconds: 7, verb: "", own: true }] }];
      case "host-select":
        return [{ type: "host-selected", host: {} }];
      case "data-listen":
        return [
          { type: "data-listening", address: { family: effect.family, host: "192.0.2.1", port: 50_000 } },
        ];
      case "data-establish":
        return [
          {
            type: "data-established",
            address: {
              family: 4,
              host: effect.address === undefined ? "192.0.2.7" : "192.0.2.1",
              port: 51_000,
            },
          },
        ];
      case "transfer-start": {
        const { transfer, what } = effect;
        const found = store({ operation: "stat", path: what.path });
        const isFile = found.result === "stat" && found.stat.type === "file";
        if (what.kind === "send-file" && !isFile) {
          const reason = found.result === "refused" ? found.reason : "is-a-directory";
          return [{ type: "transfer-refused", transfer, reason }];
        }
        if (what.kind === "send-facts" && isFile) {
          return [{ type: "transfer-refused", transfer, reason: "not-a-directory" }];
        }
        if (what.kind.startsWith("send") && found.result === "refused") {
          return [{ type: "transfer-refused", transfer, reason: found.reason }];
        }
        if (what.kind === "receive-file") return [{ type: "transfer-ready", transfer, name: "upload.1" }];
        return [{ type: "transfer-ready", transfer, ...(what.kind === "send-file" ? { size: 5 } : {}) }];
      }
      case "data-accept":
      case "data-connect": {
        const { transfer } = effect;
        const open = { type: "data-open", transfer } as const;
        return harness.held.has("moving") ? [open] : [open, { type: "transfer-done", transfer, bytes: 5 }];
      }
      case "transfer-abort":
        return [{ type: "transfer-failed", transfer: effect.transfer, reason: "aborted" }];
      case "transfer-query":
        return [{ type: "transfer-progress", transfer: effect.transfer, bytes: 3 }];
      case "tls-start":
        return [{ type: "tls-started", certified: true }];
      case "tls-stop":
        return [{ type: "tls-stopped" }];
      default:
        return [];
    }
  }

  return harness;
}

/** A session that has been greeted, and logged in as `tester`. */
export function loggedIn(options: Partial<ServerEngineOptions> = {}): Harness {
  const harness = createHarness(options);
  harness.run(harness.engine.start(0));
  harness.send("USER tester", "PASS secret");
  harness.effects.length = 0;
  harness.changes.length = 0;
  return harness;
}

export const codes = (replies: readonly string[]): number[] =>
  replies.map((text) => Number(text.slice(0, 3)));

function store(request: StoreRequest): StoreAnswer {
  const { text } = request.path;
  const directory = text === "/" || text === "/dir";
  const file = text === "/a.txt" || text === "/dir/b.txt";
  if (request.operation === "make-directory") {
    return directory || file ? { result: "refused", reason: "exists" } : { result: "done" };
  }
  if (!directory && !file) return { result: "refused", reason: "not-found" };
  switch (request.operation) {
    case "stat":
      return {
        result: "stat",
        stat: {
          type: file ? "file" : "directory",
          size: file ? 5 : 0,
          modified: Date.UTC(2020, 0, 2, 3, 4, 5),
        },
      };
    case "size":
      return file ? { result: "size", size: 5 } : { result: "refused", reason: "is-a-directory" };
    case "lines":
      return {
        result: "lines",
        directory,
        lines: ["-rw-r--r-- 1 ftp ftp 5 Jan  2  2020 a.txt"],
        more: false,
      };
    case "remove":
      return file ? { result: "done" } : { result: "refused", reason: "is-a-directory" };
    case "remove-directory":
    case "remove-tree":
      return file ? { result: "refused", reason: "not-a-directory" } : { result: "done" };
    case "hash":
      return file
        ? { result: "hash", digest: "cafe", end: Math.min(request.end ?? 5, 5) }
        : { result: "refused", reason: "is-a-directory" };
    case "free-space":
    case "tree-size":
      return { result: "size", size: 1000 };
    default:
      return { result: "done" };
  }
}
