import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toPath } from "@longshore/file-store";
import { createMemoryStore } from "@longshore/file-store-memory";
import { createNodeStore } from "@longshore/file-store-node";
import { afterEach, describe, expect, it } from "vitest";
import {
  createTftpServer,
  type TftpServer,
  type TftpServerOptions,
  tftpGet,
  tftpGetBytes,
  tftpPut,
} from "../src/index.ts";

const host = "127.0.0.1";
const servers: TftpServer[] = [];
const folders: string[] = [];

async function serve(options: TftpServerOptions): Promise<number> {
  const server = createTftpServer({ port: 0, ...options });
  servers.push(server);
  return (await server.listen()).port;
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "longshore-tftp-"));
  folders.push(folder);
  return folder;
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close({ timeout: 0 });
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe("a store over TFTP", () => {
  const store = createMemoryStore({
    files: { "/pub/boot/a.cfg": "config", "/secret": "no", "/pub/ä b": "umlaut" },
  });

  it("is read by names from its root, however they are written", async () => {
    const port = await serve({ store, root: toPath("/pub") });
    for (const filename of [
      "boot/a.cfg",
      "/boot/a.cfg",
      "\\boot\\a.cfg",
      "./boot//a.cfg",
      "boot/../boot/a.cfg",
    ])
      expect(text(await tftpGetBytes({ host, port, filename })), filename).toBe("config");
    expect(text(await tftpGetBytes({ host, port, filename: "ä b" }))).toBe("umlaut");
  });

  it.each([
    ["../secret", 2],
    ["..\\..\\secret", 2],
    ["/../../secret", 2],
    ["C:\\boot\\a.cfg", 2],
    ["c:boot/a.cfg", 2],
    ["", 2],
    ["boot", 2],
    ["boot/a.cfg/x", 1],
    ["boot/a\u0001", 2],
    [`${"x".repeat(300)}`, 2],
  ])("does not leave its root by %j", async (filename, tftpCode) => {
    const port = await serve({ store, root: toPath("/pub") });
    await expect(tftpGetBytes({ host, port, filename })).rejects.toMatchObject({
      code: "peer-error",
      tftpCode,
    });
  });

  it("is read-only unless told, and replaces nothing unless told", async () => {
    const files = { "/old": "old" };
    const readOnly = await serve({ store: createMemoryStore({ files }) });
    await expect(tftpPut({ host, port: readOnly, filename: "new", from: "x" })).rejects.toMatchObject({
      tftpCode: 2,
    });
    const writable = createMemoryStore({ files });
    const port = await serve({ store: writable, writable: true });
    await tftpPut({ host, port, filename: "new", from: "new" });
    expect(text(await tftpGetBytes({ host, port, filename: "new" }))).toBe("new");
    await expect(tftpPut({ host, port, filename: "old", from: "x" })).rejects.toMatchObject({ tftpCode: 6 });
    const replacing = await serve({ store: writable, writable: true, overwrite: true });
    await tftpPut({ host, port: replacing, filename: "old", from: "newer" });
    expect(text(await tftpGetBytes({ host, port, filename: "old" }))).toBe("newer");
  });

  it("takes \\ as the operator says", async () => {
    const named = createMemoryStore({ files: { "/a\\b": "named" } });
    const asName = await serve({ store: named, backslash: "name" });
    expect(text(await tftpGetBytes({ host, port: asName, filename: "a\\b" }))).toBe("named");
    const refusing = await serve({ store: named, backslash: "refuse" });
    await expect(tftpGetBytes({ host, port: refusing, filename: "a\\b" })).rejects.toMatchObject({
      tftpCode: 2,
    });
  });
});

describe("the local disk over TFTP", () => {
  it("carries files from path to path, whole or not at all", async () => {
    const [root, local] = await Promise.all([newFolder(), newFolder()]);
    const port = await serve({ store: createNodeStore(root, { writable: true }), writable: true });
    const content = Buffer.alloc(200_001, "longshore ");
    await writeFile(join(local, "a"), content);
    await tftpPut({ host, port, filename: "up", from: { path: join(local, "a") } });
    expect((await readFile(join(root, "up"))).equals(content)).toBe(true);
    await writeFile(join(local, "b"), "what stood there");
    await tftpGet({ host, port, filename: "up", to: { path: join(local, "b") } });
    expect((await readFile(join(local, "b"))).equals(content)).toBe(true);
    await expect(tftpGet({ host, port, filename: "none", to: { path: join(local, "c") } })).rejects.toThrow(
      /not found/i,
    );
    await expect(
      tftpGet({ host, port, filename: "up", to: { path: join(local, "b") }, maxSize: 1000 }),
    ).rejects.toMatchObject({ code: "size" });
    expect((await readFile(join(local, "b"))).equals(content)).toBe(true);
    expect((await readdir(local)).sort()).toEqual(["a", "b"]);
    expect(await readdir(root)).toEqual(["up"]);
  });

  it("is not left by a symbolic link", async () => {
    const [root, outside] = await Promise.all([newFolder(), newFolder()]);
    await writeFile(join(outside, "secret"), "secret");
    await symlink(join(outside, "secret"), join(root, "link"));
    const port = await serve({ store: createNodeStore(root) });
    await expect(tftpGetBytes({ host, port, filename: "link" })).rejects.toMatchObject({
      code: "peer-error",
    });
  });

  it("tells a missing local file before anything is sent", async () => {
    await expect(
      tftpPut({ host, port: 9, filename: "x", from: { path: "/no/such/file" } }),
    ).rejects.toMatchObject({
      code: "store",
    });
  });
});
