import { describe, expect, it } from "vitest";
import { CommandFailure } from "../src/failure.ts";
import { ftpFileOf, ftpPlaceOf, nameOf, pathOf, placeOf, shownUrl, withName } from "../src/place.ts";

describe("places", () => {
  it("tells the protocols apart, whatever their letters", () => {
    expect(placeOf("FTP://h/x")).toMatchObject({
      protocol: "ftp",
      url: { scheme: "ftp", host: "h", path: "x" },
    });
    expect(placeOf("ftps://h/x")).toMatchObject({ protocol: "ftp", url: { scheme: "ftps" } });
    expect(placeOf("Tftp://[::1]:70/a%20b;mode=netascii")).toEqual({
      protocol: "tftp",
      url: { host: "::1", port: 70, filename: "a b", mode: "netascii" },
    });
    expect(pathOf(placeOf("ftp://h//etc/motd"))).toBe("/etc/motd");
    expect(pathOf(placeOf("tftp://h/motd"))).toBe("motd");
  });

  it.each(["x", "http://h/", "ftp:/h", "ftp://", "tftp://h/", "ftp://u:opensesame@h:0/x"])(
    "refuses %s as wrong usage, in a line without the password",
    (text) => {
      const error = (() => {
        try {
          return placeOf(text);
        } catch (thrown) {
          return thrown;
        }
      })();
      expect(error).toBeInstanceOf(CommandFailure);
      expect(error).toMatchObject({ exitCode: 2, message: expect.not.stringMatching(/opensesame|\n/) });
    },
  );

  it("knows what TFTP cannot", () => {
    expect(() => ftpPlaceOf("tftp://h/x", "list")).toThrow("TFTP cannot list");
    expect(ftpPlaceOf("ftp://h/x", "list").path).toBe("x");
  });

  it("takes slashes off a name, and wants one", () => {
    expect(ftpFileOf("ftp://h/a/b//", "remove files").path).toBe("a/b");
    expect(() => ftpFileOf("ftp://h/", "remove files")).toThrow("names no file");
    expect(() => ftpFileOf("ftp://h//", "remove files")).toThrow("names no file");
  });

  it("names", () => {
    expect([nameOf("a/b"), nameOf("a"), nameOf("a/"), nameOf("")]).toEqual(["b", "a", "", ""]);
  });
});

describe("a name at the end of a URL", () => {
  it.each([
    ["ftp://h", "ftp://h/a%20b"],
    ["ftp://h/", "ftp://h/a%20b"],
    ["ftp://h/d/", "ftp://h/d/a%20b"],
    ["ftp://h/d/;type=a", "ftp://h/d/a%20b;type=a"],
    ["tftp://h/;mode=netascii", "tftp://h/a%20b;mode=netascii"],
    ["ftp://h/d", "ftp://h/d"],
    ["ftp://h/d;type=i", "ftp://h/d;type=i"],
    ["ftp://h/x;y/", "ftp://h/x;y/a%20b"],
  ])("%s", (url, whole) => expect(withName(url, "a b")).toBe(whole));

  it("stays a name", () => {
    const odd = "100% 'é' ;type=a #?";
    expect(pathOf(placeOf(withName("ftp://h/d/", odd)))).toBe(`d/${odd}`);
    expect(pathOf(placeOf(withName("tftp://h/d/", odd)))).toBe(`d/${odd}`);
  });
});

describe("a URL that is shown", () => {
  it.each([
    ["ftp://u:p@h/x", "ftp://u@h/x"],
    ["ftp://u:p:q@r@h/x", "ftp://u@h/x"],
    ["ftp://u@h/x", "ftp://u@h/x"],
    ["ftp://h:21/x@y", "ftp://h:21/x@y"],
    ["ftp://h:21/a:b@c", "ftp://h:21/a:b@c"],
    ["tftp://h/x", "tftp://h/x"],
  ])("%s", (url, shown) => expect(shownUrl(url)).toBe(shown));
});
