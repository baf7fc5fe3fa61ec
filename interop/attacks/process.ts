// A server of one's own, made from the packages, in a process of its own: `process.ts JSON`. What the command line has
// no flags for can be set here. It prints its port, each event as a line of JSON, and for each line that it is given the
// bytes that it holds.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createNodeStore } from "@longshore/file-store-node";
import { createFtpServer } from "@longshore/ftp-server";
import type { AttackedOptions } from "./server.ts";

const { root, ...options } = JSON.parse(process.argv[2] ?? "{}") as AttackedOptions;
const server = createFtpServer({
  ...options,
  store: createNodeStore(root, { writable: true }),
  onEvent: (event) =>
    console.error(JSON.stringify(event, (_, value) => (typeof value === "bigint" ? String(value) : value))),
});
const { port } = await server.listen();
console.log(port);
process.on("SIGTERM", () => void server.close().then(() => process.exit(0)));
// Whoever started it is gone: so is it.
process.stdin.on("end", () => process.exit(1)).on("data", () => void held().then(console.log));

/** Bytes of objects and buffers, without what is not collected yet; the second time finds what the first let go of. */
async function held(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let times = 0; times < 2; times++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
