// Our FTP server, run as its users run it, with the clients of others.

import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { FtpClientPeer, Target } from "./ftp-clients/client.ts";
import { ftpClients } from "./ftp-clients/index.ts";
import { openControl } from "./support/control.ts";
import { hashTree, makeFile, makeTree, newFolder, removeFolders, sha256 } from "./support/files.ts";
import { makeCertificate, type Served, serve } from "./support/longshore.ts";
import { describeWith } from "./support/with-peer.ts";

/** A name that is hard to pass through a command line, and one beyond ASCII. */
const oddNames = ["two words.txt", `it's "quoted".txt`, "grün 日本 ✓.txt"];

let served: Served;
let folder: string;
let certificate: Awaited<ReturnType<typeof makeCertificate>>;

beforeAll(async () => {
  folder = await newFolder();
  certificate = await makeCertificate();
  const tls = ["--tls-cert", certificate.certificate, "--tls-key", certificate.key];
  const limits = ["--max-sessions", "500", "--max-sessions-per-address", "500"];
  served = await serve(folder, "--writable", "--no-tftp", "--user", "tester:secret:rw", ...tls, ...limits);
});

afterAll(async () => {
  expect((await served.stop()).code).toBe(0);
  await certificate.remove();
  await removeFolders();
});

const target = (tls: boolean): Target => ({
  host: "127.0.0.1",
  port: served.ports.ftp ?? 0,
  user: "tester",
  password: "secret",
  ...(tls ? { tls: { certificateFile: certificate.certificate } } : {}),
});

for (const [name, client] of Object.entries(ftpClients)) {
  describeWith(`our FTP server with ${name}`, client.needs, () => scenarios(`${name}-plain`, client, false));
  if (client.tls) {
    describeWith(`our FTP server with ${name} over explicit TLS`, client.needs, () =>
      scenarios(`${name}-tls`, client, true),
    );
  }
}

/** An upload of which the server has got all of `part` when its data connection breaks; answers how much it keeps. */
async function interruptUpload(path: string, part: Uint8Array): Promise<number> {
  const control = await openControl(served.ports.ftp ?? 0);
  await control.login();
  await control.command("TYPE I");
  const data = await control.passive();
  expect(await control.command(`STOR ${path}`)).toMatch(/^150 /);
  data.write(part);
  while (!(await control.command("STAT")).includes(` ${part.length} bytes`));
  data.resetAndDestroy();
  expect(await control.reply()).toMatch(/^426 /);
  // What has come may not all have been written when the connection broke.
  const kept = Number(/^213 (\d+)/.exec(await control.command(`SIZE ${path}`))?.[1]);
  control.close();
  return kept;
}

function scenarios(at: string, client: FtpClientPeer, tls: boolean): void {
  const { put, resumeGet, resumePut, rename, remove, getTree, putTree, size } = client;
  const remote = (path: string): string => `/${at}/${path}`;
  const stored = (path: string): string => join(folder, at, path);
  let local: string;

  beforeAll(async () => {
    local = await newFolder();
    await mkdir(join(folder, at));
  });

  it("gets a file", async () => {
    const hash = await makeFile(stored("get.bin"), 3_000_000);
    await client.get(target(tls), remote("get.bin"), join(local, "get.bin"));
    expect(await sha256(join(local, "get.bin"))).toBe(hash);
  });

  it("gets an empty file", async () => {
    await makeFile(stored("empty.bin"), 0);
    await client.get(target(tls), remote("empty.bin"), join(local, "empty.bin"));
    expect((await stat(join(local, "empty.bin"))).size).toBe(0);
  });

  it.each(oddNames)("gets the file %s", async (name) => {
    const hash = await makeFile(stored(name), 100);
    await client.get(target(tls), remote(name), join(local, "odd.bin"));
    expect(await sha256(join(local, "odd.bin"))).toBe(hash);
  });

  it("lists names with spaces, quotes and letters beyond ASCII", async () => {
    for (const name of oddNames) await makeFile(stored(`listed/${name}`), 10);
    await mkdir(stored("listed/a directory"), { recursive: true });
    const names = await client.list(target(tls), remote("listed"));
    expect([...names].sort()).toEqual([...oddNames, "a directory"].sort());
  });

  it("fails to get what is not there", async () => {
    await expect(
      client.get(target(tls), remote("missing.bin"), join(local, "missing.bin")),
    ).rejects.toThrow();
  });

  if (put !== undefined) {
    it.each([0, 1, 2_500_000])("puts a file of %i bytes", async (bytes) => {
      const hash = await makeFile(join(local, "put.bin"), bytes);
      await put(target(tls), join(local, "put.bin"), remote(`put-${bytes}.bin`));
      expect(await sha256(stored(`put-${bytes}.bin`))).toBe(hash);
    });

    it.each(oddNames)("puts the file %s", async (name) => {
      const hash = await makeFile(join(local, "odd-put.bin"), 1000);
      await put(target(tls), join(local, "odd-put.bin"), remote(`put ${name}`));
      expect(await sha256(stored(`put ${name}`))).toBe(hash);
    });
  }

  if (resumeGet !== undefined) {
    it("resumes a download", async () => {
      const hash = await makeFile(stored("resume.bin"), 1_000_000);
      await copyFile(stored("resume.bin"), join(local, "resume.bin"));
      await truncate(join(local, "resume.bin"), 400_000);
      await resumeGet(target(tls), remote("resume.bin"), join(local, "resume.bin"));
      expect(await sha256(join(local, "resume.bin"))).toBe(hash);
    });
  }

  if (resumePut !== undefined) {
    it("resumes an upload", async () => {
      const hash = await makeFile(join(local, "resume-put.bin"), 1_000_000);
      await writeFile(
        stored("resume-put.bin"),
        (await readFile(join(local, "resume-put.bin"))).subarray(0, 300_001),
      );
      await resumePut(target(tls), join(local, "resume-put.bin"), remote("resume-put.bin"));
      expect(await sha256(stored("resume-put.bin"))).toBe(hash);
    });

    it("goes on from an upload that was interrupted", async () => {
      await makeFile(join(local, "broken-put.bin"), 1_000_000);
      // Other bytes than the client has, so that it shows what was sent again.
      const part = Buffer.alloc(300_001, "part");
      const kept = await interruptUpload(remote("broken-put.bin"), part);
      expect(kept).toBeGreaterThan(0);
      expect(existsSync(stored("broken-put.bin"))).toBe(false);
      await resumePut(target(tls), join(local, "broken-put.bin"), remote("broken-put.bin"));
      const sent = await readFile(join(local, "broken-put.bin"));
      const whole = Buffer.concat([part.subarray(0, kept), sent.subarray(kept)]);
      expect((await readFile(stored("broken-put.bin"))).equals(whole)).toBe(true);
    });
  }

  if (rename !== undefined) {
    it("renames a file", async () => {
      const hash = await makeFile(stored("old name.bin"), 100);
      await rename(target(tls), remote("old name.bin"), remote("new name.bin"));
      expect(existsSync(stored("old name.bin"))).toBe(false);
      expect(await sha256(stored("new name.bin"))).toBe(hash);
    });
  }

  if (remove !== undefined) {
    it("removes a file", async () => {
      await makeFile(stored("remove.bin"), 100);
      await remove(target(tls), remote("remove.bin"));
      expect(existsSync(stored("remove.bin"))).toBe(false);
    });
  }

  if (getTree !== undefined) {
    it("gets a tree", async () => {
      await makeTree(stored("tree"));
      await getTree(target(tls), remote("tree"), join(local, "tree"));
      expect(await hashTree(join(local, "tree"))).toEqual(await hashTree(stored("tree")));
    });
  }

  if (putTree !== undefined) {
    it("puts a tree", async () => {
      await makeTree(join(local, "tree-up"));
      await putTree(target(tls), join(local, "tree-up"), remote("tree-up"));
      expect(await hashTree(stored("tree-up"))).toEqual(await hashTree(join(local, "tree-up")));
    });
  }

  if (size !== undefined) {
    it("reads the size of a sparse file of 5 GB", async () => {
      await makeFile(stored("sparse.bin"), 0);
      await truncate(stored("sparse.bin"), 5_000_000_000);
      expect(await size(target(tls), remote("sparse.bin"))).toBe(5_000_000_000);
    });
  }

  if (tls || client.slowStart) return;
  it("gets and puts 200 files at once", async () => {
    const names = Array.from({ length: 200 }, (_, index) => `many-${index}.bin`);
    const hashes = await Promise.all(
      names.map((name, index) => makeFile(stored(`many/${name}`), 1000 + index)),
    );
    await mkdir(join(local, "many"));
    await mkdir(stored("many-put"));
    await Promise.all(
      names.map((name) => client.get(target(tls), remote(`many/${name}`), join(local, "many", name))),
    );
    if (put !== undefined) {
      await Promise.all(
        names.map((name) => put(target(tls), join(local, "many", name), remote(`many-put/${name}`))),
      );
    }
    for (const [index, name] of names.entries()) {
      expect(await sha256(join(local, "many", name)), name).toBe(hashes[index]);
      if (put !== undefined) expect(await sha256(stored(`many-put/${name}`)), name).toBe(hashes[index]);
    }
  });
}
