import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { find, program } from "../../interop/peers/programs.ts";
import { succeed } from "../../interop/support/exec.ts";
import { type BenchServer, startPeer } from "../support/ftp-servers.ts";
import type { Contender, Scenario } from "../support/scenario.ts";
import { programFile } from "../support/tftp-servers.ts";
import { seconds } from "../support/work.ts";

const directions = ["down", "up"] as const;

const scenario: Scenario = {
  title: "5,000 files of 4 KiB, down from vsftpd and up to it, into and out of memory",
  async run(bench) {
    const server = await startPeer("vsftpd", bench.note);
    if (server === undefined) return;
    const count = Math.round(5000 / bench.divisor);
    bench.note(
      "each of ours has proven its size: by the 150 or SIZE down, by SIZE up; and appears whole or not at all",
    );
    bench.note(
      "a file appears whole or not at all with ours and with lftp's xfer:use-temp-file, which is off",
    );
    bench.note(
      "one session is bound by the client's processor: 0.76 ms a file down and 0.95 up, basic-ftp's 0.73 and 0.84, which proves nothing; of ours the system has 0.2 and V8's compiler 0.16",
    );
    bench.note(
      "up, ours takes a round trip more a file than basic-ftp: SIZE with RNFR; RNTO goes out with EPSV; in place and without proof it puts 1.20 times basic-ftp's files a second",
    );
    try {
      const local = join(bench.folder, "local");
      for (const directory of [join(server.directory, "files"), local]) {
        mkdirSync(directory);
        for (let index = 0; index < count; index++)
          writeFileSync(join(directory, `file-${index}.dat`), Buffer.alloc(4096, index));
      }
      const work: Work = { server, count, local, folder: bench.folder };
      for (const direction of directions) {
        await bench.compare({
          title: `Files ${direction}, one session`,
          unit: "files/s",
          better: "more",
          ours: byLibrary("longshore", direction, work),
          theirs: [{ ...byLibrary("basic-ftp", direction, work), goal: 1.5 }],
        });
        await bench.compare({
          title: `Files ${direction}, eight sessions`,
          unit: "files/s",
          better: "more",
          ours: byLibrary("longshore-pool", direction, work),
          theirs: find("lftp") === undefined ? [] : [{ ...byLftp(direction, work), goal: 1 }],
        });
      }
    } finally {
      await server.stop();
    }
  },
};

export default scenario;

interface Work {
  readonly server: BenchServer;
  readonly count: number;
  readonly local: string;
  readonly folder: string;
}

function byLibrary(name: string, direction: "down" | "up", work: Work): Contender {
  const { port, user, password } = work.server;
  return {
    name,
    measure: () =>
      measured(direction, work, async (remote, local) => {
        const args = [
          programFile("small-files.mjs"),
          name,
          direction,
          String(port),
          user,
          password,
          remote,
          local,
        ];
        return Number((await succeed(process.execPath, args, { seconds: 120 })).text.split(" ")[0]);
      }),
  };
}

function byLftp(direction: "down" | "up", work: Work): Contender {
  const { port, user, password } = work.server;
  return {
    name: "lftp mirror -P 8",
    measure: () =>
      measured(direction, work, (remote, local) => {
        const mirror =
          direction === "down" ? `mirror -P 8 ${remote} ${local}` : `mirror -R -P 8 ${local} ${remote}`;
        const script = `set ssl:verify-certificate no; open -u ${user},${password} ftp://127.0.0.1:${port}; ${mirror}; bye`;
        return seconds([program("lftp"), ["--norc", "-c", script]]);
      }),
  };
}

/** Files a second; what came is counted, so that nobody is fast by leaving files out. */
async function measured(
  direction: "down" | "up",
  { server, count, local, folder }: Work,
  run: (remote: string, local: string) => Promise<number>,
): Promise<number> {
  const came = direction === "down" ? join(folder, "came") : join(server.directory, "came");
  rmSync(came, { recursive: true, force: true });
  const took =
    direction === "down" ? await run(`${server.path}/files`, came) : await run(`${server.path}/came`, local);
  const found = readdirSync(came).length;
  if (found !== count) throw new Error(`${found} of ${count} files came ${direction}`);
  return count / took;
}
