import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { program } from "../peers/programs.ts";
import { type Executed, succeed } from "../support/exec.ts";
import type { FtpClientPeer, Target } from "./client.ts";

/** Downloads only. */
export const wget: FtpClientPeer = {
  needs: ["wget"],
  tls: true,
  async get(target, remote, local) {
    await run(target, ["--output-document", local], remote);
  },
  async list(target, directory) {
    const folder = await mkdtemp(join(tmpdir(), "longshore-wget-"));
    try {
      await run(
        target,
        ["--no-remove-listing", "--output-document", join(folder, "index.html")],
        `${directory}/`,
        folder,
      );
      const listing = await readFile(join(folder, ".listing"), "utf8");
      return listing
        .split("\r\n")
        .filter((line) => /^[-dl]/.test(line))
        .map((line) =>
          line
            .split(/\s+/, 8)
            .reduce((rest, field) => rest.slice(rest.indexOf(field) + field.length), line)
            .slice(1),
        );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  async resumeGet(target, remote, local) {
    await run(target, ["--continue", "--output-document", local], remote);
  },
  async getTree(target, remote, local) {
    const depth = remote.split("/").filter(Boolean).length;
    await run(
      target,
      [
        "--recursive",
        "--level=inf",
        "--no-host-directories",
        `--cut-dirs=${depth}`,
        "--directory-prefix",
        local,
      ],
      `${remote}/`,
    );
  },
};

function run(
  { host, port, user, password, tls }: Target,
  flags: string[],
  path: string,
  cwd?: string,
): Promise<Executed> {
  const place = path.split("/").map(encodeURIComponent).join("/").slice(1);
  return succeed(
    program("wget"),
    [
      ...["--quiet", "--tries=1", "--timeout=20", "--no-config", `--user=${user}`, `--password=${password}`],
      ...(tls === undefined ? [] : [`--ca-certificate=${tls.certificateFile}`]),
      ...flags,
      `${tls === undefined ? "ftp" : "ftps"}://${tls === undefined ? host : "localhost"}:${port}/${place}`,
    ],
    cwd === undefined ? {} : { cwd },
  );
}
