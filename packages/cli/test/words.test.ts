import { FtpError } from "@longshore/ftp-client";
import { TftpError } from "@longshore/tftp-endpoint";
import { describe, expect, it } from "vitest";
import { tellError } from "../src/advice.ts";
import { CommandFailure, printable, rootCause, toLine } from "../src/failure.ts";
import { formatBytes, tellProgress } from "../src/progress.ts";

describe("amounts", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.00 kB"],
    [1536, "1.54 kB"],
    [9_994, "9.99 kB"],
    [9_995, "10.0 kB"],
    [99_949, "99.9 kB"],
    [99_950, "100 kB"],
    [999_499, "999 kB"],
    [999_500, "1.00 MB"],
    [5_000_000_000, "5.00 GB"],
    [123_456_789_012_345, "123 TB"],
    [5e15, "5000 TB"],
  ])("%d", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it("rate and time left", () => {
    expect(tellProgress(1_000_000, 4_000_000, 500)).toEqual({
      amount: "1.00 MB of 4.00 MB",
      rate: "2.00 MB/s",
      left: "2s left",
    });
    expect(tellProgress(1_000_000, undefined, 500)).toEqual({
      amount: "1.00 MB",
      rate: "2.00 MB/s",
      left: "",
    });
    expect(tellProgress(0, 10, 500).left).toBe("");
    expect(tellProgress(1000, 101_000, 1000).left).toBe("1m40s left");
    expect(tellProgress(1, 7_262, 1000).left).toBe("2h01m left");
    // A file may have grown since its size was asked for.
    expect(tellProgress(20, 10, 1000).left).toBe("0s left");
  });
});

describe("errors", () => {
  it("are one line without control characters", () => {
    expect(toLine(new Error("a\r\n  b\u001b[31m\n"))).toBe("a / b�[31m");
    expect(toLine("x")).toBe("x");
    expect(printable("a\u009b1mé")).toBe("a�1mé");
  });

  it("say what to do in the words of the command", () => {
    expect(tellError(new FtpError("tls-refused", "AUTH was refused"))).toBe(
      "AUTH was refused; leave out --tls if everything may go in clear",
    );
    expect(tellError(new FtpError("refused", 'the server answered "550 No."'))).toBe(
      'the server answered "550 No."',
    );
    expect(tellError(new FtpError("login-failed", '"530 AUTH TLS first."'))).toBe(
      '"530 AUTH TLS first."; add --tls',
    );
    expect(tellError(new TftpError("timeout", "nothing came"))).toBe(
      "nothing came; check the host, the port, and whether UDP gets through",
    );
    expect(tellError(new Error("plain"))).toBe("plain");
  });

  it("on this side tell their first cause", () => {
    const disk = new Error("ENOSPC: no space left");
    const store = new Error("store", { cause: disk });
    expect(tellError(new FtpError("local", "what came in could not be stored", { cause: store }))).toBe(
      "on this side: ENOSPC: no space left",
    );
    expect(tellError(new TftpError("store", "io: x", { cause: store }))).toBe(
      "on this side: ENOSPC: no space left",
    );
    expect(tellError(new FtpError("local", "no cause"))).toBe("on this side: no cause");
    const own = new CommandFailure(1, "standard output cannot be written");
    expect(rootCause(new FtpError("local", "x", { cause: own }))).toBe(own);
  });

  it("of TLS leave OpenSSL's own words out", () => {
    const raw = "80BC:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../x.c:350:\n";
    expect(tellError(new FtpError("tls-failed", raw))).toMatch(
      /^TLS failed: wrong version number; the server does not/,
    );
    expect(tellError(new FtpError("tls-failed", "self-signed certificate"))).toMatch(/--ca FILE.*--insecure/);
    expect(tellError(new FtpError("tls-failed", "certificate has expired"))).toMatch(/--insecure$/);
    expect(tellError(new FtpError("tls-failed", "odd"))).toBe(
      "TLS failed: odd; check the certificate and the host name",
    );
  });
});
