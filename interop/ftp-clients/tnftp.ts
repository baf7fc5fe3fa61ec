import { program } from "../peers/programs.ts";
import { type Executed, execute } from "../support/exec.ts";
import type { FtpClientPeer, Target } from "./client.ts";

export const tnftp: FtpClientPeer = {
  needs: ["tnftp"],
  tls: false,
  async get(target, remote, local) {
    await run(target, `get ${quoted(remote)} ${quoted(local)}`);
  },
  async list(target, directory) {
    const { text } = await run(target, `cd ${quoted(directory)}`, "nlist");
    const from = text.indexOf("150 ");
    return text
      .slice(text.indexOf("\n", from) + 1, text.indexOf("\n226 ") + 1)
      .split("\n")
      .map((line) => line.replace(/\r$/, ""))
      .filter(Boolean);
  },
  async put(target, local, remote) {
    await run(target, `put ${quoted(local)} ${quoted(remote)}`);
  },
  async resumeGet(target, remote, local) {
    await run(target, `reget ${quoted(remote)} ${quoted(local)}`);
  },
  async rename(target, from, to) {
    await run(target, `rename ${quoted(from)} ${quoted(to)}`);
  },
  async remove(target, path) {
    await run(target, `delete ${quoted(path)}`);
  },
  async size(target, remote) {
    const { text } = await run(target, `size ${quoted(remote)}`);
    return Number(/\t(\d+)$/m.exec(text)?.[1]);
  },
};

/** Its exit code says nothing about commands read from a script: its replies do. */
async function run({ host, port, user, password }: Target, ...commands: string[]): Promise<Executed> {
  const script = [`open ${host} ${port}`, `user ${user} ${password}`, "binary", ...commands, "quit", ""].join(
    "\n",
  );
  const done = await execute(program("tnftp"), ["-n", "-i", "-v", "-p"], { input: script });
  const refused = /^[45]\d\d /m.exec(done.output.replaceAll(/^5\d\d .*(EPSV|MLST|FEAT|OPTS|REST).*$/gm, ""));
  if (refused !== null || !/^221 /m.test(done.output))
    throw new Error(`tnftp: ${commands.join("; ")}\n${done.output}`);
  return done;
}

/** Inside its quotes nothing can be escaped; outside everything can. */
function quoted(text: string): string {
  return text.replaceAll(/[\s"\\]/g, "\\$&");
}
