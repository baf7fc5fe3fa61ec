import { join } from "node:path";
import type { Scenario } from "../support/scenario.ts";
import { atftpGet, shareTftp, startLongshoreTftp, startTftpPeer } from "../support/tftp-servers.ts";
import { fill } from "../support/work.ts";

const blockSize = 1428;

const scenario: Scenario = {
  title: "A server sends a file to atftp over TFTP, in blocks of 1428 bytes and windows of 1, 8 and 32",
  async run(bench) {
    const ours = await startLongshoreTftp();
    const atftpd = await startTftpPeer("atftpd", bench.note);
    const servers = [ours, ...(atftpd === undefined ? [] : [atftpd])];
    try {
      for (const windowSize of [1, 8, 32]) {
        // One block at a time is bound by how soon a sleeping processor wakes up.
        const bytes = Math.round((windowSize === 1 ? 24 : 96) * (2 ** 20 / bench.divisor));
        const name = `file-${windowSize}`;
        fill(join(bench.folder, name), bytes);
        shareTftp(join(bench.folder, name), name, servers);
        const [first, ...others] = servers.map((server) => ({
          name: server.name,
          measure: () => atftpGet(server.port, name, bytes, { blockSize, windowSize }),
        }));
        if (first === undefined) return;
        await bench.compare({
          title: `TFTP read, blocks of ${blockSize}, windows of ${windowSize}`,
          unit: "MB/s",
          better: "more",
          ours: first,
          theirs: others.map((other) => ({ ...other, goal: 1 })),
        });
      }
    } finally {
      for (const server of servers) await server.stop();
    }
  },
};

export default scenario;
