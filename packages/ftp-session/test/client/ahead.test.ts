import { type ClientOperation, FtpError } from "@longshore/ftp-session/client";
import { describe, expect, it } from "vitest";
import { type Bench, createBench, done, local, remote, retrieve, store, transferOf } from "./driver.ts";

const vsftpd = "220 (vsFTPd 3.0.5)\r\n";
const size: ClientOperation = { type: "command", command: { verb: "SIZE", path: "f" } };
const ahead = { ahead: true };

/** Through a first transfer, by which it is known that EPSV does. */
function warm(greeting = vsftpd, options = {}): Bench {
  const bench = createBench(options).complete({ type: "connected", remote, local }).receive(greeting);
  bench.begin(store()).receive("229 (|||2000|)\r\n").complete({ type: "data-open", transfer: 1 });
  done(bench.receive("150 Go on.\r\n")).receive("226 Done.\r\n");
  bench.sent.length = bench.outcomes.length = 0;
  return bench;
}

/** The same in TYPE I, of which alone SIZE tells what was sent. */
function image(greeting = vsftpd): Bench {
  const typed: ClientOperation = {
    type: "command",
    command: { verb: "SIZE", path: "x" },
    representation: "image",
  };
  const bench = warm(greeting).begin(typed).receive("200 Binary.\r\n", "213 1\r\n");
  bench.sent.length = bench.outcomes.length = 0;
  return bench;
}

/** As far as the transfer command. */
function asked(bench: Bench, operation = retrieve("f", ahead)): Bench {
  bench.begin(operation).receive("229 (|||2001|)\r\n");
  return bench.complete({ type: "data-open", transfer: transferOf(bench) });
}

describe("a rename of what is to be proven", () => {
  const rename: ClientOperation = { type: "rename", from: "a", to: "b", size: 3 };

  it("asks for the size, together with RNFR where that can be", () => {
    for (const greeting of [vsftpd, "220 ProFTPD Server ready.\r\n", "220 Ready.\r\n"]) {
      const bench = image(greeting).begin(rename);
      expect(bench.sent).toEqual(greeting === vsftpd ? ["SIZE a", "RNFR a"] : ["SIZE a"]);
      bench.receive("213 3\r\n").receive("350 Go on.\r\n").receive("250 Done.\r\n");
      expect(bench.sent).toEqual(["SIZE a", "RNFR a", "RNTO b"]);
      expect(bench.outcomes).toMatchObject([{ ok: true, reply: { code: 250 }, size: 3 }]);
    }
  });

  it("gives no name to what has another size, and the session goes on", () => {
    const sizes = { "213 2\r\n": "size-mismatch", "213 4\r\n": "short-transfer" };
    for (const [reply, code] of Object.entries(sizes)) {
      const bench = image().begin(rename).receive(`${reply}350 Go on.\r\n`);
      expect(bench.error()).toMatchObject({ code, bytes: 3, reply: { code: 213 } });
      const other = image("220 Ready.\r\n").begin(rename).receive(reply);
      expect(other.error()).toMatchObject({ code });
      for (const { sent, engine } of [bench, other]) {
        expect(sent).not.toContain("RNTO b");
        expect(engine.state.name).toBe("idle");
      }
      expect(other.sent).toEqual(["SIZE a"]);
    }
  });

  it("goes on where the server does not tell", () => {
    for (const reply of ["502 No.\r\n", "550 Not in ASCII.\r\n", "213 who knows\r\n"]) {
      const bench = image().begin(rename).receive(`${reply}350 Go on.\r\n`, "250 Done.\r\n");
      expect(bench.outcomes).toEqual([{ ok: true, reply: { code: 250, lines: ["Done."] } }]);
    }
    expect(warm().begin(rename).sent).toEqual(["RNFR a"]);
  });

  it("owes two replies when it is given up", () => {
    const bench = image().begin(rename).abort(new FtpError("aborted", "enough"));
    bench.receive("213 3\r\n");
    expect(bench.engine.state.name).toBe("recovering");
    expect(bench.receive("350 Go on.\r\n").engine.state.name).toBe("idle");
  });
});

describe("an EPSV that is sent ahead", () => {
  it("goes out with RETR to a server that is known, and only there", () => {
    const sentTo = (greeting: string, options = {}): string[] => asked(warm(greeting, options)).sent;
    expect(sentTo(vsftpd)).toEqual(["EPSV", "RETR f", "EPSV"]);
    expect(sentTo(vsftpd, { pipelining: "never" })).toEqual(["EPSV", "RETR f"]);
    for (const greeting of [
      "220 Ready.\r\n",
      "220 ProFTPD Server ready.\r\n",
      "220 pyftpdlib 1.5 ready.\r\n",
    ])
      expect(sentTo(greeting)).toEqual(["EPSV", "RETR f"]);
    expect(asked(warm(), retrieve()).sent).toEqual(["EPSV", "RETR f"]);
    expect(asked(warm(), store("f", ahead)).sent).toEqual(["EPSV", "STOR f"]);
  });

  it("goes out with RNTO to more of them", () => {
    const rename: ClientOperation = { type: "rename", from: "a", to: "b", ahead: true };
    for (const greeting of [vsftpd, "220 ProFTPD Server ready.\r\n"]) {
      const bench = warm(greeting).begin(rename).receive("350 Go on.\r\n", "250 Done.\r\n229 (|||2002|)\r\n");
      expect(bench.sent).toEqual(["RNFR a", "RNTO b", "EPSV"]);
      expect(bench.outcomes).toMatchObject([{ ok: true, reply: { code: 250 } }]);
      expect(bench.begin(store()).last("data-connect").address.port).toBe(2002);
    }
    expect(warm("220 Ready.\r\n").begin(rename).receive("350 Go on.\r\n").sent).toEqual(["RNFR a", "RNTO b"]);
  });

  it("is the next transfer's, whether its answer came before or comes after that has begun, in every cut", () => {
    const replies = "150 Here.\r\n226 Done.\r\n229 (|||2002|)\r\n";
    for (let cut = 0; cut <= replies.length; cut++) {
      const bench = done(asked(warm()).receive(replies.slice(0, cut)));
      if (bench.outcomes.length === 0) bench.receive(replies.slice(cut));
      else bench.begin(retrieve("g")).receive(replies.slice(cut));
      expect(bench.outcomes).toMatchObject([{ ok: true, reply: { code: 226 } }]);
      if (bench.engine.state.name === "idle") bench.begin(retrieve("g"));
      expect(bench.last("data-connect").address.port).toBe(2002);
      bench.complete({ type: "data-open", transfer: transferOf(bench) });
      expect(bench.sent).toEqual(["EPSV", "RETR f", "EPSV", "RETR g"]);
    }
  });

  it("is asked again when it is old, when something else was done, and where another mode is wanted", () => {
    const told = (): Bench => done(asked(warm()).receive("150 Here.\r\n226 Done.\r\n229 (|||2002|)\r\n"));
    expect(told().pass(6000).begin(retrieve("g")).sent.at(-1)).toBe("EPSV");
    expect(told().begin(size).receive("213 3\r\n").begin(retrieve("g")).sent.at(-1)).toBe("SIZE f");
    const raw = told().begin({ type: "command", command: { line: "PASV" } });
    expect(raw.receive("227 (192,0,2,1,8,0)\r\n").begin(retrieve("g")).sent.at(-1)).toBe("EPSV");
    expect(
      told()
        .begin(retrieve("g", { dataModes: ["PASV"] }))
        .sent.at(-1),
    ).toBe("PASV");
  });

  it("answers nothing else, however late it comes", () => {
    const bench = done(asked(warm()).receive("150 Here.\r\n226 Done.\r\n"));
    bench.begin({ type: "command", command: { verb: "PWD" } }).receive("229 (|||2002|)\r\n");
    expect(bench.outcomes).toHaveLength(1);
    bench.receive('257 "/"\r\n');
    expect(bench.outcomes[1]).toMatchObject({ ok: true, reply: { code: 257 } });
    expect(bench.begin(retrieve("g")).sent.at(-1)).toBe("EPSV");
  });

  it("may close the data connection of a transfer that is refused", () => {
    for (const reason of ["reset", "tls"] as const) {
      const bench = asked(warm());
      const broken = { type: "transfer-failed", reason, message: "reset", bytes: 0 } as const;
      bench.complete({ ...broken, transfer: transferOf(bench) }).receive("550 No f.\r\n229 (|||2002|)\r\n");
      expect(bench.error()).toMatchObject({ code: "refused", command: "RETR f", retryable: false });
      const { port } = bench.begin(retrieve("g")).last("data-connect").address;
      expect(port).toBe(2002);
    }
    const unsafe = asked(warm());
    const broken = { type: "transfer-failed", reason: "tls", message: "reset", bytes: 0 } as const;
    unsafe.complete({ ...broken, transfer: transferOf(unsafe) }).receive("522 No reuse.\r\n");
    expect(unsafe.error()).toMatchObject({ code: "tls-failed" });
  });

  it("leads to the next mode where it is refused, and to nothing where it cannot be read", () => {
    const refused = asked(warm()).receive("550 No f.\r\n522 No.\r\n");
    expect(refused.error()).toMatchObject({ code: "refused", command: "RETR f" });
    expect(refused.begin(retrieve("g")).sent.at(-1)).toBe("PASV");
    const bench = done(asked(warm()).receive("150 Here.\r\n226 Done.\r\n")).receive("nonsense\r\n");
    expect(bench.engine.state.name).toBe("idle");
    expect(bench.begin(retrieve("g")).receive("229 (|||2003|)\r\n").last("data-connect").address.port).toBe(
      2003,
    );
  });

  it("is let pass by an ABOR behind it", () => {
    for (const end of ["426 Broken.\r\n", "226 Done.\r\n"]) {
      const bench = asked(warm()).receive("150 Here.\r\n").abort(new FtpError("aborted", "enough"));
      expect(bench.sent.slice(-2)).toEqual(["EPSV", "ABOR"]);
      bench.receive(end, "229 (|||2002|)\r\n", "225 Nothing to abort.\r\n");
      if (bench.sent.at(-1) === "NOOP") bench.receive("200 Here.\r\n");
      expect(bench.engine.state.name).toBe("idle");
    }
  });
});
