import { program } from "../peers/programs.ts";
import { type Executed, succeed } from "../support/exec.ts";
import type { FtpClientPeer, Target } from "./client.ts";

export const lftp: FtpClientPeer = {
  needs: ["lftp"],
  tls: true,
  async get(target, remote, local) {
    await run(target, `get ${quoted(remote)} -o ${quoted(local)}`);
  },
  async list(target, directory) {
    const { text } = await run(target, `cls -1 --quiet ${quoted(`${directory}/`)}`);
    return text
      .split("\n")
      .filter(Boolean)
      .map((path) => path.replace(/\/$/, "").replace(/^.*\//, ""));
  },
  async put(target, local, remote) {
    await run(target, `put ${quoted(local)} -o ${quoted(remote)}`);
  },
  async resumeGet(target, remote, local) {
    await run(target, `get -c ${quoted(remote)} -o ${quoted(local)}`);
  },
  async resumePut(target, local, remote) {
    await run(target, `put -c ${quoted(local)} -o ${quoted(remote)}`);
  },
  async rename(target, from, to) {
    await run(target, `mv ${quoted(from)} ${quoted(to)}`);
  },
  async remove(target, path) {
    await run(target, `rm ${quoted(path)}`);
  },
  async getTree(target, remote, local) {
    await run(target, `mirror --parallel=4 ${quoted(remote)} ${quoted(local)}`);
  },
  async putTree(target, local, remote) {
    await run(target, `mirror --reverse --parallel=4 ${quoted(local)} ${quoted(remote)}`);
  },
};

function run({ host, port, user, password, tls }: Target, command: string): Promise<Executed> {
  const script = [
    "set net:max-retries 1",
    "set net:timeout 20",
    "set cmd:fail-exit true",
    "set xfer:clobber true",
    `set ftp:ssl-allow ${tls !== undefined}`,
    `set ftp:ssl-force ${tls !== undefined}`,
    `set ftp:ssl-protect-data ${tls !== undefined}`,
    ...(tls === undefined ? [] : [`set ssl:ca-file ${quoted(tls.certificateFile)}`]),
    `open --user ${quoted(user)} --password ${quoted(password)} -p ${port} ftp://${tls === undefined ? host : "localhost"}`,
    command,
  ];
  return succeed(program("lftp"), ["--norc", "-c", script.join("; ")]);
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}
