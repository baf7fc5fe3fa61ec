// Bombs: patterns, recursion and directories that cost the server far more than they cost the client.
import { once } from "node:events";
import { linkSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import type { Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Control } from "../support/control.ts";
import { type Attacked, attacked } from "./server.ts";

const megabyte = 1 << 20;
const entries = 8000;

export function bombs(): void {
  describe("glob and recursion bombs, enormous directories", () => {
    let server: Attacked;

    beforeAll(async () => {
      server = await attacked();
      await fill(join(server.root, "large"), entries, 180);
      await mkdir(join(server.root, "tree/a/b/c"), { recursive: true });
      for (const place of ["tree", "tree/a", "tree/a/b"])
        await symlink(".", join(server.root, place, "again"));
    });
    afterAll(() => server.stop());

    /** What a listing brings, and its last reply. */
    async function list(
      control: Control,
      line: string,
    ): Promise<{ readonly text: string; readonly end: string }> {
      const data = await control.passive();
      let text = "";
      data.on("data", (chunk) => {
        text += chunk;
      });
      const reply = await control.command(line);
      const end = reply.startsWith("1") ? await control.reply() : reply;
      if (reply.startsWith("1") && !data.destroyed) await once(data, "close");
      data.destroy();
      return { text, end };
    }

    it.each([
      ["stars", `LIST large/${"*a".repeat(60)}*b`],
      ["classes", `NLST large/${"[a-z]*".repeat(60)}!`],
      ["questions", `LIST large/${"?*".repeat(90)}x`],
    ])(
      "a pattern of many %s is matched in bounded time, and others are served meanwhile",
      async (_, line) => {
        const control = await server.login();
        const other = await server.login();
        let isOver = false;
        const bomb = list(control, line).finally(() => {
          isOver = true;
        });
        let served = 0;
        do {
          expect(await other.code("NOOP")).toBe(200);
          served++;
        } while (!isOver);
        const { text, end } = await bomb;
        expect(end).toMatch(/^(226|4\d\d|550) /);
        expect(text).toBe("");
        // It stood in nobody's way: many were answered while it ran, or it was over at once.
        expect(served).toBeGreaterThan(0);
        control.close();
        other.close();
      },
    );

    it.each([
      "LIST */../*/../*/../*/../*/../*/../*/../*",
      "LIST */../*/../*/../*/../*/../*/../*/../*/../*/../*/../*/../*",
      "NLST */*/*/*/*/*/*/*/*/*",
      `LIST ${"{a,b}".repeat(40)}`,
      `STAT ${"*/../".repeat(200)}*`,
      `NLST ${"[".repeat(2000)}`,
      `LIST ${"*".repeat(4000)}`,
    ])("%s opens no tree of matches", async (line) => {
      const control = await server.login();
      const before = await server.memory();
      const text = line.startsWith("STAT") ? await control.command(line) : (await list(control, line)).text;
      expect(text.length).toBeLessThan(10_000);
      expect((await server.memory()) - before).toBeLessThan(30 * megabyte);
      expect(await control.code("NOOP")).toBe(200);
      control.close();
    });

    it("LIST -R does not recurse, nor round a circle of links", async () => {
      const control = await server.login();
      for (const line of ["LIST -R", "LIST -R tree", "LIST -laR tree", "NLST -R tree"]) {
        const { text } = await list(control, line);
        expect(text.split("\r\n").length, line).toBeLessThan(8);
        expect(text, line).not.toMatch(/\bc\r\n/);
      }
      control.close();
    });

    it("a path as deep as a line is long is answered, and so is one through a circle of links", async () => {
      const control = await server.login();
      for (const path of [
        "a/".repeat(2000),
        "../".repeat(1300),
        `tree/${"again/".repeat(600)}a`,
        "/".repeat(4000),
      ])
        expect(await control.command(`CWD ${path}`)).toMatch(/^(250|5\d\d) /);
      control.close();
    });

    it("an enormous directory listed many times at once to clients that do not read is held by none of them", async () => {
      // The two systems take some four megabytes from the server at once; each of these has more.
      const enormous = 24_000;
      await fill(join(server.root, "enormous"), enormous, 230);
      const sessions = await Promise.all(Array.from({ length: 6 }, () => server.login()));
      const other = await server.login();
      // The second time there is the thread that looks at large directories.
      for (let times = 0; times < 2; times++) await list(other, "LIST enormous");
      const before = await server.held();
      const stalled: Socket[] = [];
      for (const [index, control] of sessions.entries()) {
        const data = await control.passive();
        data.pause();
        stalled.push(data);
        expect(await control.code(`${["LIST", "NLST", "MLSD"][index % 3]} enormous`)).toBe(150);
      }
      const { text } = await list(other, "NLST enormous");
      expect(text.split("\r\n").length - 1).toBe(enormous);
      // For each of them there are names of two batches, and one batch as entries and as text: half a megabyte.
      expect(await settled(server)).toBeLessThan(before + sessions.length * megabyte);
      for (const data of stalled) data.destroy();
      for (const control of [...sessions, other]) control.close();
    });

    it("a path as long as a line before each name makes no large pieces for a client that does not read", async () => {
      const control = await server.login();
      const path = `${"./".repeat(1900)}large`;
      await list(control, "LIST large");
      const before = await server.held();
      const data = await control.passive();
      data.pause();
      expect(await control.code(`NLST ${path}`)).toBe(150);
      expect(await settled(server)).toBeLessThan(before + megabyte / 2);
      data.destroy();
      control.close();
    });

    it("STAT of a large directory is cut off, not gathered whole", async () => {
      const control = await server.login();
      const reply = await control.command("STAT large");
      expect(reply).toMatch(/^21[23]-/);
      expect(reply.split("\n").length).toBeLessThan(2000);
      control.close();
    });
  });
}

/** A folder of that many names, of a little more than `length` characters, all of one file: that costs the least. */
async function fill(folder: string, count: number, length: number): Promise<void> {
  await mkdir(folder);
  const file = join(folder, "..", "hello.txt");
  for (let index = 0; index < count; index++) linkSync(file, join(folder, `${"a".repeat(length)}-${index}`));
}

/** What the server holds when it has come to a halt. */
async function settled(server: Attacked): Promise<number> {
  for (let last = 0; ; ) {
    const held = await server.held();
    if (Math.abs(held - last) < megabyte / 16) return held;
    last = held;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
