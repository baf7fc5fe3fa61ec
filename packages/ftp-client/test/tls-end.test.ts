import { readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryStore } from "@longshore/file-store-memory";
import { type Dial, FtpClient, type FtpClientOptions } from "@longshore/ftp-client";
import { type Authenticator, createFtpServer, type FtpServer } from "@longshore/ftp-server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { certificate } from "./scripted-server.ts";
import { failure } from "./support.ts";

const key = readFileSync(new URL("./fixtures/key.pem", import.meta.url), "utf8");
const letIn: Authenticator = () =>
  Promise.resolve({ result: "accepted", user: { name: "ann", permission: "rw" } });
const files = { "/empty": "", "/short": "!", "/long": new Uint8Array(300_000).fill(7) };

let folder = "";
let server: FtpServer;
let client: FtpClient | undefined;
let relays: Server[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "longshore-end-"));
  server = createFtpServer({
    store: createMemoryStore({ files }),
    authenticators: [letIn],
    tls: { key, cert: certificate },
  });
  await server.listen();
});
afterEach(async () => {
  client?.destroy();
  for (const relay of relays) relay.close();
  relays = [];
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(
  version: "TLSv1.2" | "TLSv1.3",
  options: Partial<FtpClientOptions> = {},
): Promise<FtpClient> {
  const { port = 0 } = server.address ?? {};
  client = await FtpClient.connect({
    ...{ host: "127.0.0.1", port, user: "ann", password: "wonderland" },
    tls: {
      mode: "explicit",
      ca: certificate,
      servername: "localhost",
      minVersion: version,
      maxVersion: version,
    },
    ...options,
  });
  return client;
}

/** Data connections lead through a relay that keeps the alerts of the server, its close_notify, to itself. */
const cutting: Dial = async ({ port, purpose }) =>
  connect(purpose === "control" ? port : await startCuttingRelay(port), "127.0.0.1");

describe.each(["TLSv1.2", "TLSv1.3"] as const)("a data connection over %s", (version) => {
  it("that is cut without close_notify is no complete download, and nothing stands under the name", async () => {
    const ftp = await open(version, { dial: cutting });
    const local = join(folder, "file");
    await writeFile(local, "the old one");
    for (const name of Object.keys(files)) {
      const error = await failure(ftp.download(name, local));
      expect(error, name).toMatchObject({ code: "data-lost", retryable: true });
      expect(error.message).toContain("close_notify");
    }
    expect(await readFile(local, "utf8")).toBe("the old one");
    expect(await readdir(folder)).toEqual(["file"]);
    expect((await failure(ftp.list("/").toArray())).code).toBe("data-lost");
    expect(await ftp.pwd()).toBe("/");
  });

  it("may be cut where that is asked for, and the size still has to be right", async () => {
    const ftp = await open(version, { dial: cutting, quirks: { acceptMissingCloseNotify: true } });
    for (const name of Object.keys(files))
      expect(await ftp.download(name, join(folder, "file")), name).toMatchObject({ verified: "size" });
    expect(await ftp.list("/").toArray()).toHaveLength(3);
  });

  it("that ends with close_notify is complete", async () => {
    const ftp = await open(version);
    for (const name of Object.keys(files))
      expect(await ftp.download(name, join(folder, "file")), name).toMatchObject({ verified: "size" });
    expect(await ftp.list("/").toArray()).toHaveLength(3);
  });
});

async function startCuttingRelay(port: number): Promise<number> {
  const relay = createServer({ allowHalfOpen: true }, (near: Socket) => {
    const far = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    let held = Buffer.alloc(0);
    for (const socket of [near, far]) socket.on("error", () => {});
    near.pipe(far);
    far.on("data", (bytes: Buffer) => {
      held = Buffer.concat([held, bytes]);
      // Type, version and two bytes of length come before each record (RFC 8446 §5.1).
      while (held.length >= 5 && held.length >= 5 + held.readUInt16BE(3)) {
        const end = 5 + held.readUInt16BE(3);
        if (!isAlert(held)) near.write(Buffer.from(held.subarray(0, end)));
        held = held.subarray(end);
      }
    });
    far.on("end", () => near.end());
    near.on("close", () => far.destroy());
  });
  relays.push(relay);
  return new Promise((resolve) => {
    relay.listen(0, "127.0.0.1", () => {
      const address = relay.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

/** In TLS 1.3 they can be told by their length alone: two bytes, their type and a tag. */
function isAlert(record: Buffer): boolean {
  return record[0] === 21 || (record[0] === 23 && record.readUInt16BE(3) === 2 + 1 + 16);
}
