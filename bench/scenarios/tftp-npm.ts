import { join } from "node:path";
import type { Scenario } from "../support/scenario.ts";
import { atftpGet, shareTftp, startLongshoreTftp, startNodeTftp } from "../support/tftp-servers.ts";
import { fill } from "../support/work.ts";

const blockSizes = [512, 1428, 8192, 65_464];
const windowSizes = [1, 8, 32];

/** Octets of a window that a reader's socket holds as the system sets it up. */
const mostGranted = 1 << 17;

const scenario: Scenario = {
  title: "A server on Node sends a file to atftp over TFTP, at every block size",
  async run(bench) {
    bench.note(
      "npm's tftp as it comes grants blocks of 1468 bytes and windows of 4 at most; told to grant all, it does not get through with windows that the reader's socket does not hold",
    );
    bench.note(
      "windows of 8 and 32 come near what atftp takes: of the 0.14 to 0.59 s for these 24 MiB it works itself for 0.25 to 0.27 in blocks of 512 and windows of 8, 0.11 to 0.14 in blocks of 1428, and 0.09 to 0.11 in windows of 32",
    );
    const ours = await startLongshoreTftp();
    const npm = await startNodeTftp("little");
    const granting = await startNodeTftp("all");
    try {
      for (const windowSize of windowSizes) {
        // So that starting atftp does not count for much; and fewer than 65,536 blocks.
        const bytes = Math.round((windowSize === 1 ? 8 : 24) * (2 ** 20 / bench.divisor));
        const name = `file-${windowSize}`;
        fill(join(bench.folder, name), bytes);
        shareTftp(join(bench.folder, name), name, [ours, npm, granting]);
        for (const blockSize of blockSizes) {
          const contender = (server: typeof ours) => ({
            name: server.name,
            measure: () => atftpGet(server.port, name, bytes, { blockSize, windowSize }),
          });
          await bench.compare({
            title: `TFTP read, blocks of ${blockSize}, windows of ${windowSize}`,
            unit: "MB/s",
            better: "more",
            ours: contender(ours),
            theirs: [
              { ...contender(npm), goal: blockSize >= 8192 || windowSize >= 8 ? 3 : 1 },
              ...(blockSize * windowSize <= mostGranted ? [contender(granting)] : []),
            ],
          });
        }
      }
    } finally {
      await ours.stop();
      await npm.stop();
      await granting.stop();
    }
  },
};

export default scenario;
