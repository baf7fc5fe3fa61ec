// CR, LF, NUL and IAC in arguments and in names: a line that is two, a reply that is forged, a listing that lies.
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Control } from "../support/control.ts";
import { type Attacked, attacked } from "./server.ts";

/** As they may stand on a disk: whoever shares it with the server can make them. */
const hostile: readonly Buffer[] = [
  ...[
    "new\nline",
    "new\r\n226 Forged.",
    "carriage\rreturn",
    "tab\there",
    "\u001b[31mred\u001b[0m",
    " leading",
  ],
  ...[
    "trailing ",
    'quo"te',
    "-la",
    "a\n-rw-r--r-- 1 0 0 1 Jan 01 00:00 forged",
    "type=dir;modify=1; x",
    "a -> b",
  ],
].map((name) => Buffer.from(name));
const raw: readonly Buffer[] = [
  ...hostile,
  Buffer.from([0x61, 0xff, 0x62]),
  Buffer.from([0xff, 0xff]),
  Buffer.from([0xff, 0xf4, 0x2e, 0xff, 0xf2]),
];

export function hostileNames(): void {
  describe("CR, LF, NUL and IAC in arguments and names", () => {
    let server: Attacked;

    beforeAll(async () => {
      server = await attacked();
      await mkdir(`${server.root}/names`);
      for (const name of raw)
        await writeFile(Buffer.concat([Buffer.from(`${server.root}/names/`), name]), "x");
    });
    afterAll(() => server.stop());

    async function listed(control: Control, line: string): Promise<string[]> {
      const data = await control.passive();
      const chunks: Buffer[] = [];
      data.on("data", (chunk: Buffer) => chunks.push(chunk));
      expect(await control.code(line)).toBe(150);
      expect(await control.reply()).toMatch(/^226/);
      if (!data.destroyed) await once(data, "close");
      const text = Buffer.concat(chunks).toString("latin1");
      if (text !== "") expect(text.endsWith("\r\n"), line).toBe(true);
      return text.split("\r\n").slice(0, -1);
    }

    it("a name with a line's end in it is one line of LIST, NLST and MLSD, and forges no other", async () => {
      const control = await server.login();
      for (const verb of ["LIST", "NLST", "MLSD"]) {
        const lines = (await listed(control, `${verb} names`)).filter((line) => !/type=[cp]dir;/.test(line));
        for (const line of lines) {
          expect(line, verb).not.toMatch(/[\r\n\u0000]/);
          if (verb === "LIST") expect(line).toMatch(/^-[rwx-]{9} /);
          if (verb === "MLSD") expect(line).toMatch(/^type=file;/i);
          expect(line, verb).not.toMatch(/^226|^forged|^-rw-r--r-- 1 0 0 1 Jan 01 00:00 forged/);
        }
        // Each name is shown once, escaped or not, or left out; none is shown as two.
        expect(lines.length, verb).toBeLessThanOrEqual(raw.length);
        expect(lines.length, verb).toBeGreaterThan(raw.length - 5);
      }
      control.close();
    });

    it("STAT over the control connection forges no reply, and IAC in a name is doubled there", async () => {
      const control = await server.login();
      let bytes = Buffer.alloc(0);
      control.socket.on("data", (chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk]);
      });
      const reply = await control.command("STAT names");
      const lines = reply.split("\n");
      for (const line of lines.slice(1, -1)) expect(line).toMatch(/^ ?-[rwx-]{9} /);
      for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 2))
        expect(bytes[at + 1]).toBe(0xff);
      expect(await control.code("NOOP")).toBe(200);
      control.close();
    });

    it("a quote in a name is doubled in 257, so that the path cannot end early", async () => {
      const control = await server.login();
      expect(await control.command('MKD a" is here. "b')).toMatch(/^257 "\/a"" is here\. ""b"/);
      expect(await control.code('CWD a" is here. "b')).toBe(250);
      expect(await control.command("PWD")).toMatch(/^257 "\/a"" is here\. ""b"/);
      control.close();
    });

    it.each([
      ["CR NUL", "made\r\u0000226 Forged"],
      ["a bare CR", "made\r226 Forged"],
      ["NUL", "made\u0000away"],
      ["NUL at the end", "made\u0000"],
      ["ESC", "made\u001b[2J"],
    ])("%s in an argument is refused", async (_, name) => {
      const control = await server.login();
      for (const verb of ["MKD", "CWD", "RNTO", "STOR", "SIZE"]) {
        if (verb === "RNTO") await control.command("RNFR hello.txt");
        const reply = await control.command(`${verb} ${name}`);
        expect(reply, verb).toMatch(/^5\d\d [^\r\n]*$/);
        expect(reply, verb).not.toContain("Forged");
      }
      expect(await control.code("NOOP")).toBe(200);
      control.close();
      expect((await readdir(server.root)).filter((entry) => entry.startsWith("made"))).toEqual([]);
    });

    it("IAC in an argument is telnet's: doubled it is a byte of the name, alone it is not, and the next command is whole", async () => {
      const control = await server.login();
      control.write(Buffer.from("SIZE hello.\xff\xf1txt\r\n", "latin1"));
      expect(await control.reply()).toBe("213 6");
      control.write(Buffer.from("MKD iac\xff\xffname\r\n", "latin1"));
      const reply = await control.reply();
      // As a byte of a name it comes back doubled, so that it is data; or such names are refused.
      expect(reply).toMatch(/^257 "\/iac\xff\xffname"|^5\d\d /);
      // Options are refused, and what comes behind them is a command as any other.
      const refusals = "\xff\xfc\x06\xff\xfe\x01";
      let answers = "";
      control.write(Buffer.from("\xff\xfd\x06\xff\xfb\x01", "latin1"));
      while (answers.length < refusals.length)
        answers += Buffer.from((await once(control.socket, "data"))[0] as Buffer).toString("latin1");
      expect(answers).toBe(refusals);
      control.write("NOOP\r\n");
      expect(String((await once(control.socket, "data"))[0])).toMatch(/^200 /);
      control.close();
    });

    it("two commands in one argument are two commands: an injected line gains nothing that its own login does not give", async () => {
      const control = await server.open();
      await control.reply();
      control.write("USER tester\r\nPASS wrong\r\nDELE hello.txt\nNOOP\r\n");
      expect(await control.reply()).toMatch(/^331/);
      expect(await control.reply()).toMatch(/^530/);
      expect(await control.reply()).toMatch(/^530/);
      expect(await control.reply()).toMatch(/^200/);
      control.close();
    });
  });
}
