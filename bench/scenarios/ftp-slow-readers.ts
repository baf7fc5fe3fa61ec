import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { curl, share, startLongshore, url } from "../support/ftp-servers.ts";
import type { Scenario } from "../support/scenario.ts";
import { fill, residentMemory } from "../support/work.ts";

const readers = 20;

const scenario: Scenario = {
  title: `Memory of the server while ${readers} clients read 2 GiB at 1 MB/s each`,
  async run(bench) {
    const file = join(bench.folder, "big");
    fill(file, Math.round(2 ** 31 / bench.divisor));
    const server = await startLongshore();
    const { pid = 0 } = server;
    try {
      share(file, "big", [server]);
      const [command, args] = curl(server, "--limit-rate", "1M", "--output", "/dev/null", url(server, "big"));
      const children = Array.from({ length: readers }, () => spawn(command, args, { stdio: "ignore" }));
      const figures: number[] = [];
      for (let second = 0; second < 20; second++) {
        await sleep(1000);
        figures.push(residentMemory(pid) / 1e6);
      }
      for (const child of children) {
        child.kill();
        await once(child, "exit");
      }
      const before = figures[2] ?? 0;
      bench.figure({
        title: "resident, after 3 s of all transfers",
        unit: "MB",
        value: before,
      });
      bench.figure({
        title: "growth from then to second 20",
        unit: "MB",
        value: Math.max(0, (figures.at(-1) ?? 0) - before),
        atMost: 5,
      });
      const idle = await startLongshore();
      // Checking twenty passwords at once takes memory of its own, which the system does not get back at once.
      const [again, logins] = curl(idle, "--list-only", url(idle, ""));
      await Promise.all(
        Array.from({ length: readers }, () => once(spawn(again, logins, { stdio: "ignore" }), "exit")),
      );
      const empty = residentMemory(idle.pid ?? 0) / 1e6;
      await idle.stop();
      bench.figure({
        title: "a transfer, over a server that only let as many in",
        unit: "MB",
        value: (Math.max(...figures) - empty) / readers,
        atMost: 4,
      });
    } finally {
      await server.stop();
    }
  },
};

export default scenario;
