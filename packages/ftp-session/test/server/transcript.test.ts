import { rootPath } from "@longshore/file-store";
import { describe, expect, it } from "vitest";
import { codes, createHarness, features, loggedIn } from "./harness.ts";

describe("RFC 959 §7, the typical scenario", () => {
  it("logs in, retrieves, stores and quits", () => {
    const session = createHarness();
    expect(codes(session.run(session.engine.start(0)))).toEqual([220]);
    expect(codes(session.send("USER Dolmed"))).toEqual([331]);
    expect(codes(session.send("PASS secret"))).toEqual([230]);
    expect(codes(session.send("RETR a.txt"))).toEqual([150, 226]);
    expect(codes(session.send("TYPE I"))).toEqual([200]);
    expect(codes(session.send("STOR image"))).toEqual([150, 226]);
    expect(codes(session.send("QUIT"))).toEqual([221]);
    expect(session.effects.at(-1)).toEqual({ type: "connection-close", reason: "quit" });
  });

  it("default data port (no PORT sent): U = the control connection's port, per RFC 959 §3.2", () => {
    const session = loggedIn();
    session.send("RETR a.txt");
    expect(session.effects.find(({ type }) => type === "data-connect")).toMatchObject({
      address: { host: "192.0.2.7", port: 40_000 },
    });
  });
});

describe("access control, RFC 959 §4.1.1", () => {
  it("answers 331 to every name and 530 before the login", () => {
    const session = createHarness();
    session.run(session.engine.start(0));
    for (const name of ["root", "nobody", "anonymous", "%s%n", "ä"]) {
      expect(session.send(`USER ${name}`)).toEqual(["331 Send the password."]);
    }
    expect(codes(session.send("PWD"))).toEqual([530]);
    expect(codes(session.send("PASS wrong"))).toEqual([530]);
    expect(codes(session.send("PASS secret"))).toEqual([503]);
  });

  it("takes everything back with REIN", () => {
    const session = loggedIn();
    session.send("TYPE A", "CWD dir", "REST 3", "PASV");
    expect(codes(session.send("REIN", "PWD", "USER x", "PASS secret", "PWD"))).toEqual([
      220, 530, 331, 230, 257,
    ]);
    expect(session.send("PWD")).toEqual(['257 "/" is the working directory.']);
    expect(session.effects.map(({ type }) => type)).toContain("logout");
    session.send("RETR a.txt");
    expect(session.effects.find(({ type }) => type === "transfer-start")).toMatchObject({
      what: { start: 0, representation: "image" },
    });
  });

  it("begins anew with a second USER and keeps the transfer parameters", () => {
    const session = loggedIn();
    expect(codes(session.send("TYPE A", "USER other", "PASS secret", "STAT"))).toEqual([200, 331, 230, 211]);
    expect(session.send("STAT").join()).toContain("ASCII");
  });

  it("holds a command until the password is checked", () => {
    const session = createHarness();
    session.run(session.engine.start(0));
    session.held.add("authenticate");
    expect(codes(session.send("USER x", "PASS secret", "PWD"))).toEqual([331]);
    expect(session.engine.state).toMatchObject({ name: "waiting", on: "authenticate" });
    expect(
      codes(
        session.complete({
          type: "authenticated",
          user: { name: "x", anonymous: false, home: rootPath, store: features },
        }),
      ),
    ).toEqual([230, 257]);
  });

  it("delays a refused password and ends the session after five (RFC 2577 §5)", () => {
    const session = createHarness({ limits: { failureDelay: 1000 } });
    session.run(session.engine.start(0));
    for (let failure = 1; failure <= 5; failure++) {
      expect(codes(session.send("USER x", "PASS wrong", "NOOP"))).toEqual([331]);
      expect(session.engine.state.name).toBe("delaying");
      expect(session.engine.deadline).toBe(session.now + 1000);
      expect(session.expire(session.now + 999)).toEqual([]);
      const answer = codes(session.expire(session.now + 1));
      expect(answer).toEqual(failure < 5 ? [530, 200] : [421]);
    }
    expect(session.engine.state).toEqual({ name: "closed", reason: "login-failures" });
  });

  it("moves about with CWD and CDUP", () => {
    const session = loggedIn();
    expect(codes(session.send("CWD dir", "PWD", "XCUP", "XPWD", "CWD a.txt", "CWD nowhere", "CWD"))).toEqual([
      250, 257, 250, 257, 550, 550, 250,
    ]);
    expect(session.send("CWD dir", "CDUP", "CDUP", "PWD").at(-1)).toContain('257 "/"');
  });
});

describe("file actions, RFC 959 §4.1.3", () => {
  it("renames in two steps that follow each other", () => {
    const session = loggedIn();
    expect(codes(session.send("RNFR a.txt", "RNTO c.txt"))).toEqual([350, 250]);
    expect(
      session.effects.find((e) => e.type === "store-request" && e.request.operation === "rename"),
    ).toMatchObject({
      request: { path: { text: "/a.txt" }, to: { text: "/c.txt" } },
    });
    expect(codes(session.send("RNTO d.txt"))).toEqual([503]);
    expect(codes(session.send("RNFR a.txt", "PWD", "RNTO c.txt"))).toEqual([350, 257, 503]);
    expect(codes(session.send("RNFR a.txt", "NOOP", "RNTO c.txt"))).toEqual([350, 200, 250]);
    expect(codes(session.send("RNFR none"))).toEqual([550]);
  });

  it("makes, removes and deletes", () => {
    const session = loggedIn();
    expect(
      codes(session.send("MKD new", "XMKD dir", "RMD dir", "RMD a.txt", "DELE a.txt", "DELE dir")),
    ).toEqual([257, 550, 250, 550, 250, 550]);
    expect(session.send('MKD a "b"')).toEqual(['257 "/a ""b""" created.']);
  });

  it("uses REST for the next transfer only", () => {
    const session = loggedIn();
    expect(codes(session.send("REST 3", "RETR a.txt", "RETR a.txt"))).toEqual([350, 150, 226, 150, 226]);
    const starts = session.effects.flatMap((e) =>
      e.type === "transfer-start" && e.what.kind === "send-file" ? [e.what.start] : [],
    );
    expect(starts).toEqual([3, 0]);
    expect(codes(session.send("REST x", "REST -1", "REST 1e3", "REST"))).toEqual([501, 501, 501, 501]);
  });

  it("takes what REST said for an upload as the place to write from, and refuses it in ASCII", () => {
    const session = loggedIn();
    session.send("REST 3", "STOR a.txt", "STOR a.txt", "APPE a.txt", "STOU a.txt");
    const modes = session.effects.flatMap((e) =>
      e.type === "transfer-start" && e.what.kind === "receive-file" ? [[e.what.mode, e.what.start]] : [],
    );
    expect(modes).toEqual([
      ["update", 3],
      ["replace", 0],
      ["append", 0],
      ["unique", 0],
    ]);
    expect(codes(session.send("TYPE A", "REST 3", "STOR a.txt"))).toEqual([200, 350, 554]);
  });

  it("names STOU's file in the 150 (RFC 1123 §4.1.2.9)", () => {
    expect(loggedIn().send("STOU")).toEqual(["150 FILE: upload.1", "226 Transfer complete: 5 bytes."]);
  });

  it("puts the size at the end of RETR's 150", () => {
    expect(loggedIn().send("RETR a.txt")[0]).toMatch(/\(5 bytes\)$/);
  });

  it("refuses a directory and a missing file without a 150", () => {
    expect(codes(loggedIn().send("RETR dir", "RETR none", "SIZE dir", "MLSD a.txt"))).toEqual([
      550, 550, 550, 501,
    ]);
  });

  it("passes over flags of LIST unless they are a file's name", () => {
    const session = loggedIn();
    session.send("LIST -la", "LIST -a dir", "NLST -1 dir");
    const paths = (): string[] =>
      session.effects.flatMap((e) => (e.type === "transfer-start" ? [e.what.path.text] : []));
    expect(paths()).toEqual(["/", "/dir", "/dir"]);
    session.effects.length = 0;
    session.store = () => ({ result: "stat", stat: { type: "file", size: 1 } });
    session.send("LIST -la");
    expect(paths()).toEqual(["/-la"]);
  });
});

describe("data connections", () => {
  it("PORT/EPRT/PASV state is used once", () => {
    const session = loggedIn();
    expect(codes(session.send("PASV", "RETR a.txt"))).toEqual([227, 150, 226]);
    expect(session.effects.map(({ type }) => type)).toContain("data-accept");
    session.effects.length = 0;
    session.send("RETR a.txt");
    expect(session.effects.map(({ type }) => type)).not.toContain("data-accept");
  });

  it("keeps it where the store refused", () => {
    const session = loggedIn();
    expect(codes(session.send("PASV", "RETR none", "RETR a.txt"))).toEqual([227, 550, 150, 226]);
    expect(session.effects.map(({ type }) => type)).toContain("data-accept");
  });

  it("closes the listener for a new PASV, for PORT, ABOR, REIN and QUIT", () => {
    for (const next of ["PASV", "EPSV", "PORT 192,0,2,7,10,0", "ABOR", "REIN", "QUIT", "USER x"]) {
      const session = loggedIn();
      session.send("PASV");
      session.effects.length = 0;
      session.send(next);
      expect(
        session.effects.map(({ type }) => type),
        next,
      ).toContain("data-close");
    }
  });

  it("answers PORT and EPRT by who is named (RFC 2577 §3)", () => {
    const session = loggedIn();
    expect(
      codes(
        session.send(
          "PORT 192,0,2,7,4,1",
          "PORT 192,0,2,8,4,1",
          "PORT 192,0,2,7,3,255",
          "PORT 192,0,2,7,4",
          "EPRT |1|192.0.2.7|2000|",
          "EPRT |1|192.0.2.8|2000|",
          "EPRT |2|::1|2000|",
          "EPRT |3|x|2000|",
          "EPRT rubbish",
        ),
      ),
    ).toEqual([200, 500, 504, 501, 200, 500, 522, 522, 501]);
    expect(codes(loggedIn({ allowForeignDataAddress: true }).send("PORT 192,0,2,8,4,1"))).toEqual([200]);
  });

  it("answers EPSV by protocol and keeps to EPSV ALL (RFC 2428 §3, §4)", () => {
    const session = loggedIn();
    expect(codes(session.send("EPSV", "EPSV 1", "EPSV 2", "EPSV 3", "EPSV x"))).toEqual([
      229, 229, 522, 522, 501,
    ]);
    expect(session.send("EPSV 2")).toEqual(["522 Network protocol not supported, use (1)"]);
    expect(
      codes(session.send("EPSV ALL", "PASV", "PORT 192,0,2,7,4,1", "EPRT |1|192.0.2.7|2000|", "EPSV")),
    ).toEqual([200, 501, 501, 501, 229]);
    expect(codes(loggedIn({ quirks: { acceptExtendedPassiveOnIpv4: false } }).send("EPSV"))).toEqual([502]);
  });

  it("answers PASV with 425 and advice where no address can be told that the client reaches", () => {
    const session = loggedIn();
    session.held.add("data-listen");
    session.send("PASV");
    expect(session.effects.at(-1)).toMatchObject({ type: "data-listen", tellsAddress: true });
    expect(session.complete({ type: "data-listen-failed", reason: "unreachable" })).toEqual([
      "425 No address can be told that is reached from there: send EPSV.",
    ]);
    session.send("EPSV");
    expect(session.effects.at(-1)).toMatchObject({ type: "data-listen", tellsAddress: false });
  });

  it("answers PASV on IPv6 instead of failing", () => {
    const six = { family: 6, host: "2001:db8::1", port: 21 } as const;
    const session = loggedIn({ local: six, remote: { ...six, port: 40_000 } });
    expect(codes(session.send("PASV", "EPSV", "EPSV 2", "EPSV 1"))).toEqual([425, 229, 229, 522]);
  });

  it("says 425 when no port is left, when nobody comes, and lives on", () => {
    const session = loggedIn();
    session.held.add("data-accept");
    session.send("PASV");
    expect(codes(session.send("RETR a.txt"))).toEqual([150]);
    expect(session.engine.deadline).toBe(30_000);
    session.effects.length = 0;
    expect(codes(session.expire(30_000))).toEqual([425]);
    expect(session.effects.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["transfer-abort", "data-close"]),
    );
    expect(codes(session.send("PASV", "RETR a.txt"))).toEqual([227, 150]);
    const transfer = session.engine.state.name === "transfer" ? session.engine.state.transfer : 0;
    expect(
      codes(session.complete({ type: "data-failed", transfer: transfer - 1, reason: "refused" })),
    ).toEqual([]);
    expect(codes(session.complete({ type: "data-failed", transfer, reason: "refused" }))).toEqual([425]);
    expect(codes(session.send("NOOP"))).toEqual([200]);
  });

  it.each([
    ["reset", 426],
    ["truncated", 426],
    ["stalled", 426],
    ["no-space", 552],
    ["io", 451],
  ] as const)("ends a transfer that failed by %s with %i", (reason, code) => {
    const session = loggedIn();
    session.held.add("moving");
    session.send("PASV", "STOR x");
    expect(codes(session.complete({ type: "transfer-failed", transfer: 1, reason }))).toEqual([code]);
    expect(codes(session.send("NOOP"))).toEqual([200]);
  });
});

describe("commands during a transfer", () => {
  it("answers NOOP and STAT at once and the others behind it", () => {
    const session = loggedIn();
    session.held.add("moving");
    expect(codes(session.send("PASV", "RETR a.txt"))).toEqual([227, 150]);
    expect(session.engine.state).toMatchObject({ name: "transfer", phase: "moving" });
    expect(codes(session.send("NOOP"))).toEqual([200]);
    expect(session.send("STAT")).toEqual(["211 3 bytes sent."]);
    expect(codes(session.send("PWD", "NOOP"))).toEqual([]);
    expect(codes(session.complete({ type: "transfer-done", transfer: 1, bytes: 5 }))).toEqual([
      226, 257, 200,
    ]);
  });

  it("stops it for ABOR: 426, then 226, also where commands stand before it", () => {
    const session = loggedIn();
    session.held.add("moving");
    expect(codes(session.send("PASV", "RETR a.txt", "ABOR"))).toEqual([227, 426, 226]);
    expect(codes(session.send("PASV", "RETR a.txt"))).toEqual([227, 150]);
    expect(codes(session.send("PWD", "ABOR"))).toEqual([426, 257, 226]);
    expect(codes(session.send("ABOR"))).toEqual([226]);
  });

  it("recognises ABOR behind telnet's IP and Synch", () => {
    const session = loggedIn();
    session.held.add("moving");
    session.send("PASV", "RETR a.txt");
    const bytes = [0xff, 0xf4, 0xff, 0xf2, ...new TextEncoder().encode("ABOR\r\n")];
    expect(codes(session.bytes(Uint8Array.from(bytes)))).toEqual([426, 226]);
  });

  it("waits with QUIT until it is over", () => {
    const session = loggedIn();
    session.held.add("moving");
    expect(codes(session.send("PASV", "RETR a.txt", "QUIT"))).toEqual([227, 150]);
    expect(codes(session.complete({ type: "transfer-done", transfer: 1, bytes: 5 }))).toEqual([226, 221]);
  });

  it("aborts when the client is gone, and not when a QUIT came before", () => {
    const gone = loggedIn();
    gone.held.add("moving");
    gone.send("PASV", "STOR x");
    gone.run(gone.engine.end(0));
    expect(gone.effects.map(({ type }) => type)).toContain("transfer-abort");
    expect(gone.engine.state).toEqual({ name: "closed", reason: "client-gone" });

    const polite = loggedIn();
    polite.held.add("moving");
    polite.send("PASV", "STOR x", "QUIT");
    polite.run(polite.engine.end(0));
    expect(polite.effects.map(({ type }) => type)).not.toContain("transfer-abort");
    expect(codes(polite.complete({ type: "transfer-done", transfer: 1, bytes: 5 }))).toEqual([226, 221]);
  });
});

describe("machine listings and times, RFC 3659", () => {
  it("answers MLST with one line led by a blank", () => {
    const [text = ""] = loggedIn().send("MLST a.txt");
    expect(text.split("\r\n")).toEqual([
      expect.stringMatching(/^250-/),
      " type=file;size=5;modify=20200102030405;perm=adfrw; /a.txt",
      "250 End",
    ]);
  });

  it("selects facts with OPTS MLST and marks them in FEAT", () => {
    const session = loggedIn();
    expect(session.send("OPTS MLST Type;size;nonsense;")).toEqual(["200 MLST OPTS type;size;"]);
    expect(session.send("MLST a.txt")[0]).toContain("\r\n type=file;size=5; /a.txt");
    expect(session.send("FEAT")[0]).toMatch(/\r\n MLST type\*;size\*;modify;/);
  });

  it("answers SIZE and MDTM, and sets times in all three forms", () => {
    const session = loggedIn();
    expect(session.send("SIZE a.txt", "MDTM a.txt")).toEqual(["213 5", "213 20200102030405"]);
    expect(
      codes(session.send("MDTM 20210102030405 a.txt", "MFMT 20210102030405 a.txt", "MFMT 2021 a.txt")),
    ).toEqual([213, 213, 501]);
    const times = session.effects.flatMap((e) =>
      e.type === "store-request" && e.request.operation === "set-times" ? [e.request.times.modified] : [],
    );
    expect(times).toEqual([Date.UTC(2021, 0, 2, 3, 4, 5), Date.UTC(2021, 0, 2, 3, 4, 5)]);
  });
});

describe("TLS, RFC 4217", () => {
  it("follows §12: AUTH, PBSZ, PROT, then a private transfer", () => {
    const session = createHarness({ tls: "offered" });
    session.run(session.engine.start(0));
    expect(codes(session.send("AUTH TLS"))).toEqual([234]);
    expect(codes(session.send("PROT P", "PBSZ 0", "PROT P", "USER x", "PASS secret"))).toEqual([
      503, 200, 200, 331, 230,
    ]);
    expect(codes(session.send("PASV", "RETR a.txt"))).toEqual([227, 150, 226]);
    expect(session.effects.find(({ type }) => type === "data-listen")).toMatchObject({
      protection: "private",
    });
    expect(codes(session.send("PROT S", "PROT E", "PROT X", "PROT C", "AUTH TLS", "AUTH X"))).toEqual([
      536, 536, 504, 200, 503, 504,
    ]);
  });

  it("drops what came behind AUTH in clear, and who was logged in", () => {
    const session = loggedIn({ tls: "offered" });
    expect(codes(session.send("AUTH TLS", "PWD", "USER injected"))).toEqual([234]);
    session.bytes(new TextEncoder().encode("DW\r\n"));
    expect(codes(session.send("PWD"))).toEqual([530]);
    const half = loggedIn({ tls: "offered" });
    half.bytes(new TextEncoder().encode("AUTH TLS\r\nUSER injec"));
    expect(codes(half.send("ted"))).toEqual([500]);
  });

  it("wants TLS for USER and for data where it is required", () => {
    const session = createHarness({ tls: "required" });
    session.run(session.engine.start(0));
    expect(codes(session.send("USER x", "PASS secret", "FEAT", "AUTH TLS"))).toEqual([530, 503, 211, 234]);
    expect(codes(session.send("USER x", "PASS secret", "PASV", "RETR a.txt", "PBSZ 0", "PROT C"))).toEqual([
      331, 230, 227, 521, 200, 534,
    ]);
    expect(codes(session.send("PROT P", "PASV", "RETR a.txt"))).toEqual([200, 227, 150, 226]);
  });

  it("has no AUTH where TLS is not offered or there already", () => {
    expect(codes(loggedIn().send("AUTH TLS", "PBSZ 0"))).toEqual([502, 502]);
    const session = createHarness({ tls: "offered", secure: true });
    session.run(session.engine.start(0));
    expect(codes(session.send("AUTH TLS", "PBSZ 0"))).toEqual([503, 200]);
  });

  it("ends TLS with REIN, behind its reply (§13), and what was sent with it counts for nothing", () => {
    const session = createHarness({ tls: "required" });
    session.run(session.engine.start(0));
    session.send("AUTH TLS");
    expect(codes(session.send("PBSZ 0", "PROT P", "USER x", "PASS secret"))).toEqual([200, 200, 331, 230]);
    session.effects.length = 0;
    expect(codes(session.send("REIN", "USER injected"))).toEqual([220]);
    const types = session.effects.map(({ type }) => type);
    expect(types.indexOf("tls-stop")).toBeGreaterThan(types.indexOf("reply-send"));
    expect(codes(session.send("USER x", "PBSZ 0", "AUTH TLS"))).toEqual([530, 503, 234]);
    expect(codes(session.send("PROT P", "USER x"))).toEqual([503, 331]);
  });

  it("keeps TLS that was there from the first byte when REIN sets everything back", () => {
    const session = createHarness({ tls: "required", secure: true });
    session.run(session.engine.start(0));
    session.send("PBSZ 0", "PROT P", "USER x", "PASS secret");
    session.effects.length = 0;
    expect(codes(session.send("REIN", "PWD", "PROT P", "USER x"))).toEqual([220, 530, 503, 331]);
    expect(session.effects.some(({ type }) => type === "tls-stop")).toBe(false);
  });

  it("has no CCC unless it is allowed (§15.3)", () => {
    const session = loggedIn({ tls: "offered" });
    expect(codes(session.send("CCC"))).toEqual([503]);
    session.send("AUTH TLS");
    expect(codes(session.send("USER x", "PASS secret", "CCC"))).toEqual([331, 230, 534]);
    expect(session.send("FEAT")[0]).not.toContain("CCC");
  });

  it("follows §12.3 with CCC: the login and PROT P stay, no password goes in clear", () => {
    const session = createHarness({ tls: "required", allowClearCommands: true });
    session.run(session.engine.start(0));
    session.send("AUTH TLS");
    expect(codes(session.send("CCC", "PBSZ 0", "PROT P", "USER x", "PASS secret"))).toEqual([
      534, 200, 200, 331, 230,
    ]);
    expect(session.send("FEAT")[0]).toContain("\r\n CCC\r\n");
    expect(codes(session.send("CCC", "DELE injected"))).toEqual([200]);
    expect(codes(session.send("PWD", "PASV", "RETR a.txt", "CCC", "USER x", "PASS secret"))).toEqual([
      257, 227, 150, 226, 533, 530, 503,
    ]);
    const data = session.effects.findLast(({ type }) => type === "data-listen");
    expect(data).toMatchObject({ protection: "private" });
    expect(codes(session.send("REIN", "PWD", "AUTH TLS"))).toEqual([220, 530, 234]);
  });

  it("says 232 to a USER whose certificate does in the place of a password (§12.2), 331 to others", () => {
    const session = createHarness({ tls: "offered" });
    session.run(session.engine.start(0));
    expect(codes(session.send("USER holder", "AUTH TLS"))).toEqual([331, 234]);
    expect(codes(session.send("USER holder", "PWD"))).toEqual([232, 257]);
    expect(codes(session.send("USER other", "PASS secret", "PWD"))).toEqual([331, 230, 257]);
    expect(codes(session.send("REIN", "USER holder"))).toEqual([220]);
    expect(codes(session.send("USER holder"))).toEqual([331]);
  });

  it("closes without a word when the handshake fails", () => {
    const session = loggedIn({ tls: "offered" });
    session.run(session.engine.receive(new TextEncoder().encode("AUTH SSL\r\n"), 0).slice(0, -1));
    expect(session.engine.state.name).toBe("handshake");
    expect(session.complete({ type: "tls-failed" })).toEqual([]);
    expect(session.engine.state).toEqual({ name: "closed", reason: "tls-failure" });
  });
});

describe("clocks", () => {
  it("ends a session that does not log in, one that idles, and none that moves data", () => {
    const slow = createHarness();
    slow.run(slow.engine.start(0));
    slow.now = 59_000;
    slow.send("NOOP");
    expect(slow.engine.deadline).toBe(60_000);
    expect(codes(slow.expire(60_000))).toEqual([421]);
    expect(slow.engine.state).toEqual({ name: "closed", reason: "login-timeout" });

    const idle = loggedIn();
    idle.now = 200_000;
    idle.send("NOOP");
    expect(idle.engine.deadline).toBe(500_000);
    idle.held.add("moving");
    idle.send("PASV", "RETR a.txt");
    expect(idle.engine.deadline).toBeUndefined();
    idle.now = 9_000_000;
    idle.complete({ type: "transfer-done", transfer: 1, bytes: 5 });
    expect(idle.engine.deadline).toBe(9_300_000);
    expect(codes(idle.expire(9_300_000))).toEqual([421]);
    expect(idle.engine.state).toEqual({ name: "closed", reason: "idle-timeout" });
  });

  it("goes down at once when idle, behind a transfer else", () => {
    const idle = loggedIn();
    expect(codes(idle.run(idle.engine.shutdown(0)))).toEqual([421]);
    const busy = loggedIn();
    busy.held.add("moving");
    busy.send("PASV", "RETR a.txt", "PWD");
    expect(busy.run(busy.engine.shutdown(0))).toEqual([]);
    expect(codes(busy.complete({ type: "transfer-done", transfer: 1, bytes: 5 }))).toEqual([226, 421]);
  });
});

describe("lines", () => {
  it("answers pipelined commands in order, in any fragments", () => {
    const text = "TYPE A\r\nPWD\nNOOP\r\nSTRU F\r\nMODE S\r\nnoop x\r\ntype i\r\n";
    const bytes = new TextEncoder().encode(text);
    const expected = [200, 257, 200, 200, 200, 200, 200];
    expect(codes(loggedIn().bytes(bytes))).toEqual(expected);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const session = loggedIn();
      expect(
        codes([...session.bytes(bytes.subarray(0, cut)), ...session.bytes(bytes.subarray(cut))]),
      ).toEqual(expected);
    }
    const session = loggedIn();
    expect(codes([...bytes].flatMap((byte) => session.bytes(Uint8Array.of(byte))))).toEqual(expected);
  });

  it("refuses an endless line once and goes on", () => {
    const session = loggedIn({ limits: { lineLength: 100 } });
    expect(codes(session.send("A".repeat(5000), "NOOP"))).toEqual([500, 200]);
  });

  it("asks for no more input while commands wait", () => {
    const session = loggedIn();
    session.held.add("moving");
    session.send("PASV", "RETR a.txt");
    expect(session.engine.wantsInput).toBe(true);
    session.send(...Array<string>(16).fill("PWD"));
    expect(session.engine.wantsInput).toBe(false);
    session.complete({ type: "transfer-done", transfer: 1, bytes: 5 });
    expect(session.engine.wantsInput).toBe(true);
  });

  it("closes on HTTP and SMTP, and reflects nothing", () => {
    for (const line of ["GET / HTTP/1.1", "POST /x HTTP/1.0", "EHLO evil", "MAIL FROM:<a>"]) {
      const session = loggedIn();
      expect(codes(session.send(line, "NOOP"))).toEqual([421]);
      expect(session.engine.state).toEqual({ name: "closed", reason: "foreign-protocol" });
    }
    const session = loggedIn();
    const marker = "<script>alert(1)</script>";
    for (const verb of [
      "CWD",
      "RETR",
      "STOR",
      "SIZE",
      marker,
      "SITE",
      "OPTS",
      "HELP",
      "TYPE",
      "PORT",
      "AUTH",
    ]) {
      expect(session.send(`${verb} ${marker}`).join()).not.toContain(marker);
    }
  });

  it("logs commands without passwords and control characters", () => {
    const session = loggedIn();
    session.send("USER x", "PASS hunter2", "pass\thunter2", "CWD a\u0007b");
    const texts = session.effects.flatMap((e) => (e.type === "command" ? [e.text] : []));
    expect(texts.join()).not.toContain("hunter2");
    expect(texts.at(-1)).toBe("CWD a?b");
  });
});
