// ftp-srv.mjs DIRECTORY PORT: npm's ftp-srv over a directory, for one user.
import FtpSrv from "ftp-srv";

const [directory, port] = process.argv.slice(2);
const quiet = { child: () => quiet, trace() {}, debug() {}, info() {}, warn() {}, error() {}, fatal() {} };
const server = new FtpSrv({
  url: `ftp://127.0.0.1:${port}`,
  pasv_url: "127.0.0.1",
  pasv_min: 40000,
  pasv_max: 50000,
  log: quiet,
});
server.on("login", (_, resolve) => resolve({ root: directory }));
await server.listen();
