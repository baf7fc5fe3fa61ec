import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseUsersFile, type UserRecords, verifyPassword } from "@longshore/ftp-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { buildCommand, inTerminal, longshore, removeCommand } from "./command.ts";

let directory = "";
let file = "";
let number = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "longshore-passwd-"));
  await buildCommand();
});
afterAll(async () => {
  await removeCommand();
  await rm(directory, { recursive: true });
});
beforeEach(() => {
  file = join(directory, `users-${++number}.json`);
});

const users = async (): Promise<UserRecords> => parseUsersFile(await readFile(file, "utf8"));
const set = (name: string, ...flags: string[]) =>
  longshore(["passwd", file, name, "--stdin", ...flags], { input: "open sesame\n" });

describe("longshore passwd", () => {
  it("makes the file with mode 0600 and a hash of what came on stdin", async () => {
    const { code, stdout, stderr } = await set("ada");
    expect([code, stdout, stderr]).toEqual([0, "", ""]);
    expect((await stat(file)).mode & 0o7777).toBe(0o600);
    const hash = (await users()).get("ada")?.password ?? "";
    expect(hash).toMatch(/^scrypt\$/);
    expect(await verifyPassword("open sesame", hash)).toBe(true);
    expect(await readFile(file, "utf8")).not.toContain("sesame");
  });

  it("writes TOML where the name says so, but never over comments", async () => {
    file = join(directory, "users.TOML");
    expect((await set("ada", "--permission", "rw")).code).toBe(0);
    expect((await set("bob")).code).toBe(0);
    const text = await readFile(file, "utf8");
    expect(text).toMatch(/^\[users\.ada\]$/m);
    const names = parseUsersFile(text, file).keys();
    expect([...names]).toEqual(["ada", "bob"]);
    await writeFile(file, `# Ours\n${text}`);
    const refused = await set("carol");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("holds comments, which would be lost");
    expect(await readFile(file, "utf8")).toBe(`# Ours\n${text}`);
  });

  it("sets what the flags say, keeps what they do not, and deletes", async () => {
    await set("ada", "--permission", "rw", "--root", "/home/ada", "--create-home", "--sessions", "2");
    await set(
      "bob",
      "--permission",
      "ro",
      "--permission",
      "/in=incoming",
      "--permission",
      "/log=list,append",
    );
    const before = (await users()).get("ada");
    const quota = ["--quota-bytes", "1.5 GiB", "--quota-files", "100"];
    const flags = ["--keep-password", "--rate-down", "5", "--home", "/work", ...quota];
    expect((await longshore(["passwd", file, "ada", ...flags])).code).toBe(0);
    expect((await users()).get("ada")).toEqual({
      ...before,
      home: "/work",
      rate: { down: 5 },
      quota: { bytes: 1_610_612_736, files: 100 },
    });
    const less = ["--keep-password", "--quota-bytes", "20000000000", "--quota-files", "0"];
    expect((await longshore(["passwd", file, "ada", ...less])).code).toBe(0);
    expect((await users()).get("ada")?.quota).toEqual({ bytes: 20_000_000_000 });
    expect((await users()).get("bob")?.permission).toEqual([
      { path: "/", allow: "ro" },
      { path: "/in", allow: "incoming" },
      { path: "/log", allow: ["list", "append"] },
    ]);
    expect((await longshore(["passwd", file, "ada", "--delete"])).code).toBe(0);
    expect([...(await users()).keys()]).toEqual(["bob"]);
  });

  it("replaces the file as a whole, behind a link too, and leaves nothing beside it", async () => {
    await set("ada");
    await chmod(file, 0o644);
    const inode = (await stat(file)).ino;
    const link = join(directory, `link-${number}`);
    await symlink(file, link);
    expect((await longshore(["passwd", link, "bob", "--stdin"], { input: "x" })).code).toBe(0);
    expect([...(await users()).keys()]).toEqual(["ada", "bob"]);
    const { ino, mode } = await stat(file);
    expect([ino === inode, mode & 0o777]).toEqual([false, 0o600]);
    expect((await readdir(directory)).filter((name) => name.endsWith(".new"))).toEqual([]);
  });

  it("prompts twice, and takes no two passwords that differ", async () => {
    const typing = (answers: string[]) => (shown: string) => {
      const wanted = shown.includes("again") ? 2 : shown.includes("Password for ada") ? 1 : 0;
      return wanted > 2 - answers.length ? answers.shift() : undefined;
    };
    const right = await inTerminal(`exec $longshore passwd ${file} ada`, typing(["sesame\r", "sesame\r"]));
    expect(right.code).toBe(0);
    expect(right.shown).not.toContain("sesame");
    expect(await verifyPassword("sesame", (await users()).get("ada")?.password ?? "")).toBe(true);
    const wrong = await inTerminal(`exec $longshore passwd ${file} ada`, typing(["sesame\r", "other\r"]));
    expect(wrong.code).toBe(2);
    expect(wrong.shown).toContain("the two passwords differ");
  });

  it("says what is wrong, touches nothing, and asks for no password before", async () => {
    await set("ada");
    const before = await readFile(file);
    const cases = [
      [["bob", "--delete"], "has no user bob"],
      [["bob", "--keep-password"], "has no user bob"],
      [["ada", "--quota-bytes", "ten"], "write bytes, such as 500M, 10G or 64MiB"],
      [["ada", "--permission", "all"], "write ro, rw, incoming, or some of: list,read"],
      [["ada", "--permission", "ro", "--permission", "rw"], "/ comes twice"],
      [["ada", "--sessions", "many"], "whole number"],
      [["ada", "--root", "/a\u0007"], "users.ada.root: this cannot be a path"],
    ] as const;
    await Promise.all(
      cases.map(async ([flags, message]) => {
        const { code, stderr } = await longshore(["passwd", file, ...flags]);
        expect([code, stderr.trimEnd().split("\n").length], flags.join(" ")).toEqual([2, 1]);
        expect(stderr).toContain(message);
      }),
    );
    expect((await longshore(["passwd", file, "bob", "--stdin"], { input: "\n" })).stderr).toContain(
      "is empty",
    );
    expect(await readFile(file)).toEqual(before);
    await writeFile(`${file}.new`, "");
    expect((await set("bob")).stderr).toContain("another longshore passwd is at work");
    await rm(`${file}.new`);
    await writeFile(file, '{"users": {"ada": {"password": "sesame"}}}');
    const broken = await set("bob");
    expect([broken.code, broken.stderr.includes("sesame")]).toEqual([1, false]);
    expect(broken.stderr).toContain("users.ada.password: write a hash");
  });
});
