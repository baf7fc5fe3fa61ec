import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { find } from "../../interop/peers/programs.ts";
import { succeed } from "../../interop/support/exec.ts";
import { type BenchServer, bareScript, curl, share, startPeer, url } from "../support/ftp-servers.ts";
import { type Contender, roundsIntoMemory, type Scenario } from "../support/scenario.ts";
import { fill, throughput } from "../support/work.ts";

const scenario: Scenario = {
  title: "A client gets 2 GiB from vsftpd into a file in memory, and puts 1 GiB there",
  async run(bench) {
    const server = await startPeer("vsftpd", bench.note);
    if (server === undefined) return;
    bench.note(
      "down: writing into memory takes 0.5 to 0.9 s of processor time a GiB, as the machine has to find new pages for it or not, receiving 0.3, sending 0.2, on two processors, which is 2.1 GB/s at most: the same program gets 1.0 and 1.7 GB/s in one row",
    );
    bench.note(
      "up: vsftpd takes 1.2 to 1.5 GB/s of data, whoever sends it, where it has a processor to itself: twice basic-ftp's would be more",
    );
    const python = find("python3");
    const bare = (direction: "get" | "put", remote: string, local: string, bytes: number): Contender[] =>
      python === undefined
        ? []
        : [
            {
              name: "bare loop",
              measure: () => program([python, bareScript], direction, server, remote, local, bytes),
            },
          ];
    try {
      const down = Math.round(2 ** 31 / bench.divisor);
      const up = Math.round(2 ** 30 / bench.divisor);
      const source = join(bench.folder, "source");
      const target = join(bench.folder, "target");
      fill(join(bench.folder, "big"), down);
      share(join(bench.folder, "big"), "big", [server]);
      await bench.compare({
        title: "Client download of 2 GiB",
        unit: "MB/s",
        better: "more",
        rounds: roundsIntoMemory,
        ours: { name: "longshore", measure: () => node("longshore", "get", server, "big", target, down) },
        theirs: [
          {
            name: "curl",
            goal: 1.8,
            async measure() {
              rmSync(target, { force: true });
              return throughput(down, curl(server, "--output", target, url(server, "big")));
            },
          },
          {
            name: "basic-ftp",
            goal: 4,
            measure: () => node("basic-ftp", "get", server, "big", target, down),
          },
          ...bare("get", "big", target, down),
        ],
      });
      rmSync(target, { force: true });
      fill(source, up);
      await bench.compare({
        title: "Client upload of 1 GiB",
        unit: "MB/s",
        better: "more",
        rounds: roundsIntoMemory,
        ours: { name: "longshore", measure: () => node("longshore", "put", server, "up", source, up) },
        theirs: [
          {
            name: "curl",
            goal: 1.1,
            async measure() {
              rmSync(join(server.directory, "up"), { force: true });
              return throughput(up, curl(server, "--upload-file", source, url(server, "up")));
            },
          },
          { name: "basic-ftp", goal: 2, measure: () => node("basic-ftp", "put", server, "up", source, up) },
          ...bare("put", "up", source, up),
        ],
      });
    } finally {
      await server.stop();
    }
  },
};

export default scenario;

/** A transfer by a library in a Node of its own; its start does not count, connecting and logging in do. */
function node(
  library: "longshore" | "basic-ftp",
  ...transfer: [direction: "get" | "put", server: BenchServer, remote: string, local: string, bytes: number]
): Promise<number> {
  const script = fileURLToPath(new URL(`../programs/${library}.mjs`, import.meta.url));
  return program([process.execPath, script], ...transfer);
}

/** A transfer by a program that prints its seconds. */
async function program(
  [command, script]: readonly [string, string],
  direction: "get" | "put",
  { directory, port, user, password, path }: BenchServer,
  remote: string,
  local: string,
  bytes: number,
): Promise<number> {
  rmSync(direction === "get" ? local : join(directory, remote), { force: true });
  const args = [script, direction, String(port), user, password, `${path}/${remote}`, local];
  const { text } = await succeed(command, args, { seconds: 120 });
  return bytes / 1e6 / Number(text);
}
