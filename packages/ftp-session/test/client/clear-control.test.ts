import { createSecret } from "@longshore/ftp-command";
import { type ClearControl, type ClientOperation, FtpError } from "@longshore/ftp-session/client";
import { describe, expect, it } from "vitest";
import { type Bench, createBench, local, login, remote, retrieve, transferOf } from "./driver.ts";

/** A bench whose login has come to CCC, or past it. */
function asked(clearControl: ClearControl = "after-login"): Bench {
  const bench = createBench({ security: "explicit", clearControl });
  bench.complete({ type: "connected", remote, local }).receive("220 Ready.\r\n", "234 Go.\r\n");
  bench.complete({ type: "tls-started" }).begin(login);
  return bench.receive("331 Password.\r\n", "230 In.\r\n", "200 Ok.\r\n", "200 Ok.\r\n");
}

const stopped = { type: "tls-stopped", clearBytes: 0 } as const;
const command = (line: string): ClientOperation => ({ type: "command", command: { line } });

describe("CCC", () => {
  it("is not sent unless it is asked for", () => {
    const bench = asked("off");
    expect(bench.sent.at(-1)).toBe("PROT P");
    expect(bench.outcomes).toMatchObject([{ ok: true }]);
  });

  it("CCC follows PROT, and TLS ends when its 200 is in", () => {
    const bench = asked();
    expect(bench.sent.slice(-2)).toEqual(["PROT P", "CCC"]);
    expect(bench.count("tls-stop")).toBe(0);
    bench.receive("200 Clear.\r\n");
    expect(bench.count("tls-stop")).toBe(1);
    expect(bench.outcomes).toEqual([]);
    bench.complete(stopped);
    expect(bench.outcomes).toMatchObject([{ ok: true }]);
    expect(bench.engine).toMatchObject({ secure: false, secured: true, state: { name: "idle" } });
  });

  it("changes nothing for data connections", () => {
    const bench = asked().receive("200 Clear.\r\n").complete(stopped);
    bench.begin(retrieve()).receive("229 (|||2000|)\r\n");
    bench.complete({ type: "data-open", transfer: transferOf(bench) });
    expect(bench.count("data-secure")).toBe(1);
  });

  it.each([502, 533, 534, 431])("refused with %i: an error, or goes on encrypted", (code) => {
    const strict = asked().receive(`${code} No.\r\n`);
    expect(strict.error()).toMatchObject({ code: "clear-refused", command: "CCC", reply: { code } });
    const lenient = asked("if-offered").receive(`${code} No.\r\n`);
    expect(lenient.outcomes).toMatchObject([{ ok: true }]);
    expect(lenient.engine.secure).toBe(true);
  });

  it.each(["200 Clear.\r\n2", "200 Clear.\r\n257 Of ours.\r\n"])(
    "bytes behind its 200 end it: %j",
    (bytes) => {
      for (const pieces of [[bytes], [bytes.slice(0, 12), bytes.slice(12)]])
        expect(
          asked()
            .receive(...pieces)
            .error(),
        ).toMatchObject({ code: "tls-injection", phase: "tls" });
    },
  );

  it("clear bytes that are there with the end of TLS end it", () => {
    const bench = asked().receive("200 Clear.\r\n").complete({ type: "tls-stopped", clearBytes: 9 });
    expect(bench.error()).toMatchObject({ code: "tls-injection", phase: "tls" });
    expect(bench.engine.state.name).toBe("closed");
  });

  it("a reply that comes in clear before any command ends it", () => {
    const bench = asked().receive("200 Clear.\r\n").complete(stopped).receive("257 Late.\r\n");
    expect(bench.last("connection-close").error).toMatchObject({ code: "desync" });
  });

  it.each(["expires", "is given up"])("closes when the end of TLS %s", (how) => {
    const bench = asked().receive("200 Clear.\r\n");
    if (how === "expires") bench.expire();
    else bench.abort(new FtpError("aborted", "enough"));
    expect(bench.error().code).toBe(how === "expires" ? "timeout" : "aborted");
    expect(bench.engine.state.name).toBe("closed");
  });

  it.each(["USER ann", "pass x", "  PASS x", "ACCT x", "SITE PSWD x y"])(
    "no secret is sent after it: %s",
    (line) => {
      const bench = asked().receive("200 Clear.\r\n").complete(stopped);
      const sent = bench.sent.length;
      expect(() => bench.begin(command(line))).toThrow(/would go in clear/);
      const again = { type: "login", user: "ann", password: createSecret("wonder") } as const;
      expect(() => bench.begin(again)).toThrow(/would go in clear/);
      expect(bench.sent).toHaveLength(sent);
      expect(bench.engine.state.name).toBe("idle");
    },
  );
});
