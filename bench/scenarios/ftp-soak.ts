import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { succeed } from "../../interop/support/exec.ts";
import { share, startLongshore } from "../support/ftp-servers.ts";
import type { Scenario } from "../support/scenario.ts";
import { fill, residentMemory } from "../support/work.ts";

const script = fileURLToPath(new URL("../programs/soak.mjs", import.meta.url));
const workers = 16;

const scenario: Scenario = {
  title: "Ten minutes of mixed work: connect, TLS, list, get, put, abort, vanish",
  async run(bench) {
    const duration = Math.max(10, Math.round(600 / bench.divisor));
    const file = join(bench.folder, "big");
    fill(file, 64 << 20);
    const server = await startLongshore("--idle-timeout", "30");
    const { pid = 0, directory } = server;
    const work = async (seconds: number, seed: number): Promise<Worked> => {
      const args = [script, String(server.port), String(seconds), String(workers), String(seed)];
      const { text } = await succeed(process.execPath, args, { seconds: seconds + 60 });
      return JSON.parse(text) as Worked;
    };
    try {
      share(file, "big", [server]);
      // What a server loads, compiles and pools once is not lost; its heap has grown to its size after some 20,000 sessions.
      await work(Math.min(120, duration), 1);
      await sleep(3000);
      const before = {
        descriptors: descriptors(pid),
        memory: residentMemory(pid),
        files: filesIn(directory),
      };
      const { done, failures } = await work(duration, 2);
      await sleep(5000);
      const sessions = Object.values(done).reduce((sum, count) => sum + count, 0);
      bench.figure({ title: "sessions", unit: "", value: sessions });
      bench.figure({
        title: "operations that failed and must not",
        unit: "",
        value: Object.values(failures).reduce((sum, count) => sum + count, 0),
        atMost: 0,
      });
      bench.figure({
        title: "descriptors left open",
        unit: "",
        value: descriptors(pid) - before.descriptors,
        atMost: 0,
      });
      bench.figure({
        title: "files left behind",
        unit: "",
        value: filesIn(directory) - before.files,
        atMost: 0,
      });
      bench.figure({
        title: "resident memory before",
        unit: "MB",
        value: before.memory / 1e6,
      });
      bench.figure({
        title: "growth of resident memory",
        unit: "MB",
        value: (residentMemory(pid) - before.memory) / 1e6,
        atMost: 20,
      });
      for (const [deed, count] of Object.entries(done)) bench.note(`${deed}: ${count} times`);
      for (const [failure, count] of Object.entries(failures))
        bench.note(`FAILED ${failure}: ${count} times`);
    } finally {
      await server.stop();
    }
  },
};

export default scenario;

interface Worked {
  readonly done: Readonly<Record<string, number>>;
  readonly failures: Readonly<Record<string, number>>;
}

const descriptors = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

/** Hidden ones too. */
const filesIn = (directory: string): number =>
  readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
