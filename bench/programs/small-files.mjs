// small-files.mjs WHO down|up PORT USER PASSWORD REMOTE LOCAL: a directory of files by one session (longshore, basic-ftp) or
// by a pool of eight (longshore-pool); prints seconds and, behind them, the processor's seconds.
import { downloadTree, FtpClient, FtpPool, uploadTree } from "@longshore/ftp-client";
import { Client } from "basic-ftp";

const [who, direction, port, user, password, remote, local] = process.argv.slice(2);
const server = { host: "127.0.0.1", port: Number(port), user, password };
const started = performance.now();
if (who === "basic-ftp") {
  const client = new Client();
  await client.access(server);
  if (direction === "down") await client.downloadToDir(local, remote);
  else await client.uploadFromDir(local, remote);
  client.close();
} else {
  const ftp =
    who === "longshore"
      ? await FtpClient.connect(server)
      : await FtpPool.connect({ ...server, maxSessions: 8 });
  // More calls than sessions: what is done here is done while a session is at the next file.
  const options = { parallel: 16 };
  const report =
    direction === "down"
      ? await downloadTree(ftp, remote, local, options)
      : await uploadTree(ftp, local, remote, options);
  if (report.failed.length > 0) throw new Error(JSON.stringify(report.failed.slice(0, 3)));
  await ftp.close();
}
const { user: own, system } = process.cpuUsage();
console.log((performance.now() - started) / 1000, (own + system) / 1e6);
