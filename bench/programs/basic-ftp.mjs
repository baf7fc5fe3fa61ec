// basic-ftp.mjs get|put PORT USER PASSWORD REMOTE LOCAL: one transfer with npm's basic-ftp; prints its seconds.
import { Client } from "basic-ftp";

const [direction, port, user, password, remote, local] = process.argv.slice(2);
const started = performance.now();
const client = new Client();
await client.access({ host: "127.0.0.1", port: Number(port), user, password });
if (direction === "get") await client.downloadTo(local, remote);
else await client.uploadFrom(local, remote);
client.close();
console.log((performance.now() - started) / 1000);
