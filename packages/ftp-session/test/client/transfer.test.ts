import { type ClientEngineOptions, FtpError } from "@longshore/ftp-session/client";
import { describe, expect, it } from "vitest";
import {
  type Bench,
  createBench,
  done,
  greeted,
  local,
  opened,
  remote,
  retrieve,
  store,
  transferOf,
} from "./driver.ts";

describe("a size that is told beforehand", () => {
  const passed = (bench: Bench): Bench =>
    bench.receive("229 (|||5000|)\r\n").complete({ type: "data-open", transfer: 1 });

  it("goes before each try of the command", () => {
    const bench = passed(greeted().begin(store("f", { allocate: 7, dataModes: ["EPSV", "EPSV"] })));
    expect(bench.sent.slice(-2)).toEqual(["EPSV", "ALLO 7"]);
    bench.receive("202 No need.\r\n", "425 Not this one.\r\n", "229 (|||5001|)\r\n");
    bench.complete({ type: "data-open", transfer: 2 }).receive("200 Ok.\r\n");
    expect(bench.sent.slice(-5)).toEqual(["ALLO 7", "STOR f", "EPSV", "ALLO 7", "STOR f"]);
  });

  it("that is refused ends the transfer, with the session usable", () => {
    const bench = passed(greeted().begin(store("f", { allocate: 7 }))).receive("552 Not so much.\r\n");
    expect(bench.error()).toMatchObject({ code: "refused", command: "ALLO 7", reply: { code: 552 } });
    expect(bench.engine.state.name).toBe("idle");
    expect(bench.count("data-close")).toBe(1);
  });
});

describe("replies and bytes come to their end in any order", () => {
  it("150, bytes, 226", () => {
    const bench = opened().receive("150 Here.\r\n");
    expect(bench.count("transfer-start")).toBe(1);
    done(bench);
    expect(bench.engine.state).toMatchObject({ wait: "concluding" });
    bench.receive("226 Done.\r\n");
    expect(bench.outcomes).toEqual([
      {
        ok: true,
        reply: { code: 226, lines: ["Done."] },
        transfer: { bytes: 3, mode: "EPSV", mark: { code: 150, lines: ["Here."] } },
      },
    ]);
    expect(bench.engine.state.name).toBe("idle");
  });

  it("226 before the last byte: the bytes are waited for, without a deadline of the engine's", () => {
    const bench = opened().receive("150 Here.\r\n", "226 Done.\r\n");
    expect(bench.outcomes).toEqual([]);
    expect(bench.engine.deadline).toBeUndefined();
    expect(done(bench, 7).outcomes[0]).toMatchObject({ ok: true, transfer: { bytes: 7 } });
  });

  it("no 150 at all, 226 before and after the bytes", () => {
    expect(done(opened().receive("226 Done.\r\n")).outcomes[0]).toMatchObject({ ok: true });
    expect(done(opened()).receive("226 Done.\r\n").outcomes[0]).toMatchObject({ ok: true });
  });

  it("150 and 226 in one segment, and in every cut", () => {
    const replies = "150 Here.\r\n226 Done.\r\n";
    for (let cut = 0; cut <= replies.length; cut++) {
      const bench = opened().receive(replies.slice(0, cut), replies.slice(cut));
      expect(done(bench).outcomes[0]).toMatchObject({ ok: true, transfer: { mark: { code: 150 } } });
    }
  });

  it("bytes that have all come before the 150", () => {
    const bench = done(opened()).receive("150 Here.\r\n", "226 Done.\r\n");
    expect(bench.outcomes[0]).toMatchObject({ ok: true, transfer: { bytes: 3, mark: { code: 150 } } });
  });

  it("two 150s, and a 110 mark between", () => {
    const bench = opened().receive("150 One.\r\n", "110 MARK a = b\r\n", "125 Two.\r\n");
    expect(done(bench).receive("226 Done.\r\n").outcomes[0]).toMatchObject({
      ok: true,
      transfer: { mark: { lines: ["One."] } },
    });
  });

  it("150 then 425 settles the transfer, and the session goes on", () => {
    const bench = opened().receive("150 Here.\r\n", "425 Cannot open.\r\n");
    expect(bench.error()).toMatchObject({ code: "data-open-failed", retryable: true, command: "RETR f" });
    expect(bench.last("data-close").transfer).toBe(transferOf(bench));
    bench.begin({ type: "command", command: { verb: "NOOP" } }).receive("200 Ok.\r\n");
    expect(bench.outcomes.at(-1)).toMatchObject({ ok: true });
  });

  it.each([
    ["550 No such file.", "refused", false],
    ["450 Busy.", "refused", true],
    ["530 Log in.", "refused", false],
  ])("%s in place of the 150", (reply, code, retryable) => {
    const bench = opened().receive(`${reply}\r\n`);
    expect(bench.error()).toMatchObject({ code, retryable, phase: "command" });
    expect(bench.count("data-close")).toBe(1);
    expect(bench.engine.state.name).toBe("idle");
  });

  it.each([
    ["426 Broken.", "data-lost", true],
    ["451 Local error.", "transfer-failed", true],
    ["552 Quota.", "transfer-failed", false],
  ])("%s after the 150", (reply, code, retryable) => {
    const bench = opened(store()).receive("150 Go.\r\n", `${reply}\r\n`);
    expect(bench.error()).toMatchObject({ code, retryable, phase: "transfer" });
    expect(bench.engine.state.name).toBe("idle");
  });

  it("a reset data connection waits for the server's word and settles with both", () => {
    const bench = opened().receive("150 Here.\r\n");
    bench.complete({
      type: "transfer-failed",
      transfer: transferOf(bench),
      reason: "reset",
      message: "ECONNRESET",
      bytes: 5,
    });
    expect(bench.outcomes).toEqual([]);
    bench.receive("426 Broken.\r\n");
    expect(bench.error()).toMatchObject({
      code: "data-lost",
      bytes: 5,
      reply: { code: 426 },
      retryable: true,
    });
    expect(bench.engine.state.name).toBe("idle");
  });

  it("a reset with a content 226 is still an error", () => {
    const failed = {
      type: "transfer-failed",
      reason: "truncated",
      message: "no close_notify",
      bytes: 5,
    } as const;
    const after = opened().receive("150 Here.\r\n", "226 Done.\r\n");
    after.complete({ ...failed, transfer: transferOf(after) });
    expect(after.error().code).toBe("data-lost");
    const before = opened().receive("150 Here.\r\n");
    before.complete({ ...failed, transfer: transferOf(before) }).receive("226 Done.\r\n");
    expect(before.error().code).toBe("data-lost");
    expect(before.engine.state.name).toBe("idle");
  });

  it("226 for a listing of nothing, for which an active server opened no connection", () => {
    const bench = greeted({ dataModes: ["PORT"] }).begin({ type: "transfer", command: { verb: "LIST" } });
    bench.complete({
      type: "data-listening",
      transfer: transferOf(bench),
      address: { ...local, port: 5000 },
    });
    bench.receive("200 Ok.\r\n", "226 Nothing.\r\n").pass(1000);
    expect(bench.outcomes[0]).toMatchObject({ ok: true, transfer: { bytes: 0 } });
  });

  it("the control connection may go after the 226 while bytes still come", () => {
    const bench = opened().receive("150 Here.\r\n", "226 Done.\r\n").complete({ type: "disconnected" });
    expect(bench.outcomes).toEqual([]);
    expect(done(bench).outcomes[0]).toMatchObject({ ok: true });
    expect(bench.engine.state).toMatchObject({ name: "closed", error: { code: "connection-lost" } });
  });

  it("and the server may say goodbye", () => {
    const bench = opened().receive("150 Here.\r\n", "226 Done.\r\n421 Going down.\r\n");
    expect(bench.outcomes).toEqual([]);
    bench.complete({ type: "disconnected" });
    expect(done(bench).outcomes[0]).toMatchObject({ ok: true });
    expect(bench.engine.state).toMatchObject({ name: "closed" });
  });

  it("but before the 226 that is the end", () => {
    const goodbye = opened().receive("150 Here.\r\n", "421 Going down.\r\n");
    expect(goodbye.error().code).toBe("service-closing");
    expect(goodbye.count("data-close")).toBe(1);
    const bench = opened().receive("150 Here.\r\n").complete({ type: "disconnected" });
    expect(bench.error().code).toBe("connection-lost");
    expect(bench.count("data-close")).toBe(1);
  });
});

describe("TLS on the data connection", () => {
  /** Logged in over TLS, with the data connection of `operation` just open. */
  function secured(operation = retrieve(), options: ClientEngineOptions = {}): Bench {
    const bench = createBench({ security: "implicit", ...options });
    bench.complete({ type: "connected", remote, local }).complete({ type: "tls-started" });
    return bench.receive("220 R.\r\n").begin(operation);
  }

  it("begins with the transfer command, not with the connection", () => {
    const bench = secured(retrieve("f", { restart: 3 })).receive("229 (|||2000|)\r\n");
    bench.complete({ type: "data-open", transfer: transferOf(bench) });
    expect(bench.count("data-secure")).toBe(0);
    bench.receive("350 At 3.\r\n");
    expect(bench.effects.slice(-3).map((effect) => effect.type)).toEqual([
      "command-send",
      "data-secure",
      "transfer-start",
    ]);
  });

  it("of an upload too, before the 150", () => {
    const bench = secured(store()).receive("229 (|||2000|)\r\n");
    bench.complete({ type: "data-open", transfer: transferOf(bench) });
    expect(bench.effects.slice(-2).map((effect) => effect.type)).toEqual(["command-send", "data-secure"]);
  });

  it("with the connection, where the server opens that after the command", () => {
    const bench = secured(retrieve(), { dataModes: ["PORT"] });
    bench.complete({
      type: "data-listening",
      transfer: transferOf(bench),
      address: { ...local, port: 5000 },
    });
    bench.receive("200 Ok.\r\n");
    expect(bench.count("data-secure")).toBe(0);
    bench.complete({ type: "data-open", transfer: transferOf(bench) });
    expect(bench.count("data-secure")).toBe(1);
  });

  it("not at all with PROT C", () => {
    const bench = secured(retrieve(), { dataProtection: "clear" }).receive("229 (|||2000|)\r\n");
    bench.complete({ type: "data-open", transfer: transferOf(bench) });
    expect(bench.count("data-secure")).toBe(0);
    expect(bench.count("transfer-start")).toBe(1);
  });

  it("whose handshake fails: the server has a moment to say why", () => {
    const failed = { type: "transfer-failed", reason: "tls", message: "alert 40", bytes: 0 } as const;
    const begin = (): Bench => {
      const bench = secured().receive("229 (|||2000|)\r\n");
      bench.complete({ type: "data-open", transfer: transferOf(bench) }).receive("150 Here.\r\n");
      return bench.complete({ ...failed, transfer: transferOf(bench) });
    };
    const told = begin().receive("522 Session reuse required.\r\n");
    expect(told.error()).toMatchObject({ code: "tls-failed", reply: { code: 522 } });
    const untold = begin().pass(5000);
    expect(untold.error()).toMatchObject({ code: "tls-failed" });
    expect(untold.sent.at(-1)).toBe("ABOR");
  });
});

describe("uploads", () => {
  it("wait for the 150 before the first byte", () => {
    const bench = opened(store());
    expect(bench.count("transfer-start")).toBe(0);
    bench.receive("150 Go.\r\n");
    expect(bench.last("transfer-start")).toMatchObject({ direction: "send" });
  });

  it("start without one after a while, unless told not to", () => {
    expect(opened(store()).pass(5000).count("transfer-start")).toBe(1);
    const never = opened(store(), { quirks: { startWithoutMark: 0 } }).pass(30_000);
    expect(never.count("transfer-start")).toBe(0);
  });

  it("an unmarked one ends like any other", () => {
    const bench = done(opened(store()).pass(5000)).receive("226 Done.\r\n");
    expect(bench.outcomes[0]).toMatchObject({ ok: true, transfer: { bytes: 3 } });
  });

  it("a failing source is an ABOR with a reset connection", () => {
    const bench = opened(store()).receive("150 Go.\r\n");
    const cause = new Error("EIO");
    bench.complete({
      type: "transfer-failed",
      transfer: transferOf(bench),
      reason: "store",
      message: "EIO",
      bytes: 9,
      cause,
    });
    expect(bench.error()).toMatchObject({ code: "local", bytes: 9, cause, retryable: false });
    expect(bench.sent.at(-1)).toBe("ABOR");
    bench.receive("426 Aborted.\r\n", "226 Abort ok.\r\n");
    expect(bench.engine.state.name).toBe("idle");
  });
});

describe("representation and restart", () => {
  it("TYPE is sent when it changes, and only then", () => {
    const bench = greeted();
    const transfer = (representation: "image" | "ascii"): void => {
      bench.begin(retrieve("f", { representation }));
      if (bench.sent.at(-1)?.startsWith("TYPE")) bench.receive("200 Ok.\r\n");
      bench.receive("229 (|||2000|)\r\n").complete({ type: "data-open", transfer: transferOf(bench) });
      done(bench).receive("226 Done.\r\n");
    };
    transfer("image");
    transfer("image");
    transfer("ascii");
    transfer("image");
    expect(bench.sent.filter((line) => line.startsWith("TYPE"))).toEqual(["TYPE I", "TYPE A", "TYPE I"]);
  });

  it("a TYPE of the user's own is noticed", () => {
    const size = { type: "command", command: { verb: "SIZE", path: "f" }, representation: "image" } as const;
    const bench = greeted().begin(size).receive("200 Ok.\r\n", "213 3\r\n");
    bench.begin({ type: "command", command: { line: "type a" } }).receive("200 Ok.\r\n");
    bench.begin(size).receive("200 Ok.\r\n", "213 3\r\n");
    expect(bench.sent).toEqual(["TYPE I", "SIZE f", "type a", "TYPE I", "SIZE f"]);
  });

  it("a refused TYPE fails the transfer alone", () => {
    const bench = greeted()
      .begin(retrieve("f", { representation: "ascii" }))
      .receive("504 No.\r\n");
    expect(bench.error()).toMatchObject({ code: "refused", command: "TYPE A" });
    expect(bench.engine.state.name).toBe("idle");
  });

  it("REST right before the command", () => {
    const bench = opened(retrieve("f", { restart: 5_000_000_000 })).receive("350 Ready.\r\n");
    expect(bench.sent).toEqual(["EPSV", "REST 5000000000", "RETR f"]);
  });

  it("a refused REST is its own error and is not repeated", () => {
    const bench = opened(retrieve("f", { restart: 10 })).receive("502 No REST.\r\n");
    expect(bench.error()).toMatchObject({ code: "restart-refused" });
    expect(bench.count("data-close")).toBe(1);
    bench
      .begin(retrieve())
      .receive("229 (|||2001|)\r\n")
      .complete({ type: "data-open", transfer: transferOf(bench) });
    expect(bench.sent.at(-1)).toBe("RETR f");
  });

  it("a REST that no transfer used is taken back before the next one", () => {
    const bench = opened(retrieve("f", { restart: 10 })).abort(new FtpError("aborted", "enough"));
    bench.receive("350 Ready.\r\n");
    expect(bench.engine.state.name).toBe("idle");
    bench
      .begin(store())
      .receive("229 (|||2001|)\r\n")
      .complete({ type: "data-open", transfer: transferOf(bench) });
    expect(bench.sent.at(-1)).toBe("REST 0");
    expect(bench.receive("350 Ready.\r\n").sent.at(-1)).toBe("STOR f");
  });

  it("a REST of the user's own too", () => {
    const bench = greeted().begin({ type: "command", command: { line: "REST 10" }, expect: ["3"] });
    bench.receive("350 Ready.\r\n").begin(store()).receive("229 (|||2001|)\r\n");
    bench.complete({ type: "data-open", transfer: transferOf(bench) });
    expect(bench.sent.at(-1)).toBe("REST 0");
  });
});

describe("opening the data connection", () => {
  const address = { ...remote, port: 2000 };

  it("EPSV goes to the control connection's peer", () => {
    expect(greeted().begin(retrieve()).receive("229 (|||2000|)\r\n").last("data-connect").address).toEqual(
      address,
    );
  });

  it.each([
    ["refused", "500 What?"],
    ["refused for now", "425 Out of ports."],
    ["no port in it", "229 Entering Extended Passive Mode"],
    ["port 0", "229 (|||0|)"],
    ["port above 65535", "229 (|||65536|)"],
  ])("EPSV %s: PASV", (_, reply) => {
    const bench = greeted().begin(retrieve()).receive(`${reply}\r\n`);
    expect(bench.sent).toEqual(["EPSV", "PASV"]);
    expect(bench.receive("227 (192,0,2,1,7,208)\r\n").last("data-connect").address).toEqual(address);
  });

  it("EPSV whose connection fails: PASV, and PASV first from then on", () => {
    const bench = greeted().begin(retrieve()).receive("229 (|||2000|)\r\n");
    bench.complete({ type: "data-failed", transfer: transferOf(bench), message: "ECONNREFUSED" });
    bench.receive("227 (192,0,2,1,7,208)\r\n").complete({ type: "data-open", transfer: transferOf(bench) });
    done(bench).receive("226 Done.\r\n");
    expect(bench.outcomes[0]).toMatchObject({ ok: true, transfer: { mode: "PASV" } });
    bench.begin(retrieve());
    expect(bench.sent).toEqual(["EPSV", "PASV", "RETR f", "PASV"]);
  });

  it("EPSV whose connection is swallowed: PASV after the deadline", () => {
    const bench = greeted({ timeouts: { "data-open": 700 } })
      .begin(retrieve())
      .receive("229 (|||2000|)\r\n");
    const first = transferOf(bench);
    bench.expire();
    expect(bench.now).toBe(1700);
    expect(bench.last("data-close").transfer).toBe(first);
    expect(bench.sent.at(-1)).toBe("PASV");
    // What comes late about the first connection is nobody's.
    bench.complete({ type: "data-open", transfer: first });
    expect(bench.sent.at(-1)).toBe("PASV");
  });

  it("a 227 whose numbers stand in the last line of several", () => {
    const bench = greeted({ dataModes: ["PASV"] }).begin(retrieve());
    bench.receive("227-Passive mode, 2 of 3 ports are free.\r\n Mind the gap,\r\n227 (192,0,2,1,7,208)\r\n");
    expect(bench.last("data-connect").address).toEqual(address);
  });

  it("EPSV that is answered with 227", () => {
    const bench = greeted().begin(retrieve()).receive("227 (192,0,2,1,7,208)\r\n");
    expect(bench.last("data-connect").address).toEqual(address);
  });

  it("nothing works: one error with every reason", () => {
    const bench = greeted().begin(retrieve()).receive("500 No EPSV.\r\n", "502 No PASV.\r\n");
    expect(bench.error().code).toBe("data-open-failed");
    expect(bench.error().message).toContain('EPSV: answered "500 No EPSV."; PASV: answered "502 No PASV."');
    expect(bench.engine.state.name).toBe("idle");
  });

  it.each([
    ["control", remote.host],
    ["reply", "198.51.100.9"],
  ] as const)("a 227 with another host, passiveHost %s", (passiveHost, host) => {
    const bench = greeted({ passiveHost, dataModes: ["PASV"] }).begin(retrieve());
    expect(bench.receive("227 (198,51,100,9,7,208)\r\n").last("data-connect").address.host).toBe(host);
  });

  it("a 227 with another host is refused where it must be the same", () => {
    const bench = greeted({ passiveHost: "same", dataModes: ["PASV"] }).begin(retrieve());
    bench.receive("227 (198,51,100,9,7,208)\r\n");
    expect(bench.error().message).toContain("198.51.100.9");
    expect(bench.count("data-connect")).toBe(0);
  });

  it("IPv6 leaves PASV and PORT out", () => {
    const here = { family: 6, host: "2001:db8::7", port: 40_000 } as const;
    const there = { family: 6, host: "2001:db8::1", port: 21 } as const;
    const bench = greeted(
      { dataModes: ["PASV", "PORT", "EPSV"] },
      { type: "connected", remote: there, local: here },
    );
    bench.begin(retrieve()).receive("229 (|||2000|)\r\n");
    expect(bench.sent).toEqual(["EPSV"]);
    expect(bench.last("data-connect").address).toEqual({ ...there, port: 2000 });
  });

  it("active: EPRT, then PORT, with one listener each", () => {
    const bench = greeted({ dataModes: ["EPRT", "PORT"] }).begin(retrieve());
    bench.complete({
      type: "data-listening",
      transfer: transferOf(bench),
      address: { ...local, port: 5000 },
    });
    const first = transferOf(bench);
    bench.receive("522 No.\r\n");
    expect(bench.last("data-close").transfer).toBe(first);
    bench.complete({
      type: "data-listening",
      transfer: transferOf(bench),
      address: { ...local, port: 5001 },
    });
    expect(bench.sent).toEqual(["EPRT |1|192.0.2.7|5000|", "PORT 192,0,2,7,19,137"]);
    bench.receive("200 Ok.\r\n");
    expect(bench.sent.at(-1)).toBe("RETR f");
  });

  it("active: the connection may come before and after the 150", () => {
    for (const early of [true, false]) {
      const bench = greeted({ dataModes: ["PORT"] }).begin(store());
      bench.complete({
        type: "data-listening",
        transfer: transferOf(bench),
        address: { ...local, port: 5000 },
      });
      bench.receive("200 Ok.\r\n");
      const open = { type: "data-open", transfer: transferOf(bench) } as const;
      if (early) bench.complete(open).receive("150 Go.\r\n");
      else bench.receive("150 Go.\r\n").complete(open);
      expect(bench.count("transfer-start")).toBe(1);
      expect(done(bench).receive("226 Done.\r\n").outcomes[0]).toMatchObject({ ok: true });
    }
  });

  it("active: a 425 goes on to the next mode", () => {
    const bench = greeted({ dataModes: ["PORT", "EPSV"] }).begin(retrieve("f", { restart: 4 }));
    bench.complete({
      type: "data-listening",
      transfer: transferOf(bench),
      address: { ...local, port: 5000 },
    });
    bench.receive("200 Ok.\r\n", "350 At 4.\r\n", "425 Cannot connect.\r\n", "229 (|||2000|)\r\n");
    bench.complete({ type: "data-open", transfer: transferOf(bench) }).receive("350 At 4.\r\n");
    expect(bench.sent.slice(-2)).toEqual(["REST 4", "RETR f"]);
    expect(done(bench).receive("226 Done.\r\n").outcomes[0]).toMatchObject({
      ok: true,
      transfer: { mode: "EPSV" },
    });
  });

  it("active: a server that never connects", () => {
    const bench = greeted({ dataModes: ["PORT"], timeouts: { "data-open": 900 } }).begin(retrieve());
    bench.complete({
      type: "data-listening",
      transfer: transferOf(bench),
      address: { ...local, port: 5000 },
    });
    bench.receive("200 Ok.\r\n", "150 Go.\r\n").expire();
    expect(bench.error().code).toBe("data-open-failed");
    expect(bench.sent.at(-1)).toBe("ABOR");
  });

  it("active: no port to listen on", () => {
    const bench = greeted({ dataModes: ["PORT"] }).begin(retrieve());
    bench.complete({ type: "data-listen-failed", transfer: transferOf(bench), message: "all taken" });
    expect(bench.error().message).toContain("PORT: all taken");
  });

  it("a passive connection that breaks before the command is not used", () => {
    const bench = opened(retrieve("f", { restart: 4 }));
    bench.complete({ type: "data-failed", transfer: transferOf(bench), message: "reset" });
    bench.receive("350 At 4.\r\n");
    expect(bench.sent).toEqual(["EPSV", "REST 4", "PASV"]);
    bench.receive("227 (192,0,2,1,7,208)\r\n").complete({ type: "data-open", transfer: transferOf(bench) });
    expect(bench.receive("350 At 4.\r\n").sent.slice(-2)).toEqual(["REST 4", "RETR f"]);
  });
});
