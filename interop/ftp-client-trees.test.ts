// Trees by our client over several sessions at once: up to a server and down again, compared by hash.
import { randomBytes } from "node:crypto";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FtpPool, type FtpPoolOptions, mirror } from "@longshore/ftp-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FtpServerName, ftpServers, startFtpServer } from "./peers/ftp-servers.ts";
import { hashTree, newFolder, removeFolders } from "./support/files.ts";
import { serve } from "./support/longshore.ts";
import { describeWith } from "./support/with-peer.ts";

interface Running {
  readonly options: FtpPoolOptions;
  /** The directory on disk, and its path for a client. */
  readonly directory: string;
  readonly path: string;
  stop(): Promise<unknown>;
}

/** Files by server: five thousand where that takes seconds. */
const counts: Readonly<Record<FtpServerName, number>> = {
  vsftpd: 5000,
  ProFTPD: 300,
  "Pure-FTPd": 300,
  pyftpdlib: 300,
};

afterAll(removeFolders);

for (const name of Object.keys(ftpServers) as FtpServerName[]) {
  describeWith(`trees between our client and ${name}`, ftpServers[name].needs, () =>
    bothWays(counts[name], async () => {
      const { host, port, user, password, directory, path, stop } = await startFtpServer(name);
      await mkdir(join(directory, "tree"));
      // The servers write as users of their own.
      await chmod(join(directory, "tree"), 0o777);
      const options = { host, port, user, password };
      return { options, directory: join(directory, "tree"), path: `${path}/tree`, stop };
    }),
  );
}

describe("trees between our client and our server", () => {
  bothWays(1500, async () => {
    const directory = await newFolder();
    await mkdir(join(directory, "tree"));
    const served = await serve(directory, "--no-tftp", "--writable");
    const options = { host: "127.0.0.1", port: served.ports.ftp ?? 0 };
    return { options, directory: join(directory, "tree"), path: "/tree", stop: () => served.stop() };
  });
});

function bothWays(count: number, start: () => Promise<Running>): void {
  let server: Running;
  let local: string;
  beforeAll(async () => {
    server = await start();
    local = await newFolder();
    await makeManyFiles(local, count);
  });
  afterAll(async () => server.stop());

  it(`${count} files are mirrored up and down again, every one the same`, async () => {
    await using pool = await FtpPool.connect({ ...server.options, maxSessions: 6 });
    const up = await mirror(pool, { direction: "upload", local, remote: server.path, parallel: 6 });
    expect(up).toMatchObject({ isComplete: true, skipped: [], failed: [] });
    const expected = await hashTree(local);
    expect(Object.keys(expected)).toHaveLength(count);
    expect(await hashTree(server.directory)).toEqual(expected);

    const back = await newFolder();
    const down = await mirror(pool, {
      ...{ direction: "download", local: back, remote: server.path, parallel: 6 },
    });
    expect(down).toMatchObject({ isComplete: true, skipped: [], failed: [] });
    expect(await hashTree(back)).toEqual(expected);

    // What is the same stays as it is.
    const again = await mirror(pool, {
      direction: "download",
      local: back,
      remote: server.path,
      delete: true,
    });
    expect(again).toMatchObject({ isComplete: true, plan: [] });
  }, 400_000);
}

/** Directories up to three deep, names with blanks and beyond ASCII, every size from none to some blocks. */
async function makeManyFiles(folder: string, count: number): Promise<void> {
  const content = randomBytes(30_000);
  const directories = Array.from(
    { length: 50 },
    (_, index) => `${["a b", "grün", "日本", "plain"].slice(0, index % 4).join("/")}/d${index}`,
  );
  for (const directory of directories) await mkdir(join(folder, directory), { recursive: true });
  const isOwn = (index: number): number => (index * 7919) % 30_000;
  for (let first = 0; first < count; first += 100) {
    await Promise.all(
      Array.from({ length: Math.min(100, count - first) }, (_, at) => {
        const index = first + at;
        const directory = directories[index % directories.length] ?? "";
        const size = index % 11 === 0 ? 0 : isOwn(index) % 9000;
        return writeFile(
          join(folder, directory, `file ${index}.bin`),
          content.subarray(isOwn(index), isOwn(index) + size),
        );
      }),
    );
  }
}
