// Gets a whole tree from an FTP server into a local directory, with several sessions at once.
//
//   npx tsx examples/download-tree.ts ftp://127.0.0.1:2121/pub /tmp/pub
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FtpClient, type FtpUrl, parseFtpUrl } from "@longshore/ftp-client";

export interface Got {
  readonly files: number;
  readonly bytes: number;
  /** Names that could not be taken over, and why. */
  readonly skipped: readonly string[];
}

export async function main(address: string, into: string, sessions = 4): Promise<Got> {
  const url = parseFtpUrl(address);
  const got = { files: 0, bytes: 0, skipped: [] as string[] };
  const waiting: { readonly remote: string; readonly local: string }[] = [];

  await using lister = await connect(url);
  await list(url.path === "" ? "." : url.path, into);
  await Promise.all(Array.from({ length: Math.min(sessions, waiting.length) }, download));
  return got;

  async function list(remote: string, local: string): Promise<void> {
    await mkdir(local, { recursive: true });
    const directories: string[] = [];
    for await (const { name, type, hazard } of lister.list(remote)) {
      const path = `${remote}/${name}`;
      // A name is text from a stranger: one that is a path would lead elsewhere.
      if (hazard !== undefined) got.skipped.push(`${path}: ${hazard}`);
      else if (type === "dir") directories.push(name);
      else if (type === "file") waiting.push({ remote: path, local: join(local, name) });
      else got.skipped.push(`${path}: ${type ?? "of unknown type"}`);
    }
    for (const name of directories) await list(`${remote}/${name}`, join(local, name));
  }

  async function download(): Promise<void> {
    await using client = await connect(url);
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      // A file appears when it is whole; resumed, it goes on from what an earlier run has left.
      const { bytes } = await client.download(next.remote, next.local, { resume: true });
      got.files++;
      got.bytes += bytes;
    }
  }
}

function connect({ scheme, host, port, user, password }: FtpUrl): Promise<FtpClient> {
  return FtpClient.connect({
    host,
    ...(port === undefined ? {} : { port }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(scheme === "ftps" ? { tls: "implicit" } : {}),
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , address, into = "."] = process.argv;
  if (address === undefined) throw new Error("write the URL of a directory, and where it is to go");
  console.log(await main(address, into));
}
