import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startLongshore } from "../support/ftp-servers.ts";
import type { Scenario } from "../support/scenario.ts";
import { residentMemory } from "../support/work.ts";

const script = fileURLToPath(new URL("../programs/idle-sessions.mjs", import.meta.url));

const scenario: Scenario = {
  title: "Memory of control sessions that are logged in and idle",
  async run(bench) {
    const count = Math.round(10_000 / bench.divisor);
    const server = await startLongshore();
    const { pid = 0 } = server;
    try {
      // What a server loads and compiles once is not the sessions'.
      await end(await open(server.port, 500));
      await sleep(1000);
      const before = residentMemory(pid);
      const clients = await open(server.port, count);
      await sleep(2000);
      const held = residentMemory(pid) - before;
      await end(clients);
      bench.figure({ title: "sessions", unit: "", value: count });
      bench.figure({ title: "resident memory of each", unit: "kB", value: held / count / 1000, atMost: 12 });
    } finally {
      await server.stop();
    }
  },
};

export default scenario;

async function open(port: number, count: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [script, String(port), String(count)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [first] = await Promise.race([
    once(child.stdout, "data"),
    once(child, "exit").then(() => ["the sessions could not be opened"]),
  ]);
  if (String(first).trim() !== "ready") throw new Error(String(first));
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.stdin?.end();
  await exited;
}
