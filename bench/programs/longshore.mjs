// longshore.mjs get|put PORT USER PASSWORD REMOTE LOCAL: one transfer with ours; prints its seconds.
import { FtpClient } from "@longshore/ftp-client";

const [direction, port, user, password, remote, local] = process.argv.slice(2);
const started = performance.now();
const client = await FtpClient.connect({ host: "127.0.0.1", port: Number(port), user, password });
if (direction === "get") await client.download(remote, local);
else await client.upload(local, remote);
await client.close();
console.log((performance.now() - started) / 1000);
