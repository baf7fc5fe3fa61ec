import { FtpError, formatFtpUrl, parseFtpUrl } from "@longshore/ftp-client";
import { assert, property, string, stringMatching } from "fast-check";
import { describe, expect, it } from "vitest";

describe("parseFtpUrl", () => {
  it.each([
    ["ftp://host", { scheme: "ftp", host: "host", path: "" }],
    ["FTPS://host:990/", { scheme: "ftps", host: "host", port: 990, path: "" }],
    ["ftp://ann@host.dom/a/b", { user: "ann", path: "a/b" }],
    ["ftp://myname@host.dom/%2Fetc/motd", { user: "myname", path: "/etc/motd" }],
    ["ftp://myname@host.dom/etc/motd", { path: "etc/motd" }],
    ["ftp://myname@host.dom//etc/motd", { path: "/etc/motd" }],
    ["ftp://host/a%20b;type=i", { path: "a b", type: "i" }],
    ["ftp://host/dir;type=D", { path: "dir", type: "d" }],
    ["ftp://host/a%3Bb", { path: "a;b" }],
    ["ftp://host/f%C3%BC", { path: "fü" }],
    ["ftp://host/caf%E9", { path: "caf\udce9" }],
    ["ftp://host/100%25", { path: "100%" }],
    ["ftp://[2001:db8::1]:2121/f", { host: "2001:db8::1", port: 2121, path: "f" }],
    ["ftp://me%40work@host/", { user: "me@work" }],
    ["ftp://me@work@host/", { user: "me@work", host: "host" }],
    ["ftp://host/a?b#c", { path: "a?b#c" }],
    ["ftp://host/-R", { path: "-R" }],
  ])("%s", (url, expected) => {
    expect(parseFtpUrl(url)).toMatchObject(expected);
  });

  it("hides the password", () => {
    const url = parseFtpUrl("ftp://ann:s%3Acr%40t:x@host/");
    expect(url.password?.reveal()).toBe("s:cr@t:x");
    expect(JSON.stringify(url)).not.toContain("cr@t");
    expect(parseFtpUrl("ftp://ann:@host/").password?.reveal()).toBe("");
    expect(parseFtpUrl("ftp://ann@host/").password).toBeUndefined();
  });

  it.each([
    "http://host/",
    "ftp:/host/",
    "ftp://",
    "ftp:///path",
    "ftp://host:0/",
    "ftp://host:65536/",
    "ftp://host:21x/",
    "ftp://[::1/",
    "ftp://[example.org]/",
    "ftp://host/%",
    "ftp://host/%4",
    "ftp://host/%zz",
    "ftp://host/a%0D%0ADELE%20b",
    "ftp://host/a\nb",
    "ftp://host/%00",
    "ftp://us%0Aer@host/",
    "ftp://host/a%2Fb",
    "ftp://ho st/",
  ])("refuses %j", (url) => {
    expect(() => parseFtpUrl(url)).toThrow(FtpError);
    expect(() => parseFtpUrl(url)).toThrow(/^bad-argument: the URL cannot be used: /);
  });

  it("never throws anything else", () => {
    assert(
      property(string({ unit: "binary", maxLength: 60 }), (tail) => {
        try {
          parseFtpUrl(`ftp://${tail}`);
        } catch (error) {
          expect(FtpError.isInstance(error)).toBe(true);
        }
      }),
      { numRuns: 1500 },
    );
  });
});

describe("formatFtpUrl", () => {
  it("is the inversion, for relative and absolute paths", () => {
    const segment = string({ unit: "binary", minLength: 1, maxLength: 12 }).map((text) =>
      // A lone surrogate that stands for no byte would come back as another.
      text.replace(/[/\r\n\0]|\p{Cs}/gu, "_"),
    );
    assert(
      property(segment, segment, stringMatching(/^\/?$/), (first, second, root) => {
        const path = `${root}${first}/${second}`;
        const url = { scheme: "ftp" as const, host: "example.org", port: 2121, user: first, path };
        expect(parseFtpUrl(formatFtpUrl(url))).toMatchObject(url);
      }),
      { numRuns: 1000 },
    );
    expect(formatFtpUrl({ host: "::1", path: "/", type: "d" })).toBe("ftp://[::1]/%2F;type=d");
    expect(formatFtpUrl({ host: "h", path: "" })).toBe("ftp://h/");
  });
});
