import { readFileSync } from "node:fs";
import { createMemoryStore } from "@longshore/file-store-memory";
import { FtpClient, transferBetween } from "@longshore/ftp-client";
import { type Authenticator, createFtpServer, type FtpServer } from "@longshore/ftp-server";
import { afterEach, describe, expect, it } from "vitest";
import { certificate, type Peer, type ScriptedServer, startScripted } from "./scripted-server.ts";
import { failure } from "./support.ts";

const key = readFileSync(new URL("./fixtures/key.pem", import.meta.url), "utf8");
const big = new Uint8Array(500_000).fill(9);
const letIn: Authenticator = () =>
  Promise.resolve({ result: "accepted", user: { name: "ann", permission: "rw" } });

let servers: (FtpServer | ScriptedServer)[] = [];
let clients: FtpClient[] = [];
afterEach(async () => {
  for (const client of clients) client.destroy();
  clients = [];
  const closing = servers;
  servers = [];
  for (const server of closing) await server.close();
});

/** A server of ours that allows it, and a client of it. */
async function open(tls: "off" | "explicit"): Promise<FtpClient> {
  const server = createFtpServer({
    store: createMemoryStore({ files: { "/big": big } }),
    authenticators: [letIn],
    tls: { key, cert: certificate },
    passive: { allowForeignAddress: true },
    active: { allowForeignAddress: true },
  });
  servers.push(server);
  const { port } = await server.listen();
  return connect(port, tls);
}

async function connect(port: number, tls: "off" | "explicit" = "off"): Promise<FtpClient> {
  const client = await FtpClient.connect({
    ...{ host: "127.0.0.1", port, user: "ann", password: "wonderland" },
    tls: tls === "off" ? "off" : { mode: tls, ca: certificate, servername: "localhost" },
  });
  clients.push(client);
  return client;
}

async function scripted(script: (peer: Peer) => Promise<void>, ...features: string[]): Promise<FtpClient> {
  const server = await startScripted(async (peer) => {
    await peer.welcome(...features);
    await script(peer);
  });
  servers.push(server);
  return connect(server.port);
}

describe("FXP between two servers", () => {
  it.each(["off", "explicit"] as const)("TLS %s, in both directions at once", async (tls) => {
    const [here, there] = [await open(tls), await open(tls)];
    const [there2, here2] = await Promise.all([
      transferBetween({ client: here, path: "/big" }, { client: there, path: "/copy" }),
      transferBetween({ client: there, path: "/big" }, { client: here, path: "/copy" }),
    ]);
    expect([there2, here2]).toEqual([
      { size: big.length, verified: "size", placement: "whole" },
      { size: big.length, verified: "size", placement: "whole" },
    ]);
    expect(await here.size("/copy")).toBe(big.length);
    // Their own transfers go as before.
    expect(await here.upload(Buffer.from("x"), "/x")).toMatchObject({ verified: "size" });
  });

  it("of a file that is not there nothing stays at the target, one that is refused begins nothing at the source", async () => {
    const [here, there] = [await open("off"), await open("off")];
    const missing = await failure(
      transferBetween({ client: here, path: "/missing" }, { client: there, path: "/copy" }),
    );
    expect(missing).toMatchObject({ code: "refused", command: "RETR /missing" });
    const refused = await failure(
      transferBetween({ client: here, path: "/big" }, { client: there, path: "/no/such/copy" }),
    );
    expect(refused).toMatchObject({ code: "refused", command: "STOR /no/such/copy.longshore-part" });
    expect((await here.list("/").toArray()).map(({ name }) => name)).toEqual(["big"]);
    expect((await there.list("/").toArray()).map(({ name }) => name)).toEqual(["big"]);
  });

  it("is given up on both servers with ABOR, and the sessions go on", async () => {
    const stop = new AbortController();
    const source = await scripted(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await peer.expect("PORT", "200 Ok.");
      await peer.expect("RETR", "150 Here.");
      stop.abort();
      await peer.expect("ABOR", "426 Given up.", "226 Done.");
      await peer.expect("PWD", '257 "/"');
    });
    const target = await scripted(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await peer.expect("PASV", "227 (127,0,0,1,4,5)");
      await peer.expect("STOR", "150 Go.");
      await peer.expect("ABOR", "426 Given up.", "226 Done.");
      expect(await peer.expect("DELE", "250 Gone.")).toBe("f.longshore-part");
      await peer.expect("PWD", '257 "/"');
    });
    const error = await failure(
      transferBetween({ client: source, path: "f" }, { client: target, path: "f" }, { signal: stop.signal }),
    );
    expect(error.code).toBe("aborted");
    expect([await source.pwd(), await target.pwd()]).toEqual(["/", "/"]);
  });

  it("replaces what stands as a whole, or goes straight to its name", async () => {
    const [here, there] = [await open("off"), await open("off")];
    await there.upload(Buffer.from("old"), "/copy");
    const files = [
      { client: here, path: "/big" },
      { client: there, path: "/copy" },
    ] as const;
    expect(await transferBetween(...files)).toMatchObject({ placement: "whole" });
    expect(await there.size("/copy")).toBe(big.length);
    expect(await transferBetween(...files, { temporary: false })).toMatchObject({ placement: "in-place" });
    expect((await there.list("/").toArray()).map(({ name }) => name).sort()).toEqual(["big", "copy"]);
  });

  it("with TLS on one side alone, or without CPSV and SSCN, is an error before anything is sent", async () => {
    const [plain, secure] = [await open("off"), await open("explicit")];
    const half = await failure(
      transferBetween({ client: plain, path: "/big" }, { client: secure, path: "/copy" }),
    );
    expect(half.code).toBe("unsupported");
    const same = await failure(
      transferBetween({ client: plain, path: "/big" }, { client: plain, path: "/copy" }),
    );
    expect(same.code).toBe("bad-argument");
  });
});
