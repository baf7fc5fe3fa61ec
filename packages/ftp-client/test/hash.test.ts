import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryStore } from "@longshore/file-store-memory";
import { FtpClient, mirror } from "@longshore/ftp-client";
import { type Authenticator, createFtpServer, type FtpServer } from "@longshore/ftp-server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Peer } from "./scripted-server.ts";
import { createStage, failure } from "./support.ts";

/** Everybody, and at once: hashing passwords is not what is tried here. */
const letIn: Authenticator = () =>
  Promise.resolve({ result: "accepted", user: { name: "ann", permission: "rw" } });

const big = Buffer.alloc(3_000_001, "The quick brown fox.\n");
const text = "The quick brown fox.\n";
const hex = (algorithm: string, of: string | Uint8Array): string =>
  createHash(algorithm).update(of).digest("hex");

const stage = createStage();
let folder = "";
let server: FtpServer | undefined;
let client: FtpClient | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "longshore-hash-"));
});
afterEach(async () => {
  client?.destroy();
  await server?.close();
  client = undefined;
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function ours(): Promise<FtpClient> {
  const store = createMemoryStore({ files: { "/big": big, "/text": text, "/empty": "" } });
  server = createFtpServer({ store, authenticators: [letIn] });
  const { port } = await server.listen();
  client = await FtpClient.connect({ host: "127.0.0.1", port, user: "ann", password: "x" });
  return client;
}

describe("hash", () => {
  it("of a long file is waited for longer than for other replies", async () => {
    const ftp = await stage.connect(
      async (peer) => {
        await peer.expect("TYPE", "200 Ok.");
        await peer.expect("XMD5");
        await peer.pause(400);
        await peer.send(`250 ${hex("md5", text)}\r\n`);
        await peer.expect("XMD5");
        await peer.pause(400);
      },
      { timeouts: { command: 100 } },
      ["XMD5"],
    );
    expect(await ftp.hash("/text")).toEqual({ algorithm: "MD5", digest: hex("md5", text) });
    const given = await failure(ftp.hash("/text", { timeout: 100 }));
    expect(given.code).toBe("timeout");
  });

  it("gives the best that the server has, or the one that is asked for", async () => {
    const ftp = await ours();
    expect(await ftp.hash("/big")).toEqual({ algorithm: "SHA-256", digest: hex("sha256", big) });
    for (const [algorithm, name] of [
      ["SHA-512", "sha512"],
      ["SHA-1", "sha1"],
      ["MD5", "md5"],
      ["SHA-256", "sha256"],
    ] as const)
      expect(await ftp.hash("/text", { algorithm })).toEqual({ algorithm, digest: hex(name, text) });
    expect((await ftp.hash("/empty", { algorithm: "CRC32" })).digest).toBe("00000000");
  });

  it("selects its own algorithm again after a line of the user's own", async () => {
    const ftp = await ours();
    await ftp.quote("OPTS HASH MD5");
    expect((await ftp.hash("/text")).digest).toBe(hex("sha256", text));
  });

  it("XSHA256, XSHA512, XSHA1, XMD5 and XCRC, whichever FEAT lists, with or without words around", async () => {
    const answers = [
      ["XSHA256", "SHA-256", `250 ${hex("sha256", text).toUpperCase()}`],
      ["XSHA512", "SHA-512", `250 XSHA512 "f" ${hex("sha512", text)}.`],
      ["XSHA1", "SHA-1", `213 ${hex("sha1", text)}`],
      ["XMD5", "MD5", `250 MD5=${hex("md5", text)}`],
      ["XCRC", "CRC32", "250 ABCDEF"],
    ] as const;
    for (const [verb, algorithm, answer] of answers) {
      const ftp = await stage.connect(
        async (peer) => {
          await peer.expect("TYPE", "200 Ok.");
          await peer.expect(verb, answer);
        },
        {},
        [verb],
      );
      const { digest } = await ftp.hash("f");
      expect(digest).toBe(
        algorithm === "CRC32" ? "00abcdef" : hex(algorithm.replace("-", "").toLowerCase(), text),
      );
      ftp.destroy();
      await stage.server.close();
    }
  });

  it("where the server has none it is unsupported, and an answer without one is malformed", async () => {
    const without = await stage.connect(async () => {});
    expect(await failure(without.hash("f"))).toMatchObject({ code: "unsupported" });
    without.destroy();
    await stage.server.close();
    const odd = await stage.connect(
      async (peer) => {
        await peer.expect("TYPE", "200 Ok.");
        await peer.expect("XMD5", "250 abc");
      },
      {},
      ["XMD5"],
    );
    expect(await failure(odd.hash("f"))).toMatchObject({ code: "malformed-reply" });
  });
});

describe('verify: "hash"', () => {
  it("a download is verified by hash, into a file and into chunks", async () => {
    const ftp = await ours();
    const report = await ftp.download("/big", join(folder, "big"), { verify: "hash" });
    expect(report).toMatchObject({ bytes: big.length, verified: "hash" });
    expect((await readFile(join(folder, "big"))).equals(big)).toBe(true);
    expect(await ftp.download("/text", () => {}, { verify: "hash" })).toMatchObject({ verified: "hash" });
    expect(await ftp.download("/empty", () => {}, { verify: "hash" })).toMatchObject({ verified: "hash" });
  });

  it("an upload is verified by hash: a file, bytes, chunks, under a temporary name, resumed", async () => {
    const ftp = await ours();
    await writeFile(join(folder, "big"), big);
    const verify = { verify: "hash" } as const;
    expect(await ftp.upload(join(folder, "big"), "/a", verify)).toMatchObject({ verified: "hash" });
    expect(await ftp.upload(big, "/b", { ...verify, temporary: true })).toMatchObject({ verified: "hash" });
    const chunks = [big.subarray(0, 5), big.subarray(5)];
    expect(await ftp.upload(chunks, "/c", verify)).toMatchObject({ verified: "hash", bytes: big.length });
    await ftp.upload(big.subarray(0, 1_000_000), "/d");
    const rest = await ftp.upload(big, "/d", { ...verify, resume: true });
    expect(rest).toMatchObject({ verified: "hash", offset: 1_000_000 });
  });

  const serveText = async (peer: Peer, ...answers: string[]): Promise<void> => {
    await peer.expect("TYPE", "200 Ok.");
    const data = await peer.transfer("RETR", `150 Here (${text.length} bytes).`);
    data.end(text);
    await peer.send("226 Done.\r\n");
    for (const answer of answers) await peer.expect("XMD5", answer);
  };

  it("another hash is an error, nothing stands under the name, and the session goes on", async () => {
    const ftp = await stage.connect(
      async (peer) => {
        await serveText(peer, `250 ${hex("md5", "something else")}`);
        await peer.expect("NOOP", "200 Ok.");
      },
      {},
      ["XMD5"],
    );
    const error = await failure(ftp.download("f", join(folder, "f"), { verify: "hash" }));
    expect(error).toMatchObject({ code: "hash-mismatch", command: "XMD5", retryable: true });
    expect(await readdir(folder)).toEqual([]);
    await ftp.noop();
  });

  it("a server that will not hash this file, or none, leaves what its size proves", async () => {
    const refusing = await stage.connect((peer) => serveText(peer, "550 Too large."), {}, ["XMD5"]);
    expect(await refusing.download("f", () => {}, { verify: "hash" })).toMatchObject({ verified: "size" });
    refusing.destroy();
    await stage.server.close();
    const without = await stage.connect((peer) => serveText(peer));
    expect(await without.download("f", () => {}, { verify: "hash" })).toMatchObject({ verified: "size" });
  });

  it("mirror compares by hash: equal sizes and times do not hide a difference", async () => {
    const ftp = await ours();
    await writeFile(join(folder, "text"), text.toUpperCase());
    await writeFile(join(folder, "big"), big);
    const how = { direction: "download", remote: "/", local: folder } as const;
    const report = await mirror(ftp, { ...how, same: "hash", verify: "hash" });
    expect(report.plan.map(({ path }) => path).sort()).toEqual(["empty", "text"]);
    expect(report.done.map((end) => end.report?.verified)).toEqual(["hash", "hash"]);
    expect(report.unchanged).toBe(1);
    expect(await readFile(join(folder, "text"), "utf8")).toBe(text);
  });
});
