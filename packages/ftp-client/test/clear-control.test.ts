// CCC: the control connection goes on in clear behind the login (RFC 2228 §3, RFC 4217 §12.3).
import { readFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { createMemoryStore } from "@longshore/file-store-memory";
import { type Dial, FtpClient, type FtpTlsOptions } from "@longshore/ftp-client";
import { type Authenticator, createFtpServer, type FtpServer } from "@longshore/ftp-server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { certificate, type Peer } from "./scripted-server.ts";
import { createStage, failure } from "./support.ts";

const key = readFileSync(new URL("./fixtures/key.pem", import.meta.url), "utf8");
const letIn: Authenticator = () =>
  Promise.resolve({ result: "accepted", user: { name: "ann", permission: "rw" } });
const content = "what is private stays so";
const tls = { mode: "explicit", ca: certificate, servername: "localhost" } as const;

/** What went over the wire from the server to the client and back, on control connections. */
let seen = "";
let server: FtpServer | undefined;
let client: FtpClient | undefined;
let relays: Server[] = [];
beforeEach(() => {
  seen = "";
});
afterEach(async () => {
  client?.destroy();
  for (const relay of relays) relay.close();
  relays = [];
  await server?.close();
  server = undefined;
});

type Change = (record: Buffer, isClearing: boolean) => Buffer;

interface Scene {
  readonly tls?: Partial<FtpTlsOptions>;
  readonly allow?: boolean;
  /** What somebody on the way makes of each TLS record that the server sends; `isClearing`: CCC has been sent. */
  readonly change?: Change;
  readonly patience?: number;
}

async function open(scene: Scene = {}): Promise<FtpClient> {
  server = createFtpServer({
    store: createMemoryStore({ files: { "/file": content } }),
    authenticators: [letIn],
    tls: {
      key,
      cert: certificate,
      required: true,
      sessionReuse: "require",
      allowClearCommands: scene.allow ?? true,
    },
  });
  await server.listen();
  const { port = 0 } = server.address ?? {};
  const dial: Dial = async (to) =>
    connect(
      to.purpose === "control" ? await startRelay(port, scene.change ?? ((piece) => piece)) : to.port,
      "127.0.0.1",
    );
  client = await FtpClient.connect({
    ...{ host: "127.0.0.1", port, user: "ann", password: "wonderland", dial },
    tls: { ...tls, clearControl: "after-login", ...scene.tls },
    timeouts: { tls: scene.patience ?? 5000 },
  });
  return client;
}

describe.each(["TLSv1.2", "TLSv1.3"] as const)("CCC over %s", (version) => {
  const only = { minVersion: version, maxVersion: version };

  it("commands go on in clear behind the login, data stays private and resumes the session", async () => {
    const ftp = await open({ tls: only });
    expect(ftp.isSecure).toBe(false);
    let got = "";
    const { bytes } = await ftp.download("/file", (chunk) => {
      got += Buffer.from(chunk).toString();
    });
    expect([got, bytes]).toEqual([content, content.length]);
    await ftp.upload(Buffer.from("more"), "/other");
    expect((await ftp.list("/").toArray()).map(({ name }) => name).sort()).toEqual(["file", "other"]);
    expect(seen).toContain("RETR /file");
    expect(seen).not.toContain("wonderland");
    expect(seen).not.toContain(content);
    await ftp.close();
  });

  it("with the server's 200 and close_notify in one segment", async () => {
    let held = Buffer.alloc(0);
    let pieces = 0;
    const ftp = await open({
      tls: only,
      change(piece, isClearing) {
        if (!isClearing) return piece;
        pieces++;
        held = Buffer.concat([held, piece]);
        return isAlert(piece) ? held : Buffer.alloc(0);
      },
    });
    expect(pieces).toBe(2);
    expect(await ftp.pwd()).toBe("/");
  });
});

describe("CCC that is refused", () => {
  it("is an error with the server's words, and the session is over", async () => {
    const error = await failure(open({ allow: false }));
    expect(error).toMatchObject({
      code: "clear-refused",
      command: "CCC",
      reply: { code: 534 },
      retryable: false,
    });
    expect(error.message).toContain("if-offered");
  });

  it("leaves the control connection encrypted with `if-offered`", async () => {
    const ftp = await open({ allow: false, tls: { clearControl: "if-offered" } });
    expect(ftp.isSecure).toBe(true);
    expect((await ftp.download("/file", () => {})).bytes).toBe(content.length);
    expect(seen).not.toContain("RETR");
  });
});

it("no password goes in clear after CCC", async () => {
  const ftp = await open();
  for (const line of [
    "USER ann",
    "PASS wonderland",
    " pass wonderland",
    "ACCT wonderland",
    "SITE PSWD wonderland x",
  ])
    expect(await failure(ftp.quote(line)), line).toMatchObject({ code: "bad-argument" });
  expect(await ftp.pwd()).toBe("/");
  expect(seen).toContain("PWD");
  expect(seen).not.toMatch(/wonderland|USER/);
});

describe("bytes where TLS ends", () => {
  const stage = createStage();
  const script =
    (...replies: string[]) =>
    async (peer: Peer): Promise<void> => {
      await peer.send("220 Ready.\r\n");
      await peer.expect("AUTH", "234 Go.");
      await peer.secure();
      await peer.expect("USER", "331 Password.");
      await peer.expect("PASS", "230 In.");
      await peer.expect("PBSZ", "200 Ok.");
      await peer.expect("PROT", "200 Ok.");
      await peer.expect("CCC", ...replies.slice(0, 1));
      for (const reply of replies.slice(1)) await peer.send(reply);
      await peer.line();
    };

  it.each([
    ["in one record with the 200", ["200 Clear.\r\n230 Of ours."]],
    ["in a record of their own", ["200 Clear.", "230 Of ours.\r\n"]],
    ["that are no reply yet", ["200 Clear.", "2"]],
  ])("behind the 200 of CCC end the session, %s", async (_, replies) => {
    const dialled = stage.dial(script(...replies), { tls: { ...tls, clearControl: "after-login" } });
    expect(await failure(dialled)).toMatchObject({ code: "tls-injection", phase: "tls" });
  });

  it.each(["behind", "in one segment with the 200 and behind", "instead of", "before"])(
    "that come in clear %s close_notify end the session",
    async (where) => {
      let held: Uint8Array = Buffer.alloc(0);
      const injected = Buffer.from("250 Of somebody else.\r\n");
      const dialled = open({
        tls: { maxVersion: "TLSv1.2" },
        change: (piece, isClearing) => {
          if (!isAlert(piece)) {
            if (!isClearing || !where.startsWith("in one")) return piece;
            held = piece;
            return Buffer.alloc(0);
          }
          if (where === "instead of") return injected;
          return Buffer.concat(where === "before" ? [injected, piece] : [held, piece, injected]);
        },
      });
      expect(await failure(dialled)).toMatchObject({ code: "tls-injection", phase: "tls" });
    },
  );

  it("a server that never ends TLS is given up", async () => {
    const dialled = open({
      change: (record) => (isAlert(record) ? Buffer.alloc(0) : record),
      patience: 1000,
    });
    expect(await failure(dialled)).toMatchObject({ code: "timeout", phase: "tls" });
  });
});

/** Notes what goes by, in both directions, and lets `change` at the records that come from the server. */
async function startRelay(port: number, change: Change): Promise<number> {
  const relay = createServer((near: Socket) => {
    const far = connect(port, "127.0.0.1");
    let held = Buffer.alloc(0);
    let isTls = false;
    let isClearing = false;
    for (const socket of [near, far]) socket.on("error", () => {});
    near.on("data", (bytes: Buffer) => {
      seen += bytes.toString("latin1");
      // Only CCC is a command of three letters.
      if (bytes[0] === 23 && clearLengths.has(bytes.length - 5)) isClearing = true;
      far.write(bytes);
    });
    far.on("data", (bytes: Buffer) => {
      seen += bytes.toString("latin1");
      held = Buffer.concat([held, bytes]);
      isTls ||= held[0] === 22;
      // Type, version and two bytes of length come before each record (RFC 8446 §5.1).
      while (isTls && held.length >= 5 && held.length >= 5 + held.readUInt16BE(3)) {
        const end = 5 + held.readUInt16BE(3);
        const record = Buffer.from(held.subarray(0, end));
        held = held.subarray(end);
        near.write(change(record, isClearing));
        if (isAlert(record)) isTls = false;
      }
      if (isTls) return;
      near.write(held);
      held = Buffer.alloc(0);
    });
    far.on("close", () => near.destroy());
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

/** "CCC" and its line end in TLS 1.3 and 1.2 with an AEAD: type and tag, or explicit nonce and tag (ChaCha20: tag). */
const clearLengths: ReadonlySet<number> = new Set([5 + 1 + 16, 8 + 5 + 16, 5 + 16]);

/** In TLS 1.3 they can be told by their length alone: two bytes, their type and a tag. */
function isAlert(record: Buffer): boolean {
  return record[0] === 21 || (record[0] === 23 && record.readUInt16BE(3) === 2 + 1 + 16);
}
