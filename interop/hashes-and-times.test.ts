// Hashes, attributes and times on our server, run as its users run it, by the clients of others.
import { mkdir, readFile, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Target } from "./ftp-clients/client.ts";
import { program } from "./peers/programs.ts";
import { succeed } from "./support/exec.ts";
import { makeFile, newFolder, removeFolders } from "./support/files.ts";
import { type Served, serve } from "./support/longshore.ts";
import { describeWith } from "./support/with-peer.ts";

let served: Served;
let folder: string;
let local: string;

beforeAll(async () => {
  folder = await newFolder();
  local = await newFolder();
  served = await serve(folder, "--writable", "--no-tftp", "--user", "tester:secret:rw");
});

afterAll(async () => {
  expect((await served.stop()).code).toBe(0);
  await removeFolders();
});

const target = (): Target => ({
  host: "127.0.0.1",
  port: served.ports.ftp ?? 0,
  user: "tester",
  password: "secret",
});

const url = (path: string): string => `ftp://tester:secret@127.0.0.1:${target().port}/${path}`;

describeWith("hashes and times with the clients of others", ["curl", "lftp"], () => {
  it.each([
    ["XCRC", /^250 [0-9A-F]{8}/im],
    ["XSHA256", /^250 [0-9a-f]{64}/im],
  ])("%s by curl --quote is the hash of the file", async (verb, form) => {
    const hash = await makeFile(join(folder, "hashed.bin"), 100_000);
    const { output } = await succeed(program("curl"), [
      "-sv",
      "-Q",
      `${verb} hashed.bin`,
      "-I",
      url("hashed.bin"),
    ]);
    const told = form.exec(output.replaceAll("< ", ""))?.[0] ?? output;
    if (verb === "XSHA256") expect(told.slice(4).toLowerCase()).toBe(hash);
    else expect(Number.parseInt(told.slice(4), 16)).toBe(crc32(await readFile(join(folder, "hashed.bin"))));
  });

  it("HASH, SITE and SITE HELP by lftp quote", async () => {
    const hash = await makeFile(join(folder, "quoted.bin"), 5000);
    const said = await runLftp(
      "quote OPTS HASH SHA-256; quote HASH quoted.bin; site HELP; site CHMOD 640 quoted.bin",
    );
    expect(said).toContain(`213 SHA-256 0-4999 ${hash} `);
    expect(said).toContain("CHMOD");
    expect((await stat(join(folder, "quoted.bin"))).mode & 0o777).toBe(0o640);
  });

  it("lftp mirror keeps the times, both ways", async () => {
    const then = new Date("2019-08-07T06:05:04Z");
    const up = join(local, "mirror-up");
    await mkdir(up);
    await makeFile(join(up, "old.bin"), 10);
    await utimes(join(up, "old.bin"), then, then);
    await runLftp(`mirror --reverse "${up}" mirrored`);
    expect((await stat(join(folder, "mirrored/old.bin"))).mtime).toEqual(then);
    await runLftp(`mirror mirrored "${join(local, "mirror-down")}"`);
    expect((await stat(join(local, "mirror-down/old.bin"))).mtime).toEqual(then);
  });
});

async function runLftp(script: string): Promise<string> {
  const open = `set ftp:ssl-allow false; set cmd:fail-exit true; open -u tester,secret -p ${target().port} 127.0.0.1`;
  return (await succeed(program("lftp"), ["--norc", "-c", `${open}; ${script}`])).output;
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
