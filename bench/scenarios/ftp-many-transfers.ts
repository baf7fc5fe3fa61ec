import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { succeed } from "../../interop/support/exec.ts";
import { share, startLongshore } from "../support/ftp-servers.ts";
import type { Scenario } from "../support/scenario.ts";
import { fill, residentMemory } from "../support/work.ts";

const script = fileURLToPath(new URL("../programs/transfers-at-once.mjs", import.meta.url));

const scenario: Scenario = {
  title: "1,000 sessions that get a file of 4 MiB at the same time",
  async run(bench) {
    const count = Math.max(10, Math.round(1000 / bench.divisor));
    const bytes = 4 << 20;
    const file = join(bench.folder, "big");
    fill(file, bytes);
    const server = await startLongshore();
    try {
      share(file, "big", [server]);
      const args = [script, String(server.port), String(count), String(bytes)];
      const started = performance.now();
      const { text } = await succeed(process.execPath, args, { seconds: 120 });
      const { whole, others } = JSON.parse(text.split("\n")[1] ?? "") as {
        readonly whole: number;
        readonly others: readonly string[];
      };
      bench.figure({ title: "transfers at once", unit: "", value: count });
      bench.figure({ title: "transfers that came whole", unit: "", value: whole, atLeast: count });
      bench.figure({ title: "time for all", unit: "s", value: (performance.now() - started) / 1000 });
      bench.figure({
        title: "resident memory of the server afterwards",
        unit: "MB",
        value: residentMemory(server.pid ?? 0) / 1e6,
      });
      for (const other of others) bench.note(other);
    } finally {
      await server.stop();
    }
  },
};

export default scenario;
