import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AddressEncodeError,
  formatEprt,
  formatEpsv,
  formatLprt,
  formatPort,
  parseEprt,
  parseEpsv,
  parseEpsvReply,
  parseHost,
  parseLprt,
  parseLpsvReply,
  parsePasvReply,
  parsePort,
} from "../src/index.ts";

const port = fc.integer({ min: 1, max: 65535 });
const ipv4 = fc.record({ family: fc.constant(4 as const), host: fc.ipV4(), port });
const ipv6 = fc.record({ family: fc.constant(6 as const), host: fc.ipV6().map(toCanonical), port });
const address = fc.oneof(ipv4, ipv6);

describe("what is written is read back", () => {
  it("PORT, and PASV in every shape", () => {
    fc.assert(
      fc.property(ipv4, fc.constantFrom("(%)", "(%).", "=%", "%", "[%]", "{%}."), (value, shape) => {
        const list = formatPort(value);
        expect(parsePort(list)).toEqual({ ok: true, ...value });
        const line = `227 Entering Passive Mode ${shape.replace("%", list)}`;
        expect(parsePasvReply(line)).toEqual({ ok: true, ...value });
        expect(parsePasvReply(line.replaceAll(",", ", "))).toEqual({ ok: true, ...value });
      }),
    );
  });

  it("LPRT and LPSV", () => {
    fc.assert(
      fc.property(address, (value) => {
        const list = formatLprt(value);
        expect(parseLprt(list)).toEqual({ ok: true, ...value });
        expect(parseLpsvReply(`228 Entering Long Passive Mode (${list})`)).toEqual({ ok: true, ...value });
      }),
    );
  });

  it("EPRT", () => {
    fc.assert(
      fc.property(address, (value) => {
        expect(parseEprt(formatEprt(value))).toEqual({ ok: true, ...value });
      }),
    );
  });

  it("EPRT and EPSV replies with every delimiter of RFC 2428", () => {
    for (let code = 33; code <= 126; code++) {
      const d = String.fromCharCode(code);
      expect(parseEpsvReply(`229 Entering Extended Passive Mode (${d}${d}${d}6446${d})`)).toEqual({
        ok: true,
        port: 6446,
      });
      // "unless it coincides with a character needed to encode the network address" (RFC 2428 §2)
      if (/[0-9.]/.test(d)) continue;
      expect(parseEprt(`${d}1${d}192.0.2.1${d}6446${d}`)).toEqual({
        ok: true,
        family: 4,
        host: "192.0.2.1",
        port: 6446,
      });
    }
  });

  it("EPSV", () => {
    for (const protocol of [4, 6, "all", "default"] as const)
      expect(parseEpsv(formatEpsv(protocol))).toEqual({ ok: true, protocol });
    expect(parseEpsv("all")).toEqual({ ok: true, protocol: "all" });
  });
});

describe("the caller's mistakes", () => {
  it("PORT takes an IPv4-mapped address for its IPv4 one, and no other of IPv6", () => {
    for (const host of ["::ffff:192.0.2.1", "::FFFF:c000:201"])
      expect(formatPort({ host, port: 1025 })).toBe("192,0,2,1,4,1");
    expect(thrownBy(() => formatPort({ host: "2001:db8::1", port: 1025 })).code).toBe("family");
  });

  it.each([0, -1, 65536, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("port %d is refused", (wrong) => {
    for (const format of [formatPort, formatEprt, formatLprt])
      expect(thrownBy(() => format({ host: "192.0.2.1", port: wrong })).code).toBe("port");
  });

  it("a name is no address", () => {
    for (const format of [formatPort, formatEprt, formatLprt]) {
      const error = thrownBy(() => format({ host: "localhost", port: 21 }));
      expect(error).toMatchObject({
        name: "AddressEncodeError",
        code: "host",
        message: 'host: cannot use "localhost"',
      });
    }
  });

  it("are known by their marker, also in another installed version", () => {
    const marker = Symbol.for("@longshore/ftp-address/AddressEncodeError");
    expect(AddressEncodeError.isInstance({ [marker]: true })).toBe(true);
    for (const other of [new Error("no"), null, undefined, "text", 1])
      expect(AddressEncodeError.isInstance(other)).toBe(false);
  });
});

function toCanonical(text: string): string {
  return parseHost(text)?.host ?? "::";
}

function thrownBy(action: () => unknown): AddressEncodeError {
  try {
    action();
  } catch (error) {
    if (AddressEncodeError.isInstance(error)) return error;
  }
  throw new Error("no AddressEncodeError was thrown");
}
