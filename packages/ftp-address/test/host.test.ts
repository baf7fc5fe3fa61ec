import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseHost, unmapHost } from "../src/index.ts";

describe("parseHost", () => {
  // RFC 5952 §4 and §5, and the addresses of RFC 4291 §2.2.
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
    ["::", "::"],
    ["::1", "::1"],
    ["1::", "1::"],
    ["0:0:0:0:0:0:0:0", "::"],
    ["2001:0DB8::0001", "2001:db8::1"],
    ["2001:db8:0:0:0:0:2:1", "2001:db8::2:1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
    ["::ffff:192.0.2.1", "::ffff:192.0.2.1"],
    ["::FFFF:c000:0201", "::ffff:192.0.2.1"],
    ["0:0:0:0:0:ffff:0:0", "::ffff:0.0.0.0"],
    ["::192.0.2.1", "::c000:201"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
    ["10:0:0:1:0:0:0:10", "10:0:0:1::10"],
  ])("gives %s as %s", (text, host) => {
    expect(parseHost(text)).toEqual({ family: host.includes(":") ? 6 : 4, host });
  });

  it.each([
    ["", "nothing"],
    ["localhost", "a name"],
    ["abc", "a name of hexadecimal letters"],
    ["f00.de", "a name of hexadecimal letters and a dot"],
    ["12", "a bare number"],
    ["1.2.3", "three numbers"],
    ["1.2.3.4.5", "five numbers"],
    ["1.2.3.256", "256"],
    ["01.2.3.4", "a leading zero, octal to some"],
    ["0x1.2.3.4", "hexadecimal"],
    ["1.2.3.4.", "a dot at the end"],
    [" 1.2.3.4", "a blank"],
    ["1.2.3.4:21", "a port"],
    ["1.2.3.4\n", "a line feed"],
    [":", "a colon"],
    [":::", "three colons"],
    ["1::2::3", "two double colons"],
    ["1:2:3:4:5:6:7", "seven groups"],
    ["1:2:3:4:5:6:7:8:9", "nine groups"],
    ["1::2:3:4:5:6:7:8", "a double colon that stands for nothing"],
    [":1:2:3:4:5:6:7", "an empty group first"],
    ["1:2:3:4:5:6:7:", "an empty group last"],
    ["12345::", "five digits"],
    ["::g", "no hexadecimal digit"],
    ["[::1]", "brackets"],
    ["fe80::1%eth0", "a zone"],
    ["::1/64", "a prefix length"],
    ["::1]@example.com", "text that would leave the brackets of a URL"],
    ["::1.2.3", "three numbers at the end"],
    ["::01.2.3.4", "a leading zero at the end"],
    ["１.2.3.4", "a digit outside ASCII"],
  ])("refuses %j: %s", (text) => {
    expect(parseHost(text)).toBeUndefined();
  });

  it("takes every form of an address for the same one", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 0, 0, 1, 0xab, 0xffff), { minLength: 8, maxLength: 8 }),
        (groups) => {
          const hex = groups.map((group) => group.toString(16));
          const plain = hex.join(":");
          const host = parseHost(plain)?.host ?? "";
          expect(isIP(host)).toBe(6);
          expect(host.length).toBeLessThanOrEqual(plain.length + 8);
          expect(parseHost(host)).toEqual({ family: 6, host });
          expect(
            parseHost(
              hex
                .map((group) => group.padStart(4, "0"))
                .join(":")
                .toUpperCase(),
            )?.host,
          ).toBe(host);
          for (let from = 0; from < 8; from++)
            for (let to = from + 1; to <= 8 && groups.slice(from, to).every((group) => group === 0); to++)
              expect(parseHost(`${hex.slice(0, from).join(":")}::${hex.slice(to).join(":")}`)?.host).toBe(
                host,
              );
        },
      ),
    );
  });

  it("agrees with Node about what is an address, but for zones", () => {
    const text = fc.string({ unit: fc.constantFrom(..."0129af:.:.::"), maxLength: 24 });
    fc.assert(
      fc.property(text, (candidate) => {
        expect(parseHost(candidate)?.family ?? 0).toBe(isIP(candidate));
      }),
      { numRuns: 5000 },
    );
  });
});

describe("unmapHost", () => {
  it.each([
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::ffff:c000:201", "192.0.2.1"],
    ["::ffff:0:1", "0.0.0.1"],
    ["192.0.2.1", "192.0.2.1"],
    ["2001:DB8::1", "2001:db8::1"],
    ["::ffff:1:c000:201", "::ffff:1:c000:201"],
  ])("of the address %s gives %s", (text, plain) => {
    expect(unmapHost(parseHost(text)?.host ?? "")).toBe(plain);
  });

  it("leaves what is no address as it is", () => {
    for (const text of ["", "localhost", "::ffff:"]) expect(unmapHost(text)).toBe(text);
  });
});
