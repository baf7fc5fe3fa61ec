import { program } from "../peers/programs.ts";
import { type execute, succeed } from "../support/exec.ts";
import type { FtpClientPeer, Target } from "./client.ts";

export const curl: FtpClientPeer = {
  needs: ["curl"],
  tls: true,
  async get(target, remote, local) {
    await run(target, "--output", local, url(target, remote));
  },
  async list(target, directory) {
    const { text } = await run(target, "--list-only", `${url(target, directory)}/`);
    return text
      .split("\n")
      .map((line) => line.replace(/\r$/, ""))
      .filter(Boolean);
  },
  async put(target, local, remote) {
    await run(target, "--upload-file", local, url(target, remote));
  },
  async resumeGet(target, remote, local) {
    await run(target, "--continue-at", "-", "--output", local, url(target, remote));
  },
  async resumePut(target, local, remote) {
    await run(target, "--continue-at", "-", "--upload-file", local, url(target, remote));
  },
  async rename(target, from, to) {
    await run(target, "--quote", `RNFR ${from}`, "--quote", `RNTO ${to}`, url(target, "/"));
  },
  async remove(target, path) {
    await run(target, "--quote", `DELE ${path}`, url(target, "/"));
  },
  async size(target, remote) {
    const { text } = await run(target, "--head", url(target, remote));
    return Number(/Content-Length: (\d+)/i.exec(text)?.[1]);
  },
};

const run = ({ user, password, tls }: Target, ...args: string[]): ReturnType<typeof execute> =>
  succeed(program("curl"), [
    ...["--silent", "--show-error", "--user", `${user}:${password}`],
    ...(tls === undefined ? [] : ["--ssl-reqd", "--cacert", tls.certificateFile]),
    ...args,
  ]);

function url({ host, port, tls }: Target, path: string): string {
  // The certificate is for the name.
  return `ftp://${tls === undefined ? host : "localhost"}:${port}/${path.split("/").map(encodeURIComponent).join("/").slice(1)}`;
}
