import { PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { FileStoreError } from "@longshore/file-store";
import { afterEach, describe, expect, it } from "vitest";
import {
  createTftpServer,
  TftpError,
  type TftpEvent,
  type TftpServer,
  type TftpServerOptions,
  tftpGet,
  tftpGetBytes,
  tftpPut,
  tftpRead,
} from "../src/index.ts";
import { createFiles, pattern } from "./files.ts";

const host = "127.0.0.1";
const servers: TftpServer[] = [];
let events: TftpEvent[] = [];

async function serve(options: TftpServerOptions): Promise<number> {
  events = [];
  const server = createTftpServer({ port: 0, ...options, onEvent: (event) => void events.push(event) });
  servers.push(server);
  return (await server.listen()).port;
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close({ timeout: 0 });
});

it("a loop over a file says why there is none", async () => {
  const port = await serve({ handler: createFiles() });
  const chunks = tftpRead({ host, port, filename: "missing" });
  await expect(chunks.next()).rejects.toMatchObject({ code: "peer-error", tftpCode: 1 });
});

it("takes a stream of Node for the chunks that it yields", async () => {
  const files = createFiles();
  const port = await serve({ handler: files });
  const content = pattern(10_000);
  const from = Readable.from([content.subarray(0, 1), content.subarray(1)]);
  expect((await tftpPut({ host, port, filename: "streamed", from })).bytes).toBe(content.length);
  expect(Buffer.from(files.content.get("streamed") ?? []).equals(content)).toBe(true);
});

describe("streams", () => {
  it("of the web and of Node give and take content", async () => {
    const files = createFiles();
    const port = await serve({ handler: files });
    const content = pattern(70_000);
    const from = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(content.subarray(0, 1000));
        controller.enqueue(content.subarray(1000));
        controller.close();
      },
    });
    expect((await tftpPut({ host, port, filename: "web", from })).bytes).toBe(content.length);
    const taken: Uint8Array[] = [];
    await tftpGet({
      host,
      port,
      filename: "web",
      to: new WritableStream({ write: (chunk) => void taken.push(chunk) }),
    });
    expect(Buffer.concat(taken).equals(content)).toBe(true);
    const through = new PassThrough();
    const [collected] = await Promise.all([
      buffer(through),
      tftpGet({ host, port, filename: "web", to: through }),
    ]);
    expect(collected.equals(content)).toBe(true);
  });

  it("end with the error where there is no such file", async () => {
    const port = await serve({ handler: createFiles() });
    let reason: unknown;
    const to = new WritableStream({
      abort(why) {
        reason = why;
      },
    });
    await expect(tftpGet({ host, port, filename: "none", to })).rejects.toMatchObject({ tftpCode: 1 });
    expect(reason).toBeInstanceOf(Error);
    const through = new PassThrough();
    await expect(tftpGet({ host, port, filename: "none", to: through })).rejects.toMatchObject({
      tftpCode: 1,
    });
    expect(through.destroyed).toBe(true);
  });
});

it("a deadline ends a transfer that would go on", async () => {
  const port = await serve({
    handler: {
      // A content that never ends.
      read: () =>
        (async function* () {
          for (;;) yield pattern(1000);
        })(),
    },
  });
  const get = tftpGetBytes({ host, port, filename: "endless", deadline: 300 });
  await expect(get).rejects.toMatchObject({ code: "timeout", message: expect.stringContaining("300 milli") });
  await expect
    .poll(() => events.at(-1))
    .toMatchObject({ type: "transfer-end", outcome: { type: "failed", failure: { type: "peer-error" } } });
});

it("an unspecified address is this machine", async () => {
  const port = await serve({ handler: createFiles({ f: pattern(9) }) });
  expect(await tftpGetBytes({ host: "0.0.0.0", port, filename: "f" })).toHaveLength(9);
});

describe("get and put over loopback", () => {
  const sizes = [0, 1, 511, 512, 513, 1468, 14680, 100_000];
  const options = [
    { blksize: 0, windowsize: 0, tsize: false },
    {},
    { blksize: 8, windowsize: 33 },
    { blksize: 65464, windowsize: 4 },
    { blksize: 1024, windowsize: 1, timeout: 1 },
  ];

  it.each(options)("moves every size both ways with %o", async (asked) => {
    const files = createFiles();
    const port = await serve({ handler: files });
    for (const size of sizes) {
      const content = pattern(size);
      const filename = `file-${size}`;
      const put = await tftpPut({ host, port, filename, from: content, ...asked });
      expect(put.bytes).toBe(size);
      expect(Buffer.from(files.content.get(filename) ?? []).equals(content), filename).toBe(true);
      const got = await tftpGetBytes({ host, port, filename, ...asked });
      expect(Buffer.from(got).equals(content), filename).toBe(true);
    }
  });

  it("moves netascii, whatever the lines and blocks", async () => {
    const files = createFiles();
    const port = await serve({ handler: files });
    const texts = [
      "",
      "\n",
      "\r",
      "a\nb\r\nc\r",
      `${"x".repeat(511)}\n`,
      "line\n".repeat(3000),
      "\r".repeat(700),
    ];
    for (const text of texts)
      for (const windowsize of [1, 5]) {
        const filename = `text-${texts.indexOf(text)}-${windowsize}`;
        const asked = { host, port, filename, mode: "netascii", blksize: 512, windowsize } as const;
        await tftpPut({ ...asked, from: text });
        expect(new TextDecoder().decode(files.content.get(filename))).toBe(text);
        expect(new TextDecoder().decode(await tftpGetBytes(asked))).toBe(text);
      }
  });

  it("yields what comes, and tells checksum and progress", async () => {
    const content = pattern(300_000);
    const port = await serve({ handler: createFiles({ big: content }) });
    const chunks: Uint8Array[] = [];
    const seen: number[] = [];
    for await (const chunk of tftpRead({
      host,
      port,
      filename: "big",
      onProgress: ({ bytes, total }) => {
        seen.push(bytes);
        expect(total).toBe(300_000);
      },
    }))
      chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(content)).toBe(true);
    expect(seen.at(-1)).toBe(300_000);
    const { createHash } = await import("node:crypto");
    const put = await tftpPut({ host, port, filename: "copy", from: content, checksum: "sha256" });
    expect(put.checksum).toBe(createHash("sha256").update(content).digest("hex"));
  });

  it("ends the transfer when the loop over it is left", async () => {
    const port = await serve({ handler: createFiles({ big: pattern(3_000_000) }) });
    for await (const chunk of tftpRead({ host, port, filename: "big" })) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await expect
      .poll(() => events.at(-1))
      .toMatchObject({ type: "transfer-end", outcome: { type: "failed" } });
  });

  it("carries content that nobody can count beforehand", async () => {
    const port = await serve({
      handler: {
        async *generate() {},
        read: ({ filename }) =>
          (async function* () {
            for (let line = 0; line < 1000; line++) yield new TextEncoder().encode(`${filename} ${line}\n`);
          })(),
      } as TftpServerOptions["handler"] & object,
    });
    const text = new TextDecoder().decode(await tftpGetBytes({ host, port, filename: "lines" }));
    expect(text.split("\n").length).toBe(1001);
    expect(events.find((event) => event.type === "transfer-start")).not.toHaveProperty("size");
  });
});

describe("an upload", () => {
  it("is stored before it is acknowledged, however slow the storage", async () => {
    const files = createFiles({}, { slowness: 150 });
    const port = await serve({ handler: files });
    await tftpPut({ host, port, filename: "slow", from: pattern(200_000) });
    expect(files.log).toEqual(["commit slow"]);
    expect(files.content.get("slow")?.length).toBe(200_000);
  });

  it.each(["failWrite", "failCommit"] as const)(
    "fails with ERROR 3 where the disk is full (%s)",
    async (which) => {
      const files = createFiles({}, { [which]: new FileStoreError("no-space", "disk /dev/sda1 is full") });
      const port = await serve({ handler: files });
      const put = tftpPut({ host, port, filename: "full", from: pattern(100_000) });
      await expect(put).rejects.toMatchObject({
        code: "peer-error",
        tftpCode: 3,
        tftpMessage: "Disk full or allocation exceeded",
      });
      expect(files.content.has("full")).toBe(false);
      await expect.poll(() => files.log).toEqual(["abort full no-space"]);
    },
  );

  it("of an existing name is refused with ERROR 6", async () => {
    const port = await serve({ handler: createFiles({ there: pattern(3) }) });
    await expect(tftpPut({ host, port, filename: "there", from: "x" })).rejects.toMatchObject({
      tftpCode: 6,
    });
  });

  it("that is too large is refused with ERROR 3, announced or not", async () => {
    const files = createFiles();
    const port = await serve({ handler: files, limits: { uploadSize: 1000 } });
    await expect(tftpPut({ host, port, filename: "a", from: pattern(1001) })).rejects.toMatchObject({
      tftpCode: 3,
    });
    await expect(
      tftpPut({ host, port, filename: "b", from: pattern(1001), tsize: false }),
    ).rejects.toMatchObject({ tftpCode: 3 });
    await tftpPut({ host, port, filename: "c", from: pattern(1000) });
    expect([...files.content.keys()]).toEqual(["c"]);
  });
});

describe("a failure", () => {
  it("of the server is told with its code", async () => {
    const port = await serve({ handler: createFiles() });
    const error = await tftpGetBytes({ host, port, filename: "none" }).catch((reason: unknown) => reason);
    expect(TftpError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: "peer-error", tftpCode: 1, tftpMessage: "File not found" });
  });

  it("of a handler tells nothing local", async () => {
    const port = await serve({
      handler: {
        read: () => {
          throw new Error("ENOENT: /srv/secret/file");
        },
      },
    });
    await expect(tftpGetBytes({ host, port, filename: "x" })).rejects.toMatchObject({
      tftpCode: 0,
      tftpMessage: "Input or output error",
    });
    expect(events.find((event) => event.type === "refused")).toMatchObject({ cause: expect.any(Error) });
  });

  it("is a timeout where nobody answers", async () => {
    const started = performance.now();
    const timing = { initial: 20, cap: 50, patience: 200 };
    await expect(tftpGetBytes({ host, port: 9, filename: "x", timing })).rejects.toMatchObject({
      code: "timeout",
    });
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it("is an abort by the caller's signal", async () => {
    const aborted = new AbortController();
    const port = await serve({ handler: createFiles({ big: pattern(2_000_000) }) });
    const get = tftpGetBytes({
      host,
      port,
      filename: "big",
      signal: aborted.signal,
      onProgress: ({ bytes }) => {
        if (bytes > 100_000) aborted.abort();
      },
    });
    await expect(get).rejects.toMatchObject({ code: "aborted" });
    await expect
      .poll(() => events.at(-1))
      .toMatchObject({
        type: "transfer-end",
        outcome: { type: "failed", failure: { type: "peer-error", code: 0 } },
      });
  });

  it("of the caller is told before anything is sent", async () => {
    await expect(tftpGetBytes({ host, filename: "x".repeat(600) })).rejects.toMatchObject({ code: "usage" });
    await expect(tftpGetBytes({ host, filename: "x", blksize: 7 })).rejects.toMatchObject({ code: "usage" });
    await expect(tftpGetBytes({ host, filename: "x", checksum: "none" })).rejects.toMatchObject({
      code: "usage",
    });
  });

  it("of the file on this side reaches the server as ERROR", async () => {
    const port = await serve({ handler: createFiles({ big: pattern(1_000_000) }) });
    const files = createFiles({}, { failWrite: new FileStoreError("no-space", "full") });
    const to = files.write?.({ filename: "here" } as never);
    if (to === undefined || "then" in to) throw new Error("no file");
    await expect(tftpGet({ host, port, filename: "big", to })).rejects.toMatchObject({ code: "store" });
    await expect
      .poll(() => events.at(-1))
      .toMatchObject({
        outcome: { type: "failed", failure: { type: "peer-error", code: 3 } },
      });
    await expect.poll(() => files.log).toEqual(["abort here no-space"]);
  });
});
