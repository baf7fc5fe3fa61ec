// Exhaustion: clients that take their time, say nothing, never end, or never read.
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { readdir, truncate, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openControl } from "../support/control.ts";
import { certificate } from "./secure.ts";
import { type Attacked, attacked } from "./server.ts";

const megabyte = 1 << 20;

export function exhaustion(): void {
  describe("slow login, PASV flood, endless lines and half-open connections", () => {
    let server: Attacked;
    /** One that waits for logins only shortly. */
    let hasty: Attacked;

    beforeAll(async () => {
      hasty = await attacked({ tls: await certificate(), limits: { loginTimeout: 1500, sessions: 30 } });
      server = await attacked({
        limits: { stallTimeout: 800, dataTimeout: 800, sessionsPerAddress: 20 },
      });
    });
    afterAll(async () => {
      await hasty.stop();
      await server.stop();
    });

    it("a login of one byte at a time is ended with 421 when its time is over", async () => {
      const control = await hasty.open();
      const drip = setInterval(() => control.write("U"), 50);
      const all = await control.rest();
      clearInterval(drip);
      expect(all).toMatch(/^220 .*\r\n421 .*\r\n$/);
    });

    it("commands that need no login do not put its end off", async () => {
      const control = await hasty.open();
      const noise = setInterval(() => control.write("NOOP\r\nSYST\r\nUSER tester\r\nREIN\r\n"), 100);
      const all = await control.rest();
      clearInterval(noise);
      expect(all.trimEnd().split("\r\n").at(-1)).toMatch(/^421 /);
    });

    it("a TLS handshake that never comes is ended when the time for the login is over", async () => {
      const control = await hasty.open();
      await control.reply();
      expect(await control.code("AUTH TLS")).toBe(234);
      expect(await control.rest()).not.toMatch(/^\d/);
    });

    it("a flood of PASV leaves one listener a session", async () => {
      const control = await server.login();
      const before = await descriptors();
      for (let round = 0; round < 30; round++) {
        control.write("EPSV\r\nPASV\r\n".repeat(10));
        for (let reply = 0; reply < 20; reply++) expect(await control.reply()).toMatch(/^22[79] /);
      }
      expect((await descriptors()) - before).toBeLessThanOrEqual(2);
      control.close();
    });

    it("an endless line, before the login and after it, costs no memory", async () => {
      for (const control of [await server.open("127.0.0.11"), await server.login()]) {
        const before = await server.memory();
        const piece = Buffer.alloc(megabyte, "A");
        for (let sent = 0; sent < 60 && !control.socket.destroyed; sent++)
          if (!control.socket.write(piece))
            await Promise.race([once(control.socket, "drain"), closed(control.socket)]);
        expect((await server.memory()) - before).toBeLessThan(40 * megabyte);
        control.close();
      }
    });

    it("commands whose replies nobody reads wait in the network, not in memory", async () => {
      const control = await server.login();
      const before = await server.memory();
      control.socket.pause();
      const piece = Buffer.from("HELP\r\n".repeat(20_000));
      let written = 0;
      const until = Date.now() + 1000;
      while (written < 40 * megabyte && Date.now() < until) {
        written += piece.length;
        if (!control.socket.write(piece)) await Promise.race([once(control.socket, "drain"), pause(200)]);
      }
      expect((await server.memory()) - before).toBeLessThan(60 * megabyte);
      control.close();
    });

    it("connections beyond the cap of an address are turned away with 421; other addresses still come in", async () => {
      const sockets: Socket[] = [];
      const first: string[] = [];
      for (let index = 0; index < 30; index++) {
        const socket = connect({ port: server.port, host: "127.0.0.1", localAddress: "127.0.0.12" });
        socket.on("error", () => {});
        sockets.push(socket);
        first.push(String((await once(socket, "data"))[0]).slice(0, 3));
      }
      expect(first.filter((code) => code === "220")).toHaveLength(20);
      expect(first.filter((code) => code === "421")).toHaveLength(10);
      const other = await server.login();
      expect(await other.code("NOOP")).toBe(200);
      other.close();
      for (const socket of sockets) socket.destroy();
      // Their places are free again.
      for (;;) {
        const again = await openControl(server.port, "127.0.0.1", "127.0.0.12");
        const greeting = await again.reply();
        again.close();
        if (greeting.startsWith("220")) break;
        await pause(50);
      }
    });

    it("connections beyond the cap of all are turned away, and the places of half-open ones come free with time", async () => {
      const sockets: Socket[] = [];
      let refused = 0;
      for (let index = 0; index < 40; index++) {
        const localAddress = `127.0.1.${1 + (index % 10)}`;
        const socket = connect({ port: hasty.port, host: "127.0.0.1", localAddress });
        socket.on("error", () => {});
        sockets.push(socket);
        if (String((await once(socket, "data"))[0]).startsWith("421")) refused++;
      }
      expect(refused).toBeGreaterThanOrEqual(10);
      // Nobody logs in: the time for it ends them all.
      for (;;) {
        const control = await hasty.open();
        const greeting = await control.reply();
        control.close();
        if (greeting.startsWith("220")) break;
        await pause(100);
      }
      for (const socket of sockets) socket.destroy();
    });

    it("a download that nobody reads and an upload that sends nothing end with 4xx, and the session goes on", async () => {
      const control = await server.login();
      await writeFile(join(server.root, "large.bin"), "");
      await truncate(join(server.root, "large.bin"), 200 * megabyte);
      for (const line of ["STOR stalled.bin", "RETR large.bin", "LIST"]) {
        // Nobody reads or writes here. For LIST nobody even comes.
        const data = line === "LIST" ? undefined : await control.passive();
        if (data === undefined) expect(await control.code("EPSV")).toBe(229);
        expect(await control.code(line), line).toBe(150);
        expect(await control.reply(), line).toMatch(/^4\d\d /);
        data?.destroy();
      }
      expect(await control.code("NOOP")).toBe(200);
      control.close();
      expect(await readdir(server.root)).not.toContain("stalled.bin");
    });

    async function descriptors(): Promise<number> {
      return (await readdir(`/proc/${server.pid}/fd`)).length;
    }
  });
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => (socket.destroyed ? resolve() : socket.once("close", () => resolve())));
