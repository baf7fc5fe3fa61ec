import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { askNetrc, findNetrc, parseNetrc } from "../src/netrc.ts";

const folder = mkdtempSync(join(tmpdir(), "longshore-netrc-"));
afterAll(() => rmSync(folder, { recursive: true }));

const entriesOf = (text: string) => {
  const result = parseNetrc(text);
  return result.ok ? result.entries : result;
};

describe("a netrc file", () => {
  it.each([
    ["", []],
    ["machine h login u password p", [{ machine: "h", login: "u", password: "p" }]],
    ["machine h\n\tlogin u\r\n\tpassword p\r\n", [{ machine: "h", login: "u", password: "p" }]],
    ["machine h\nlogin u\naccount a\n", [{ machine: "h", login: "u", account: "a" }]],
    ["default login anonymous password me@", [{ login: "anonymous", password: "me@" }]],
    ["# all\nmachine h # here\nlogin u", [{ machine: "h", login: "u" }]],
    ["machine h login u password #1#\n", [{ machine: "h", login: "u", password: "#1#" }]],
    ['machine h login "a b" password "q\\"\\\\\\tz"', [{ machine: "h", login: "a b", password: 'q"\\\tz' }]],
    ['machine h password a"b', [{ machine: "h", password: 'a"b' }]],
    [
      "macdef init\nlogin x\n  cd /\n\nmachine h login u\nmacdef last\nmachine no",
      [{ machine: "h", login: "u" }],
    ],
    ["machine machine login login", [{ machine: "machine", login: "login" }]],
  ])("%j", (text, entries) => expect(entriesOf(text)).toEqual(entries));

  it.each([
    ["machine h\nuser u", 2, /expected machine, default/],
    ["login u", 1, /login comes before machine/],
    ["machine h login", 1, /nothing comes after login/],
    ['machine h\n\npassword "x\n"', 3, /quotes have no end/],
    ["%PDF-1.7 secret", 1, /expected machine/],
  ])("wrong: %j", (text, line, message) => {
    expect(parseNetrc(text)).toEqual({ ok: false, line, message: expect.stringMatching(message) });
  });

  it("is read in one pass, whatever is in it", () => {
    for (const part of ["macdef x\n", "machine h ", '"', "\n \n", "# \n", "\\"]) {
      expect(() => parseNetrc(part.repeat(100_000))).not.toThrow();
    }
  });

  it("names a host in any case, and its users apart", () => {
    const entries = [
      { machine: "h", login: "ada", password: "1" },
      { machine: "H", login: "bob", password: "2" },
      { login: "anyone", password: "3" },
    ];
    expect(findNetrc(entries, "H", undefined)?.password).toBe("1");
    expect(findNetrc(entries, "h", "bob")?.password).toBe("2");
    expect(findNetrc(entries, "h", "eve")).toBeUndefined();
    expect(findNetrc(entries, "other", undefined)?.password).toBe("3");
    expect(findNetrc(entries, "other", "eve")).toBeUndefined();
    expect(findNetrc([{ machine: "h", password: "4" }], "h", "eve")?.password).toBe("4");
  });

  it("that others can read gives no password, but the one that everybody knows", async () => {
    const file = join(folder, "netrc");
    writeFileSync(file, "machine h login ada password secret\nmachine a login anonymous password me@\n");
    chmodSync(file, 0o640);
    await expect(askNetrc(file, "h", undefined)).rejects.toThrow(/others can read it; chmod 600/);
    expect(await askNetrc(file, "a", undefined)).toMatchObject({ login: "anonymous" });
    expect(await askNetrc(file, "unknown", undefined)).toBeUndefined();
    chmodSync(file, 0o600);
    expect(await askNetrc(file, "h", undefined)).toMatchObject({ password: "secret" });
  });

  it("says what is wrong with it, and none of its secrets", async () => {
    const file = join(folder, "wrong");
    writeFileSync(file, "machine h\npasword secret\n", { mode: 0o600 });
    await expect(askNetrc(file, "h", undefined)).rejects.toThrow(
      /^--netrc: .*wrong, line 2: expected machine, .* or macdef$/,
    );
    writeFileSync(file, "x".repeat(2_000_000));
    await expect(askNetrc(file, "h", undefined)).rejects.toThrow(/larger than 1 MiB/);
    await expect(askNetrc(join(folder, "none"), "h", undefined)).rejects.toThrow(/cannot be read \(ENOENT/);
  });
});
