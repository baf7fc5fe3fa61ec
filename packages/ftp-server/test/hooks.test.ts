import { createHash } from "node:crypto";
import type { FileStore } from "@longshore/file-store";
import { createMemoryStore } from "@longshore/file-store-memory";
import type { FtpServerEvent, FtpServerHooks, Upload } from "@longshore/ftp-server";
import { describe, expect, it } from "vitest";
import { files, start, until } from "./support/server.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Uploads seen by `afterUpload`, with what it read of them. */
function collector(): { uploads: { upload: Upload; digest: string }[]; hooks: FtpServerHooks } {
  const uploads: { upload: Upload; digest: string }[] = [];
  return {
    uploads,
    hooks: {
      async afterUpload(upload) {
        uploads.push({ upload, digest: await upload.hash() });
      },
    },
  };
}

const ofType = <Type extends FtpServerEvent["type"]>(
  events: readonly FtpServerEvent[],
  type: Type,
): Extract<FtpServerEvent, { readonly type: Type }>[] =>
  events.filter((event): event is Extract<FtpServerEvent, { readonly type: Type }> => event.type === type);

describe("upload hooks: after commit, with path, size, user, hash on demand", () => {
  it("a new file, one written over from an offset, an appended one, and the name that STOU chose", async () => {
    const { uploads, hooks } = collector();
    const client = await (await start({ hooks })).client();
    await client.put("STOR dir/new", "0123456789");
    await client.command("REST 3");
    await client.put("STOR dir/new", "abc");
    await client.put("APPE dir/new", "!");
    await client.put("STOU a.txt", "u");
    await until(() => uploads.length === 4);
    expect(
      uploads.map(({ upload: { user, path, size, bytes }, digest }) => [user, path, size, bytes, digest]),
    ).toEqual([
      ["tester", "/dir/new", 10, 10, sha256("0123456789")],
      ["tester", "/dir/new", 10, 3, expect.any(String)],
      ["tester", "/dir/new", 11, 1, expect.any(String)],
      ["tester", "/a.txt.1", 1, 1, sha256("u")],
    ]);
    await client.command("TYPE A");
    await client.put("STOR text", "one\r\ntwo\r\n");
    await until(() => uploads.length === 5);
    expect(uploads[4]).toMatchObject({ upload: { size: 8, bytes: 10 }, digest: sha256("one\ntwo\n") });
    expect(await uploads[4]?.upload.hash("md5")).toBe(createHash("md5").update("one\ntwo\n").digest("hex"));
    const file = await uploads[4]?.upload.open();
    expect(file?.size).toBe(8);
    await file?.close();
    await client.command("DELE text");
    await expect(uploads[4]?.upload.hash()).rejects.toThrow("not-found");
  });

  it("reads what its user may not read", async () => {
    const { uploads, hooks } = collector();
    const server = await start({ hooks, anonymous: { permission: ["write"] } });
    const client = await server.client({ login: false });
    await client.login("anonymous", "me@example.org");
    expect((await client.put("STOR drop", "x")).final).toMatch(/^226/);
    expect((await client.get("RETR drop")).final).toMatch(/^550/);
    await until(() => uploads.length === 1);
    expect(uploads[0]).toMatchObject({ upload: { user: "anonymous" }, digest: sha256("x") });
  });

  it("is not called for an upload that was given up", async () => {
    const { uploads, hooks } = collector();
    const { client: open, events } = await start({ hooks });
    const client = await open();
    const data = await client.passive();
    expect(await client.command("STOR half")).toMatch(/^150/);
    data.write("half of it");
    expect(await client.command("ABOR")).toMatch(/^426/);
    expect(await client.reply()).toMatch(/^226/);
    expect((await client.put("STOR whole", "w")).final).toMatch(/^226/);
    await until(() => uploads.length === 1);
    expect(uploads[0]?.upload.path).toBe("/whole");
    expect(ofType(events, "commit")).toHaveLength(1);
  });

  it("does not hold up the 226", async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const client = await (await start({ hooks: { afterUpload: () => held } })).client();
    expect((await client.put("STOR new", "x")).final).toMatch(/^226/);
    expect(await client.code("NOOP")).toBe(200);
    release();
  });

  it("is waited for when the server closes, as long as transfers would be", async () => {
    let isThrough = false;
    const hooks: FtpServerHooks = {
      async afterUpload() {
        await new Promise((resolve) => setTimeout(resolve, 50));
        isThrough = true;
      },
    };
    const { server, client: open } = await start({ hooks });
    const client = await open();
    await client.put("STOR new", "x");
    await server.close({ drain: 20_000 });
    expect(isThrough).toBe(true);
  });
});

describe("before an upload", () => {
  it("a hook may refuse it, and the session goes on", async () => {
    const asked: unknown[] = [];
    const hooks: FtpServerHooks = {
      beforeUpload: ({ user, path, kind, expectedSize }) => {
        asked.push([user, path, kind, expectedSize]);
        return path.endsWith(".exe") ? false : undefined;
      },
    };
    const { client: open, events } = await start({ hooks });
    const client = await open();
    await client.command("ALLO 5");
    expect((await client.put("STOR bad.exe", "x")).final).toMatch(/^553/);
    expect((await client.put("APPE good", "x")).final).toMatch(/^226/);
    expect(await client.code("SIZE bad.exe")).toBe(550);
    expect(asked).toEqual([
      ["tester", "/bad.exe", "store", 5],
      ["tester", "/good", "append", undefined],
    ]);
    expect(ofType(events, "transfer-start")).toHaveLength(1);
  });

  it.each([
    ["throws", () => Promise.reject(new Error("no database")), "no database"],
    ["does not answer", () => new Promise<undefined>(() => {}), "it took more than 20 ms"],
  ])("a hook that %s refuses, and is an event", async (_, beforeUpload, message) => {
    const { client: open, events } = await start({ hooks: { beforeUpload }, limits: { hookTimeout: 20 } });
    const client = await open();
    expect((await client.put("STOR new", "x")).final).toMatch(/^553/);
    expect(ofType(events, "hook-failed")).toEqual([
      expect.objectContaining({ hook: "beforeUpload", error: expect.objectContaining({ message }) }),
    ]);
    expect(await client.code("NOOP")).toBe(200);
  });
});

it("a user's own hooks are fed: connect, login, upload, download, disconnect", async () => {
  const calls: unknown[][] = [];
  const note =
    (name: string) =>
    (argument: { session: { id: number; user?: string } }): void => {
      const { session, ...rest } = argument;
      calls.push([name, session.id, session.user, rest]);
    };
  const { client: open } = await start({
    hooks: {
      onConnect: note("connect"),
      onLogin: note("login"),
      afterUpload: note("upload"),
      afterDownload: note("download"),
      onDisconnect: note("disconnect"),
    },
  });
  const client = await open();
  await client.put("STOR new", "x");
  await client.get("RETR a.txt");
  await client.get("RETR missing");
  await client.get("NLST");
  await client.command("QUIT");
  await until(() => calls.length === 5);
  expect(calls).toEqual([
    ["connect", 1, undefined, { local: expect.objectContaining({ host: "127.0.0.1" }) }],
    ["login", 1, "tester", { user: "tester", anonymous: false }],
    ["upload", 1, "tester", expect.objectContaining({ path: "/new", size: 1 })],
    ["download", 1, "tester", expect.objectContaining({ path: "/a.txt", bytes: 12 })],
    ["disconnect", 1, "tester", { milliseconds: expect.any(Number) }],
  ]);
});

it("failures of hooks never hurt the session and are events", async () => {
  const fail = (): never => {
    throw new Error("my own mistake");
  };
  const { client: open, events } = await start({
    hooks: {
      onConnect: fail,
      onLogin: async () => fail(),
      afterUpload: fail,
      afterDownload: fail,
      onDisconnect: fail,
    },
  });
  const client = await open();
  expect((await client.put("STOR new", "x")).final).toMatch(/^226/);
  expect((await client.get("RETR new")).content).toBe("x");
  expect(await client.command("QUIT")).toMatch(/^221/);
  await until(() => ofType(events, "hook-failed").length === 5);
  expect(ofType(events, "hook-failed").map(({ hook }) => hook)).toEqual([
    "onConnect",
    "onLogin",
    "afterUpload",
    "afterDownload",
    "onDisconnect",
  ]);
});

describe("one event stream", () => {
  it("connect, login, command, transfer start, commit, end and disconnect, in their order", async () => {
    const { client: open, events } = await start();
    const client = await open();
    await client.put("STOR new", "x");
    await client.command("QUIT");
    await until(() => ofType(events, "disconnect").length === 1);
    const types = events.map(({ type }) => type).filter((type) => type !== "reply" && type !== "command");
    expect(types).toEqual([
      "listening",
      "connect",
      "login",
      "transfer-start",
      "commit",
      "transfer-end",
      "logout",
      "disconnect",
    ]);
    expect(ofType(events, "transfer-end")).toMatchObject([
      {
        session: { user: "tester" },
        transfer: { kind: "store", path: "/new", representation: "image", secure: false },
        bytes: 1,
        outcome: "done",
      },
    ]);
  });

  it("an anonymous user's e-mail address comes with the session", async () => {
    const { client: open, events } = await start({ anonymous: true });
    const client = await open({ login: false });
    await client.login("anonymous", "me@example.org\u001b[1m");
    await client.get("RETR a.txt");
    expect(ofType(events, "transfer-end")[0]?.session).toMatchObject({
      user: "anonymous",
      guest: "me@example.org?[1m",
    });
  });

  it("progress at a bounded rate, with the size where it is known", async () => {
    const { client: open, events } = await start({ store: slowStore(20, 5), progressInterval: 20 });
    const client = await open();
    expect((await client.get("RETR slow")).content).toHaveLength(20 * 100_000);
    const [end] = ofType(events, "transfer-end");
    const progress = ofType(events, "transfer-progress");
    expect(progress.length).toBeGreaterThan(0);
    expect(progress.length).toBeLessThanOrEqual((end?.milliseconds ?? 0) / 20);
    for (const [index, { bytes, size, milliseconds }] of progress.entries()) {
      expect(size).toBe(20 * 100_000);
      expect(bytes).toBeGreaterThan(progress[index - 1]?.bytes ?? 0);
      expect(milliseconds - (progress[index - 1]?.milliseconds ?? 0)).toBeGreaterThanOrEqual(20);
    }
  });

  it("no progress with an interval of 0", async () => {
    const { client: open, events } = await start({ store: slowStore(4, 5), progressInterval: 0 });
    await (await open()).get("RETR slow");
    expect(ofType(events, "transfer-progress")).toEqual([]);
  });
});

/** `slow` comes in pieces of 100,000 bytes, each after some milliseconds. */
function slowStore(pieces: number, milliseconds: number): FileStore {
  const store = createMemoryStore({ files });
  const size = pieces * 100_000;
  return {
    ...store,
    openRead: async () => ({
      size,
      async read(into, position) {
        await new Promise((resolve) => setTimeout(resolve, milliseconds));
        const length = Math.max(0, Math.min(into.length, 100_000 - (position % 100_000), size - position));
        into.fill(120, 0, length);
        return length;
      },
      async close() {},
    }),
  };
}
