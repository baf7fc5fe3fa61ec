// Log injection: names and arguments that forge lines of the log or drive the terminal of who reads it. And what a log
// must never hold: passwords.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openControl } from "../support/control.ts";
import { newFolder } from "../support/files.ts";
import { longshore } from "../support/longshore.ts";

const password = "hunter2-correct-horse";

export function logInjection(): void {
  describe("log injection", () => {
    it.each(["json", "pretty"])(
      "the %s log has one line an event, no control characters and no password",
      async (form) => {
        const log = await attackLog(form);
        // Line feeds end lines; nothing else of the kind is there. `pretty` colours nothing where no terminal reads it.
        expect(log).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/);
        expect(log).not.toContain(password);
        for (const piece of ["hunter2", "correct-horse"]) expect(log).not.toContain(piece);
        const lines = log.trimEnd().split("\n");
        for (const line of lines) {
          expect(line).not.toMatch(/^forged|^\{"level":99/);
          if (form === "json") expect(() => JSON.parse(line), line).not.toThrow();
          else expect(line).toMatch(/^\[?\d\d:\d\d:\d\d\]? |^ {2,}/);
        }
        // It was all there to be logged.
        expect(log).toMatch(/login of tester refused|"login-refused"/);
        expect(lines.length).toBeGreaterThan(20);
      },
    );
  });
}

/** Runs `longshore serve` and does it all; answers what it logged. */
async function attackLog(form: string): Promise<string> {
  const root = await newFolder();
  await mkdir(join(root, "\u001b[2Jforged\nforged"));
  await writeFile(join(root, "new\nline"), "x");
  const user = `tester:${password}:rw`;
  const flags = ["--ftp-port", "0", "--no-tftp", "--writable", "--user", user, "--log", form];
  const child = spawn(process.execPath, [longshore, "serve", root, ...flags], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  try {
    const [printed] = (await once(child.stdout, "data")) as [Buffer];
    await provoke(Number(/:(\d+)\/?\s/.exec(String(printed))?.[1]));
  } finally {
    const exited = once(child, "close");
    child.kill();
    await exited;
  }
  return log;
}

async function provoke(port: number): Promise<void> {
  const control = await openControl(port);
  await control.reply();
  const forged = `x\u001b[31m\u0007\u009b2J\r{"level":99,"msg":"forged"}\u2028forged\u0085forged`;
  for (const line of [
    ...[`USER ${forged}`, "PASS wrong", forged, `${forged} ${forged}`, `STAT ${forged}`, `CWD ${forged}`],
    // Passwords in every shape in which people and programs send them.
    ...[
      "USER tester",
      `pass ${password}x`,
      "USER tester",
      `  PASS ${password}x`,
      `PASS  ${password}`,
      `PASS${password}`,
    ],
    ...[
      `PASSWORD ${password}`,
      `PASS:${password}`,
      `ACCT ${password}`,
      `\u0001PASS ${password}`,
      `SITE PSWD ${password}`,
    ],
    ...["USER tester", `PASS ${"x".repeat(5000)}${password}`],
  ]) {
    await control.command(line);
  }
  // Telnet commands in the midst of the verb.
  control.write(Buffer.from(`USER tester\r\nPA\xff\xf1SS ${password}\r\n`, "latin1"));
  await control.reply();
  if (!(await control.reply()).startsWith("230")) throw new Error("the login failed");
  for (const name of [forged, "new\r\nline", "\u001b]0;title\u0007", "%s%n", "\ud83d\ude00"]) {
    for (const verb of ["MKD", "RNFR", "SIZE", "SITE CHMOD 644", "MFMT 20200101000000", "CLNT", "HELP"]) {
      control.write(`${verb} ${name}\r\n`);
      await control.reply();
      if (name.includes("\n")) await control.reply();
    }
    const data = await control.passive();
    data.end("x");
    control.write(`STOR ${name.replaceAll("\n", "")}\r\n`);
    if ((await control.reply()).startsWith("1")) await control.reply();
  }
  const data = await control.passive();
  data.resume();
  control.write("LIST\r\n");
  await control.reply();
  await control.reply();
  await control.command("QUIT");
  control.close();
}
