// npm-tftp.mjs DIRECTORY PORT [all]: npm's tftp over a directory; it grants blocks of 1468 bytes and windows of 4 at most,
// and with `all` whatever is asked for.
import tftp from "tftp";

const [root, port, grants] = process.argv.slice(2);
const server = tftp.createServer({
  host: "127.0.0.1",
  port: Number(port),
  root,
  denyPUT: true,
  ...(grants === "all" ? { blockSize: 65_464, windowSize: 64 } : {}),
});
// A client that is gone is no end of the server.
server.on("error", () => {});
server.listen();
