// Our FTP client with the servers of others, plain and over explicit TLS, and the command over it.
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FtpClient, FtpError } from "@longshore/ftp-client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FtpPeer, type FtpServerName, ftpServers, startFtpServer } from "./peers/ftp-servers.ts";
import { execute } from "./support/exec.ts";
import { makeFile, newFolder, removeFolders, sha256 } from "./support/files.ts";
import { longshore } from "./support/longshore.ts";
import { describeWith } from "./support/with-peer.ts";

const oddNames = ["two words.txt", `it's "quoted".txt`, "grün 日本 ✓.txt"];

afterAll(removeFolders);

for (const name of Object.keys(ftpServers) as FtpServerName[]) {
  describeWith(`our FTP client with ${name}`, ftpServers[name].needs, () => {
    let peer: FtpPeer;
    beforeAll(async () => {
      peer = await startFtpServer(name);
    });
    afterAll(async () => peer.stop());
    describe("plain", () => scenarios("plain", () => peer));
    describe("over explicit TLS", () => scenarios("explicit", () => peer));
  });
}

function scenarios(security: "plain" | "explicit", peerOf: () => FtpPeer): void {
  let client: FtpClient;
  let peer: FtpPeer;
  let local: string;
  const remote = (path: string): string => `${peer.path}/${security}/${path}`;
  const stored = (path: string): string => join(peer.directory, security, path);

  beforeAll(async () => {
    peer = peerOf();
    local = await newFolder();
    await mkdir(stored(""), { recursive: true });
    // The servers write as users of their own.
    await chmod(stored(""), 0o777);
  });

  beforeEach(async () => {
    client = await FtpClient.connect({
      host: security === "plain" ? peer.host : "localhost",
      port: peer.port,
      user: peer.user,
      password: peer.password,
      ...(security === "plain" ? {} : { tls: { mode: "explicit" as const, ca: peer.certificate } }),
    });
  });
  afterEach(async () => client.close());

  /** A file on the server that its own user may read and change. */
  const serverFile = async (path: string, size: number): Promise<string> => {
    const hash = await makeFile(stored(path), size);
    await chmod(stored(path), 0o666);
    return hash;
  };

  it("says whether it is encrypted", () => {
    expect(client.isSecure).toBe(security === "explicit");
  });

  it.each([0, 1, 3_000_000])("downloads %i bytes and proves them", async (size) => {
    const hash = await serverFile(`down-${size}.bin`, size);
    const report = await client.download(remote(`down-${size}.bin`), join(local, `down-${size}.bin`));
    expect(report).toMatchObject({ bytes: size, verified: "size" });
    expect(await sha256(join(local, `down-${size}.bin`))).toBe(hash);
  });

  it.each([0, 1, 3_000_000])("uploads %i bytes and proves them", async (size) => {
    const hash = await makeFile(join(local, `up-${size}.bin`), size);
    const report = await client.upload(join(local, `up-${size}.bin`), remote(`up-${size}.bin`));
    expect(report).toMatchObject({ bytes: size, verified: "size" });
    expect(await sha256(stored(`up-${size}.bin`))).toBe(hash);
  });

  // With TLS an end right behind the handshake once overtook its last message, now and then.
  it("uploads thirty empty files, one after the other", async () => {
    for (let count = 0; count < 30; count++) {
      await client.upload(new Uint8Array(0), remote(`empty-${count}.bin`), { timeout: 10_000 });
      expect((await stat(stored(`empty-${count}.bin`))).size).toBe(0);
    }
  });

  // Commands of one call go out with those of the one before, where the server is known to take that.
  it("keeps calls apart that are made together, when some are refused or given up", async () => {
    const hash = await serverFile("together.bin", 5000);
    await serverFile("together-large.bin", 30_000_000);
    const stop = new AbortController();
    const name = (index: number): string => join(local, `together-${index}.bin`);
    const codeOf = (error: FtpError): string => error.code;
    const calls = [
      client.download(remote("together.bin"), name(0)),
      client
        .download(remote("together-large.bin"), () => stop.abort(), { signal: stop.signal })
        .catch(codeOf),
      client.download(remote("together.bin"), name(1)),
      client.download(remote("nowhere.bin"), name(2)).catch(codeOf),
      client.upload(new Uint8Array(5000), remote("together-up.bin")),
      client.download(remote("together.bin"), name(3)),
      client.pwd(),
      client.download(remote("together.bin"), name(4)),
    ];
    const whole = { bytes: 5000, verified: "size" };
    expect(await Promise.all(calls)).toMatchObject([
      ...[whole, "aborted", whole, "refused", whole, whole],
      ...[expect.stringMatching(/^\//), whole],
    ]);
    for (const index of [0, 1, 3, 4]) expect(await sha256(name(index))).toBe(hash);
  });

  it("resumes a download", async () => {
    const hash = await serverFile("resume.bin", 900_000);
    await copyFile(stored("resume.bin"), join(local, "resume.bin"));
    await truncate(join(local, "resume.bin"), 500_000);
    const { bytes } = await client.download(remote("resume.bin"), join(local, "resume.bin"), {
      resume: true,
    });
    expect(bytes).toBeLessThan(900_000);
    expect(await sha256(join(local, "resume.bin"))).toBe(hash);
  });

  it("resumes an upload", async () => {
    const hash = await makeFile(join(local, "resume-up.bin"), 900_000);
    // Begun by the server's own user, who must be able to go on.
    await client.upload(
      (await readFile(join(local, "resume-up.bin"))).subarray(0, 500_000),
      remote("resume-up.bin"),
    );
    const { bytes } = await client.upload(join(local, "resume-up.bin"), remote("resume-up.bin"), {
      resume: true,
    });
    expect(bytes).toBeLessThan(900_000);
    expect(await sha256(stored("resume-up.bin"))).toBe(hash);
  });

  it("lists names with spaces, quotes and letters beyond ASCII, with their sizes", async () => {
    await mkdir(stored("listed/a directory"), { recursive: true });
    for (const [index, name] of oddNames.entries()) await serverFile(`listed/${name}`, 10 + index);
    const found: Record<string, unknown> = {};
    for await (const { name, type, size } of client.list(remote("listed"))) {
      if (type !== "cdir" && type !== "pdir" && name !== "." && name !== "..")
        found[name] = type === "dir" ? "dir" : size;
    }
    expect(found).toEqual({
      ...Object.fromEntries(oddNames.map((name, index) => [name, 10 + index])),
      "a directory": "dir",
    });
  });

  it.each(oddNames)("moves the file %s both ways", async (name) => {
    const hash = await makeFile(join(local, "odd.bin"), 1000);
    await client.upload(join(local, "odd.bin"), remote(name));
    expect(await sha256(stored(name))).toBe(hash);
    await client.download(remote(name), join(local, "odd-back.bin"));
    expect(await sha256(join(local, "odd-back.bin"))).toBe(hash);
  });

  it("makes a directory, renames into it, and removes", async () => {
    await client.makeDirectory(remote("made"));
    expect((await stat(stored("made"))).isDirectory()).toBe(true);
    await client.upload(new TextEncoder().encode("moved"), remote("move me.txt"));
    await client.rename(remote("move me.txt"), remote("made/moved.txt"));
    expect(await readFile(stored("made/moved.txt"), "utf8")).toBe("moved");
    await client.remove(remote("made/moved.txt"));
    await client.removeDirectory(remote("made"));
    expect(existsSync(stored("made"))).toBe(false);
  });

  it("reads the size of a sparse file of 5 GB", async () => {
    await serverFile("sparse.bin", 0);
    await truncate(stored("sparse.bin"), 5_000_000_000);
    expect(await client.size(remote("sparse.bin"))).toBe(5_000_000_000);
  });

  it("says what the server refuses, leaves nothing behind, and goes on", async () => {
    const missing = client.download(remote("missing.bin"), join(local, "missing.bin"));
    await expect(missing).rejects.toSatisfy(
      (error) => FtpError.isInstance(error) && error.reply?.code === 550,
    );
    expect(existsSync(join(local, "missing.bin"))).toBe(false);
    const hash = await serverFile("after.bin", 1000);
    await client.download(remote("after.bin"), join(local, "after.bin"));
    expect(await sha256(join(local, "after.bin"))).toBe(hash);
  });

  it("gives a download up when told to, leaves nothing behind, and goes on", async () => {
    await serverFile("large.bin", 0);
    await truncate(stored("large.bin"), 2_000_000_000);
    const controller = new AbortController();
    const download = client.download(remote("large.bin"), join(local, "large.bin"), {
      signal: controller.signal,
      onProgress: ({ bytes }) => {
        if (bytes > 1_000_000) controller.abort();
      },
    });
    await expect(download).rejects.toSatisfy((error) => FtpError.isInstance(error));
    expect(existsSync(join(local, "large.bin"))).toBe(false);
    expect(await client.size(remote("large.bin"))).toBe(2_000_000_000);
  });

  it("is the command's: put, ls, get, mv, mkdir, rm", async () => {
    const ca = join(local, "ca.pem");
    await writeFile(ca, peer.certificate);
    const host = security === "plain" ? peer.host : "localhost";
    const url = (path: string): string =>
      `ftp://${encodeURIComponent(peer.user)}@${host}:${peer.port}/${remote(path).slice(1).split("/").map(encodeURIComponent).join("/")}`;
    const command = async (...args: string[]): Promise<string> => {
      const flags = security === "plain" ? [] : ["--tls", "--ca", ca];
      const done = await execute(process.execPath, [longshore, ...args, ...flags], {
        env: { LONGSHORE_PASSWORD: peer.password },
      });
      expect(done.code, done.output).toBe(0);
      return done.text;
    };
    const hash = await makeFile(join(local, "a file.bin"), 200_000);
    await command("mkdir", url("by command"));
    await command("put", join(local, "a file.bin"), url("by command/"));
    const listed = JSON.parse(await command("ls", "--json", url("by command/"))) as {
      name: string;
      size: number;
    }[];
    expect(listed.filter(({ name }) => name === "a file.bin")).toMatchObject([{ size: 200_000 }]);
    await command("mv", url("by command/a file.bin"), remote("by command/b file.bin"));
    await command("get", url("by command/b file.bin"), join(local, "back.bin"));
    expect(await sha256(join(local, "back.bin"))).toBe(hash);
    await command("rm", url("by command/b file.bin"));
    expect(existsSync(stored("by command/b file.bin"))).toBe(false);
  });
}
