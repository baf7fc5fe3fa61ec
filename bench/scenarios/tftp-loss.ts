import { statSync } from "node:fs";
import { join } from "node:path";
import { program } from "../../interop/peers/programs.ts";
import { succeed } from "../../interop/support/exec.ts";
import type { Contender, Scenario } from "../support/scenario.ts";
import {
  atftpGet,
  type BenchTftpServer,
  programFile,
  shareTftp,
  startLongshoreTftp,
  startLossyRelay,
  startTftpPeer,
} from "../support/tftp-servers.ts";
import { fill, seconds } from "../support/work.ts";

const lost = 0.01;
/** A seed a round, the same for all: with these the request and its answer get through. */
const seeds = [1, 3, 7, 8, 11];

const scenario: Scenario = {
  title: "TFTP over a network that loses one datagram of a hundred, block by block",
  async run(bench) {
    const ours = await startLongshoreTftp();
    const tftpd = await startTftpPeer("tftpd-hpa", bench.note);
    if (tftpd === undefined) return ours.stop();
    try {
      await compareServers(ours, tftpd);
      await compareClients(tftpd);
    } finally {
      await ours.stop();
      await tftpd.stop();
    }

    /** A contender whose rounds each go through a relay of their own. */
    function throughLoss(
      name: string,
      server: BenchTftpServer,
      measure: (port: number, round: number) => Promise<number>,
    ): Contender {
      let round = 0;
      return {
        name,
        async measure() {
          const relay = await startLossyRelay(server.port, lost, seeds[round % seeds.length] ?? 1);
          try {
            return await measure(relay.port, round++);
          } finally {
            await relay.stop();
          }
        },
      };
    }

    async function compareServers(...servers: readonly [BenchTftpServer, BenchTftpServer]): Promise<void> {
      const bytes = Math.round(2 ** 19 / bench.divisor);
      const file = join(bench.folder, "file");
      fill(file, bytes);
      shareTftp(file, "file", servers);
      const options = { blockSize: 1428, windowSize: 1 };
      const [first, second] = servers.map((server) =>
        throughLoss(server.name, server, (port) => atftpGet(port, "file", bytes, options)),
      );
      if (first === undefined || second === undefined) return;
      await bench.compare({
        title: "TFTP read by atftp with 1 % loss, blocks of 1428",
        unit: "MB/s",
        better: "more",
        ours: first,
        theirs: [{ ...second, goal: 5 }],
      });
    }

    /** What a client sends again, and when, shows in what it puts. */
    async function compareClients(server: BenchTftpServer): Promise<void> {
      const bytes = Math.round((64 * 2 ** 10) / Math.min(2, bench.divisor));
      const file = join(bench.folder, "upload");
      fill(file, bytes);
      const expectStored = (name: string): void => {
        const { size } = statSync(join(server.directory, name));
        if (size !== bytes) throw new Error(`${name}: ${size} bytes of ${bytes} came`);
      };
      const put = throughLoss("longshore", server, async (port, round) => {
        const name = `longshore-${round}`;
        const args = [programFile("tftp-put.mjs"), String(port), file, name, "512"];
        const { text } = await succeed(process.execPath, args, { seconds: 120 });
        expectStored(name);
        return bytes / 1e6 / Number(text);
      });
      const hpa = throughLoss("tftp-hpa", server, async (port, round) => {
        const name = `tftp-hpa-${round}`;
        const args = ["-m", "binary", "127.0.0.1", String(port), "-c", "put", file, name];
        const time = await seconds([program("tftp"), args]);
        expectStored(name);
        return bytes / 1e6 / time;
      });
      await bench.compare({
        title: "TFTP write to tftpd-hpa with 1 % loss, blocks of 512",
        unit: "MB/s",
        better: "more",
        ours: put,
        theirs: [{ ...hpa, goal: 5 }],
      });
    }
  },
};

export default scenario;
