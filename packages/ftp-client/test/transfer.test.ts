import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Peer, received } from "./scripted-server.ts";
import { createStage, failure } from "./support.ts";

const stage = createStage();
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "longshore-client-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const text = "The quick brown fox.\n";

/** RETR that answers with `content`, then SIZE if it is asked. */
async function serveFile(
  peer: Peer,
  content: string | Uint8Array,
  mark = `150 Here (${content.length} bytes).`,
): Promise<void> {
  await peer.expect("TYPE", "200 Ok.");
  const data = await peer.transfer("RETR", mark);
  data.end(content);
  await peer.send("226 Done.\r\n");
}

describe("downloads", () => {
  it("to a local path: whole, verified by the 150's size, no trace of a temporary file", async () => {
    const ftp = await stage.connect((peer) => serveFile(peer, text));
    const report = await ftp.download("dir/a file", join(folder, "local"));
    expect(report).toMatchObject({ bytes: text.length, offset: 0, verified: "size", dataMode: "EPSV" });
    expect(await readFile(join(folder, "local"), "utf8")).toBe(text);
    expect(await readdir(folder)).toEqual(["local"]);
    expect(stage.server.lines.slice(3)).toEqual(["TYPE I", "EPSV", "RETR dir/a file"]);
  });

  it("of an empty file", async () => {
    const ftp = await stage.connect((peer) => serveFile(peer, ""));
    expect(await ftp.download("f", join(folder, "empty"))).toMatchObject({ bytes: 0, verified: "size" });
    expect(await readFile(join(folder, "empty"))).toHaveLength(0);
  });

  it("of more than any buffer holds, to every kind of target", async () => {
    const big = Buffer.alloc(3_500_000, "0123456789abcdef");
    const targets = 4;
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      for (let count = 0; count <= targets; count++) {
        const data = await peer.transfer("RETR", "150 Here.");
        data.end(big);
        await peer.send("226 Done.\r\n");
        await peer.expect("SIZE", `213 ${big.length}`);
      }
    });
    await ftp.download("f", join(folder, "big"));
    expect((await readFile(join(folder, "big"))).equals(big)).toBe(true);

    const chunks: Uint8Array[] = [];
    await ftp.download("f", (chunk) => {
      chunks.push(chunk);
    });
    expect(Buffer.concat(chunks).equals(big)).toBe(true);

    const through = new PassThrough();
    const [, gathered] = await Promise.all([ftp.download("f", through), received(through as never)]);
    expect(gathered.equals(big)).toBe(true);

    const web = new TransformStream<Uint8Array, Uint8Array>();
    const reading = new Response(web.readable).arrayBuffer();
    await ftp.download("f", web.writable);
    expect(Buffer.from(await reading).equals(big)).toBe(true);

    const iterated: Uint8Array[] = [];
    for await (const chunk of ftp.read("f")) iterated.push(chunk);
    expect(Buffer.concat(iterated).equals(big)).toBe(true);
  });

  it("226 before the last byte", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      const data = await peer.transfer("RETR", "150 Here (8 bytes).", "226 Done.");
      data.write("half");
      await peer.pause(40);
      data.end("half");
    });
    const path = join(folder, "f");
    expect(await ftp.download("f", path)).toMatchObject({ bytes: 8, verified: "size" });
    expect(await readFile(path, "utf8")).toBe("halfhalf");
  });

  it("no 150, replies byte by byte, data before the 226", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      const data = await peer.transfer("RETR");
      data.end(text);
      await peer.pause(20);
      await peer.send("226-Done.\r\n550 not a reply\r\n226 Really.\r\n", 1);
      await peer.line();
      await peer.send(`213 ${text.length}\r\n`, 1);
    });
    expect(await ftp.download("f", join(folder, "f"))).toMatchObject({
      bytes: text.length,
      verified: "size",
    });
  });

  it("short: an error that says how short, and nothing under the name", async () => {
    const ftp = await stage.connect(async (peer) => {
      await serveFile(peer, text, "150 Here (100 bytes).");
      await peer.expect("SIZE", "213 100");
      await peer.expect("NOOP", "200 Ok.");
    });
    const error = await failure(ftp.download("f", join(folder, "f")));
    expect(error).toMatchObject({ code: "short-transfer", bytes: text.length, retryable: true });
    expect(await readdir(folder)).toEqual([]);
    await ftp.noop();
  });

  it("the 150's size is a hint: SIZE decides", async () => {
    const ftp = await stage.connect(async (peer) => {
      await serveFile(peer, text, "150 Here (7 bytes).");
      await peer.expect("SIZE", `213 ${text.length}`);
    });
    expect(await ftp.download("f", join(folder, "f"))).toMatchObject({ verified: "size" });
  });

  it("nothing tells the size: not verified, and said so", async () => {
    const ftp = await stage.connect(async (peer) => {
      await serveFile(peer, text, "150 Here.");
      await peer.expect("SIZE", "502 What?");
    });
    expect(await ftp.download("f", join(folder, "f"))).toMatchObject({ verified: "none" });
  });

  it("550: no local file was ever made, an older one stands", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await peer.transfer("RETR", "550 No such file.");
    });
    await writeFile(join(folder, "old"), "old");
    expect(await failure(ftp.download("f", join(folder, "old")))).toMatchObject({
      code: "refused",
      command: "RETR f",
      reply: { code: 550 },
    });
    expect(await readFile(join(folder, "old"), "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["old"]);
  });

  it("a reset data connection fails that transfer alone", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      const data = await peer.transfer("RETR", "150 Here (1000 bytes).");
      data.write("some");
      await peer.pause(30);
      data.resetAndDestroy();
      await peer.send("426 Broken.\r\n");
      const again = await peer.transfer("RETR", `150 Here (${text.length} bytes).`);
      again.end(text);
      await peer.send("226 Done.\r\n");
    });
    const path = join(folder, "f");
    expect(await failure(ftp.download("f", path))).toMatchObject({
      code: "data-lost",
      bytes: 4,
      reply: { code: 426 },
    });
    expect(await readdir(folder)).toEqual([]);
    expect(await ftp.download("f", path)).toMatchObject({ verified: "size" });
  });

  it("150 then 425 leaves the session usable", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await peer.transfer("RETR", "150 Here.", "425 Cannot.");
      await peer.expect("PWD", '257 "/"');
    });
    expect((await failure(ftp.download("f", join(folder, "f")))).code).toBe("data-open-failed");
    expect(await ftp.pwd()).toBe("/");
  });

  it("a consumer that throws is an ABOR, and its error is the cause", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      const data = await peer.transfer("RETR", "150 Here.");
      data.write("some");
      await peer.expect("ABOR", "426 Aborted.", "226 Ok.");
      await peer.expect("NOOP", "200 Ok.");
    });
    const mine = new Error("disk on fire");
    const error = await failure(
      ftp.download("f", () => {
        throw mine;
      }),
    );
    expect(error).toMatchObject({ code: "local", cause: mine });
    await ftp.noop();
  });

  it("a folder that is not there is a local error", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      const data = await peer.transfer("RETR", "150 Here.");
      data.write("some");
      await peer.expect("ABOR", "426 Aborted.", "226 Ok.");
    });
    expect((await failure(ftp.download("f", join(folder, "none", "f")))).code).toBe("local");
  });

  it("leaving the loop over read() aborts, and the next call gets its turn", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      const data = await peer.transfer("RETR", "150 Here.");
      data.write("some");
      await peer.expect("ABOR", "426 Aborted.", "226 Ok.");
      await peer.expect("NOOP", "200 Ok.");
    });
    for await (const chunk of ftp.read("f")) {
      expect(Buffer.from(chunk).toString()).toBe("some");
      break;
    }
    await ftp.noop();
  });

  it("in ASCII the line ends are this system's", async () => {
    const ftp = await stage.connect((peer) => serveFile(peer, "one\r\ntwo\r\n"));
    await ftp.download("f", join(folder, "f"), { representation: "ascii" });
    expect(await readFile(join(folder, "f"), "utf8")).toBe(
      process.platform === "win32" ? "one\r\ntwo\r\n" : "one\ntwo\n",
    );
    expect(stage.server.lines).toContain("TYPE A");
  });

  it("progress tells bytes, total and rate", async () => {
    const ftp = await stage.connect((peer) => serveFile(peer, text));
    const seen: unknown[] = [];
    await ftp.download("f", join(folder, "f"), { onProgress: (progress) => seen.push(progress) });
    expect(seen.at(-1)).toEqual({
      bytes: text.length,
      offset: 0,
      total: text.length,
      rate: expect.any(Number),
    });
  });
});

describe("giving up", () => {
  it("a signal in the middle: ABOR, nothing left, session usable", async () => {
    const controller = new AbortController();
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      const data = await peer.transfer("RETR", "150 Here.");
      data.write("some");
      await peer.pause(30);
      controller.abort(new Error("changed my mind"));
      await peer.expect("ABOR", "426 Aborted.", "226 Ok.");
      await peer.expect("NOOP", "200 Ok.");
    });
    const error = await failure(ftp.download("f", join(folder, "f"), { signal: controller.signal }));
    expect(error).toMatchObject({ code: "aborted", retryable: false, cause: { message: "changed my mind" } });
    expect(await readdir(folder)).toEqual([]);
    await ftp.noop();
  });

  it("226 only, as some servers answer ABOR", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await peer.transfer("RETR", "150 Here.");
      await peer.expect("ABOR", "226 Aborted.");
      await peer.expect("NOOP", "200 Ok.");
      await peer.expect("PWD", '257 "/a"');
    });
    expect((await failure(ftp.download("f", join(folder, "f"), { timeout: 60 }))).code).toBe("timeout");
    expect(await ftp.pwd()).toBe("/a");
  });

  it("a call that still waits is taken out of the line", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("PWD");
      await peer.pause(80);
      await peer.send('257 "/"\r\n');
      await peer.expect("NOOP", "200 Ok.");
    });
    const first = ftp.pwd();
    const second = failure(ftp.remove("precious", { timeout: 20 }));
    const third = ftp.noop();
    expect((await second).code).toBe("timeout");
    expect(await first).toBe("/");
    await third;
  });

  it("a signal that was aborted before", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("NOOP", "200 Ok.");
    });
    expect((await failure(ftp.remove("precious", { signal: AbortSignal.abort() }))).code).toBe("aborted");
    await ftp.noop();
  });

  it("a stalled server, by the stall clock", async () => {
    const ftp = await stage.connect(
      async (peer) => {
        await peer.expect("TYPE", "200 Ok.");
        const data = await peer.transfer("RETR", "150 Here.");
        data.write("some");
        await peer.expect("ABOR", "426 Aborted.", "226 Ok.");
      },
      { timeouts: { stall: 80 } },
    );
    expect(await failure(ftp.download("f", join(folder, "f")))).toMatchObject({ code: "timeout", bytes: 4 });
  });

  it("a slow consumer is no stall", async () => {
    const ftp = await stage.connect(
      async (peer) => {
        await peer.expect("TYPE", "200 Ok.");
        const data = await peer.transfer("RETR", "150 Here.", "226 Done.");
        data.end("some");
        await peer.expect("SIZE", "213 4");
      },
      { timeouts: { stall: 50 } },
    );
    await ftp.download("f", () => new Promise((resolve) => setTimeout(resolve, 200)));
  });
});

describe("uploads", () => {
  /** STOR that takes everything, then SIZE. */
  const taking =
    (content: Buffer[], verb = "STOR") =>
    async (peer: Peer): Promise<void> => {
      await peer.expect("TYPE", "200 Ok.");
      for (;;) {
        const data = await peer.transfer(verb, "150 Go.");
        const bytes = await received(data);
        content.push(bytes);
        await peer.send("226 Done.\r\n");
        await peer.expect("SIZE", `213 ${bytes.length}`);
        if (verb === "STOR") await peer.renamed();
      }
    };

  it("from every kind of source, verified by SIZE", async () => {
    const content: Buffer[] = [];
    const ftp = await stage.connect(taking(content));
    const big = Buffer.alloc(2_500_000, "0123456789");
    await writeFile(join(folder, "big"), big);
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("one ");
      await new Promise((resolve) => setTimeout(resolve, 5));
      yield Buffer.from("two");
    }
    const web = new Response("web").body;
    if (web === null) throw new Error("no stream");
    expect(await ftp.upload(join(folder, "big"), "f")).toMatchObject({ bytes: big.length, verified: "size" });
    for (const from of [
      big,
      Buffer.from(""),
      chunks(),
      [Buffer.from("list")],
      Readable.from([Buffer.from("node")]),
      web,
    ]) {
      expect(await ftp.upload(from, "f")).toMatchObject({ verified: "size" });
    }
    expect(content[0]?.equals(big)).toBe(true);
    expect(content[1]?.equals(big)).toBe(true);
    expect(content.slice(2).map(String)).toEqual(["", "one two", "list", "node", "web"]);
  });

  it("that the server cut: an error", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await received(await peer.transfer("STOR", "150 Go."));
      await peer.send("226 Done.\r\n");
      await peer.expect("SIZE", "213 5");
    });
    expect((await failure(ftp.upload(Buffer.from(text), "f", { temporary: false }))).code).toBe(
      "size-mismatch",
    );
  });

  it("that the server refuses before and after its 150", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await peer.transfer("STOR", "553 Not that name.");
      const data = await peer.transfer("STOR", "150 Go.");
      data.resume();
      await peer.send("552 Quota.\r\n");
      await peer.expect("NOOP", "200 Ok.");
    });
    expect(await failure(ftp.upload(Buffer.from(text), "f", { temporary: false }))).toMatchObject({
      code: "refused",
      reply: { code: 553 },
    });
    expect((await failure(ftp.upload(Buffer.alloc(5_000_000), "f", { temporary: false }))).reply?.code).toBe(
      552,
    );
    await ftp.noop();
  });

  it("a server that goes away behind its 226 takes nothing back", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await received(await peer.transfer("STOR", "150 Go."));
      await peer.send("226 Done.\r\n421 Going down.\r\n");
      peer.end();
    });
    expect(await ftp.upload(Buffer.from("whole"), "f", { temporary: false })).toMatchObject({
      bytes: 5,
      verified: "none",
    });
    expect(ftp.isClosed).toBe(true);
  });

  it("a source that fails resets the connection, so that the part is not taken for the whole", async () => {
    let ending = "";
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      const data = await peer.transfer("STOR", "150 Go.");
      data.on("end", () => {
        ending = "end";
      });
      data.on("error", (error: NodeJS.ErrnoException) => {
        ending = error.code ?? "";
      });
      data.resume();
      await peer.expect("ABOR", "426 Aborted.", "226 Ok.");
      await peer.expect("NOOP", "200 Ok.");
    });
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("half");
      await new Promise((resolve) => setTimeout(resolve, 30));
      throw new Error("source gone");
    }
    expect(await failure(ftp.upload(chunks(), "f", { temporary: false }))).toMatchObject({
      code: "local",
      cause: { message: "source gone" },
    });
    await ftp.noop();
    expect(ending).toBe("ECONNRESET");
  });

  it("aborted by a signal: reset as well", async () => {
    let ending = "";
    const controller = new AbortController();
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      const data = await peer.transfer("STOR", "150 Go.");
      data.on("error", (error: NodeJS.ErrnoException) => {
        ending = error.code ?? "";
      });
      // All that came is read at once: libuv shows a reset behind unread bytes as an orderly end.
      data.once("data", () => setTimeout(() => controller.abort(), 20));
      const closed = new Promise((resolve) => data.once("close", resolve));
      await peer.expect("ABOR", "426 Aborted.", "226 Ok.");
      await closed;
      await peer.expect("NOOP", "200 Ok.");
    });
    async function* slowly(): AsyncGenerator<Uint8Array> {
      for (;;) {
        yield Buffer.from("more");
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
    const error = await failure(ftp.upload(slowly(), "f", { temporary: false, signal: controller.signal }));
    expect(error.code).toBe("aborted");
    await ftp.noop();
    expect(ending).toBe("ECONNRESET");
  });

  it("without a 150 they start after a while", async () => {
    const ftp = await stage.connect(
      async (peer) => {
        await peer.expect("TYPE", "200 Ok.");
        const data = await peer.transfer("STOR");
        const bytes = await received(data);
        await peer.send("226 Done.\r\n");
        await peer.expect("SIZE", `213 ${bytes.length}`);
      },
      { quirks: { startWithoutMark: 30 } },
    );
    expect(await ftp.upload(Buffer.from(text), "f", { temporary: false })).toMatchObject({
      bytes: text.length,
      verified: "size",
    });
  });

  it("under a temporary name, renamed at the end; what failed is removed", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      const bytes = await received(await peer.transfer("STOR", "150 Go."));
      await peer.send("226 Done.\r\n");
      await peer.expect("SIZE", `213 ${bytes.length}`);
      await peer.renamed();
      await received(await peer.transfer("STOR", "150 Go."));
      await peer.send("452 Full.\r\n");
      await peer.expect("DELE", "250 Gone.");
    });
    await ftp.upload(Buffer.from(text), "f", { temporary: true });
    expect(stage.server.lines.slice(-5)).toEqual([
      "EPSV",
      "STOR f.longshore-part",
      "SIZE f.longshore-part",
      "RNFR f.longshore-part",
      "RNTO f",
    ]);
    expect((await failure(ftp.upload(Buffer.from(text), "f", { temporary: "x" }))).reply?.code).toBe(452);
    expect(stage.server.lines.at(-1)).toBe("DELE x");
  });

  it("under a temporary name, which is removed also where the call is given up", async () => {
    const controller = new AbortController();
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      const data = await peer.transfer("STOR", "150 Go.");
      data.once("data", () => controller.abort());
      await peer.expect("ABOR", "426 Aborted.", "226 Ok.");
      await peer.expect("DELE", "250 Gone.");
      await peer.expect("NOOP", "200 Ok.");
    });
    const endless = (async function* () {
      for (;;) yield Buffer.alloc(1000);
    })();
    const call = { temporary: true, signal: controller.signal };
    expect((await failure(ftp.upload(endless, "f", call))).code).toBe("aborted");
    await ftp.noop();
    expect(stage.server.lines.slice(-2)).toEqual(["DELE f.longshore-part", "NOOP"]);
  });

  it("STOU says which name it was", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      const bytes = await received(await peer.transfer("STOU", "150 FILE: unique.7"));
      await peer.send("226 Done.\r\n");
      expect(await peer.expect("SIZE", `213 ${bytes.length}`)).toBe("unique.7");
    });
    expect(await ftp.upload(Buffer.from(text), "", { unique: true })).toMatchObject({
      name: "unique.7",
      verified: "size",
    });
  });

  it("APPE is verified against what stood before", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await peer.expect("SIZE", "213 100");
      const bytes = await received(await peer.transfer("APPE", "150 Go."));
      await peer.send("226 Done.\r\n");
      await peer.expect("SIZE", `213 ${100 + bytes.length}`);
    });
    expect(await ftp.upload(Buffer.from(text), "log", { append: true })).toMatchObject({ verified: "size" });
  });
});
