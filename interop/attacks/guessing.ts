// Guessing (RFC 2577 §5, §7): passwords by trying many, names by how they are answered.
import { performance } from "node:perf_hooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Control, openControl } from "../support/control.ts";
import { type Attacked, attacked } from "./server.ts";

export function guessing(): void {
  describe("brute force", () => {
    let server: Attacked;
    const failureDelay = 250;

    beforeAll(async () => {
      server = await attacked({
        limits: { failureDelay, loginFailures: 3 },
        ban: { failures: 7, window: 60_000, duration: 1500, allow: ["127.0.0.1"] },
      });
    });
    afterAll(() => server.stop());

    async function guess(control: Control, password: string): Promise<string> {
      await control.command("USER tester");
      return control.command(`PASS ${password}`);
    }

    it("each wrong password is answered late, the last with 421 and the end of the session", async () => {
      const control = await server.open();
      await control.reply();
      const began = performance.now();
      expect(await guess(control, "one")).toMatch(/^530 /);
      expect(await guess(control, "two")).toMatch(/^530 /);
      expect(await guess(control, "three")).toMatch(/^421 /);
      expect(await control.rest()).toBe("");
      expect(performance.now() - began).toBeGreaterThanOrEqual(3 * failureDelay - 20);
    });

    it("guesses sent all at once wait for their turn and end after as many", async () => {
      const control = await server.open();
      await control.reply();
      const began = performance.now();
      control.write(Array.from({ length: 12 }, (_, index) => `USER tester\r\nPASS ${index}\r\n`).join(""));
      const codes = (await control.rest()).match(/^\d{3}/gm);
      expect(codes).toEqual(["331", "530", "331", "530", "331", "421"]);
      expect(performance.now() - began).toBeGreaterThanOrEqual(3 * failureDelay - 20);
    });

    it("REIN, AUTH and a new USER forgive no failure", async () => {
      const control = await server.open();
      await control.reply();
      expect(await guess(control, "one")).toMatch(/^530 /);
      await control.command("REIN");
      expect(await guess(control, "two")).toMatch(/^530 /);
      await control.command("USER another");
      await control.command("AUTH TLS");
      expect(await guess(control, "three")).toMatch(/^421 /);
      control.close();
    });

    it("parallel sessions are no way round: the address is banned, others are not, and the ban ends", async () => {
      const attacker = "127.0.0.21";
      const sessions = await Promise.all(Array.from({ length: 4 }, () => server.open(attacker)));
      await Promise.all(
        sessions.map(async (control) => {
          await control.reply();
          for (let index = 0; index < 3; index++) await guess(control, `wrong ${index}`).catch(() => "gone");
        }),
      );
      expect(server.log()).toMatch(/"type":"ban"[^\n]*127\.0\.0\.21/);
      // Turned away at the door, where the ban still stands: the right password is not even heard.
      const late = await openControl(server.port, "127.0.0.1", attacker);
      expect(await late.rest()).toMatch(/^$|^421 /);
      const other = await server.open("127.0.0.22");
      await other.login();
      other.close();
      for (;;) {
        const control = await server.open(attacker);
        const greeting = await control.reply().catch(() => "");
        if (greeting.startsWith("220")) {
          expect(await guess(control, "secret")).toMatch(/^230 /);
          control.close();
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      for (const control of sessions) control.close();
    });
  });

  describe("user enumeration and timing", () => {
    let server: Attacked;

    beforeAll(async () => {
      // A hash of the usual cost, made by the server at its start.
      server = await attacked({
        users: [{ name: "tester", password: "correct horse" }],
        limits: { failureDelay: 0, loginFailures: 1000 },
      });
    });
    afterAll(() => server.stop());

    it("every name gets the same answers to USER and to a wrong PASS", async () => {
      const { reply, command, close } = await server.open();
      await reply();
      const answers = new Set<string>();
      for (const name of ["tester", "nobody", "TESTER", "anonymous", "ftp", "ü", "x".repeat(300)])
        answers.add(`${await command(`USER ${name}`)} / ${await command("PASS wrong")}`);
      expect([...answers]).toEqual([expect.stringMatching(/^331 [^/]* \/ 530 /)]);
      close();
    });

    it("a name that does not exist takes as long as a wrong password", async () => {
      const { reply, command, close } = await server.open();
      await reply();
      const fastest = { tester: Number.POSITIVE_INFINITY, nobody: Number.POSITIVE_INFINITY };
      for (let round = 0; round < 7; round++) {
        for (const name of ["tester", "nobody"] as const) {
          await command(`USER ${name}`);
          const began = performance.now();
          expect(await command(`PASS wrong ${round}`)).toMatch(/^530/);
          fastest[name] = Math.min(fastest[name], performance.now() - began);
        }
      }
      // The fastest of many is what a busy machine changes least. Without the work for unknown names they would be
      // a hundred times apart.
      expect(fastest.nobody / fastest.tester).toBeGreaterThan(0.4);
      expect(fastest.nobody / fastest.tester).toBeLessThan(2.5);
      close();
    });
  });
}
