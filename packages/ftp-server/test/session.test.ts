import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import type { FileStore } from "@longshore/file-store";
import { createMemoryStore } from "@longshore/file-store-memory";
import { describe, expect, it } from "vitest";
import { readAll } from "./support/client.ts";
import { files, start, until } from "./support/server.ts";

describe("lines", () => {
  it("answers commands that come in one segment, in order, and those that come byte by byte", async () => {
    const client = await (await start()).client();
    client.write("TYPE A\r\nPWD\r\nNOOP\nSYST\r\n");
    const replies = [await client.reply(), await client.reply(), await client.reply(), await client.reply()];
    expect(replies.map((text) => text.slice(0, 3))).toEqual(["200", "257", "200", "215"]);
    for (const byte of "PWD\r\n") {
      client.write(byte);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(await client.reply()).toMatch(/^257 "\/"/);
  });

  it("refuses an endless line once, holds no more of it than a line, and goes on", async () => {
    const client = await (await start()).client();
    for (let piece = 0; piece < 100; piece++) client.write(Buffer.alloc(50_000, "A"));
    client.write("\r\n");
    expect(await client.reply()).toMatch(/^500/);
    expect(await client.code("NOOP")).toBe(200);
  });

  it("answers thousands of pipelined commands, each once", async () => {
    const client = await (await start()).client();
    const count = 5000;
    client.write("NOOP\r\nPWD\r\n".repeat(count / 2));
    for (let index = 0; index < count; index++) {
      expect((await client.reply()).slice(0, 3)).toBe(index % 2 === 0 ? "200" : "257");
    }
  });

  it("makes a client that reads nothing wait instead of gathering its replies", async () => {
    const running = await start();
    const client = await running.client();
    client.socket.pause();
    const before = process.memoryUsage().rss;
    let isFull = false;
    for (let round = 0; round < 2000 && !isFull; round++) {
      isFull = !client.socket.write("HELP\r\n".repeat(2000));
      if (isFull) await Promise.race([once(client.socket, "drain").then(() => (isFull = false)), wait(500)]);
    }
    expect(isFull).toBe(true);
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
    client.close();
    await until(() => running.server.sessions === 0);
  });

  it("answers what a client piped in and then ended", async () => {
    const { port } = await start();
    const socket = connect(port, "127.0.0.1");
    socket.end("USER tester\r\nPASS secret\r\nPWD\r\n");
    const codes = (await readAll(socket)).match(/^\d{3} /gm);
    expect(codes).toEqual(["220 ", "331 ", "230 ", "257 "]);
  });
});

describe("during a transfer", () => {
  it("stops an upload for ABOR: 426, 226, and the old file stands", async () => {
    const client = await (await start()).client();
    const data = await client.passive();
    await client.command("STOR a.txt");
    data.write("half of");
    await wait(20);
    client.write(Buffer.from([0xff, 0xf4, 0xff, 0xf2]));
    expect(await client.code("ABOR")).toBe(426);
    expect(await client.reply()).toMatch(/^226/);
    expect((await client.get("RETR a.txt")).content).toBe(files["/a.txt"]);
  });

  it("stops a download that the client does not take", async () => {
    const store = createMemoryStore({ files: { "/big": new Uint8Array(50_000_000) } });
    const client = await (await start({ store })).client();
    const data = await client.passive();
    data.pause();
    expect(await client.code("RETR big")).toBe(150);
    await wait(50);
    expect(await client.code("ABOR")).toBe(426);
    expect(await client.reply()).toMatch(/^226/);
    expect(await client.code("NOOP")).toBe(200);
    data.destroy();
  });

  it("gives up a transfer in which nothing moves", async () => {
    const client = await (await start({ limits: { stallTimeout: 60 } })).client();
    const data = await client.passive();
    expect(await client.code("STOR a.txt")).toBe(150);
    data.write("x");
    expect(await client.reply()).toMatch(/^426/);
    expect((await client.get("RETR a.txt")).content).toBe(files["/a.txt"]);
  });

  it("aborts an upload whose client vanishes: the old file stands, nothing is left", async () => {
    const log: string[] = [];
    const running = await start({ store: watched(createMemoryStore({ files }), log) });
    for (const how of ["destroy", "reset", "both"] as const) {
      log.length = 0;
      const client = await running.client();
      const data = await client.passive();
      await client.command("STOR a.txt");
      data.write("half of");
      await wait(20);
      if (how === "destroy") client.close();
      if (how === "reset") client.socket.resetAndDestroy();
      if (how === "both") {
        client.close();
        data.end();
      }
      await until(() => log.includes("abort"));
      expect(log).not.toContain("commit");
      await until(() => running.server.sessions === 0);
      data.destroy();
    }
    const client = await running.client();
    expect((await client.get("RETR a.txt")).content).toBe(files["/a.txt"]);
  });

  it("aborts the upload of a client that is killed, whose system ends both connections", async () => {
    const log: string[] = [];
    const running = await start({
      store: watched(createMemoryStore({ files }), log),
      limits: { vanishGrace: 1000 },
    });
    for (let round = 0; round < 3; round++) {
      log.length = 0;
      const child = spawn(process.execPath, ["--input-type=module", "-e", uploader, String(running.port)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(child.stdout, "data");
      child.kill("SIGKILL");
      await until(() => log.length > 0);
      expect(log).toEqual(["abort"]);
    }
  });

  it("voids an upload whose data connection is reset, and the session lives", async () => {
    const client = await (await start()).client();
    const data = await client.passive();
    await client.command("STOR a.txt");
    data.write("half of");
    await wait(20);
    data.resetAndDestroy();
    expect(await client.reply()).toMatch(/^426/);
    expect((await client.get("RETR a.txt")).content).toBe(files["/a.txt"]);
  });

  it("does not idle while data moves", async () => {
    const client = await (await start({ limits: { idleTimeout: 80 } })).client();
    const data = await client.passive();
    await client.command("STOR slow");
    for (let piece = 0; piece < 8; piece++) {
      data.write("x");
      await wait(25);
    }
    data.end();
    expect(await client.reply()).toMatch(/^226/);
    expect(await client.reply()).toMatch(/^421/);
  });
});

describe("users", () => {
  it("knows names and passwords, and says the same of both", async () => {
    const client = await (await start()).client({ login: false });
    expect(await client.command("USER tester")).toBe(await client.command("USER nobody"));
    const unknown = await client.command("PASS secret");
    await client.command("USER tester");
    expect(await client.command("PASS wrong")).toBe(unknown);
    expect(await client.code("USER tester")).toBe(331);
    expect(await client.code("PASS secret")).toBe(230);
    expect(await client.code("USER anonymous")).toBe(331);
    expect(await client.code("PASS me@")).toBe(530);
  });

  it("delays refusals and ends the session after some", async () => {
    const client = await (await start({ limits: { failureDelay: 30, loginFailures: 2 } })).client({
      login: false,
    });
    const began = performance.now();
    await client.command("USER tester");
    expect(await client.code("PASS wrong")).toBe(530);
    await client.command("USER tester");
    expect(await client.code("PASS wrong")).toBe(421);
    expect(performance.now() - began).toBeGreaterThanOrEqual(60);
    await expect(client.reply()).rejects.toThrow("ended");
  });

  it("asks authenticators of one's own, gives each user a store, and counts sessions", async () => {
    const running = await start({
      users: [],
      store: async (user) => createMemoryStore({ files: { [`/${user.name}.txt`]: "mine" } }),
      authenticators: [
        async ({ username, password }) => {
          if (username === "broken") throw new Error("the directory is down");
          if (password.reveal() !== "x") return { result: "refused" };
          return { result: "accepted", user: { name: username, sessions: 1 } };
        },
      ],
    });
    const client = await running.client({ login: false });
    await client.login("ann", "x");
    expect((await client.get("NLST")).content).toBe("ann.txt\r\n");
    const second = await running.client({ login: false });
    await second.command("USER ann");
    expect(await second.code("PASS x")).toBe(421);
    expect(await client.code("REIN")).toBe(220);
    expect(await client.code("NLST")).toBe(530);
    const third = await running.client({ login: false });
    await third.login("ann", "x");
    const broken = await running.client({ login: false });
    await broken.command("USER broken");
    expect(await broken.code("PASS x")).toBe(421);
    expect(running.events.some(({ type }) => type === "error")).toBe(true);
  });
});

describe("limits and the end", () => {
  it("turns away sessions beyond the limits with 421 and takes the next when one has gone", async () => {
    const running = await start({ limits: { sessionsPerAddress: 2 } });
    const first = await running.client();
    await running.client();
    const socket = connect(running.port, "127.0.0.1");
    expect(await readAll(socket)).toMatch(/^421 .*\r\n$/);
    await first.code("QUIT");
    await until(() => running.server.sessions === 1);
    await running.client();
    expect(running.events.find(({ type }) => type === "connect-refused")).toMatchObject({
      reason: "sessions-per-address",
    });
  });

  it("ends sessions that do not log in or that idle", async () => {
    const running = await start({ limits: { loginTimeout: 50, idleTimeout: 100 } });
    const silent = await running.client({ login: false });
    expect(await silent.reply()).toMatch(/^421 Login/);
    const idle = await running.client();
    expect(await idle.reply()).toMatch(/^421/);
    await until(() => running.server.sessions === 0);
  });

  it("drains: idle sessions get 421, a transfer finishes, then it is closed", async () => {
    const running = await start();
    const idle = await running.client();
    const busy = await running.client();
    const data = await busy.passive();
    await busy.command("STOR late");
    const closed = running.server.close({ drain: 5000 });
    expect(await idle.reply()).toMatch(/^421/);
    await expect(once(connect(running.port, "127.0.0.1"), "connect")).rejects.toThrow("ECONNREFUSED");
    data.end("content");
    expect(await busy.reply()).toMatch(/^226/);
    expect(await busy.reply()).toMatch(/^421/);
    await closed;
    expect(running.server.sessions).toBe(0);
  });

  it("cuts off what does not end within the drain", async () => {
    const log: string[] = [];
    const running = await start({ store: watched(createMemoryStore({ files }), log) });
    const client = await running.client();
    const data = await client.passive();
    await client.command("STOR a.txt");
    await running.server.close({ drain: 30 });
    expect(log).toEqual(["abort"]);
    data.destroy();
  });

  it("leaves no handle behind after many sessions of every kind", async () => {
    const running = await start({ limits: { dataTimeout: 40 } });
    const before = process.getActiveResourcesInfo().filter(isSocket).length;
    for (let round = 0; round < 20; round++) {
      const client = await running.client();
      await client.passivePort();
      await client.passivePort();
      if (round % 4 === 0) await client.code("RETR a.txt");
      if (round % 4 === 1) await client.get("LIST");
      if (round % 4 === 2) await client.code("QUIT");
      client.close();
    }
    await until(() => running.server.sessions === 0);
    await until(() => process.getActiveResourcesInfo().filter(isSocket).length <= before);
  });
});

/** A client that logs in, begins to store `a.txt`, says so, and goes on slowly for ever. */
const uploader = `
  import { connect } from "node:net";
  const [, port] = process.argv;
  const control = connect(Number(port), "127.0.0.1");
  const lines = ["USER tester", "PASS secret", "EPSV"];
  control.on("data", (chunk) => {
    const text = String(chunk);
    const found = /\\|\\|\\|(\\d+)/.exec(text);
    if (found !== null) {
      const data = connect(Number(found[1]), "127.0.0.1", () => control.write("STOR a.txt\\r\\n"));
      setInterval(() => data.write("x".repeat(1000)), 10);
    } else if (text.startsWith("150")) {
      setTimeout(() => console.log("storing"), 500);
    } else if (lines.length > 0) {
      control.write(lines.shift() + "\\r\\n");
    }
  });
`;

const isSocket = (name: string): boolean => /TCP/.test(name);

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Writes down how each upload ended. */
function watched(store: FileStore, log: string[]): FileStore {
  return {
    ...store,
    async openWrite(path, options, context) {
      const file = await store.openWrite(path, options, context);
      return {
        start: file.start,
        write: (chunk, position) => file.write(chunk, position),
        commit() {
          log.push("commit");
          return file.commit();
        },
        abort(reason) {
          log.push("abort");
          return file.abort(reason);
        },
      };
    },
  };
}
