import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createNodeStore } from "@longshore/file-store-node";
import { createFtpServer, type FtpServer } from "@longshore/ftp-server";
import { createTftpServer, type TftpServer } from "@longshore/tftp-endpoint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anyPorts, buildCommand, inTerminal, longshore, removeCommand } from "./command.ts";
import { slowly } from "./slow-store.ts";

const size = 3_000_000;
const root = mkdtempSync(join(tmpdir(), "longshore-terminal-"));

let ftp: FtpServer;
let tftp: TftpServer;
let ftpHost = "";
let tftpHost = "";

beforeAll(async () => {
  mkdirSync(join(root, "pub"));
  writeFileSync(join(root, "slow.bin"), new Uint8Array(size));
  writeFileSync(join(root, "pub/hello.txt"), "hello\n");
  await buildCommand();
  // Some 1.5 s for the whole file, whatever the machine.
  const store = slowly(createNodeStore(root, { writable: true }), size / 1500);
  const users = [{ name: "ada", password: "open sesame", permission: "rw" as const }];
  ftp = createFtpServer({ store, anonymous: true, users, limits: { failureDelay: 0 } });
  tftp = createTftpServer({ store, port: 0 });
  ftpHost = `127.0.0.1:${(await ftp.listen()).port}`;
  tftpHost = `127.0.0.1:${(await tftp.listen()).port}`;
});

afterAll(async () => {
  await Promise.all([ftp?.close(), tftp?.close({ timeout: 0 })]);
  await removeCommand();
  rmSync(root, { recursive: true });
});

/** What was drawn, a state a line, without the control sequences. */
function drawn(shown: string): string[] {
  return shown
    .replaceAll(/\u001b(?:[78]|\[[\d;?]*[a-zA-Z])/g, "\n")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

describe("progress", () => {
  it.each(["ftp", "tftp"] as const)("on a terminal: bytes, rate and time left over %s", async (scheme) => {
    const url = `${scheme}://${scheme === "ftp" ? ftpHost : tftpHost}/slow.bin`;
    const { code, shown } = await inTerminal(`exec $longshore get ${url} /dev/null`);
    expect(code).toBe(0);
    const lines = drawn(shown);
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) {
      expect(line).toMatch(
        /^slow\.bin [█░]{20} \d{1,3}% {2}[\d.]+ [kM]B of 3\.00 MB {2}[\d.]+ [kM]B\/s {2}\d+s left$/,
      );
    }
    const percent = lines.map((line) => Number(/(\d+)%/.exec(line)?.[1]));
    expect(percent).toEqual([...percent].sort((a, b) => a - b));
    expect(percent[0]).toBeLessThan(80);
    expect(percent.at(-1)).toBe(100);
    // The line is cleared and the cursor comes back.
    expect(shown.endsWith("\u001b[2K")).toBe(true);
    expect(shown.lastIndexOf("\u001b[?25h")).toBeGreaterThan(shown.lastIndexOf("\u001b[?25l"));
  });

  it("of several says how many are over", async () => {
    const urls = `ftp://${ftpHost}/pub/hello.txt ftp://${ftpHost}/slow.bin`;
    const { code, shown } = await inTerminal(
      `mkdir several; exec $longshore get ${urls} several`,
      undefined,
      {
        cwd: root,
      },
    );
    expect(code).toBe(0);
    const lines = drawn(shown);
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines)
      expect(line).toMatch(
        /^[012] of 2 files {2}[\d.]+ [kM]?B {2}[\d.]+ [kM]?B\/s {2}(?:slow\.bin|hello\.txt)$/,
      );
    expect(lines.at(-1)).toMatch(/^2 of 2 files {2}3\.00 MB/);
    expect(shown.endsWith("\u001b[2K")).toBe(true);
  });

  it("is shown while content goes into a pipe, and never mixed into it", async () => {
    const { code, shown } = await inTerminal(`$longshore get ftp://${ftpHost}/slow.bin - | wc -c`);
    expect(code).toBe(0);
    expect(shown).toContain(String(size));
    expect(shown).toContain("3.00 MB");
  });

  it("is not shown where content goes to the terminal, nor for what is over at once", async () => {
    const hello = await inTerminal(`exec $longshore get ftp://${ftpHost}/pub/hello.txt -`);
    expect(hello).toEqual({ code: 0, shown: "hello\r\n" });
    const quick = await inTerminal(`exec $longshore get ftp://${ftpHost}/pub/hello.txt /dev/null`);
    expect(quick).toEqual({ code: 0, shown: "" });
  });

  it("is not shown where stderr is no terminal", async () => {
    const ran = await longshore(["get", `ftp://${ftpHost}/slow.bin`, "-"]);
    expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code: 0, stderr: "" });
    expect(ran.bytes).toHaveLength(size);
  });

  it("leaves a clean line for an error", async () => {
    const { code, shown } = await inTerminal(`exec $longshore get ftp://${ftpHost}/slow.bin /dev/full`);
    expect(code).toBe(1);
    expect(drawn(shown).at(-1)).toMatch(/^longshore: on this side: ENOSPC/);
  });

  it("Ctrl-C gives it up", async () => {
    let isTyped = false;
    const { code, shown } = await inTerminal(
      `exec $longshore get ftp://${ftpHost}/slow.bin /dev/null`,
      (text) => {
        if (isTyped || !text.includes("%")) return undefined;
        isTyped = true;
        return "\u0003";
      },
    );
    expect(code).toBe(1);
    expect(drawn(shown).at(-1)).toBe("longshore: interrupted");
    expect(shown.lastIndexOf("\u001b[?25h")).toBeGreaterThan(shown.lastIndexOf("\u001b[?25l"));
  });
});

describe("the prompt for a password", () => {
  const typed = (answer: string): ((shown: string) => string | undefined) => {
    let isTyped = false;
    return (shown) => {
      if (isTyped || !shown.includes("Password for ada at 127.0.0.1")) return undefined;
      isTyped = true;
      return answer;
    };
  };

  it("takes it unseen", async () => {
    const line = `exec $longshore ls ftp://ada@${ftpHost}/pub/`;
    const { code, shown } = await inTerminal(line, typed("open sesame\r"));
    expect(code).toBe(0);
    expect(shown).toContain("hello.txt");
    expect(shown).not.toContain("sesame");
  });

  it("tells a wrong one", async () => {
    const { code, shown } = await inTerminal(`exec $longshore ls ftp://ada@${ftpHost}/`, typed("wrong\r"));
    expect(code).toBe(1);
    expect(drawn(shown).at(-1)).toMatch(/^longshore: .*"530 .*check the user and the password$/);
    expect(shown).not.toContain("wrong");
  });

  it("ends with Ctrl-C", async () => {
    const { code, shown } = await inTerminal(`exec $longshore ls ftp://ada@${ftpHost}/`, typed("\u0003"));
    expect(code).toBe(1);
    expect(drawn(shown).at(-1)).toBe("longshore: interrupted");
  });

  it("asks at the terminal also where everything is piped", async () => {
    const line = `echo piped | $longshore put - ftp://ada@${ftpHost}/piped 2>&1 | cat`;
    const { shown } = await inTerminal(line, typed("open sesame\r"));
    expect(shown).not.toContain("longshore:");
    expect((await longshore(["get", `ftp://${ftpHost}/piped`, "-"])).stdout).toBe("piped\n");
  });

  it("does not come where the environment has it", async () => {
    const env = { LONGSHORE_PASSWORD: "open sesame" };
    const { code, shown } = await inTerminal(`exec $longshore ls ftp://ada@${ftpHost}/pub/`, undefined, {
      env,
    });
    expect(code).toBe(0);
    expect(shown).not.toContain("Password");
  });

  it("is for users of serve, too", async () => {
    let step = 0;
    const line = `exec $longshore serve . --user ada ${anyPorts.join(" ")} --no-tftp`;
    const { code, shown } = await inTerminal(line, (text) => {
      if (step === 0 && text.includes("Password for the new user ada")) {
        step = 1;
        return "secret\r";
      }
      if (step === 1 && /listening on/.test(text) && text.includes("ftp://127.0.0.1:")) {
        step = 2;
        return "\u0003";
      }
      return undefined;
    });
    expect(code).toBe(0);
    // On a terminal the log is for people.
    expect(shown).toMatch(/INFO.*: .*ftp {3}listening on 127\.0\.0\.1:\d+/);
    expect(shown).not.toContain("secret");
  });
});
