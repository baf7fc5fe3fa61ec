// A server of one's own, made from the packages, in a process of its own: `process.ts JSON`. What the command line has
// no flags for can be set here. It prints its port, and each event as a line of JSON.
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
process.stdin.on("end", () => process.exit(1)).resume();
