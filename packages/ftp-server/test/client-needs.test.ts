import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FileStore, toPath as pathOf } from "@longshore/file-store";
import { createMemoryStore } from "@longshore/file-store-memory";
import { createNodeStore } from "@longshore/file-store-node";
import { describe, expect, it } from "vitest";
import { type RawClient, readAll } from "./support/client.ts";
import { files, type Running, start, until } from "./support/server.ts";

// What real clients need of a server: each test is named after the sentence it shows. How uploads that were interrupted
// go on is in interrupted-upload.test.ts, data connections and TLS have files of their own.

/** Sends the lines, and gives the codes of the final replies. */
async function codesOf(client: RawClient, ...lines: readonly string[]): Promise<readonly number[]> {
  const codes: number[] = [];
  for (const line of lines) codes.push(await client.code(line));
  return codes;
}

/** Begins an upload of which the server has `content`. */
async function uploading(client: RawClient, line: string, content: string): Promise<Socket> {
  const data = await client.passive();
  expect(await client.code(line)).toBe(150);
  data.write(content);
  while (!(await client.command("STAT")).includes(` ${content.length} bytes`));
  return data;
}

const linesOf = (content: string): readonly string[] =>
  content === "" ? [] : content.trimEnd().split("\r\n").sort();

const session = async (): Promise<RawClient> => (await start()).client();

describe("commands and replies", () => {
  it("lines arrive in any fragments; LF alone ends a line; IAC IP IAC DM may stand before ABOR, STAT or QUIT", async () => {
    const client = await session();
    for (const byte of "PWD\n") {
      client.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await client.reply()).toMatch(/^257/);
    for (const [line, code] of [
      ["ABOR", /^22[56]/],
      ["STAT", /^211/],
      ["QUIT", /^221/],
    ] as const) {
      client.write(Buffer.from([0xff, 0xf4, 0xff, 0xf2]));
      expect(await client.command(line), line).toMatch(code);
    }
  });

  it("pipelining: several commands in one segment are answered in order", async () => {
    const client = await session();
    client.write("SYST\r\nPWD\r\nTYPE A\r\nNOOP\r\nMDTM a.txt\r\n");
    const codes: string[] = [];
    for (let count = 0; count < 5; count++) codes.push((await client.reply()).slice(0, 3));
    expect(codes).toEqual(["215", "257", "200", "200", "213"]);
  });

  it("every reply has text after the code", async () => {
    const running = await start();
    const client = await running.client();
    const lines = [
      "NOOP",
      "TYPE I",
      "PASV",
      "EPSV",
      "MDTM a.txt",
      "SIZE a.txt",
      "CWD dir",
      "CDUP",
      "REST 0",
      "ABOR",
    ];
    for (const line of [...lines, "STAT", "HELP", "XYZ", "RETR none", "OPTS UTF8 ON"])
      await client.command(line);
    await client.get("LIST");
    const replies = running.events.filter((event) => event.type === "reply");
    expect(replies.length).toBeGreaterThan(15);
    for (const { code, text } of replies) expect(text.trim(), `${code}`).not.toBe("");
  });

  it('PWD/MKD answer 257 with " doubled', async () => {
    const client = await session();
    expect(await client.command('MKD say "hi"')).toMatch(/^257 "\/say ""hi""" /);
    expect(await client.code('CWD say "hi"')).toBe(250);
    expect(await client.command("PWD")).toMatch(/^257 "\/say ""hi""" /);
  });

  it("OPTS UTF8 ON, OPTS UTF-8, bare OPTS UTF8: 200, also before login; ALLO 200; CLNT 200; NOOP x accepted; CWD without argument: the root", async () => {
    const running = await start();
    const early = await running.client({ login: false });
    const options = ["OPTS UTF8 ON", "OPTS UTF-8", "OPTS UTF8", "opts utf8 on", "CLNT test"];
    expect(await codesOf(early, ...options)).toEqual([200, 200, 200, 200, 200]);
    const client = await running.client();
    expect(await codesOf(client, ...options, "ALLO 100", "ALLO 100 R 10", "NOOP x")).toEqual(
      Array(8).fill(200),
    );
    expect(await codesOf(client, "CWD dir", "CWD")).toEqual([250, 250]);
    expect(await client.command("PWD")).toMatch(/^257 "\/" /);
  });

  it("ftp.exe uses X-verbs; Explorer sends syst, site help, noop; FileZilla and Total Commander CLNT and OPTS MLST", async () => {
    const client = await session();
    const lines = ["XPWD", "XMKD new", "XCWD new", "XCUP", "XRMD new", "syst", "site help", "noop"];
    expect(await codesOf(client, ...lines)).toEqual([257, 257, 250, 250, 250, 215, 214, 200]);
    expect(await codesOf(client, "CLNT x", "OPTS MLST type;size;modify;")).toEqual([200, 200]);
  });

  it("EPSV ALL then refuses PORT/PASV/EPRT; EPSV 1|2 selects the family, 522 otherwise", async () => {
    const client = await session();
    expect(await codesOf(client, "EPSV 1", "EPSV 2", "EPSV ALL")).toEqual([229, 522, 200]);
    expect(await codesOf(client, "PORT 127,0,0,1,20,20", "PASV", "EPRT |1|127.0.0.1|5000|", "EPSV")).toEqual([
      501, 501, 501, 229,
    ]);
  });

  it("some cameras hang after EPSV on IPv4: a named switch", async () => {
    const running = await start({ quirks: { acceptExtendedPassiveOnIpv4: false } });
    const client = await running.client();
    expect(await client.code("EPSV")).toBe(502);
    expect(await client.command("FEAT")).not.toContain("EPSV");
    const numbers = /\((?:\d+,){4}(\d+),(\d+)\)/.exec(await client.command("PASV"));
    const data = connect(Number(numbers?.[1]) * 256 + Number(numbers?.[2]), "127.0.0.1");
    expect(await client.code("RETR a.txt")).toBe(150);
    expect(await readAll(data)).toBe(files["/a.txt"]);
  });
});

describe("listings", () => {
  const store = (): FileStore =>
    createMemoryStore({ files: { ...files, "/-la": "flags", "/ two  spaces ": "x" } });

  it("LIST: leading -letters are stripped unless such a path exists; no total line; d for directories; names with spaces whole; a file lists itself", async () => {
    const client = await session();
    const plain = linesOf((await client.get("LIST")).content);
    for (const flags of ["-a", "-la", "-A", "-aln"]) {
      expect(linesOf((await client.get(`LIST ${flags}`)).content), flags).toEqual(plain);
    }
    expect(plain.join("\n")).not.toMatch(/^total/m);
    expect(plain.filter((line) => line.startsWith("d")).map((line) => line.split(" ").at(-1))).toEqual([
      "dir",
      "nothing",
    ]);
    expect((await client.get("LIST -la dir")).content).toContain(" name with spaces.txt\r\n");
    expect(linesOf((await client.get("LIST a.txt")).content)).toEqual([
      expect.stringMatching(/^-.* 12 .* a\.txt$/),
    ]);
    const other = await (await start({ store: store() })).client();
    expect((await other.get("LIST -la")).content).toMatch(/^-.* 5 .* -la\r\n$/);
  });

  it("LIST: symlinks l… name -> target; dates by the six-month rule, times in UTC or the configured zone", async () => {
    const linked = createMemoryStore({ files, clock: () => Date.now() - 3_600_000 });
    await linked.makeLink?.(pathOf("/link"), "dir/b.txt", {});
    const old = Date.UTC(2020, 0, 2, 23, 30);
    await linked.setTimes?.(pathOf("/a.txt"), { modified: old }, {});
    const client = await (await start({ store: linked })).client();
    const { content } = await client.get("LIST");
    expect(content).toMatch(/^l.* link -> dir\/b\.txt\r$/m);
    expect(content).toMatch(/ Jan {1,2}2 {2}2020 a\.txt/);
    expect(content).toMatch(/ \d\d:\d\d empty\.txt/);
    const zoned = await (await start({ store: linked, zoneOffset: 60 })).client();
    expect((await zoned.get("LIST a.txt")).content).toMatch(/ Jan {1,2}3 {2}2020 a\.txt/);
  });

  it("LIST: globs * ? [ bounded in work", async () => {
    const client = await session();
    expect(linesOf((await client.get("LIST *.txt")).content)).toHaveLength(2);
    expect(linesOf((await client.get("LIST ?.txt")).content)).toHaveLength(1);
    expect(linesOf((await client.get("LIST [ab].txt")).content)).toHaveLength(1);
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`/file${index}`, ""]));
    const bounded = await start({
      store: createMemoryStore({ files: many }),
      limits: { wildcardEntries: 49 },
    });
    const { final } = await (await bounded.client()).get("LIST f*");
    expect(final).toMatch(/^[45]/);
  });

  it("NLST of an empty directory is 226 with no data, of a file its name; names only, no directories' contents of children", async () => {
    const client = await session();
    expect(await client.get("NLST nothing")).toMatchObject({
      content: "",
      final: expect.stringMatching(/^226/),
    });
    expect((await client.get("NLST a.txt")).content).toBe("a.txt\r\n");
    expect(linesOf((await client.get("NLST")).content)).toEqual(["a.txt", "dir", "empty.txt", "nothing"]);
  });

  it("MLSD/MLST: every fact ends with ;, one space, the name; cdir/pdir; MLST one space-led line in 250-…250; OPTS MLST selects and FEAT marks with *; MLSD with a trailing space is the working directory", async () => {
    const client = await session();
    const facts = linesOf((await client.get("MLSD dir")).content);
    for (const line of facts) expect(line).toMatch(/^(?:[^;= ]+=[^; ]*;)+ [^ ].*$/);
    expect(facts.filter((line) => /^type=[cp]dir;/.test(line))).toHaveLength(2);
    expect(await client.command("MLST a.txt")).toMatch(/^250-[^\n]*\n [^ ;]+;[^\n]*; \/?a\.txt\n250 [^\n]+$/);
    expect(await client.command("OPTS MLST size;type;")).toMatch(/^200 .*size;|^200 .*type;/i);
    expect(await client.command("FEAT")).toMatch(/^ MLST (?=.*type\*;)(?=.*size\*;)(?=.*modify;).*$/m);
    expect(linesOf((await client.get("MLSD ")).content)).toEqual(linesOf((await client.get("MLSD")).content));
    expect((await client.get("MLSD dir")).content).toMatch(/^type=file;size=1; b\.txt\r$/m);
  });
});

describe("sizes and times", () => {
  it("SIZE in type A says the transferred size; 550 with a reason beyond a limit, by option", async () => {
    const client = await (await start({ limits: { asciiSize: 12 } })).client();
    await client.command("TYPE A");
    expect(await client.command("SIZE a.txt")).toBe("213 14");
    expect((await client.get("RETR a.txt")).content).toHaveLength(14);
    expect((await client.put("STOR long.txt", "more than twelve")).final).toMatch(/^226/);
    expect(await client.command("SIZE long.txt")).toMatch(/^550 .*TYPE I/);
  });

  it("MDTM in UTC, fraction only where real; the set form MDTM YYYYMMDDhhmmss path; MFMT", async () => {
    const client = await session();
    expect(await client.code("MDTM 20200102030405 a.txt")).toBe(213);
    expect(await client.command("MDTM a.txt")).toBe("213 20200102030405");
    expect(await client.command("MFMT 20210203040506 a.txt")).toMatch(
      /^213 Modify=20210203040506; \/?a\.txt$/i,
    );
    expect(await client.command("MDTM a.txt")).toBe("213 20210203040506");
  });

  it("RETR's 150 ends in (N bytes); RETR or SIZE of a directory: 550", async () => {
    const client = await session();
    expect((await client.get("RETR a.txt")).opening).toMatch(/\(12 bytes\)$/);
    expect(await codesOf(client, "RETR dir", "SIZE dir")).toEqual([550, 550]);
  });

  it("default TYPE: binary unless told, an option", async () => {
    expect((await (await session()).get("RETR a.txt")).content).toBe("hello\nworld\n");
    const ascii = await (await start({ defaultType: "ascii" })).client();
    expect((await ascii.get("RETR a.txt")).content).toBe("hello\r\nworld\r\n");
  });
});

describe("uploads", () => {
  it("REST n then STOR overwrites from n and keeps what stands before; beyond the end, or non-digits, is refused; for the next transfer only", async () => {
    const client = await session();
    await client.put("STOR new", "0123456789");
    expect(await client.code("REST 4")).toBe(350);
    expect((await client.put("STOR new", "ab")).final).toMatch(/^226/);
    expect((await client.get("RETR new")).content).toBe("0123ab6789");
    await client.command("REST 11");
    expect((await client.put("STOR new", "x")).final).toMatch(/^554/);
    expect(await codesOf(client, "REST x", "REST -1", "REST")).toEqual([501, 501, 501]);
    await client.command("REST 8");
    expect((await client.get("RETR new")).content).toBe("89");
    expect((await client.get("RETR new")).content).toHaveLength(10);
  });

  it("APPE never truncates", async () => {
    const client = await session();
    await client.command("REST 3");
    expect((await client.put("APPE a.txt", "!")).final).toMatch(/^226/);
    expect((await client.get("RETR a.txt")).content).toBe("hello\nworld\n!");
    expect((await client.put("APPE new", "made")).final).toMatch(/^226/);
  });

  it("STOU names its file in the 150 (FILE: name)", async () => {
    const client = await session();
    const { opening, final } = await client.put("STOU a.txt", "unique");
    expect([opening, final.slice(0, 3)]).toEqual(["150 FILE: a.txt.1", "226"]);
    expect((await client.get("RETR a.txt.1")).content).toBe("unique");
    expect((await client.get("RETR a.txt")).content).toBe(files["/a.txt"]);
  });

  it("uploads are atomic by default: until 226 nobody sees the new content and the old file stands", async () => {
    const running = await start();
    const client = await running.client();
    const other = await running.client();
    const data = await uploading(client, "STOR a.txt", "new content");
    expect((await other.get("RETR a.txt")).content).toBe(files["/a.txt"]);
    expect(await other.command("SIZE a.txt")).toBe("213 12");
    data.end();
    expect(await client.reply()).toMatch(/^226/);
    expect((await other.get("RETR a.txt")).content).toBe("new content");
    const fresh = await uploading(client, "STOR fresh", "x");
    expect((await other.get("NLST")).content).not.toContain("fresh");
    fresh.end();
    expect(await client.reply()).toMatch(/^226/);
    expect((await other.get("NLST")).content).toContain("fresh");
  });

  it("in-place by option: what comes is seen and stays", async () => {
    const root = mkdtempSync(join(tmpdir(), "longshore-in-place-"));
    try {
      const running = await start({ store: createNodeStore(root, { writable: true, writes: "in-place" }) });
      const client = await running.client();
      const data = await uploading(client, "STOR new", "half of");
      await until(() => readFileSync(`${root}/new`, "utf8") === "half of");
      data.resetAndDestroy();
      expect(await client.reply()).toMatch(/^426/);
      expect(await client.command("SIZE new")).toBe("213 7");
      expect((await client.put("APPE new", " it")).final).toMatch(/^226/);
      expect(readFileSync(`${root}/new`, "utf8")).toBe("half of it");
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });

  it("no 226 unless all bytes were stored and committed", async () => {
    const inner = createMemoryStore({ files });
    const failing: FileStore = {
      ...inner,
      async openWrite(path, options, context) {
        const file = await inner.openWrite(path, options, context);
        return { ...file, commit: () => Promise.reject(new Error("the disk said no")) };
      },
    };
    const client = await (await start({ store: failing })).client();
    expect((await client.put("STOR a.txt", "new")).final).toMatch(/^451/);
    expect((await client.get("RETR a.txt")).content).toBe(files["/a.txt"]);
  });
});

describe("during a transfer", () => {
  it("the control connection stays open: the idle clock does not run while data moves; NOOPs are answered at once", async () => {
    const client = await (await start({ limits: { idleTimeout: 60 } })).client();
    const data = await uploading(client, "STOR slow", "x");
    const began = performance.now();
    let noops = 0;
    while (performance.now() - began < 150) {
      data.write("x");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    for (; noops < 3; noops++) expect(await client.code("NOOP")).toBe(200);
    data.end();
    expect(await client.reply()).toMatch(/^226/);
  });

  it("STAT gives its progress; STAT path lists with 212/213 where none runs", async () => {
    const client = await session();
    const data = await uploading(client, "STOR new", "12345");
    expect(await client.command("STAT")).toBe("211 5 bytes received.");
    data.end();
    await client.reply();
    expect(await client.command("STAT dir")).toMatch(/^212-[\s\S]*b\.txt[\s\S]*\n212 /);
    expect(await client.command("STAT a.txt")).toMatch(/^213-[\s\S]*a\.txt[\s\S]*\n213 /);
  });

  it("ABOR: 426 then 226; idle: 225/226", async () => {
    const client = await session();
    await uploading(client, "STOR a.txt", "half of");
    client.write("ABOR\r\n");
    expect([(await client.reply()).slice(0, 3), (await client.reply()).slice(0, 3)]).toEqual(["426", "226"]);
    expect(await client.command("ABOR")).toMatch(/^22[56]/);
    expect(await codesOf(client, "NOOP")).toEqual([200]);
  });

  it("QUIT waits for it", async () => {
    const client = await session();
    const data = await uploading(client, "STOR new", "12345");
    client.write("QUIT\r\n");
    data.end("6");
    expect(await client.reply()).toMatch(/^226 .* 6 bytes/);
    expect(await client.reply()).toMatch(/^221/);
  });

  it("a data connection that fails is 425/426/451 on the control connection, which lives on", async () => {
    const running: Running = await start({ limits: { dataTimeout: 40 } });
    const client = await running.client();
    await client.passivePort();
    client.write("RETR a.txt\r\n");
    expect(await client.reply()).toMatch(/^150/);
    expect(await client.reply()).toMatch(/^425/);
    const data = await uploading(client, "STOR x", "half");
    data.resetAndDestroy();
    await once(data, "close");
    expect(await client.reply()).toMatch(/^426/);
    expect((await client.get("RETR a.txt")).content).toBe(files["/a.txt"]);
  });
});
