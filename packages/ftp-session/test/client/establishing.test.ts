import { FtpError } from "@longshore/ftp-session/client";
import { describe, expect, it } from "vitest";
import { createBench, greeted, local, login, remote } from "./driver.ts";

const connected = { type: "connected", remote, local } as const;

describe("greeting", () => {
  it("waits through any number of 120 and is idle after 220", () => {
    const bench = createBench().complete(connected);
    bench.receive("120 Ready in 2 minutes.\r\n").pass(200_000);
    expect(bench.engine.state).toMatchObject({ wait: "greeting" });
    bench.receive("120 One more.\r\n", "220 Go ahead.\r\n");
    expect(bench.engine.state.name).toBe("idle");
  });

  it("takes a 230 greeting for the login", () => {
    const bench = createBench().complete(connected).receive("230 Come in.\r\n").begin(login);
    expect(bench.sent).toEqual([]);
    expect(bench.outcomes).toEqual([{ ok: true }]);
  });

  it.each([
    ["SSH-2.0-OpenSSH_9.2p1\r\n", "ssh"],
    ["HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n", "http"],
    ["hello there\r\n", "no-code"],
  ])("names a server that does not speak FTP: %j", (greeting, kind) => {
    const bench = createBench().complete(connected).receive(greeting);
    const { error } = bench.last("connection-close");
    expect(error).toMatchObject({ code: "not-ftp", phase: "greeting" });
    expect(error?.message).toContain(kind);
  });

  it.each(["421 Too many users.\r\n", "530 Go away.\r\n", "550 No.\r\n"])("ends at %j", (greeting) => {
    const bench = createBench().complete(connected).receive(greeting);
    expect(bench.engine.state.name).toBe("closed");
    expect(bench.last("connection-close").error?.reply?.code).toBe(Number(greeting.slice(0, 3)));
  });

  it("reads a multi-line banner in any cut, with lines that look like replies", () => {
    const banner = "220-Hello\r\n550 not a reply\r\n220 Ready\r\n";
    for (let cut = 1; cut < banner.length; cut++) {
      const bench = createBench().complete(connected).receive(banner.slice(0, cut), banner.slice(cut));
      expect(bench.engine.state.name).toBe("idle");
    }
  });

  it.each(["connect", "greeting"] as const)("has a deadline for %s", (phase) => {
    const bench = createBench({ timeouts: { [phase]: 500 } });
    if (phase === "greeting") bench.complete(connected);
    expect(bench.engine.deadline).toBe(1500);
    bench.expire();
    expect(bench.last("connection-close").error).toMatchObject({ code: "timeout", phase });
  });

  it("says why the connection could not be opened", () => {
    const cause = new Error("ECONNREFUSED");
    const bench = createBench().complete({ type: "disconnected", message: cause.message, cause });
    expect(bench.last("connection-close").error).toMatchObject({
      code: "connect-failed",
      retryable: true,
      cause,
    });
  });
});

describe("TLS", () => {
  it("explicit: AUTH before anything else, then a fresh session", () => {
    const bench = createBench({ security: "explicit" }).complete(connected);
    bench.receive("220 Ready.\r\n");
    expect(bench.sent).toEqual(["AUTH TLS"]);
    bench.receive("234 Go.\r\n");
    expect(bench.count("tls-start")).toBe(1);
    bench.complete({ type: "tls-started" });
    expect(bench.engine).toMatchObject({ secure: true, state: { name: "idle" } });
  });

  it("implicit: the handshake comes before the greeting", () => {
    const bench = createBench({ security: "implicit" }).complete(connected);
    expect(bench.count("tls-start")).toBe(1);
    bench.complete({ type: "tls-started" }).receive("220 Ready.\r\n");
    expect(bench.engine.state.name).toBe("idle");
  });

  it("a 230 greeting before AUTH is no login", () => {
    const bench = createBench({ security: "explicit" })
      .complete(connected)
      .receive("230 In.\r\n", "234 Go.\r\n");
    bench.complete({ type: "tls-started" }).begin(login);
    expect(bench.sent.at(-1)).toBe("USER ann");
  });

  it.each(["500 What?", "502 No.", "431 Later.", "534 No.", "334 ADAT="])(
    "required means required: %s ends it",
    (reply) => {
      const bench = createBench({ security: "explicit" })
        .complete(connected)
        .receive("220 Ready.\r\n", `${reply}\r\n`);
      expect(bench.last("connection-close").error?.code).toBe("tls-refused");
      expect(bench.sent).toEqual(["AUTH TLS"]);
    },
  );

  it.each([
    ["a whole reply", "234 Go.\r\n230 Logged in.\r\n"],
    ["a part of one", "234 Go.\r\n2"],
    ["a rubbish line", "234 Go.\r\nx\r\n"],
  ])("%s behind the 234 is an injection", (_, bytes) => {
    const bench = createBench({ security: "explicit" }).complete(connected).receive("220 Ready.\r\n", bytes);
    expect(bench.last("connection-close").error?.code).toBe("tls-injection");
    expect(bench.engine.state.name).toBe("closed");
  });

  it("bytes in clear while the handshake runs are an injection too", () => {
    const bench = createBench({ security: "explicit" }).complete(connected);
    bench.receive("220 Ready.\r\n", "234 Go.\r\n", "230 In.\r\n");
    expect(bench.last("connection-close").error?.code).toBe("tls-injection");
  });

  it("has a deadline, and says what failed", () => {
    const slow = createBench({ security: "implicit", timeouts: { tls: 100 } })
      .complete(connected)
      .expire();
    expect(slow.last("connection-close").error).toMatchObject({ code: "timeout", phase: "tls" });
    const failed = createBench({ security: "implicit" }).complete(connected);
    failed.complete({ type: "tls-failed", message: "certificate has expired" });
    expect(failed.last("connection-close").error?.message).toContain("certificate has expired");
  });
});

describe("login", () => {
  it.each([
    ["USER is enough", ["230 In."], ["USER ann"]],
    ["PASS", ["331 Password.", "230 In."], ["USER ann", "PASS ***"]],
    ["PASS is superfluous", ["331 Password.", "202 Not needed."], ["USER ann", "PASS ***"]],
    ["PASS and ACCT", ["331 P.", "332 A.", "230 In."], ["USER ann", "PASS ***", "ACCT ***"]],
    ["ACCT alone", ["332 A.", "230 In."], ["USER ann", "ACCT ***"]],
  ])("%s", (_, replies, sent) => {
    const operation = { ...login, account: login.password };
    const bench = greeted()
      .begin(operation)
      .receive(...replies.map((reply) => `${reply}\r\n`));
    expect(bench.sent).toEqual(sent);
    expect(bench.outcomes).toHaveLength(1);
    expect(bench.outcomes[0]?.ok).toBe(true);
  });

  it("a refusal leaves the session for another try, and shows no password", () => {
    const bench = greeted().begin(login).receive("331 P.\r\n", "530 Wrong.\r\n");
    expect(bench.error()).toMatchObject({ code: "login-failed", command: "PASS ***", retryable: false });
    expect(bench.error().message).not.toContain("wonder");
    expect(bench.engine.state.name).toBe("idle");
    bench.begin(login).receive("230 In.\r\n");
    expect(bench.outcomes.at(-1)?.ok).toBe(true);
  });

  it("an account that is asked for and not given", () => {
    const bench = greeted().begin(login).receive("332 Account?\r\n");
    expect(bench.error().code).toBe("login-failed");
  });

  it("PBSZ and PROT follow under TLS, and a refused PROT is an error", () => {
    const bench = createBench({ security: "implicit" }).complete(connected).complete({ type: "tls-started" });
    bench.receive("220 R.\r\n").begin(login).receive("230 In.\r\n", "500 PBSZ?\r\n", "200 Ok.\r\n");
    expect(bench.sent).toEqual(["USER ann", "PBSZ 0", "PROT P"]);
    expect(bench.outcomes.at(-1)?.ok).toBe(true);
    bench.begin(login).receive("230 In.\r\n", "200 Ok.\r\n", "536 No.\r\n");
    expect(bench.error().code).toBe("tls-refused");
  });

  it("PROT C where that is asked for", () => {
    const bench = createBench({ security: "implicit", dataProtection: "clear" }).complete(connected);
    bench
      .complete({ type: "tls-started" })
      .receive("220 R.\r\n")
      .begin(login)
      .receive("230 In.\r\n", "200 Ok.\r\n");
    expect(bench.sent.at(-1)).toBe("PROT C");
  });

  it("line breaks in a user name are refused before anything is sent", () => {
    const bench = greeted();
    expect(() => bench.begin({ ...login, user: "ann\r\nDELE x" })).toThrow(/forbidden-character/);
    expect(bench.sent).toEqual([]);
    expect(bench.engine.state.name).toBe("idle");
  });
});

describe("closing", () => {
  it("a lost connection ends the operation and every later one", () => {
    const bench = greeted().begin(login).complete({ type: "disconnected" });
    expect(bench.error()).toMatchObject({ code: "connection-lost", command: "USER ann", phase: "login" });
    bench.begin(login);
    expect(bench.outcomes).toHaveLength(2);
    expect(bench.error().code).toBe("connection-lost");
  });

  it("a second operation at once is the caller's mistake", () => {
    const bench = greeted().begin(login);
    expect(() => bench.begin(login)).toThrow(FtpError);
    expect(bench.outcomes).toEqual([]);
  });

  it("QUIT ends it, with and without a 221", () => {
    const quit = { type: "command", command: { verb: "QUIT" } } as const;
    const polite = greeted().begin(quit).receive("221 Bye.\r\n");
    expect(polite.outcomes[0]?.ok).toBe(true);
    expect(polite.last("connection-close").error).toBeUndefined();
    const abrupt = greeted().begin(quit).complete({ type: "disconnected" });
    expect(abrupt.outcomes[0]?.ok).toBe(true);
    expect(abrupt.engine.state).toEqual({ name: "closed", error: undefined });
  });
});
