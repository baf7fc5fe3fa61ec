import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { succeed } from "../../interop/support/exec.ts";
import { startLongshore } from "../support/ftp-servers.ts";
import type { Scenario } from "../support/scenario.ts";
import { residentMemory } from "../support/work.ts";

const script = fileURLToPath(new URL("../programs/list-directory.mjs", import.meta.url));

interface Listed {
  readonly first: number;
  readonly all: number;
  readonly count: number;
  readonly final: string;
}

const scenario: Scenario = {
  title: "A directory of 200,000 entries listed",
  async run(bench) {
    const entries = Math.round(200_000 / bench.divisor);
    const server = await startLongshore();
    const { pid = 0 } = server;
    try {
      const many = join(server.directory, "many");
      mkdirSync(many);
      const list = async (command: string): Promise<Listed> => {
        const { text } = await succeed(process.execPath, [script, String(server.port), command], {
          seconds: 120,
        });
        return JSON.parse(text) as Listed;
      };
      // What a server loads and compiles once is not the listing's.
      for (let index = 0; index < 1000; index++) writeFileSync(join(many, `warm-${index}`), "");
      for (let round = 0; round < 10; round++) for (const command of ["LIST", "MLSD"]) await list(command);
      for (let index = 1000; index < entries; index++) writeFileSync(join(many, `file-${index}.dat`), "");
      for (const command of ["LIST", "MLSD", "NLST"]) {
        const before = residentMemory(pid);
        let peak = before;
        const watch = setInterval(() => {
          peak = Math.max(peak, residentMemory(pid));
        }, 20);
        const { first, all, count, final } = await list(command);
        clearInterval(watch);
        if (count < entries || !final.startsWith("226"))
          throw new Error(`${command}: ${count} lines, ${final}`);
        bench.figure({ title: `${command}: first byte after`, unit: "ms", value: first, atMost: 100 });
        bench.figure({ title: `${command}: last byte after`, unit: "ms", value: all });
        bench.figure({
          title: `${command}: growth of the server`,
          unit: "MB",
          value: (peak - before) / 1e6,
          atMost: 50,
        });
      }
    } finally {
      await server.stop();
    }
  },
};

export default scenario;
