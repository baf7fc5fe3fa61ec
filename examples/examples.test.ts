import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryStore } from "@longshore/file-store-memory";
import { FtpClient } from "@longshore/ftp-client";
import { createFtpServer } from "@longshore/ftp-server";
import { tftpGetBytes, tftpPut } from "@longshore/tftp-endpoint";
import { afterEach, expect, it, vi } from "vitest";
import * as codecOnly from "./codec-only.ts";
import * as downloadTree from "./download-tree.ts";
import * as madeUpFiles from "./made-up-files.ts";
import * as memoryServer from "./memory-server.ts";
import * as ownAuthenticator from "./own-authenticator.ts";
import * as tftpDynamic from "./tftp-dynamic.ts";

const host = "127.0.0.1";
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

async function read(
  client: FtpClient,
  path: string,
  offset = 0,
  most = Number.POSITIVE_INFINITY,
): Promise<string> {
  let text = "";
  for await (const chunk of client.read(path, { offset })) {
    text += textOf(chunk.subarray(0, most - text.length));
    if (text.length >= most) break;
  }
  return text;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

vi.spyOn(console, "log").mockImplementation(() => {});

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

it("memory-server", async () => {
  const { ftpPort, tftpPort, close } = await memoryServer.main(0, 0);
  closing.push(close);
  expect(textOf(await tftpGetBytes({ host, port: tftpPort, filename: "hello.txt" }))).toBe(
    "Hello from memory.\n",
  );
  await using ada = await FtpClient.connect({ host, port: ftpPort, user: "ada", password: "secret" });
  await ada.upload(bytesOf("new"), "incoming/new.txt");
  await using anyone = await FtpClient.connect({ host, port: ftpPort });
  expect(await read(anyone, "incoming/new.txt")).toBe("new");
  await expect(anyone.upload(bytesOf("x"), "incoming/mine.txt")).rejects.toThrow("refused");
});

it("made-up-files", async () => {
  const { port, close } = await madeUpFiles.main(0);
  closing.push(close);
  await using client = await FtpClient.connect({ host, port });
  const entries = await all(client.list("/"));
  expect(entries.map(({ name, size }) => [name, size])).toEqual([
    ["now.txt", "It is 2026-11-21T00:00:00.000Z.\n".length],
    ["counting.txt", 11_000_000_000],
  ]);
  const before = Date.now();
  const now = Date.parse((await read(client, "now.txt")).slice("It is ".length, -2));
  expect(now).toBeGreaterThanOrEqual(before);
  expect(await read(client, "counting.txt", 1_000_000_000, 22)).toBe("\n0090909091\n0090909092");
  expect(await read(client, "counting.txt", 10_999_999_989)).toBe("0999999999\n");
  await expect(client.download("missing", () => {})).rejects.toThrow("550");
  await expect(client.upload(bytesOf("x"), "now.txt")).rejects.toThrow(/55\d/);
});

it("own-authenticator", async () => {
  const uploads: unknown[] = [];
  const { port, close } = await ownAuthenticator.main(0, (...upload) => uploads.push(upload));
  closing.push(close);
  const connect = (name: string, password: string): Promise<FtpClient> =>
    FtpClient.connect({ host, port, user: name, password });
  await using one = await connect("camera1", "token-1");
  await using two = await connect("camera2", "token-2");
  await one.upload(bytesOf("a picture"), "picture.jpg");
  const digest = createHash("sha256").update("a picture").digest("hex");
  await expect.poll(() => uploads).toEqual([["camera1", "/picture.jpg", 9, digest]]);
  await expect(one.upload(bytesOf("x"), "program.exe")).rejects.toThrow("553");
  expect(await all(one.listNames())).toEqual(["picture.jpg"]);
  expect(await all(two.listNames())).toEqual([]);
  await expect(one.remove("picture.jpg")).rejects.toThrow("refused");
  await expect(connect("camera1", "token-2")).rejects.toThrow("login-failed");
  await expect(connect("nobody", "")).rejects.toThrow("login-failed");
});

it("download-tree", async () => {
  const into = mkdtempSync(join(tmpdir(), "longshore-tree-"));
  const big = new Uint8Array(300_000).map((_, index) => index % 251);
  const files = {
    "/pub/a.txt": "a",
    "/pub/deep/er/b c.txt": "b",
    "/pub/big": big,
    "/pub/empty/": "",
    "/no": "",
  };
  const server = createFtpServer({ store: createMemoryStore({ files }), anonymous: true });
  closing.push(
    () => server.close(),
    async () => rmSync(into, { recursive: true }),
  );
  const { port } = await server.listen();
  const got = await downloadTree.main(`ftp://${host}:${port}/pub`, into);
  expect(got).toEqual({ files: 3, bytes: 300_002, skipped: [] });
  expect(readdirSync(into).sort()).toEqual(["a.txt", "big", "deep", "empty"]);
  expect(readFileSync(join(into, "deep/er/b c.txt"), "utf8")).toBe("b");
  expect(readFileSync(join(into, "big")).equals(big)).toBe(true);
  // A second time there is nothing left to get.
  expect(await downloadTree.main(`ftp://${host}:${port}/pub`, into)).toMatchObject({ bytes: 0 });
});

it("tftp-dynamic", async () => {
  const reports: unknown[] = [];
  const { port, close } = await tftpDynamic.main(0, (...report) => reports.push(report));
  closing.push(close);
  const config = await tftpGetBytes({ host, port, filename: "0050c2abcdef.cfg" });
  expect(textOf(config)).toBe("hostname device-abcdef\naddress 127.0.0.1\n");
  await expect(tftpGetBytes({ host, port, filename: "../etc/passwd" })).rejects.toThrow("ERROR 1");
  await tftpPut({ host, port, filename: "0050c2abcdef.log", from: "all is well\n" });
  expect(reports).toEqual([["0050c2abcdef", "all is well\n"]]);
  await expect(tftpPut({ host, port, filename: "x", from: "x" })).rejects.toThrow("ERROR 2");
  const long = tftpPut({ host, port, filename: "0050c2abcdef.log", from: new Uint8Array(200_000) });
  await expect(long).rejects.toThrow("ERROR 3");
  expect(reports).toHaveLength(1);
});

it("codec-only", () => {
  expect(codecOnly.main()).toEqual([
    "request: 38 octets",
    "blocks of 1024, 99999 octets in all",
    "refused with 1: No such image",
    expect.stringMatching(/^no TFTP: /),
    "file  531  --01-29T03:26  read me.txt",
    "dir  -  2000-04-27T12:09  pub",
  ]);
});
