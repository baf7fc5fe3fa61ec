import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toPath } from "@longshore/file-store";
import { openSmallFiles, type SmallFiles } from "@longshore/file-store-node";
import { afterEach, beforeEach, expect, it } from "vitest";

const isLinux = process.platform === "linux";
// In memory: of what the temporary folder is, nobody knows.
const above = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
let root: string;
let outside: string;
let files: SmallFiles | undefined;

beforeEach(async () => {
  root = mkdtempSync(join(above, "small-files-"));
  outside = mkdtempSync(join(above, "small-files-"));
  mkdirSync(join(root, "below"));
  files = await openSmallFiles(root);
});

afterEach(() => {
  for (const directory of [root, outside]) rmSync(directory, { recursive: true, force: true });
});

const bytes = new TextEncoder().encode("a few bytes");

it("is there on Linux, and in file systems of this machine alone", async () => {
  expect(files !== undefined).toBe(isLinux);
  expect(await openSmallFiles("/proc/self")).toBeUndefined();
  expect(await openSmallFiles(join(root, "nowhere"))).toBeUndefined();
});

it("makes new files whole, under their names alone", () => {
  for (const path of ["/new", "/below/new", "/ü"]) {
    expect(files?.write(toPath(path), bytes)).toBe(isLinux ? true : undefined);
    if (isLinux) expect(readFileSync(join(root, path))).toEqual(Buffer.from(bytes));
  }
  expect(files?.write(toPath("/empty"), new Uint8Array(0))).toBe(isLinux ? true : undefined);
  if (isLinux) expect(readdirSync(root).sort()).toEqual(["below", "empty", "new", "ü"]);
});

it("leaves to the store whatever is no new file", () => {
  if (files === undefined) return;
  writeFileSync(join(root, "stands"), "older");
  symlinkSync(join(outside, "target"), join(root, "link"));
  symlinkSync(outside, join(root, "away"));
  for (const path of ["/", "/stands", "/link", "/away/new", "/nowhere/new", "/below", "/stands/new"])
    expect([path, files.write(toPath(path), bytes)]).toEqual([path, false]);
  expect(files.write(toPath("/.longshore-upload-0123456789abcdef01234567"), bytes)).toBe(false);
  expect(readFileSync(join(root, "stands"), "utf8")).toBe("older");
  expect([readdirSync(outside), readdirSync(join(root, "below"))]).toEqual([[], []]);
  expect(readdirSync(root).sort()).toEqual(["away", "below", "link", "stands"]);
});

it("leaves nothing behind where it fails", () => {
  if (files === undefined) return;
  // The part can be made, and nothing be written to it.
  expect(files.write(toPath("/new"), { length: 4 } as Uint8Array)).toBe(false);
  expect(readdirSync(root)).toEqual(["below"]);
});

it("reads a regular file of no more than the limit, and nothing through a link", () => {
  if (files === undefined) return;
  writeFileSync(join(root, "below", "file"), bytes);
  writeFileSync(join(outside, "secret"), bytes);
  symlinkSync(join(outside, "secret"), join(root, "link"));
  symlinkSync(outside, join(root, "away"));
  expect(files.read(toPath("/below/file"), bytes.length)).toEqual(bytes);
  expect(files.read(toPath("/below/file"), bytes.length - 1)).toBeUndefined();
  for (const path of ["/", "/below", "/link", "/away/secret", "/nowhere"])
    expect([path, files.read(toPath(path), 1000)]).toEqual([path, undefined]);
});
