import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { createMemoryStore } from "@longshore/file-store-memory";
import { FtpClient, type FtpClientOptions } from "@longshore/ftp-client";
import {
  createRecorder,
  formatRecording,
  parseRecording,
  type RecordedEvent,
  type ReplayServer,
  startReplay,
} from "@longshore/ftp-client/recording";
import { type Authenticator, createFtpServer, type FtpServer } from "@longshore/ftp-server";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { certificate, startScripted } from "./scripted-server.ts";
import { createStage, failure } from "./support.ts";

const key = readFileSync(new URL("./fixtures/key.pem", import.meta.url), "utf8");
const stage = createStage();
const plainLists = { quirks: { listHidden: false } } as const;
const login = { user: "ann", password: "wonderland" } as const;
const letIn: Authenticator = () =>
  Promise.resolve({ result: "accepted", user: { name: "ann", permission: "rw" } });

let server: FtpServer | undefined;
let replay: ReplayServer | undefined;
afterEach(async () => {
  await server?.close();
  await replay?.close();
  server = undefined;
  replay = undefined;
});

/** Records `task` with a real server. */
async function record(
  task: (client: FtpClient) => Promise<unknown>,
  options: Partial<FtpClientOptions> = {},
  maxData = 1 << 20,
): Promise<string> {
  server = createFtpServer({
    store: createMemoryStore({
      files: { "/pub/a\u00ff.txt": "hello \u20ac\n", "/pub/big": new Uint8Array(300_000).fill(7) },
    }),
    authenticators: [letIn],
    tls: { key, cert: certificate },
  });
  const { port } = await server.listen();
  const recorder = createRecorder({ maxData });
  {
    await using client = await FtpClient.connect({
      host: "127.0.0.1",
      port,
      ...login,
      ...recorder.options,
      ...options,
    });
    await task(client);
  }
  return recorder.text();
}

/** Does `task` again, with the recording in place of the server. */
async function play(
  text: string,
  task: (client: FtpClient) => Promise<unknown>,
  options: Partial<FtpClientOptions> = {},
): Promise<void> {
  replay = await startReplay(text);
  {
    await using client = await FtpClient.connect({
      host: replay.host,
      port: replay.port,
      ...login,
      ...options,
    });
    await task(client);
  }
  await replay.finished();
}

async function read(client: FtpClient, path: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of client.read(path)) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
}

describe("a recorder writes a session's transcript, a replayer turns it into a test", () => {
  const session = async (client: FtpClient): Promise<void> => {
    const names = (await client.list("/pub").toArray()).map((entry) => entry.name);
    expect(names.sort()).toEqual(["a\u00ff.txt", "big"]);
    expect((await read(client, "/pub/a\u00ff.txt")).toString()).toBe("hello \u20ac\n");
    expect(await client.upload(Buffer.from("new"), "/pub/new", { temporary: true })).toMatchObject({
      verified: "size",
    });
    await expect(client.cd("/nowhere")).rejects.toMatchObject({ code: "refused" });
    await client.quote("SITE HELP");
  };

  it.each(["passive", "active"] as const)("%s", async (dataModes) => {
    const text = await record(session, { dataModes });
    expect(text).toContain("S: 220");
    expect(text).toContain("C: PASS ***");
    expect(text).toContain('D < "hello ');
    expect(text).toContain("D > 3\n");
    expect(text).not.toContain("wonderland");
    await play(text, session, { dataModes });
  });

  it("of a session with TLS, in clear", async () => {
    const text = await record(session, {
      tls: { mode: "explicit", ca: certificate, servername: "localhost" },
    });
    expect(text).toContain("C: AUTH TLS");
    await play(text, session);
  });

  it("a transfer that broke breaks again, with the session going on", async () => {
    const broken = async (client: FtpClient): Promise<void> => {
      expect((await failure(read(client, "/big"))).code).toBe("data-lost");
      expect(await client.pwd()).toBe("/");
    };
    const recorder = createRecorder();
    const client = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      const data = await peer.transfer("RETR", "150 Here.");
      data.write("the first bytes");
      await peer.pause(30);
      data.resetAndDestroy();
      await peer.send("426 It broke.\r\n");
      await peer.expect("PWD", '257 "/"');
    }, recorder.options);
    await broken(client);
    client.destroy();
    // Whichever of the reset and the 426 is heard of first.
    expect(recorder.text()).toMatch(/^D (broken|aborted)$/m);
    await play(recorder.text(), broken);
  });

  it("an EPSV connection that failed fails again", async () => {
    const listing = async (client: FtpClient): Promise<void> => {
      expect(await client.list().toArray()).toEqual([]);
      expect(client.dataMode).toBe("PASV");
    };
    const recorder = createRecorder();
    const client = await stage.connect(
      async (peer) => {
        await peer.expect("EPSV", "229 (|||1|)");
        const { socket } = await peer.passive("PASV");
        await peer.expect("LIST", "150 Here.");
        (await socket).end();
        await peer.send("226 Done.\r\n");
      },
      { ...recorder.options, ...plainLists },
    );
    await listing(client);
    client.destroy();
    await play(recorder.text(), listing, plainLists);
  });

  it("what is beyond `maxData` is counted and comes as zeros", async () => {
    const text = await record((client) => read(client, "/pub/big"), {}, 1000);
    expect(text).toContain("D < 299000\n");
    await play(text, async (client) => {
      const bytes = await read(client, "/pub/big");
      expect([bytes.length, bytes[999], bytes[1000]]).toEqual([300_000, 7, 0]);
    });
  });

  it("a client that does something else is told of", async () => {
    const text = await record((client) => client.pwd());
    replay = await startReplay(text);
    const client = await FtpClient.connect({ host: replay.host, port: replay.port, ...login });
    const [error] = await Promise.all([failure(replay.finished()), failure(client.size("/other"))]);
    expect(error.code).toBe("desync");
    expect(error.message).toMatch(/"PWD", and what came is "TYPE I"/);
    client.destroy();
  });

  it("and so is one that leaves early, sends less, or never comes", async () => {
    // In place: else the size is told beforehand, and that is another command already.
    const call = { verify: "none", temporary: false } as const;
    const text = await record((client) => client.upload(Buffer.from("four"), "/pub/f", call));
    const early = await startReplay(text);
    (await FtpClient.connect({ host: early.host, port: early.port, ...login })).destroy();
    expect((await failure(early.finished())).message).toContain("left before");
    await early.close();
    const less = await startReplay(text);
    const client = await FtpClient.connect({ host: less.host, port: less.port, ...login });
    await failure(client.upload(Buffer.from("two"), "/pub/f", call));
    expect((await failure(less.finished())).message).toContain("3 bytes in place of 4");
    client.destroy();
    await less.close();
    const unused = await startReplay(text);
    await unused.close();
    expect((await failure(unused.finished())).message).toContain("no client came");
  });
});

describe("the text of a recording", () => {
  it("is read back as it was, whatever the bytes", () => {
    const line = fc.string({ unit: "grapheme", maxLength: 40 }).filter((text) => !/[\r\n]/.test(text));
    const count = fc.integer({ min: 0, max: 1e12 });
    const event: fc.Arbitrary<RecordedEvent> = fc.oneof(
      fc.record({ type: fc.constant("client" as const), line }),
      fc.record({ type: fc.constant("server" as const), line }),
      fc.constant({ type: "open" as const }),
      fc.record({ type: fc.constant("received" as const), bytes: fc.uint8Array({ maxLength: 60 }) }),
      fc.record({ type: fc.constant("skipped" as const), count }),
      fc.record({ type: fc.constant("sent" as const), count }),
      fc.record({
        type: fc.constant("end" as const),
        how: fc.constantFrom("complete" as const, "broken" as const, "aborted" as const),
      }),
    );
    fc.assert(
      fc.property(fc.array(event), (events) => {
        expect(parseRecording(formatRecording(events))).toEqual(events);
      }),
    );
  });

  it.each(["X: what", "D", "D ended", "D < hello", 'D < "\\u0100"', "D > -1", "C:"])(
    "%j is no line of it",
    (line) => {
      expect(() => parseRecording(`# FTP\n\nS: 220 Hello\n${line}\n`)).toThrow("line 4");
    },
  );
});

describe("an error carries the transcript's tail without secrets", () => {
  it("one that the server's answer brought", async () => {
    const error = await failure(
      stage.dial(async (peer) => {
        await peer.send("220 Ready.\r\n");
        await peer.expect("USER", "331-Password", " please", "331 now.");
        await peer.expect("PASS", '530 "wonderland" is wrong.');
      }),
    );
    expect(error.transcript).toEqual([
      "S: 220 Ready.",
      "C: USER ann",
      "S: 331 Password /  please / now.",
      "C: PASS ***",
      'S: 530 "***" is wrong.',
    ]);
    expect(inspect([error.message, error.transcript])).not.toContain("wonderland");
  });

  it("one of this side, and one of the clock", async () => {
    const client = await stage.connect(
      async (peer) => {
        await peer.expect("PWD", "257 what?");
        await peer.expect("PWD");
        await peer.pause(200);
      },
      { timeouts: { command: 60 } },
    );
    const unreadable = await failure(client.pwd());
    expect(unreadable).toMatchObject({ code: "malformed-reply", retryable: false });
    expect(unreadable.transcript.slice(-2)).toEqual(["C: PWD", "S: 257 what?"]);
    const late = await failure(client.pwd());
    expect(late).toMatchObject({ code: "timeout", retryable: true });
    expect(late.transcript.at(-1)).toBe("C: PWD");
  });

  it("is bounded, in lines and in their length, and clean for a terminal", async () => {
    const client = await stage.connect(async (peer) => {
      for (let count = 0; count < 30; count++) await peer.expect("NOOP", `200 ${"\x1b[31m".repeat(200)}`);
      await peer.expect("NOOP", "500 No.");
    });
    for (let count = 0; count < 30; count++) await client.noop();
    const { transcript } = await failure(client.noop());
    expect(transcript).toHaveLength(20);
    expect(Math.max(...transcript.map((line) => line.length))).toBeLessThan(310);
    expect(transcript.join("")).not.toContain("\x1b");
    expect(transcript.at(-1)).toBe("S: 500 No.");
  });

  it("passwords of few letters are hidden as words only", async () => {
    const scripted = await startScripted(async (peer) => {
      await peer.send("220 Ready.\r\n");
      await peer.expect("USER", "331 Say it.");
      await peer.expect("PASS", "530 it is wrong, as it was.");
    });
    const error = await failure(
      FtpClient.connect({ host: "127.0.0.1", port: scripted.port, user: "ann", password: "a(s" }),
    );
    expect(error.transcript.at(-1)).toBe("S: 530 it is wrong, as it was.");
    const short = await failure(
      FtpClient.connect({ host: "127.0.0.1", port: scripted.port, user: "ann", password: "is" }),
    );
    expect(short.transcript.at(-1)).toBe("S: 530 it *** wrong, as it was.");
    await scripted.close();
  });
});
