import { FtpError } from "@longshore/ftp-session/client";
import { describe, expect, it } from "vitest";
import { type Bench, done, greeted, login, opened, retrieve, store, transferOf } from "./driver.ts";

const given = (): FtpError => new FtpError("aborted", "given up");
const pwd = { type: "command", command: { verb: "PWD" } } as const;

/** The session is usable: the next command gets its own reply. */
function expectUsable(bench: Bench): void {
  expect(bench.engine.state.name).toBe("idle");
  bench.begin(pwd).receive('257 "/"\r\n');
  expect(bench.outcomes.at(-1)).toMatchObject({ ok: true, reply: { code: 257 } });
}

describe("ABOR", () => {
  it("settles at once, and closes the data connection after it was sent", () => {
    const bench = opened().receive("150 Here.\r\n").abort(given());
    expect(bench.error().code).toBe("aborted");
    const types = bench.effects.slice(-3).map((effect) => effect.type);
    expect(types).toEqual(["command-send", "data-close", "settled"]);
    expect(bench.engine.state).toMatchObject({ name: "recovering", wait: "aborting" });
  });

  it("telnet's Synch goes before it where that is wanted", () => {
    const bench = opened(retrieve(), { telnetSynch: true }).receive("150 Here.\r\n").abort(given());
    const [synch, abor] = bench.effects.filter((effect) => effect.type === "command-send").slice(-2);
    expect(synch?.type === "command-send" && [...synch.bytes]).toEqual([255, 244, 255, 242]);
    expect(abor?.type === "command-send" && abor.text).toBe("ABOR");
  });

  it.each([
    ["426 then 226 (RFC 959)", ["426 Aborted.", "226 Abort ok."], []],
    ["426 then 225", ["426 Aborted.", "225 Nothing to abort."], []],
    ["451 then 226", ["451 Aborted.", "226 Abort ok."], []],
    ["226 only", ["226 Abort ok."], ["200 Ok."]],
    ["226 twice: the transfer had ended", ["226 Complete.", "226 Abort ok."], ["200 Ok."]],
    ["226 then 225", ["226 Complete.", "225 Nothing."], ["200 Ok."]],
    ["ABOR not known, then 426", ["502 ABOR?", "426 Broken."], []],
    ["ABOR not known, then 226", ["500 ABOR?", "226 Complete."], []],
    ["426, then ABOR not known", ["426 Broken.", "502 ABOR?"], []],
    ["a late 150 first", ["150 Here.", "426 Aborted.", "226 Ok."], []],
    ["NOOP not known", ["226 Abort ok."], ["502 NOOP?"]],
  ])("%s", (_, replies, noop) => {
    const lines = replies.map((reply) => `${reply}\r\n`);
    for (const pieces of [lines, [lines.join("")]]) {
      const bench = opened()
        .receive("150 Here.\r\n")
        .abort(given())
        .receive(...pieces);
      expect(bench.sent.includes("NOOP")).toBe(noop.length > 0);
      bench.receive(...noop.map((reply) => `${reply}\r\n`));
      expectUsable(bench);
    }
  });

  it("426 only: after a while NOOP finds out that nothing follows", () => {
    const bench = opened().receive("150 Here.\r\n").abort(given()).receive("426 Aborted.\r\n").expire();
    expect(bench.sent.at(-1)).toBe("NOOP");
    bench.receive("200 Ok.\r\n");
    expectUsable(bench);
  });

  it("no answer at all ends the session", () => {
    const bench = opened().receive("150 Here.\r\n").abort(given()).expire().expire();
    expect(bench.last("connection-close").error).toMatchObject({ code: "timeout", phase: "abort" });
    expect(bench.outcomes).toHaveLength(1);
  });

  it("after the last byte, before the 226", () => {
    const bench = done(opened().receive("150 Here.\r\n")).abort(given());
    bench.receive("226 Complete.\r\n", "225 Nothing.\r\n", "200 Ok.\r\n");
    expectUsable(bench);
  });

  it("after the 226 there is nothing to abort but the bytes", () => {
    const bench = opened().receive("150 Here.\r\n", "226 Done.\r\n").abort(given());
    expect(bench.sent).not.toContain("ABOR");
    expect(bench.count("data-close")).toBe(1);
    expectUsable(bench);
  });
});

describe("giving up before the transfer command", () => {
  it("while EPSV is unanswered: its reply is waited for", () => {
    const bench = greeted().begin(retrieve()).abort(given());
    expect(bench.engine.state).toMatchObject({ name: "recovering", wait: "discarding" });
    bench.receive("229 (|||2000|)\r\n");
    expect(bench.sent).toEqual(["EPSV"]);
    expectUsable(bench);
  });

  it("while connecting: nothing is owed", () => {
    const bench = greeted().begin(retrieve()).receive("229 (|||2000|)\r\n").abort(given());
    expect(bench.count("data-close")).toBe(1);
    expectUsable(bench);
  });

  it("while TYPE is unanswered: it counts as unknown", () => {
    const image = retrieve("f", { representation: "image" });
    const bench = greeted().begin(image).abort(given()).receive("200 Ok.\r\n").begin(image);
    expect(bench.sent).toEqual(["TYPE I", "TYPE I"]);
  });

  it("a command's reply that comes late is not the next one's", () => {
    const bench = greeted()
      .begin({ type: "command", command: { verb: "SIZE", path: "a" } })
      .abort(given());
    bench.receive("213 1\r\n");
    expectUsable(bench);
  });

  it("a reply that never comes ends the session", () => {
    const bench = greeted().begin(pwd).abort(given()).expire();
    expect(bench.last("connection-close").error).toMatchObject({ code: "timeout" });
  });

  it("while connecting to the server at all", () => {
    const bench = greeted().abort(given());
    expect(bench.engine.state.name).toBe("idle");
    expect(bench.outcomes).toEqual([]);
  });
});

describe("deadlines", () => {
  it("a silent server ends the session, because its reply may still come", () => {
    const bench = greeted({ timeouts: { command: 300 } }).begin(pwd);
    expect(bench.engine.deadline).toBe(1300);
    bench.expire();
    expect(bench.error()).toMatchObject({
      code: "timeout",
      phase: "command",
      command: "PWD",
      retryable: true,
    });
    expect(bench.engine.state.name).toBe("closed");
  });

  it("the whole operation", () => {
    const bench = opened(retrieve(), {}).receive("150 Here.\r\n");
    expect(bench.engine.deadline).toBeUndefined();
    done(bench).receive("226 Done.\r\n").begin(retrieve(), 250);
    bench.receive("229 (|||2001|)\r\n").complete({ type: "data-open", transfer: transferOf(bench) });
    bench.receive("150 Here.\r\n").expire();
    expect(bench.now).toBe(1250);
    expect(bench.error()).toMatchObject({ code: "timeout" });
    expect(bench.sent.at(-1)).toBe("ABOR");
  });

  it("a stall is an ABOR", () => {
    const bench = opened().receive("150 Here.\r\n");
    bench.complete({
      type: "transfer-failed",
      transfer: transferOf(bench),
      reason: "stalled",
      message: "quiet",
      bytes: 1,
    });
    expect(bench.error()).toMatchObject({ code: "timeout", bytes: 1 });
    bench.receive("426 Aborted.\r\n", "226 Ok.\r\n");
    expectUsable(bench);
  });

  it("no 226 after the last byte: ABOR asks for it", () => {
    const bench = done(opened(retrieve(), { timeouts: { conclude: 400 } }).receive("150 Here.\r\n")).expire();
    expect(bench.error()).toMatchObject({ code: "timeout", phase: "conclude" });
    bench.receive("226 Late.\r\n", "225 Nothing.\r\n", "200 Ok.\r\n");
    expectUsable(bench);
  });

  it("no 150 for an upload of which nothing may start", () => {
    const bench = opened(store(), { quirks: { startWithoutMark: 0 }, timeouts: { command: 400 } }).expire();
    expect(bench.error().code).toBe("timeout");
    expect(bench.sent.at(-1)).toBe("ABOR");
  });

  it("a call before the deadline changes nothing", () => {
    const bench = greeted().begin(pwd);
    expect(bench.engine.expire(bench.now + 1)).toEqual([]);
    expect(bench.engine.state).toMatchObject({ wait: "reply" });
  });
});

describe("every command owns its replies", () => {
  it("an extra reply closes the session; the operation before it stands", () => {
    const bench = greeted().begin(pwd).receive('257 "/"\r\n226 What?\r\n');
    expect(bench.outcomes).toHaveLength(1);
    expect(bench.outcomes[0]?.ok).toBe(true);
    expect(bench.last("connection-close").error).toMatchObject({ code: "desync", reply: { code: 226 } });
    bench.begin(pwd);
    expect(bench.error().code).toBe("desync");
  });

  it("or is dropped, where that was asked for", () => {
    const bench = greeted({ quirks: { ignoreUnsolicitedReplies: true } }).receive("200 Hello everybody.\r\n");
    expectUsable(bench);
  });

  it.each(["150 Here.", "226 Done.", "426 Broken.", "225 Open."])("%s cannot answer PWD", (reply) => {
    const bench = greeted().begin(pwd).receive(`${reply}\r\n`);
    expect(bench.error()).toMatchObject({ code: "desync", command: "PWD" });
  });

  it("nor EPSV: a late 226 is not an address", () => {
    expect(greeted().begin(retrieve()).receive("226 Done.\r\n").error().code).toBe("desync");
  });

  it("a reply that was there before its command was sent is not its reply", () => {
    const bench = greeted().begin(login).receive("331 Password.\r\n230 In.\r\n");
    expect(bench.error().code).toBe("desync");
  });

  it("an unsolicited 421 closes at once, with its text", () => {
    const bench = greeted().receive("421 Idle for too long.\r\n");
    const { error } = bench.last("connection-close");
    expect(error).toMatchObject({ code: "service-closing", retryable: true });
    expect(error?.message).toContain("421 Idle for too long.");
  });

  it("so does one during a transfer", () => {
    const bench = opened().receive("150 Here.\r\n", "421 Shutting down.\r\n");
    expect(bench.error().code).toBe("service-closing");
    expect(bench.count("data-close")).toBe(1);
  });

  it("what is no reply costs the operation, not the session", () => {
    const bench = greeted().begin(pwd).receive("garbage\r\n");
    expect(bench.error().code).toBe("malformed-reply");
    expect(bench.sent.at(-1)).toBe("NOOP");
    bench.receive('257 "/"\r\n', "200 Ok.\r\n");
    expectUsable(bench);
  });

  it("also in a transfer, before and after its command", () => {
    const before = greeted().begin(retrieve()).receive("garbage\r\n");
    expect(before.error().code).toBe("malformed-reply");
    expectUsable(before.receive("229 (|||2000|)\r\n", "200 Ok.\r\n"));
    for (const mark of [[], ["150 Here.\r\n"]]) {
      const after = opened().receive(...mark, "garbage\r\n");
      expect(after.error().code).toBe("malformed-reply");
      expectUsable(after.receive("426 Broken.\r\n", "226 Ok.\r\n"));
    }
  });

  it("rubbish while nothing is awaited changes nothing", () => {
    expectUsable(greeted().receive("\r\n", "garbage\r\n"));
  });

  it("a telnet option is refused on the way", () => {
    const bench = greeted();
    const effects = bench.engine.receive(Uint8Array.of(255, 251, 1), bench.now);
    expect(effects.map((effect) => effect.type === "command-send" && [...effect.bytes])).toEqual([
      [255, 254, 1],
    ]);
  });
});

describe("rename and commands", () => {
  it("RNFR then RNTO, and either may be refused", () => {
    const operation = { type: "rename", from: "a", to: "b" } as const;
    const bench = greeted().begin(operation).receive("350 Go on.\r\n", "250 Done.\r\n");
    expect(bench.sent).toEqual(["RNFR a", "RNTO b"]);
    expect(bench.outcomes[0]?.ok).toBe(true);
    bench
      .begin(operation)
      .receive("550 No a.\r\n")
      .begin(operation)
      .receive("350 Go on.\r\n", "553 No b.\r\n");
    expect(bench.outcomes.slice(1)).toMatchObject([
      { ok: false, error: { command: "RNFR a", code: "refused" } },
      { ok: false, error: { command: "RNTO b", code: "refused" } },
    ]);
    expectUsable(bench);
  });

  it("both names are checked before either is sent", () => {
    const bench = greeted();
    expect(() => bench.begin({ type: "rename", from: "a", to: "b\nDELE c" })).toThrow(/forbidden/);
    expect(bench.sent).toEqual([]);
  });

  it("REIN may answer 120 before its 220", () => {
    const bench = greeted()
      .begin({ type: "command", command: { verb: "REIN" } })
      .receive("120 Wait.\r\n");
    expect(bench.outcomes).toEqual([]);
    expect(bench.receive("220 Ready.\r\n").outcomes[0]?.ok).toBe(true);
  });

  it("a line of the user's own takes any reply that is asked for", () => {
    const bench = greeted().begin({ type: "command", command: { line: "XYZZY plugh" }, expect: ["2", "5"] });
    expect(bench.receive("500 What?\r\n").outcomes[0]).toMatchObject({ ok: true, reply: { code: 500 } });
    expect(() => bench.begin({ type: "command", command: { line: "A\r\nB" } })).toThrow();
  });
});

describe("NOOP while a transfer runs", () => {
  const start = (): Bench =>
    opened(retrieve(), { transferKeepAlive: 100 }).receive("150 Here.\r\n").pass(250);

  it("is sent, and answered before the 226", () => {
    const bench = start();
    expect(bench.sent.filter((line) => line === "NOOP")).toHaveLength(2);
    bench.receive("200 Ok.\r\n", "200 Ok.\r\n");
    expectUsable(done(bench).receive("226 Done.\r\n"));
  });

  it("or after it", () => {
    const bench = done(start()).receive("226 Done.\r\n");
    expect(bench.outcomes[0]?.ok).toBe(true);
    expect(bench.engine.state).toMatchObject({ name: "recovering", owed: 2 });
    expectUsable(bench.receive("200 Ok.\r\n", "200 Ok.\r\n"));
  });

  it("or not at all, when the transfer is given up", () => {
    const bench = start()
      .abort(given())
      .receive("200 Ok.\r\n", "200 Ok.\r\n", "426 Aborted.\r\n", "226 Ok.\r\n");
    expectUsable(bench);
  });

  it("is not known there", () => {
    const bench = start().receive("500 NOOP?\r\n", "500 NOOP?\r\n");
    expectUsable(done(bench).receive("226 Done.\r\n"));
  });
});
