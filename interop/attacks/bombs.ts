// Bombs: patterns, recursion and directories that cost the server far more than they cost the client.
import { once } from "node:events";
import { mkdir, symlink, writeFile } from "node:fs/promises";
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
      const large = join(server.root, "large");
      await mkdir(large);
      for (let start = 0; start < entries; start += 200) {
        const names = Array.from({ length: 200 }, (_, index) => `${"a".repeat(180)}-${start + index}`);
        await Promise.all(names.map((name) => writeFile(join(large, name), "")));
      }
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

    it("a large directory listed many times at once to clients that do not read holds memory constant", async () => {
      const sessions = await Promise.all(Array.from({ length: 12 }, () => server.login()));
      await list(await first(sessions), "LIST large");
      const before = await server.memory();
      const stalled: Socket[] = [];
      for (const [index, control] of sessions.entries()) {
        const data = await control.passive();
        data.pause();
        stalled.push(data);
        expect(await control.code(`${["LIST", "NLST", "MLSD"][index % 3]} large`)).toBe(150);
      }
      const other = await server.login();
      const { text } = await list(other, "NLST large");
      expect(text.split("\r\n").length - 1).toBe(entries);
      // Resident: with the thread that looks at large directories, batches on their way, and what is not collected yet.
      expect((await server.memory()) - before).toBeLessThan(80 * megabyte);
      for (const data of stalled) data.destroy();
      for (const control of [...sessions, other]) control.close();
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

async function first<Value>([value]: readonly Value[]): Promise<Value> {
  if (value === undefined) throw new Error("there is none");
  return value;
}
