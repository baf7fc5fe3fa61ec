import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryStore } from "@longshore/file-store-memory";
import { FtpPool, type FtpPoolOptions } from "@longshore/ftp-client";
import {
  type Authenticator,
  createFtpServer,
  type FtpServer,
  type FtpServerOptions,
} from "@longshore/ftp-server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Peer, type ScriptedServer, startScripted } from "./scripted-server.ts";
import { failure } from "./support.ts";

const names = Array.from({ length: 12 }, (_, index) => `file ${index}`);
const files = Object.fromEntries(names.map((name) => [`/pub/${name}`, `content of ${name}\n`]));
/** No test waits for long between two tries. */
const quick = { delay: 1, maxDelay: 5 };

/** Everybody, and at once: hashing passwords is not what is tried here. */
const letIn: Authenticator = () =>
  Promise.resolve({ result: "accepted", user: { name: "ann", permission: "rw" } });

let folder = "";
let server: FtpServer | undefined;
let scripted: ScriptedServer | undefined;
let pools: FtpPool[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "longshore-pool-"));
});
afterEach(async () => {
  for (const pool of pools) pool.destroy();
  pools = [];
  await server?.close();
  await scripted?.close();
  server = undefined;
  scripted = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function open(port: number, options: Partial<FtpPoolOptions> = {}): Promise<FtpPool> {
  const login = { user: "ann", password: "wonderland" };
  const pool = await FtpPool.connect({ host: "127.0.0.1", port, retry: quick, ...login, ...options });
  pools.push(pool);
  return pool;
}

async function ours(
  options: Partial<FtpPoolOptions> = {},
  serverOptions: Partial<FtpServerOptions> = {},
): Promise<FtpPool> {
  server = createFtpServer({
    store: createMemoryStore({ files }),
    authenticators: [letIn],
    ...serverOptions,
  });
  const { port } = await server.listen();
  return open(port, options);
}

async function script(
  scripts: readonly ((peer: Peer) => Promise<void>)[],
  options: Partial<FtpPoolOptions> = {},
): Promise<FtpPool> {
  scripted = await startScripted(...scripts);
  return open(scripted.port, options);
}

/** Says goodbye to whoever leaves. */
const bye = (peer: Peer): Promise<string> => peer.expect("QUIT", "221 Bye.");

describe("a pool", () => {
  it("spreads the calls made together over several sessions", async () => {
    const pool = await ours({ maxSessions: 3 });
    expect(pool.sessions).toBe(1);
    await Promise.all(names.map((name) => pool.download(`/pub/${name}`, join(folder, name))));
    expect(pool.sessions).toBe(3);
    for (const name of names) expect(await readFile(join(folder, name), "utf8")).toBe(`content of ${name}\n`);
  });

  it("gives the calls of a client", async () => {
    const pool = await ours();
    await pool.makeDirectory("/up/there", { recursive: true });
    await pool.upload(new TextEncoder().encode("seven b"), "/up/there/a");
    expect(await pool.size("/up/there/a")).toBe(7);
    await pool.rename("/up/there/a", "/up/there/b");
    expect((await pool.stat("/up/there/b")).size).toBe(7);
    await pool.setModified("/up/there/b", Date.UTC(2001, 1, 3));
    expect(await pool.modified("/up/there/b")).toBe(Date.UTC(2001, 1, 3));
    expect((await pool.list("/up/there").toArray()).map(({ name }) => name)).toEqual(["b"]);
    const listed: string[] = [];
    for await (const name of pool.listNames("/up/there")) listed.push(name);
    expect(listed).toHaveLength(1);
    const chunks: Uint8Array[] = [];
    for await (const chunk of pool.read("/up/there/b", { offset: 2 })) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe("ven b");
    await pool.remove("/up/there/b");
    await pool.removeDirectory("/up/there");
    expect((await pool.features()).has("MLST")).toBe(true);
  });

  it("takes absolute paths only", async () => {
    const pool = await ours();
    expect(await failure(pool.size("pub/file 1"))).toMatchObject({ code: "bad-argument" });
    expect(await failure(pool.rename("/pub/file 1", "x"))).toMatchObject({ code: "bad-argument" });
    expect(() => pool.list("pub")).toThrow(/begin it with/);
  });

  it("finds the server's limit where 421 says so", async () => {
    const pool = await ours({ maxSessions: 8 }, { limits: { sessions: 2 } });
    const sizes = await Promise.all(names.map((name) => pool.size(`/pub/${name}`)));
    expect(sizes).toHaveLength(names.length);
    expect(pool.limit).toBe(2);
    expect(pool.sessions).toBe(2);
  });

  it('finds the server\'s limit where 530 says "too many"', async () => {
    const serve = async (peer: Peer): Promise<void> => {
      await peer.welcome();
      await peer.expect("TYPE", "200 Ok.");
      await peer.expect("SIZE", "213 1");
      await peer.expect("SIZE", "213 2");
      await bye(peer);
    };
    const refuse = async (peer: Peer): Promise<void> => {
      await peer.send("220 Hello.\r\n");
      await peer.expect("USER", "530 Sorry, too many connections from your address.");
    };
    const pool = await script([serve, refuse], { maxSessions: 2 });
    expect(await Promise.all([pool.size("/a"), pool.size("/b")])).toEqual([1, 2]);
    expect(pool.limit).toBe(1);
    await pool.close();
  });

  it("tries more sessions again after a while", async () => {
    const serve = async (peer: Peer): Promise<void> => {
      await peer.welcome();
      await peer.expect("TYPE", "200 Ok.");
      for (;;) {
        await peer.expect("SIZE", "213 1");
      }
    };
    const refuse = (peer: Peer): Promise<void> => peer.send("421 Too many users.\r\n");
    const pool = await script([serve, refuse, serve], { maxSessions: 2, limitMemory: 30 });
    await Promise.all([pool.size("/a"), pool.size("/b")]);
    while (pool.limit < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all([pool.size("/a"), pool.size("/b"), pool.size("/c")]);
    expect(scripted?.lines.filter((line) => line.startsWith("USER"))).toHaveLength(2);
  });

  it("retries with backoff when a full server lets nobody in", async () => {
    const refuse = (peer: Peer): Promise<void> => peer.send("421 Too many users, try later.\r\n");
    const serve = async (peer: Peer): Promise<void> => {
      await peer.welcome();
      await bye(peer);
    };
    const pool = await script([refuse, refuse, serve]);
    await pool.close();
    expect(scripted?.lines.at(-1)).toBe("QUIT");
  });

  it("gives up after so many tries, with the server's own words", async () => {
    const refuse = (peer: Peer): Promise<void> => peer.send("421 Too many users, try later.\r\n");
    const error = await failure(script([refuse], { retry: { ...quick, attempts: 2 } }));
    expect(error).toMatchObject({ code: "service-closing", retryable: true });
    expect(error.message).toContain("Too many users");
  });

  it("does not try a wrong password twice", async () => {
    const refuse = async (peer: Peer): Promise<void> => {
      await peer.send("220 Hello.\r\n");
      await peer.expect("USER", "331 Password.");
      await peer.expect("PASS", "530 Login incorrect.");
    };
    expect(await failure(script([refuse]))).toMatchObject({ code: "login-failed" });
    expect(scripted?.lines.filter((line) => line.startsWith("USER"))).toHaveLength(1);
  });

  it("replaces a session that was lost, and makes a call again that can be made twice", async () => {
    const lost = async (peer: Peer): Promise<void> => {
      await peer.welcome();
      await peer.expect("TYPE", "200 Ok.");
      await peer.expect("SIZE");
      peer.reset();
    };
    const serve = async (peer: Peer): Promise<void> => {
      await peer.welcome();
      await peer.expect("TYPE", "200 Ok.");
      await peer.expect("SIZE", "213 7");
      await bye(peer);
    };
    const pool = await script([lost, serve], { maxSessions: 1 });
    expect(await pool.size("/a")).toBe(7);
    await pool.close();
  });

  it("does not give a command twice that may have been done", async () => {
    const lost = async (peer: Peer): Promise<void> => {
      await peer.welcome();
      await peer.expect("DELE");
      peer.reset();
    };
    const pool = await script([lost], { maxSessions: 1 });
    expect(await failure(pool.remove("/a"))).toMatchObject({ code: "connection-lost" });
    expect(scripted?.lines.filter((line) => line.startsWith("DELE"))).toHaveLength(1);
  });

  it("gives a command again that the server put off with 450", async () => {
    const serve = async (peer: Peer): Promise<void> => {
      await peer.welcome();
      await peer.expect("DELE", "450 Busy.");
      await peer.expect("DELE", "250 Gone.");
      await bye(peer);
    };
    const pool = await script([serve], { maxSessions: 1 });
    await pool.remove("/a");
    await pool.close();
  });

  it("lets a listing and the calls made for its entries share the only session", async () => {
    const pool = await ours({ maxSessions: 1 });
    let sum = 0;
    for await (const { name } of pool.list("/pub")) sum += await pool.size(`/pub/${name}`);
    expect(sum).toBe(Object.values(files).reduce((length, text) => length + text.length, 0));
    expect(pool.sessions).toBe(1);
  });

  it("goes on with its session after a listing was left early", async () => {
    const pool = await ours({ maxSessions: 1 });
    for await (const { name } of pool.list("/pub")) if (name !== "") break;
    expect(await pool.size("/pub/file 1")).toBe("content of file 1\n".length);
  });

  it("gives a session to one task alone", async () => {
    const pool = await ours({ maxSessions: 1 });
    const where = await pool.use(async (client) => {
      await client.cd("/pub");
      const size = await client.size("file 1");
      await client.cd("/");
      return size;
    });
    expect(where).toBe("content of file 1\n".length);
  });

  it("drains and closes: calls that wait are made before, later ones are refused", async () => {
    const pool = await ours({ maxSessions: 2 });
    const sizes = names.map((name) => pool.size(`/pub/${name}`));
    await pool.close();
    expect(await Promise.all(sizes)).toHaveLength(names.length);
    expect(pool.sessions).toBe(0);
    expect(await failure(pool.size("/pub/file 1"))).toMatchObject({ code: "closed" });
  });

  it("refuses those who wait when it is destroyed", async () => {
    const pool = await ours({ maxSessions: 1 });
    const sizes = names.map((name) => failure(pool.size(`/pub/${name}`)));
    pool.destroy();
    for (const error of await Promise.all(sizes)) expect(error.code).toBe("closed");
  });

  it("takes a call's signal and time while it waits for a session", async () => {
    const pool = await ours({ maxSessions: 1 });
    let release = (): void => {};
    const held = pool.use(() => new Promise<void>((resolve) => (release = resolve)));
    const controller = new AbortController();
    const aborted = failure(pool.size("/pub/file 1", { signal: controller.signal }));
    const late = failure(pool.size("/pub/file 1", { timeout: 20 }));
    controller.abort();
    expect(await aborted).toMatchObject({ code: "aborted" });
    expect(await late).toMatchObject({ code: "timeout" });
    release();
    await held;
    expect(await pool.size("/pub/file 1")).toBe(18);
  });
});
