// soak.mjs PORT SECONDS WORKERS SEED: mixed work on an FTP server: sessions in clear and over TLS that list, get, put,
// append, rename, remove, abort, and clients that vanish in the middle. Prints how often each was done and what failed
// that must not.
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { FtpClient } from "@longshore/ftp-client";

const [port, duration, workers, seed] = process.argv.slice(2).map(Number);
const until = performance.now() + duration * 1000;
const done = {};
const failures = {};
const content = randomBytes(1 << 20);

async function work(worker) {
  const random = generator(seed + worker);
  const names = Object.keys(deeds);
  while (performance.now() < until) {
    const name = names[Math.floor(random() * names.length)];
    try {
      await deeds[name](`w${worker}`, random);
      done[name] = (done[name] ?? 0) + 1;
    } catch (error) {
      const what = `${name}: ${error.message}`;
      failures[what] = (failures[what] ?? 0) + 1;
    }
  }
}

/** Each is a session of its own, or the end of one. */
const deeds = {
  connect: (_, random) => session("off", () => sleep(random() * 20)),
  "plain session": (name, random) => session("off", (client) => mixed(client, name, random)),
  "TLS session": (name, random) => session("explicit", (client) => mixed(client, name, random)),
  "abort a download": (_, random) =>
    session("off", async (client) => {
      await expectAborted(
        client.download("/big", async () => sleep(1), {
          signal: AbortSignal.timeout(Math.ceil(random() * 30)),
        }),
      );
      await client.noop();
    }),
  "abort an upload": (name, random) =>
    session("explicit", async (client) => {
      const endless = (async function* () {
        for (;;) {
          await sleep(1);
          yield content.subarray(0, 10_000);
        }
      })();
      await expectAborted(
        client.upload(endless, `/${name}.never`, { signal: AbortSignal.timeout(Math.ceil(random() * 50)) }),
      );
      await client.noop();
    }),
  "vanish during an upload": (name, random) => vanish(`STOR /${name}.never`, random, true),
  "vanish during a download": (_, random) => vanish("RETR /big", random, false),
  "vanish during a TLS handshake": async (_, random) => {
    const control = await raw();
    await control.command("AUTH TLS");
    control.socket.write(Buffer.from([22, 3, 1, 2]));
    await sleep(random() * 20);
    control.socket.resetAndDestroy();
  },
  "vanish behind PASV": async (_, random) => {
    const control = await raw();
    await control.command("USER anonymous");
    await control.command("PASS me@example.org");
    await control.command("EPSV");
    await sleep(random() * 20);
    control.socket.destroy();
  },
  "endless line": async () => {
    const control = await raw();
    control.socket.write("X".repeat(100_000));
    await sleep(5);
    control.socket.destroy();
  },
};

async function session(tls, use) {
  const client = await FtpClient.connect({
    host: "127.0.0.1",
    port,
    user: "tester",
    password: "secret",
    tls: tls === "off" ? "off" : { mode: "explicit", rejectUnauthorized: false },
  });
  try {
    await use(client);
  } finally {
    await client.close();
  }
}

async function mixed(client, name, random) {
  const file = `/${name}.dat`;
  const size = Math.floor(random() ** 3 * content.length);
  await client.upload(content.subarray(0, size), file);
  const hash = createHash("sha256");
  await client.download(file, (chunk) => void hash.update(chunk));
  if (hash.digest("hex") !== createHash("sha256").update(content.subarray(0, size)).digest("hex"))
    throw new Error("what came back is not what was put");
  await client.upload(content.subarray(0, 100), file, { append: true });
  if ((await client.size(file)) !== size + 100) throw new Error("what was appended is not there");
  let seen = 0;
  for await (const entry of client.list("/")) seen += entry.name === file.slice(1) ? 1 : 0;
  if (seen !== 1) throw new Error("the listing does not have the file once");
  await client.makeDirectory(`/${name}`);
  await client.rename(file, `/${name}/moved`);
  await client.remove(`/${name}/moved`);
  await client.removeDirectory(`/${name}`);
}

async function expectAborted(transfer) {
  try {
    await transfer;
  } catch (error) {
    if (error.code !== "aborted" && error.code !== "timeout") throw error;
  }
}

async function vanish(line, random, isUpload) {
  const control = await raw();
  for (const command of ["USER tester", "PASS secret", "TYPE I"]) await control.command(command);
  const passive = await control.command("EPSV");
  const data = connect(Number(/\|(\d+)\|\)/.exec(passive)[1]), "127.0.0.1");
  data.on("error", () => {});
  await once(data, "connect");
  await control.command(line);
  if (isUpload) data.write(content);
  else data.once("data", () => data.pause());
  await sleep(random() * 20);
  control.socket.resetAndDestroy();
  data.resetAndDestroy();
}

async function raw() {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  const reply = async () => {
    const [chunk] = await once(socket, "data");
    return String(chunk);
  };
  await reply();
  return {
    socket,
    command(line) {
      socket.write(`${line}\r\n`);
      return reply();
    },
  };
}

/** mulberry32: the same work for the same seed. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
// The parts of interrupted uploads are kept for their user, until they are asked to go.
await session("off", async (client) => {
  for (let worker = 0; worker < workers; worker++) await client.remove(`/w${worker}.never`).catch(() => {});
});
console.log(JSON.stringify({ done, failures }));
process.exit();
