import { describe, expect, it } from "vitest";
import {
  parseEprt,
  parseEpsv,
  parseEpsvReply,
  parseLprt,
  parseLpsvReply,
  parsePasvReply,
  parsePort,
} from "../src/index.ts";

const somewhere = { ok: true, family: 4, host: "192.0.2.1", port: 1025 };

describe("a 227 reply", () => {
  it.each([
    "227 192,0,2,1,4,1",
    "227 Entering Passive Mode, 192,0,2,1,4,1",
    "227 Ok, at 10:30, on port 1025 (192,0,2,1,4,1)",
    "227 (192,000,002,001,004,001)",
    "227 Entering Passive Mode (192,  0,2,1,  4,1) for you.",
    "227 (1,2) (192,0,2,1,4,1)",
  ])("is read from %j", (line) => {
    expect(parsePasvReply(line)).toEqual(somewhere);
  });

  it.each([
    ["227 (-192,0,2,1,4,1)", "a sign before the first number"],
    ["227 (192,0,2,1,4,1,)", "an empty number at the end"],
    ["227 (,192,0,2,1,4,1)", "an empty number first"],
    ["227 (192,0,2,1,4,1.5)", "a fraction"],
    ["227 (192,0,2,1,4,1x)", "a letter"],
    ["227 (9,192,0,2,1,4,1)", "seven numbers"],
    ["227 (-9, 192, 0, 2, 1, 4, 1)", "seven numbers with blanks, the first negative"],
    ["227 (192,0,2,1,4,1e3)", "an exponent"],
    ["2270 (192,0,2,1,4,1)", "a code of four digits"],
    ["200 (192,0,2,1,4,1)", "another code"],
    ["", "nothing"],
  ])("is not read from %j: %s", (line) => {
    expect(parsePasvReply(line)).toMatchObject({ ok: false, error: { code: "syntax", reply: undefined } });
  });

  it("with port 0 or a number over 255 is refused for that", () => {
    expect(parsePasvReply("227 (192,0,2,1,0,0)")).toMatchObject({
      error: { code: "port", reply: undefined },
    });
    expect(parsePasvReply("227 (192,0,2,256,4,1)")).toMatchObject({ error: { code: "syntax" } });
  });
});

describe("a 229 reply", () => {
  it("gives the port alone, as the server has to leave out the rest", () => {
    expect(parseEpsvReply("229 Entering Extended Passive Mode (|||1025|)")).toEqual({ ok: true, port: 1025 });
  });

  it("gives an address that is there against the RFC, if it is one", () => {
    expect(parseEpsvReply("229 Extended Passive Mode (|1|192.0.2.1|1025|)")).toEqual(somewhere);
    expect(parseEpsvReply("229 Extended Passive Mode (|1|ftp.example|1025|)")).toMatchObject({
      error: { code: "host", reply: undefined },
    });
    expect(parseEpsvReply("229 Extended Passive Mode (|7|192.0.2.1|1025|)")).toMatchObject({
      error: { code: "family", reply: undefined },
    });
  });

  it.each(["229 (|||0|)", "229 (|||65536|)", "229 (|||99999|)"])(
    "with no port from 1 to 65535: %s",
    (line) => {
      expect(parseEpsvReply(line)).toMatchObject({ ok: false, error: { code: "port" } });
    },
  );

  it.each(["227 (|||1025|)", "229 (||1025|)", "229 (||!1025|)", "229 (|||+25|)", "229 (|||1025|", "229"])(
    "is not read from %j",
    (line) => {
      expect(parseEpsvReply(line)).toMatchObject({ ok: false, error: { code: "syntax" } });
    },
  );
});

describe("a 228 reply", () => {
  it.each([
    ["228 (6,4,192,0,2,1,2,4,1)", "syntax"],
    ["228 (4,16,192,0,2,1,2,4,1)", "syntax"],
    ["228 (4,4,192,0,2,1,1,4,1)", "syntax"],
    ["228 (4,4,192,0,2,1,2,4,1,9)", "syntax"],
    ["228 (16,4,192,0,2,1,2,4,1)", "family"],
    ["228 (4,4,192,0,2,1,2,0,0)", "port"],
    ["227 (4,4,192,0,2,1,2,4,1)", "syntax"],
  ])("%s is refused for its %s", (line, code) => {
    expect(parseLpsvReply(line)).toMatchObject({ ok: false, error: { code, reply: undefined } });
  });
});

describe("a refused argument names the reply that answers it", () => {
  it.each([
    ["PORT", parsePort, "192,0,2,1,0,0", "port", 501],
    ["PORT", parsePort, "4,4,192,0,2,1,2,4,1", "syntax", 501],
    ["PORT", parsePort, "192,0,2,1,4, 1", "syntax", 501],
    ["EPRT", parseEprt, "|9|whatever|1025|", "family", 522],
    ["EPRT", parseEprt, "|01|192.0.2.1|1025|", "family", 522],
    ["EPRT", parseEprt, "|||1025|", "host", 501],
    ["EPRT", parseEprt, "|1||1025|", "host", 501],
    ["EPRT", parseEprt, "|1|192.0.2.1|65536|", "port", 501],
    ["EPRT", parseEprt, "x|1|192.0.2.1|1025|", "syntax", 501],
    ["EPRT", parseEprt, "|1|192.0.2.1|1025|)", "syntax", 501],
    ["EPRT", parseEprt, "(|1|192.0.2.1|1025|", "syntax", 501],
    ["EPRT", parseEprt, "|1|192.0.2.1|1|192.0.2.1|1025|", "host", 501],
    ["EPSV", parseEpsv, "0", "family", 522],
    ["EPSV", parseEpsv, "constructor", "syntax", 501],
    ["EPSV", parseEpsv, "__proto__", "syntax", 501],
    ["EPSV", parseEpsv, "1 ", "syntax", 501],
    ["LPRT", parseLprt, "0,0", "family", 521],
    ["LPRT", parseLprt, "256,4,192,0,2,1,2,4,1", "syntax", 501],
    ["LPRT", parseLprt, "6,16,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,2,4,1", "syntax", 501],
  ] as const)("%s: %o %j is %s, %d", (_, parse, argument, code, reply) => {
    expect(parse(argument)).toMatchObject({ ok: false, error: { code, reply } });
  });
});
