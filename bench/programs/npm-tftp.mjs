// npm-tftp.mjs DIRECTORY PORT: npm's tftp over a directory.
import tftp from "tftp";

const [root, port] = process.argv.slice(2);
const server = tftp.createServer({ host: "127.0.0.1", port: Number(port), root, denyPUT: true });
// A client that is gone is no end of the server.
server.on("error", () => {});
server.listen();
