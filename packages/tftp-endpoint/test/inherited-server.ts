// Serves at the sockets that it was started with, until its standard input ends.
import { createTftpServer, inheritedSockets } from "../src/index.ts";

const sockets = inheritedSockets();
const server = createTftpServer({
  sockets,
  handler: { read: ({ filename, local }) => `${filename} from ${local.address}` },
});
const { addresses, port } = await server.listen();
process.stdout.write(`${JSON.stringify({ sockets, addresses, port })}\n`);
process.stdin.resume().once("end", () => void server.close({ timeout: 0 }));
