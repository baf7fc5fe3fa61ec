import { Buffer } from "node:buffer";
import { execFileSync } from "node:child_process";
import {
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadSystemCalls, lookColumns, type SystemCalls } from "../src/index.ts";

let calls: SystemCalls;
let folder: string;
let directory: number;

beforeEach(async () => {
  const loaded = await loadSystemCalls();
  if (loaded === undefined) throw new Error("koffi is not installed, or this is no 64-bit Linux");
  calls = loaded;
  folder = mkdtempSync(join(tmpdir(), "longshore-directory-"));
  mkdirSync(join(folder, "directory"));
  symlinkSync("nowhere", join(folder, "link"));
  execFileSync("mkfifo", [join(folder, "pipe")]);
  writeFileSync(join(folder, "file"), "content");
  writeFileSync(Buffer.from(`${folder}/caf\xe9`, "latin1"), "");
  directory = openSync(folder, "r");
});
afterEach(() => {
  closeSync(directory);
  rmSync(folder, { recursive: true });
});

async function readAll(): Promise<readonly string[]> {
  const reader = calls.createDirectoryReader(directory);
  const all: string[] = [];
  for (;;) {
    const names = await reader?.read();
    if (names === undefined) throw new Error("it cannot be read");
    if (names.length === 0) return all.sort();
    all.push(...names.map(({ latin1, type }) => `${latin1} ${type}`));
  }
}

it("reads the names in a directory with their types, in several steps", async () => {
  const few = ["caf\xe9 file", "directory directory", "file file", "link symlink", "pipe other"];
  expect(await readAll()).toEqual(few);
  closeSync(directory);
  const many = Array.from({ length: 3000 }, (_, index) => `name-${index}`);
  for (const name of many) writeFileSync(join(folder, name), "");
  directory = openSync(folder, "r");
  expect(await readAll()).toEqual([...few, ...many.map((name) => `${name} file`)].sort());
});

it("tells where what it is given cannot be read", async () => {
  const file = openSync(join(folder, "file"), "r");
  expect(await calls.createDirectoryReader(file)?.read()).toBeUndefined();
  closeSync(file);
});

it("lets another thread look at names in a directory, and tells what Node.js tells", async () => {
  const { threadLooks } = calls;
  if (threadLooks === undefined) throw new Error("there are none");
  utimesSync(join(folder, "file"), -1000.25, -1000.25);
  const names = ["directory", "file", "link", "pipe", "caf\xe9", "missing", "long".repeat(100)];
  const text = `const { parentPort, workerData } = require("node:worker_threads");
    const look = (${threadLooks.source})(require, workerData.addon);
    const rows = new Float64Array(${names.length * lookColumns});
    const count = look(workerData.directory, workerData.names, rows, 10000);
    parentPort.postMessage({ count, rows, less: look(workerData.directory, workerData.names, rows.slice(), -1) });`;
  const workerData = { addon: threadLooks.addon, directory, names: names.join("\0") };
  const worker = new Worker(text, { eval: true, workerData });
  const { count, less, rows } = await new Promise<{ count: number; less: number; rows: Float64Array }>(
    (resolve, reject) => {
      worker.on("message", resolve);
      worker.on("error", reject);
    },
  );
  await worker.terminate();
  expect([count, less]).toEqual([names.length, 1]);
  for (const [index, name] of names.slice(0, 5).entries()) {
    const stats = lstatSync(Buffer.from(`${folder}/${name}`, "latin1"));
    const { mode, size, mtimeMs, birthtimeMs, nlink, ino, dev, uid, gid } = stats;
    expect([...rows.slice(index * lookColumns, (index + 1) * lookColumns)], name).toEqual([
      mode,
      size,
      mtimeMs,
      birthtimeMs,
      nlink,
      ino,
      dev,
      uid,
      gid,
    ]);
  }
  expect([rows[5 * lookColumns], rows[6 * lookColumns]]).toEqual([0, -1]);
});
