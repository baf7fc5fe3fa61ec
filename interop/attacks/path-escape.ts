// Path escape: out of the root by name, by symbolic link, or in the moment between check and use.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Control } from "../support/control.ts";
import { hashTree } from "../support/files.ts";
import { type Attacked, attacked, secretText } from "./server.ts";

/** Ways to write a path that leads out of the root, to the secret beside it or to the system's files. */
const escapes = [
  ...[
    "../outside/secret.txt",
    "../../outside/secret.txt",
    "/../outside/secret.txt",
    "//../outside/secret.txt",
  ],
  ...["sub/../../outside/secret.txt", "sub/./.././../outside/secret.txt", "./../outside/secret.txt"],
  ...["....//outside/secret.txt", "..././outside/secret.txt", ".../outside/secret.txt"],
  ...["..\\outside\\secret.txt", "sub\\..\\..\\outside\\secret.txt", "\\..\\outside\\secret.txt"],
  ...["%2e%2e/outside/secret.txt", "..%2foutside%2fsecret.txt", "%252e%252e/outside/secret.txt"],
  // Look-alikes: fullwidth full stop and solidus, one dot leader, fraction slash, division slash, and a joiner between.
  ...[
    "\uff0e\uff0e/outside/secret.txt",
    "..\uff0foutside\uff0fsecret.txt",
    "\u2024\u2024/outside/secret.txt",
  ],
  ...[
    "..\u2044outside\u2044secret.txt",
    "..\u2215outside",
    ".\u200d./outside/secret.txt",
    "..\u0301/outside",
  ],
  // UTF-8 that is too long for what it says: the bytes of `..` and `/` in two and three.
  ...["\udcc0\udcae\udcc0\udcae/outside/secret.txt", "..\udcc0\udcafoutside", "..\udce0\udc80\udcafoutside"],
  ...["/etc/passwd", "//etc/passwd", "/proc/self/environ", "/proc/self/cwd/package.json", "~/x", "~root/x"],
  ...["C:\\windows\\win.ini", "\\\\server\\share", "file:///etc/passwd", "hello.txt:stream", "CON"],
  ...["link/secret.txt", "absolute/secret.txt", "chain/secret.txt", "file-link", "absolute-file", "dangling"],
  ...[
    "link/../outside/secret.txt",
    "loop",
    "loop/secret.txt",
    "sub/up/secret.txt",
    "self/self/self/link/secret.txt",
  ],
];

const verbs = [
  ...["SIZE", "MDTM", "MLST", "STAT", "CWD", "RMD", "DELE", "RNFR", "HASH", "XCRC", "MKD", "AVBL"],
  ...["SITE CHMOD 777", "MFMT 20200101000000", "MDTM 20200101000000", "SITE UTIME 20200101000000"],
  ...[
    "SITE CPFR",
    "SITE SYMLINK hello.txt",
    "MFF modify=20200101000000;",
    "RMDA",
    "DSIZ",
    "MFCT 20200101000000",
  ],
];

export function pathEscape(): void {
  describe("path escape", () => {
    let server: Attacked;
    let before: Record<string, string>;

    beforeAll(async () => {
      server = await attacked();
      const { root } = server;
      await mkdir(join(root, "sub"));
      await symlink("../outside", join(root, "link"));
      await symlink(server.outside, join(root, "absolute"));
      await symlink("link", join(root, "chain"));
      await symlink("../outside/secret.txt", join(root, "file-link"));
      await symlink(join(server.outside, "secret.txt"), join(root, "absolute-file"));
      await symlink("../outside/new.txt", join(root, "dangling"));
      await symlink("loop", join(root, "loop"));
      await symlink("../../outside", join(root, "sub/up"));
      await symlink(".", join(root, "self"));
      before = await hashTree(server.outside);
    });
    afterAll(() => server.stop());

    /** Nothing that the server says tells where it is or what lies outside, and nothing outside has changed. */
    async function expectNothingOut(said: string): Promise<void> {
      expect(said).not.toContain(secretText);
      expect(said).not.toContain(server.root.slice(0, -"/root".length));
      expect(said).not.toMatch(/root:.*:0:0:/);
      expect(await hashTree(server.outside)).toEqual(before);
    }

    const bytesOf = (line: string): Buffer =>
      Buffer.concat(
        [...line].map((character) => {
          const code = character.charCodeAt(0);
          return code >= 0xdc80 && code <= 0xdcff ? Buffer.of(code - 0xdc00) : Buffer.from(character);
        }),
      );

    async function send(control: Control, line: string): Promise<string> {
      control.write(Buffer.concat([bytesOf(line), Buffer.from("\r\n")]));
      return control.reply();
    }

    /** A command with a data connection; answers the replies and what came over it. */
    async function transfer(control: Control, line: string, upload?: string): Promise<string> {
      const data = await control.passive();
      let all = "";
      data.on("data", (chunk) => {
        all += chunk;
      });
      if (upload !== undefined) data.end(upload);
      const reply = await send(control, line);
      all += reply;
      if (reply.startsWith("1")) {
        all += `\n${await control.reply()}`;
        if (upload === undefined && !data.readableEnded && !data.destroyed) await once(data, "close");
      }
      data.destroy();
      return all;
    }

    it("no spelling of a path leads out, for commands that look and change", async () => {
      const control = await server.login();
      let said = "";
      for (const path of escapes) {
        for (const verb of verbs) said += await send(control, `${verb} ${path}`);
        // Wherever a CWD led (`sub/up` is no way out, `self` is): back.
        await send(control, "CWD /");
      }
      control.close();
      await expectNothingOut(said);
    });

    it("no spelling of a path leads out, for RETR and the listings", async () => {
      const control = await server.login();
      let said = "";
      for (const path of escapes)
        for (const verb of ["RETR", "LIST", "NLST", "MLSD"])
          said += await transfer(control, `${verb} ${path}`);
      control.close();
      await expectNothingOut(said);
    });

    it("no spelling of a path leads out, for STOR, APPE and RNTO", async () => {
      const control = await server.login();
      let said = "";
      for (const path of escapes) {
        said += await transfer(control, `STOR ${path}`, "pwned");
        said += await transfer(control, `APPE ${path}`, "pwned");
        await transfer(control, "STOR mine.txt", "mine");
        said += await send(control, "RNFR mine.txt");
        said += await send(control, `RNTO ${path}`);
      }
      control.close();
      await expectNothingOut(said);
      expect(await readdir(server.outside)).toEqual(["secret.txt"]);
    });

    it("a working directory does not carry out: CWD .. at the root stays there, and PWD tells a virtual path", async () => {
      const control = await server.login();
      for (const line of ["CDUP", "CWD ..", "CWD ../..", "XCUP", "CWD /..", "CWD sub/../.."]) {
        await control.command(line);
        expect(await control.command("PWD"), line).toMatch(/^257 "\/"/);
      }
      control.close();
    });

    it("NUL and control characters in a path are refused, not cut off", async () => {
      const control = await server.login();
      for (const path of [
        "hello.txt\u0000.jpg",
        "\u0000",
        "hello.txt\u0000",
        "\u0001",
        "a\u0008b",
        "a\u007fb",
        "a\tb",
      ]) {
        for (const verb of ["SIZE", "RNFR", "MKD", "DELE", "CWD"])
          expect(await control.command(`${verb} ${path}`), JSON.stringify(`${verb} ${path}`)).toMatch(/^5/);
        expect(await transfer(control, `STOR ${path}`, "x"), JSON.stringify(path)).toMatch(/^5/);
      }
      control.close();
      expect(await readFile(join(server.root, "hello.txt"), "utf8")).toBe("hello\n");
    });

    it("a directory that becomes a symbolic link again and again while it is read and written is no way out", async () => {
      await mkdir(join(server.root, "swap"));
      await writeFile(join(server.root, "swap/secret.txt"), "harmless");
      const swapper = startSwapper(server.root);
      await once(swapper.stdout ?? swapper, "data");
      const until = Date.now() + 2500;
      const heard: string[] = [];
      const attack = async (): Promise<void> => {
        const control = await server.login();
        for (let round = 0; Date.now() < until; round++) {
          heard.push(await transfer(control, "RETR swap/secret.txt"));
          heard.push(await transfer(control, "LIST swap"));
          heard.push(await transfer(control, `STOR swap/new-${round % 5}.txt`, "pwned"));
          heard.push(await transfer(control, "APPE swap/secret-log.txt", "pwned"));
          for (const line of [
            "SIZE swap/secret.txt",
            "MKD swap/made",
            "DELE swap/secret.txt",
            "RMD swap/made",
          ])
            heard.push(await control.command(line));
          heard.push(await control.command("SITE CHMOD 777 swap/secret.txt"));
          if ((await control.code("RNFR hello.txt")) === 350)
            heard.push(await control.command("RNTO swap/hello.txt"));
          if ((await control.code("RNFR swap/hello.txt")) === 350)
            heard.push(await control.command("RNTO hello.txt"));
          await transfer(control, "STOR hello.txt", "hello\n");
        }
        control.close();
      };
      await Promise.all([attack(), attack()]);
      const exited = once(swapper, "exit");
      swapper.kill();
      await exited;
      const said = heard.join("\n");
      await expectNothingOut(said);
      expect(await readdir(server.outside)).toEqual(["secret.txt"]);
      // The race was run: the server met both.
      expect(said).toMatch(/^226/m);
      expect(said).toMatch(/^55\d/m);
    });
  });
}

/** A process that goes on to swap the directory `swap` and a symbolic link out of the root. */
function startSwapper(root: string): ChildProcess {
  const program = `
    const fs = require("node:fs");
    process.chdir(${JSON.stringify(root)});
    console.log("swapping");
    for (;;) {
      try {
        fs.renameSync("swap", "swap-away");
        fs.symlinkSync("../outside", "swap");
        fs.unlinkSync("swap");
        fs.renameSync("swap-away", "swap");
      } catch (error) {
        if (error.code !== "ENOENT" && error.code !== "EEXIST" && error.code !== "ENOTEMPTY") throw error;
        try { fs.unlinkSync("swap"); } catch {}
        try { fs.renameSync("swap-away", "swap"); } catch {}
      }
    }`;
  return spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"], timeout: 60_000 });
}
