// list-client.mjs longshore|basic-ftp PORT USER PASSWORD PATH: lists a directory with a library; prints seconds of the listing and entries.
import { FtpClient } from "@longshore/ftp-client";
import { Client } from "basic-ftp";

const [library, port, user, password, path] = process.argv.slice(2);
const host = "127.0.0.1";
let count = 0;
let started;
if (library === "longshore") {
  const client = await FtpClient.connect({ host, port: Number(port), user, password });
  started = performance.now();
  for await (const _ of client.list(path)) count++;
  console.log((performance.now() - started) / 1000, count);
  await client.close();
} else {
  const client = new Client();
  await client.access({ host, port: Number(port), user, password });
  started = performance.now();
  count = (await client.list(path)).length;
  console.log((performance.now() - started) / 1000, count);
  client.close();
}
