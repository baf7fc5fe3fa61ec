import { join } from "node:path";
import {
  type BenchServer,
  curl,
  share,
  startBare,
  startLongshore,
  startPeer,
  url,
} from "../support/ftp-servers.ts";
import type { Contender, Scenario } from "../support/scenario.ts";
import { fill, seconds } from "../support/work.ts";

const clients = 8;

const scenario: Scenario = {
  title: `${clients} clients get 512 MiB each at once`,
  async run(bench) {
    bench.note("both fill both processors with what the system does: eight times curl, and sendfile");
    const bytes = Math.round(2 ** 29 / bench.divisor);
    const file = join(bench.folder, "big");
    fill(file, bytes);
    const ours = await startLongshore();
    const workers = await startLongshore("--workers", "2");
    const peer = await startPeer("vsftpd", bench.note);
    const bare = await startBare("sendfile", file, bench.note);
    try {
      share(file, "big", [ours, workers, ...(peer === undefined ? [] : [peer])]);
      const together = (server: BenchServer): Contender => ({
        name: server.name,
        async measure() {
          const started = performance.now();
          const command = curl(server, "--output", "/dev/null", url(server, "big"));
          await Promise.all(Array.from({ length: clients }, () => seconds(command)));
          return (clients * bytes) / 1e6 / ((performance.now() - started) / 1000);
        },
      });
      await bench.compare({
        title: `RETR by ${clients} at once, plain, total`,
        unit: "MB/s",
        better: "more",
        ours: together(ours),
        theirs: [
          ...(peer === undefined ? [] : [{ ...together(peer), goal: 1.2 }]),
          ...(bare === undefined ? [] : [together(bare)]),
        ],
      });
      await bench.compare({
        title: `RETR by ${clients} at once, plain, total, longshore with --workers 2`,
        unit: "MB/s",
        better: "more",
        ours: together(workers),
        theirs: peer === undefined ? [] : [{ ...together(peer), goal: 1.2 }],
      });
    } finally {
      await ours.stop();
      await workers.stop();
      await peer?.stop();
      await bare?.stop();
    }
  },
};

export default scenario;
