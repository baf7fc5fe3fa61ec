// npm-tftp.mjs DIRECTORY PORT: npm's tftp over a directory; it grants blocks of 1468 bytes and windows of 4 unless told.
import tftp from "tftp";

const [root, port] = process.argv.slice(2);
const server = tftp.createServer({
  host: "127.0.0.1",
  port: Number(port),
  root,
  denyPUT: true,
  blockSize: 65_464,
  windowSize: 64,
});
// A client that is gone is no end of the server.
server.on("error", () => {});
server.listen();
