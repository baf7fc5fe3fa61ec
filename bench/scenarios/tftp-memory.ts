import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { succeed } from "../../interop/support/exec.ts";
import type { Scenario } from "../support/scenario.ts";
import { shareTftp, startLongshoreTftp } from "../support/tftp-servers.ts";
import { fill, residentMemory } from "../support/work.ts";

const script = fileURLToPath(new URL("../../interop/tftp-clients/crowd.ts", import.meta.url));

const scenario: Scenario = {
  title: "Memory of the server while 500 clients read 1 MiB over TFTP at once",
  async run(bench) {
    const count = Math.max(20, Math.round(500 / bench.divisor));
    const file = join(bench.folder, "file");
    const bytes = 2 ** 20;
    fill(file, bytes);
    const server = await startLongshoreTftp();
    const { pid = 0 } = server;
    try {
      shareTftp(file, "file", [server]);
      await sleep(500);
      const idle = residentMemory(pid);
      let most = idle;
      const timer = setInterval(() => {
        most = Math.max(most, residentMemory(pid));
      }, 20);
      const started = performance.now();
      const args = ["--import", "tsx", script, String(server.port), "file", String(count)];
      const { text } = await succeed(process.execPath, args, { seconds: 120 });
      clearInterval(timer);
      const results: Readonly<Record<string, number>> = JSON.parse(text);
      const whole = Object.entries(results).find(([result]) => result.startsWith(`${bytes} `))?.[1] ?? 0;
      bench.figure({ title: "reads that came whole", unit: "", value: whole, atLeast: count });
      bench.figure({ title: "time for all", unit: "s", value: (performance.now() - started) / 1000 });
      bench.figure({ title: "resident memory of the idle server", unit: "MB", value: idle / 1e6 });
      bench.figure({ title: "most over that", unit: "MB", value: (most - idle) / 1e6, atMost: 50 });
      for (const [result, times] of Object.entries(results))
        if (!result.startsWith(`${bytes} `)) bench.note(`${times} reads: ${result}`);
    } finally {
      await server.stop();
    }
  },
};

export default scenario;
