import { mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { type ProgramName, program } from "../peers/programs.ts";
import { type Executed, execute, succeed } from "../support/exec.ts";
import type { FtpClientPeer, Target } from "./client.ts";

export const ncftp: FtpClientPeer = {
  needs: ["ncftp", "ncftpget", "ncftpput", "ncftpls"],
  tls: false,
  async get(target, remote, local) {
    await withFolder(async (folder) => {
      await run("ncftpget", target, [], [folder, remote]);
      const [name] = await readdir(folder);
      await rename(join(folder, name ?? basename(remote)), local);
    });
  },
  async list(target, directory) {
    const { text } = await succeed(program("ncftpls"), [
      ...account(target),
      "-1",
      `ftp://${target.host}:${target.port}/%2F${directory.slice(1)}/`,
    ]);
    return text.split("\n").filter(Boolean);
  },
  async put(target, local, remote) {
    await run("ncftpput", target, ["-C"], [local, remote]);
  },
  async resumeGet(target, remote, local) {
    await run("ncftpget", target, ["-z"], [dirname(local), remote]);
  },
  async rename(target, from, to) {
    await interactive(target, `rename ${quoted(from)} ${quoted(to)}`);
  },
  async remove(target, path) {
    await interactive(target, `rm ${quoted(path)}`);
  },
  async getTree(target, remote, local) {
    await withFolder(async (folder) => {
      await run("ncftpget", target, ["-R"], [folder, remote]);
      await rm(local, { recursive: true, force: true });
      await rename(join(folder, basename(remote)), local);
    }, dirname(local));
  },
  async putTree(target, local, remote) {
    // It puts the folder under its own name.
    await run("ncftpput", target, ["-R", "-m"], [dirname(remote), local]);
  },
};

const account = ({ user, password }: Target): string[] => ["-u", user, "-p", password];

function run(name: ProgramName, target: Target, flags: string[], args: string[]): Promise<Executed> {
  return succeed(program(name), [
    ...account(target),
    "-P",
    String(target.port),
    "-V",
    "-t",
    "20",
    ...flags,
    target.host,
    ...args,
  ]);
}

async function interactive(target: Target, command: string): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), "longshore-ncftp-"));
  const done = await execute(program("ncftp"), [...account(target), "-P", String(target.port), target.host], {
    input: `${command}\nquit\n`,
    env: { HOME: home, TERM: "dumb" },
  });
  await rm(home, { recursive: true, force: true });
  if (done.code !== 0) throw new Error(`ncftp: ${command}\n${done.output}`);
}

async function withFolder(use: (folder: string) => Promise<void>, beside: string = tmpdir()): Promise<void> {
  const folder = await mkdtemp(join(beside, "longshore-ncftp-"));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}
