import { program } from "../peers/programs.ts";
import { type execute, succeed } from "../support/exec.ts";
import type { FtpClientPeer, Target } from "./client.ts";

export const rclone: FtpClientPeer = {
  needs: ["rclone"],
  tls: true,
  slowStart: true,
  async get(target, remote, local) {
    await runRclone(target, "copyto", "--ignore-times", at(remote), local);
  },
  async list(target, directory) {
    const { text } = await runRclone(target, "lsf", at(directory));
    return text
      .split("\n")
      .filter(Boolean)
      .map((line) => line.replace(/\/$/, ""));
  },
  async put(target, local, remote) {
    await runRclone(target, "copyto", "--ignore-times", local, at(remote));
  },
  async rename(target, from, to) {
    await runRclone(target, "moveto", at(from), at(to));
  },
  async remove(target, path) {
    await runRclone(target, "deletefile", at(path));
  },
  async getTree(target, remote, local) {
    await runRclone(target, "copy", at(remote), local);
  },
  async putTree(target, local, remote) {
    await runRclone(target, "copy", local, at(remote));
  },
  async size(target, remote) {
    const { text } = await runRclone(target, "size", "--json", at(remote));
    return (JSON.parse(text) as { bytes: number }).bytes;
  },
};

/** How rclone is told of a path on the server. */
export const at = (path: string): string => `server:${path}`;

/** Runs rclone with the server as the remote `server`. */
export async function runRclone(
  { host, port, user, password, tls }: Target,
  ...args: string[]
): ReturnType<typeof execute> {
  const secure = tls !== undefined;
  return succeed(program("rclone"), ["--config", "", "--retries", "1", ...args], {
    env: {
      RCLONE_CONFIG_SERVER_TYPE: "ftp",
      // The certificate is for the name.
      RCLONE_CONFIG_SERVER_HOST: secure ? "localhost" : host,
      RCLONE_CONFIG_SERVER_PORT: String(port),
      RCLONE_CONFIG_SERVER_USER: user,
      RCLONE_CONFIG_SERVER_PASS: await obscure(password),
      ...(secure
        ? {
            [`RCLONE_CONFIG_SERVER_${tls.implicit === true ? "TLS" : "EXPLICIT_TLS"}`]: "true",
            SSL_CERT_FILE: tls.certificateFile,
          }
        : {}),
    },
  });
}

/** rclone takes passwords in a form of its own only. */
const obscured = new Map<string, Promise<string>>();

function obscure(password: string): Promise<string> {
  const known = obscured.get(password);
  if (known !== undefined) return known;
  const made = succeed(program("rclone"), ["obscure", password]).then(({ text }) => text.trim());
  obscured.set(password, made);
  return made;
}
