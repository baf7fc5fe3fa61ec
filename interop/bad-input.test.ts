// Our FTP server under bad input from another process: each attack gets the right reply, and the server goes on
// serving others.
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Control, openControl } from "./support/control.ts";
import { newFolder, removeFolders } from "./support/files.ts";
import { type Served, serve } from "./support/longshore.ts";
import { leftOut } from "./support/with-peer.ts";

let served: Served;
let folder: string;
let control: Control;

beforeAll(async () => {
  folder = await newFolder();
  await writeFile(join(folder, "hello.txt"), "hello\n");
  served = await serve(folder, "--writable", "--no-tftp", "--user", "tester:secret:rw");
});

afterEach(async () => {
  control.close();
  await expectServing(served);
});

afterAll(async () => {
  expect((await served.stop()).code).toBe(0);
  await removeFolders();
});

const open = async (): Promise<Control> => {
  control = await openControl(served.ports.ftp ?? 0);
  return control;
};

/** Another client comes, logs in and gets a file. */
async function expectServing(server: Served): Promise<void> {
  const other = await openControl(server.ports.ftp ?? 0);
  await other.login();
  const data = await other.passive();
  let text = "";
  data.on("data", (chunk) => {
    text += chunk;
  });
  expect((await other.command("RETR hello.txt")).slice(0, 3)).toBe("150");
  expect((await other.reply()).slice(0, 3)).toBe("226");
  if (!data.readableEnded) await once(data, "end");
  expect(text).toBe("hello\n");
  expect(await other.code("QUIT")).toBe(221);
}

describe("bad input", () => {
  it("an endless line is refused once and read away", async () => {
    const { socket, login, reply, code } = await open();
    await login();
    const piece = Buffer.alloc(1 << 20, "A");
    for (let megabyte = 0; megabyte < 20; megabyte++) {
      if (!socket.write(piece)) await once(socket, "drain");
    }
    socket.write("\r\n");
    expect((await reply()).slice(0, 3)).toBe("500");
    expect(await code("NOOP")).toBe(200);
  });

  it("binary rubbish costs replies, not the session", async () => {
    const { write, login, reply, command } = await open();
    await login();
    // Lines of every kind of byte but telnet's own (0xff), which is answered by telnet's rules.
    for (let round = 0; round < 50; round++) {
      const rubbish = randomBytes(200).map((byte) =>
        byte === 0x0a || byte === 0x0d || byte === 0xff ? 0x41 : byte,
      );
      write(Buffer.concat([rubbish, Buffer.from("\r\n")]));
      expect(await reply()).toMatch(/^5\d\d /);
    }
    expect(await command("PWD")).toMatch(/^257 "\/"/);
  });

  it("random bytes with telnet commands in them end in a session that can still be used, or in its end", async () => {
    const { write, login, reply } = await open();
    await login();
    write(randomBytes(20_000));
    write("\r\nNOOP\r\n");
    for (;;) {
      const answer = await reply().catch(() => "closed");
      if (answer === "closed" || answer.startsWith("200") || answer.startsWith("421")) break;
      expect(answer).toMatch(/^[1-5]\d\d/);
    }
  });

  it("a command cut into single bytes is one command", async () => {
    const { socket, login, reply } = await open();
    await login();
    socket.setNoDelay(true);
    for (const byte of Buffer.from("PWD\r\n")) {
      socket.write(Buffer.of(byte));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await reply()).toMatch(/^257 "\/"/);
  });

  it.each([
    "../../etc/passwd",
    "/../../../etc/passwd",
    "//etc/passwd",
    "..\\..\\etc\\passwd",
    "pub/../../../etc/passwd",
  ])("RETR %s stays in the root", async (path) => {
    const { login, passive, command } = await open();
    await login();
    await passive();
    const answer = await command(`RETR ${path}`);
    expect(answer).toMatch(/^550 /);
    expect(answer).not.toContain(folder);
  });

  it("a symbolic link out of the root leads nowhere", async () => {
    await symlink("/etc/passwd", join(folder, "link-to-file"));
    await symlink("/etc", join(folder, "link-to-directory"));
    const { login, passive, command, code } = await open();
    await login();
    await passive();
    for (const path of ["link-to-file", "link-to-directory/passwd"]) {
      expect(await command(`RETR ${path}`)).toMatch(/^550 /);
      expect(await command(`SIZE ${path}`)).toMatch(/^550 /);
    }
    expect(await code("CWD link-to-directory")).toBe(550);
    await passive();
    expect(await command("STOR link-to-directory/written-by-test")).toMatch(/^55[03] /);
  });

  it("a client that vanishes in the middle of STOR leaves the old file and nothing else", async () => {
    await mkdir(join(folder, "vanish"));
    await writeFile(join(folder, "vanish/file.bin"), "the old content");
    for (const how of ["reset", "kill"] as const) {
      const { login, passive, command, socket } = await open();
      await login();
      const data = await passive();
      expect(await command("STOR vanish/file.bin")).toMatch(/^150 /);
      data.write(randomBytes(3_000_000));
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (how === "reset") {
        data.resetAndDestroy();
        expect(await control.reply()).toMatch(/^4\d\d /);
        expect(await control.code("NOOP")).toBe(200);
      } else {
        socket.resetAndDestroy();
        data.resetAndDestroy();
      }
      await settled(async () => (await readdir(join(folder, "vanish"))).length === 1);
      expect(await readdir(join(folder, "vanish"))).toEqual(["file.bin"]);
      expect(await readFile(join(folder, "vanish/file.bin"), "utf8")).toBe("the old content");
    }
  });

  it("verbs of another protocol are not answered for long", async () => {
    const { write, reply } = await open();
    await reply();
    write("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Echo: <script>\r\n\r\n");
    let all = "";
    for (;;) {
      const answer = await reply().catch(() => undefined);
      if (answer === undefined) break;
      all += answer;
    }
    expect(all).not.toContain("<script>");
  });
});

describe("a full disk", () => {
  it("refuses the upload that does not fit, keeps the old file, and serves on", async () => {
    control = await openControl(served.ports.ftp ?? 0);
    const small = await newFolder();
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", small]).status !== 0) {
      leftOut("our FTP server on a full disk (mounting a small tmpfs needs root)");
      return;
    }
    let full: Served | undefined;
    try {
      await writeFile(join(small, "hello.txt"), "hello\n");
      await writeFile(join(small, "file.bin"), "the old content");
      full = await serve(small, "--writable", "--no-tftp", "--user", "tester:secret:rw");
      const session = await openControl(full.ports.ftp ?? 0);
      await session.login();
      const data = await session.passive();
      expect(await session.command("STOR file.bin")).toMatch(/^150 /);
      data.end(randomBytes(3_000_000));
      expect(await session.reply()).toMatch(/^(452|552) /);
      expect(await session.code("NOOP")).toBe(200);
      session.close();
      expect((await readdir(small)).sort()).toEqual(["file.bin", "hello.txt"]);
      expect(await readFile(join(small, "file.bin"), "utf8")).toBe("the old content");
      await expectServing(full);
    } finally {
      await full?.stop();
      spawnSync("umount", [small]);
    }
  });
});

/** Waits until something is so, two seconds at most; what is asserted afterwards tells if it never was. */
async function settled(isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 40 && !(await isSo()); attempt++)
    await new Promise((resolve) => setTimeout(resolve, 50));
}
