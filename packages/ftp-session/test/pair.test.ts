import { rootPath } from "@longshore/file-store";
import { createSecret } from "@longshore/ftp-command";
import { formatReply } from "@longshore/ftp-reply";
import {
  type ClientEffect,
  type ClientEngine,
  type ClientEngineOptions,
  type ClientEvent,
  type ClientOperation,
  type ClientOutcome,
  createClientEngine,
  FtpError,
} from "@longshore/ftp-session/client";
import {
  createServerEngine,
  type ServerCompletion,
  type ServerEffect,
  type ServerEngine,
  type ServerEngineOptions,
} from "@longshore/ftp-session/server";
import { describe, expect, it } from "vitest";
import { features } from "./server/harness.ts";

const server = { family: 4, host: "192.0.2.1", port: 21 } as const;
const client = { family: 4, host: "192.0.2.7", port: 40_000 } as const;
const size = 5;

/** Both engines over a wire in memory; a seed chooses how bytes are cut and what happens first. */
interface Pair {
  readonly client: ClientEngine;
  readonly server: ServerEngine;
  /** Runs until nothing is under way any more, and gives the outcomes. */
  run(operation?: ClientOperation, abortAfter?: number): ClientOutcome[];
}

function createPair(
  seed: number,
  clientOptions: ClientEngineOptions = {},
  serverOptions: Partial<ServerEngineOptions> = {},
): Pair {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 8) % below;
  };
  const clientEngine = createClientEngine(clientOptions);
  const serverEngine = createServerEngine({
    local: server,
    remote: client,
    store: features,
    ...serverOptions,
    limits: { failureDelay: 0, ...serverOptions.limits },
  });
  let now = 0;
  const toServer: number[] = [];
  const toClient: number[] = [];
  /** What drivers have to tell, in no order. */
  const later: (() => void)[] = [];
  /** What happens over the data connection, in no order either. */
  let outcomes: ClientOutcome[] = [];
  let data: { client: number; server: number | undefined; moved: boolean; ended: boolean } | undefined;
  let running: number | undefined;

  const report = (event: ClientEvent): void => {
    later.push(() => clientDoes(clientEngine.complete(event, now)));
  };
  const answer = (completion: ServerCompletion): void => {
    later.push(() => serverDoes(serverEngine.complete(completion, now)));
  };

  /** Nothing is received before the connection stands, and nothing in clear after the handshake has begun. */
  function connect(): void {
    clientDoes(clientEngine.complete({ type: "connected", remote: server, local: client }, now));
    if (clientOptions.security !== "implicit") serverDoes(serverEngine.start(now));
  }
  const shaking = new Set<"client" | "server">();
  function handshake(side: "client" | "server"): void {
    shaking.add(side);
    if (clientOptions.security === "implicit") shaking.add("server");
    if (shaking.size < 2) return;
    later.push(() => {
      clientDoes(clientEngine.complete({ type: "tls-started" }, now));
      if (clientOptions.security === "implicit") serverDoes(serverEngine.start(now));
      else serverDoes(serverEngine.complete({ type: "tls-started" }, now));
    });
  }

  function clientDoes(effects: readonly ClientEffect[]): void {
    for (const effect of effects) {
      if (effect.type === "command-send") toServer.push(...effect.bytes);
      else if (effect.type === "settled") outcomes.push(effect.outcome);
      else if (effect.type === "connection-open") later.push(connect);
      else if (effect.type === "tls-start") handshake("client");
      else if (effect.type === "data-connect") {
        data = { client: effect.transfer, server: undefined, moved: false, ended: false };
        report({ type: "data-open", transfer: effect.transfer });
      } else if (effect.type === "data-listen") {
        data = { client: effect.transfer, server: undefined, moved: false, ended: false };
        report({ type: "data-listening", transfer: effect.transfer, address: { ...client, port: 50_001 } });
      } else if (effect.type === "transfer-start" && data !== undefined) {
        data.moved = true;
        report({ type: "transfer-done", transfer: effect.transfer, bytes: size });
      } else if (effect.type === "data-close" && running !== undefined) {
        answer({ type: "transfer-failed", transfer: running, reason: "reset" });
      }
    }
  }

  function serverDoes(effects: readonly ServerEffect[]): void {
    for (const effect of effects) {
      if (effect.type === "reply-send") toClient.push(...new TextEncoder().encode(formatReply(effect.reply)));
      else if (effect.type === "authenticate") {
        const user = { name: effect.user, anonymous: false, home: rootPath, store: features };
        answer(
          effect.password.reveal() === "secret"
            ? { type: "authenticated", user }
            : { type: "authentication-refused", reason: "denied" },
        );
      } else if (effect.type === "tls-start") handshake("server");
      else if (effect.type === "store-request")
        answer({ type: "store-answer", answer: stored(effect.request) });
      else if (effect.type === "data-listen") {
        answer({ type: "data-listening", address: { ...server, port: 50_000 } });
      } else if (effect.type === "transfer-start") {
        running = effect.transfer;
        answer(
          effect.what.path.text === "/missing"
            ? { type: "transfer-refused", transfer: effect.transfer, reason: "not-found" }
            : { type: "transfer-ready", transfer: effect.transfer, size },
        );
      } else if (effect.type === "data-accept" || effect.type === "data-connect") {
        const { transfer } = effect;
        if (effect.type === "data-connect" && data !== undefined) {
          report({ type: "data-open", transfer: data.client });
        }
        later.push(() => {
          serverDoes(serverEngine.complete({ type: "data-open", transfer }, now));
          answer({ type: "transfer-done", transfer, bytes: size });
        });
      } else if (effect.type === "transfer-abort") {
        answer({ type: "transfer-failed", transfer: effect.transfer, reason: "aborted" });
      }
    }
  }

  /** One thing that can happen now; `false` when there is none. */
  function happen(): boolean {
    const choices: (() => void)[] = [];
    const cut = (queue: number[]): Uint8Array => Uint8Array.from(queue.splice(0, 1 + random(queue.length)));
    if (toServer.length > 0) choices.push(() => serverDoes(serverEngine.receive(cut(toServer), now)));
    if (toClient.length > 0) choices.push(() => clientDoes(clientEngine.receive(cut(toClient), now)));
    if (later.length > 0) choices.push(() => later.splice(random(later.length), 1)[0]?.());
    choices[random(Math.max(1, choices.length))]?.();
    return choices.length > 0;
  }

  clientDoes(clientEngine.start(now));

  return {
    client: clientEngine,
    server: serverEngine,
    run(operation, abortAfter) {
      outcomes = [];
      if (operation !== undefined) clientDoes(clientEngine.begin(operation, now));
      for (let turn = 0; turn < 5000; turn++) {
        if (turn === abortAfter) clientDoes(clientEngine.abort(new FtpError("aborted", "enough"), now));
        if (happen()) continue;
        const settled = ["idle", "closed"].includes(clientEngine.state.name);
        if (settled && turn > (abortAfter ?? 0)) return outcomes;
        // Nothing moves: time does.
        if (abortAfter === undefined || turn > abortAfter) {
          now = Math.max(now, clientEngine.deadline ?? now);
          clientDoes(clientEngine.expire(now));
        }
      }
      throw new Error(
        `seed ${seed}: ${clientEngine.state.name} and ${serverEngine.state.name} come to no end`,
      );
    },
  };
}

function stored(request: { readonly operation: string; readonly path: { readonly text: string } }) {
  if (request.path.text === "/missing") return { result: "refused", reason: "not-found" } as const;
  if (request.operation === "size") return { result: "size", size } as const;
  if (request.operation === "stat") {
    return {
      result: "stat",
      stat: { type: request.path.text.startsWith("/d") ? "directory" : "file", size },
    } as const;
  }
  return { result: "done" } as const;
}

const login: ClientOperation = { type: "login", user: "ann", password: createSecret("secret") };
const image = { representation: "image" } as const;
const retrieve: ClientOperation = { type: "transfer", command: { verb: "RETR", path: "f" }, ...image };
const operations: Readonly<Record<string, ClientOperation>> = {
  PWD: { type: "command", command: { verb: "PWD" } },
  CWD: { type: "command", command: { verb: "CWD", path: "d" } },
  SIZE: { type: "command", command: { verb: "SIZE", path: "/f" }, ...image },
  FEAT: { type: "command", command: { verb: "FEAT" } },
  rename: { type: "rename", from: "/f", to: "/g" },
  RETR: retrieve,
  "REST, RETR": { ...retrieve, restart: 3 },
  "RETR in ASCII": { ...retrieve, representation: "ascii" },
  STOR: { type: "transfer", command: { verb: "STOR", path: "/f" }, ...image },
  APPE: { type: "transfer", command: { verb: "APPE", path: "/f" }, ...image },
  LIST: { type: "transfer", command: { verb: "LIST" } },
  MLSD: { type: "transfer", command: { verb: "MLSD", path: "/d" } },
  NLST: { type: "transfer", command: { verb: "NLST" } },
};

const setups: Readonly<Record<string, [ClientEngineOptions, Partial<ServerEngineOptions>]>> = {
  passive: [{}, {}],
  "PASV alone": [{ dataModes: ["PASV"] }, {}],
  "EPRT after EPSV": [{ dataModes: ["EPSV", "EPRT"] }, { dataModes: { passive: false } }],
  PORT: [{ dataModes: ["PORT"] }, {}],
  "explicit TLS": [{ security: "explicit" }, { tls: "required" }],
  "implicit TLS": [{ security: "implicit" }, { tls: "required", secure: true }],
};

describe("client engine and server engine", () => {
  it.each(Object.entries(setups))("%s: every operation, however the bytes are cut", (_, [mine, theirs]) => {
    for (let seed = 1; seed <= 40; seed++) {
      const pair = createPair(seed, mine, theirs);
      pair.run();
      expect(pair.run(login)).toMatchObject([{ ok: true }]);
      for (const [name, operation] of Object.entries(operations)) {
        const outcomes = pair.run(operation);
        expect([seed, name, outcomes]).toMatchObject([seed, name, [{ ok: true }]]);
        if (operation.type === "transfer") expect(outcomes).toMatchObject([{ transfer: { bytes: size } }]);
      }
      expect(pair.server.state.name).toBe("idle");
      expect(pair.run({ type: "command", command: { verb: "QUIT" } })).toMatchObject([{ ok: true }]);
      expect([pair.client.state.name, pair.server.state.name]).toEqual(["closed", "closed"]);
    }
  });

  it("what is refused is refused, and the session goes on", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const pair = createPair(seed);
      pair.run();
      const wrong: ClientOperation = { ...login, password: createSecret("wrong") } as never;
      expect(pair.run(wrong)).toMatchObject([
        { ok: false, error: { code: "login-failed", reply: { code: 530 } } },
      ]);
      pair.run(login);
      const missing: ClientOperation = { type: "transfer", command: { verb: "RETR", path: "/missing" } };
      expect(pair.run(missing)).toMatchObject([
        { ok: false, error: { code: "refused", reply: { code: 550 } } },
      ]);
      expect(pair.run(retrieve)).toMatchObject([{ ok: true }]);
    }
  });

  it("a transfer that is given up at any moment leaves both ends usable", () => {
    let aborted = 0;
    for (let seed = 1; seed <= 250; seed++) {
      const pair = createPair(seed, seed % 3 === 0 ? { dataModes: ["PORT"] } : {});
      pair.run();
      pair.run(login);
      const names = ["RETR", "STOR", "REST, RETR", "LIST"] as const;
      const outcomes = pair.run(operations[names[seed % names.length] ?? "RETR"], seed % 37);
      expect([seed, outcomes.length]).toEqual([seed, 1]);
      if (outcomes[0]?.ok === false) {
        expect([seed, outcomes[0].error.code]).toEqual([seed, "aborted"]);
        aborted++;
      }
      expect([seed, pair.client.state.name, pair.server.state.name]).toEqual([seed, "idle", "idle"]);
      expect([seed, pair.run({ type: "command", command: { verb: "PWD" } })]).toMatchObject([
        seed,
        [{ ok: true, reply: { code: 257 } }],
      ]);
      expect([seed, pair.run(operations.STOR)]).toMatchObject([seed, [{ ok: true }]]);
    }
    expect(aborted).toBeGreaterThan(80);
  });
});
