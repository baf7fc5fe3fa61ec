import { join } from "node:path";
import { find } from "../../interop/peers/programs.ts";
import type { Scenario } from "../support/scenario.ts";
import {
  atftpGet,
  bareTftpGet,
  shareTftp,
  startLongshoreTftp,
  startNodeTftp,
} from "../support/tftp-servers.ts";
import { fill } from "../support/work.ts";

const blockSizes = [512, 1428, 8192, 65_464];
const windowSizes = [1, 8, 32];

/** Octets of a window that a reader's socket holds as the system sets it up. */
const mostGranted = 1 << 17;

const scenario: Scenario = {
  title: "A server on Node sends a file over TFTP, at every block size",
  async run(bench) {
    bench.note(
      "npm's tftp as it comes grants blocks of 1468 bytes and windows of 4 at most; told to grant all, it does not get through with windows that the reader's socket does not hold",
    );
    bench.note(
      "the bare reader acknowledges and throws away; atftp works itself for 0.17 to 0.20 of the 0.29 s in which it reads 24 MiB from ours in blocks of 512 and windows of 8, for 0.08 of 0.13 s in blocks of 1428, and for 0.07 of 0.10 s in windows of 32",
    );
    const ours = await startLongshoreTftp();
    const npm = await startNodeTftp("little");
    const granting = await startNodeTftp("all");
    const python = find("python3");
    if (python === undefined) bench.note("the bare reader was not to be had here: python3 missing");
    const readers = [
      ...(python === undefined ? [] : [{ name: "a bare reader", get: bareTftpGet(python), isBare: true }]),
      { name: "atftp", get: atftpGet, isBare: false },
    ];
    try {
      for (const windowSize of windowSizes) {
        // So that starting atftp does not count for much; and fewer than 65,536 blocks.
        const bytes = Math.round((windowSize === 1 ? 8 : 24) * (2 ** 20 / bench.divisor));
        const name = `file-${windowSize}`;
        fill(join(bench.folder, name), bytes);
        shareTftp(join(bench.folder, name), name, [ours, npm, granting]);
        for (const reader of readers) {
          for (const blockSize of blockSizes) {
            const contender = (server: typeof ours) => ({
              name: server.name,
              measure: () => reader.get(server.port, name, bytes, { blockSize, windowSize }),
            });
            const goal = blockSize >= 8192 || windowSize >= 8 ? 3 : 1;
            await bench.compare({
              title: `TFTP read by ${reader.name}, blocks of ${blockSize}, windows of ${windowSize}`,
              unit: "MB/s",
              better: "more",
              ours: contender(ours),
              theirs: [
                { ...contender(npm), ...(reader.isBare ? { goal } : {}) },
                ...(blockSize * windowSize <= mostGranted ? [contender(granting)] : []),
              ],
            });
          }
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
