import {
  type ClientEngineOptions,
  type ClientEvent,
  type ClientOperation,
  type ClientWait,
  clientTable,
  FtpError,
} from "@longshore/ftp-session/client";
import { describe, expect, it } from "vitest";
import { type Bench, createBench, local, login, remote, retrieve, store, transferOf } from "./driver.ts";

/** A small generator (mulberry32), so that a failure can be run again by its seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const operations: readonly ClientOperation[] = [
  login,
  { type: "command", command: { verb: "PWD" } },
  { type: "command", command: { verb: "SIZE", path: "f" }, representation: "image" },
  { type: "command", command: { line: "SITE x" }, expect: ["2", "5"] },
  { type: "rename", from: "a", to: "b" },
  retrieve("f", { representation: "image", restart: 5 }),
  retrieve(),
  store("f", { representation: "ascii" }),
  { type: "transfer", command: { verb: "LIST" } },
];

const replies = [
  "120 x",
  "125 x",
  "150 x (3 bytes)",
  "200 x",
  "213 3",
  "220 x",
  "225 x",
  "226 x",
  "227 (192,0,2,1,7,208)",
  "229 (|||2000|)",
  "230 x",
  "234 x",
  "250 x",
  '257 "/"',
  "331 x",
  "332 x",
  "350 x",
  "425 x",
  "426 x",
  "450 x",
  "500 x",
  "502 x",
  "530 x",
  "550 x",
  "631 x",
  "99 x",
  "rubbish",
  "",
  "226-x\r\n y\r\n226 z",
];

const optionSets: readonly ClientEngineOptions[] = [
  {},
  { security: "explicit" },
  { security: "explicit", clearControl: "after-login" },
  { security: "implicit", dataModes: ["PORT", "EPSV"] },
  { dataModes: ["EPRT", "PORT"], transferKeepAlive: 50 },
  { quirks: { ignoreUnsolicitedReplies: true, startWithoutMark: 20 }, telnetSynch: true },
];

/** A reply that the table knows in this state. */
function likely(wait: ClientWait, random: (below: number) => number): string {
  const keys = Object.entries(clientTable[wait].replies ?? {})
    .filter(([, target]) => target !== "desync" && target !== "closed")
    .map(([key]) => key);
  const key = keys[random(Math.max(1, keys.length))] ?? "226";
  if (wait === "passive" && key === "2") return "229 (|||2000|)";
  return `${key.padEnd(3, key === "2" ? "00" : "50")} x`;
}

/** Something that could happen next, likely or not. */
function happen(bench: Bench, random: (below: number) => number): void {
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
  const transfer = bench.effects.some(
    (effect) => effect.type === "data-connect" || effect.type === "data-listen",
  )
    ? transferOf(bench) - (random(8) === 0 ? 1 : 0)
    : 0;
  const events: readonly ClientEvent[] = [
    { type: "connected", remote, local },
    { type: "tls-started" },
    { type: "tls-stopped", clearBytes: random(4) === 0 ? 5 : 0 },
    { type: "data-open", transfer },
    { type: "data-listening", transfer, address: { ...local, port: 5000 } },
    { type: "data-listen-failed", transfer, message: "taken" },
    { type: "data-failed", transfer, message: "refused" },
    { type: "transfer-done", transfer, bytes: 3 },
    {
      type: "transfer-failed",
      transfer,
      reason: pick(["reset", "stalled", "store", "tls"]),
      message: "x",
      bytes: 1,
    },
  ];
  const { state, secure, secured } = bench.engine;
  // After CCC a login is the caller's mistake.
  const possible = secure === secured ? operations : operations.filter(({ type }) => type !== "login");
  const isLikely = random(25) > 0;
  if (state.name === "idle" && isLikely) bench.begin(pick(possible));
  else if ("wait" in state && isLikely && random(3) > 0) {
    const awaited = Object.keys(clientTable[state.wait].events ?? {});
    const fitting = events.filter((event) => awaited.includes(event.type));
    const hasReplies = Object.keys(clientTable[state.wait].replies ?? {}).length > 0;
    if (fitting.length > 0 && (!hasReplies || random(2) === 0)) bench.complete(pick(fitting));
    else if (hasReplies) bench.receive(`${likely(state.wait, random)}\r\n`);
  } else if (isLikely && random(2) === 0) bench.pass(random(300));
  else if (isLikely) bench.complete(pick(events));
  else {
    const kind = random(12);
    if (kind < 5) bench.receive(`${pick(replies)}\r\n`);
    else if (kind < 7) bench.receive(`${pick(replies)}\r\n${pick(replies)}\r\n`);
    else if (kind < 10) bench.abort(new FtpError("aborted", "given up"));
    else if (kind < 11) bench.pass(100_000);
    else bench.complete({ type: random(2) === 0 ? "disconnected" : "tls-failed", message: "gone" });
  }
}

describe("whatever comes in whatever order", () => {
  it("every operation settles exactly once, and the clock alone brings every session to rest", () => {
    let begun = 0;
    let idle = 0;
    let settledWell = 0;
    for (let seed = 1; seed <= 600; seed++) {
      const random = randomOf(seed);
      const bench = createBench(optionSets[seed % optionSets.length]);
      const begin = bench.begin;
      let mine = 0;
      bench.begin = (operation, timeout) => {
        mine++;
        return begin(operation, timeout);
      };
      if (seed % 4 !== 0) bench.complete({ type: "connected", remote, local }).receive("220 x\r\n");
      for (let turn = 0; turn < 60 && bench.engine.state.name !== "closed"; turn++) {
        happen(bench, random);
        const running = ["login", "command", "rename", "transfer"].includes(bench.engine.state.name) ? 1 : 0;
        if (bench.outcomes.length + running !== mine)
          throw new Error(`seed ${seed}, turn ${turn}: not settled once`);
      }
      // Nothing comes any more: the driver reports that the bytes stand still, and the clocks run out.
      for (let turn = 0; turn < 4 && bench.engine.state.name !== "closed"; turn++) {
        const { state } = bench.engine;
        if (state.name === "transfer" && state.data.name === "moving") {
          const { transfer } = state.data;
          bench.complete({
            type: "transfer-failed",
            transfer,
            reason: "stalled",
            message: "quiet",
            bytes: 0,
          });
        }
        bench.pass(300_000);
      }
      expect([seed, bench.engine.state.name]).toEqual([seed, expect.stringMatching(/^(idle|closed)$/)]);
      expect(bench.count("connection-close")).toBe(bench.engine.state.name === "closed" ? 1 : 0);
      expect(bench.engine.deadline).toBeUndefined();
      begun += mine;
      if (bench.engine.state.name === "idle") idle++;
      settledWell += bench.outcomes.filter((outcome) => outcome.ok).length;
    }
    // The walk must have been somewhere.
    expect(begun).toBeGreaterThan(1500);
    expect(settledWell).toBeGreaterThan(300);
    expect(idle).toBeGreaterThan(10);
  });

  it("any bytes at all: a state, never a throw", () => {
    const random = randomOf(77);
    for (let round = 0; round < 800; round++) {
      const bench = createBench(optionSets[round % optionSets.length]).complete({
        type: "connected",
        remote,
        local,
      });
      bench.receive("220 x\r\n");
      if (bench.engine.state.name === "idle") bench.begin(operations[round % operations.length] ?? login);
      for (let piece = 0; piece < 25; piece++) {
        const bytes = Uint8Array.from({ length: random(12) }, () =>
          random(3) === 0 ? random(256) : "0123456789- \r\n()|,".charCodeAt(random(19)),
        );
        bench.engine.receive(bytes, bench.now);
      }
      expect(bench.engine.state.name).toBeTypeOf("string");
    }
  });
});
