import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FileStore, FileStoreError } from "@longshore/file-store";
import { createMemoryStore } from "@longshore/file-store-memory";
import { createNodeStore } from "@longshore/file-store-node";
import type { FtpServerOptions } from "@longshore/ftp-server";
import { afterAll, describe, expect, it } from "vitest";
import type { RawClient } from "./support/client.ts";
import { certificate, files, secret, start, until } from "./support/server.ts";

const roots: string[] = [];

afterAll(async () => {
  for (const root of roots) await rm(root, { recursive: true, force: true });
});

const stores: Readonly<Record<string, () => Promise<FileStore>>> = {
  memory: async () => createMemoryStore({ files }),
  node: async () => {
    const root = await mkdtemp(join(tmpdir(), "longshore-commands-"));
    roots.push(root);
    const store = createNodeStore(root, { writable: true, fileMode: 0o644, directoryMode: 0o755 });
    const fill = createMemoryStore({ files });
    await fillFrom(fill, store, "/");
    return store;
  },
};

async function fillFrom(from: FileStore, to: FileStore, directory: string): Promise<void> {
  const { toPath } = await import("@longshore/file-store");
  for await (const batch of from.list(toPath(directory), {}))
    for (const { name, type } of batch) {
      const path = toPath(`${directory}/${name}`);
      if (type === "directory") {
        await to.makeDirectory(path, {});
        await fillFrom(from, to, path.text);
        continue;
      }
      const file = await to.openWrite(path, { mode: "create" }, {});
      await file.write(new TextEncoder().encode(files[path.text] ?? ""), 0);
      await file.commit();
    }
}

const digest = (algorithm: string, text: string): string => createHash(algorithm).update(text).digest("hex");

async function feat(client: RawClient): Promise<readonly string[]> {
  return (await client.command("FEAT")).split("\n").map((line) => line.trim());
}

for (const [name, make] of Object.entries(stores)) {
  const open = async (options: Partial<FtpServerOptions> = {}): Promise<RawClient> =>
    (await start({ store: await make(), ...options })).client();

  describe(`over the ${name} store`, () => {
    it("HASH answers with algorithm, range, digest and path; OPTS HASH selects; RANG cuts", async () => {
      const client = await open();
      const text = "hello\nworld\n";
      expect(await client.command("HASH a.txt")).toBe(`213 SHA-256 0-11 ${digest("sha256", text)} /a.txt`);
      expect(await client.command("OPTS HASH")).toBe("200 SHA-256");
      for (const [algorithm, node] of [
        ["SHA-1", "sha1"],
        ["SHA-512", "sha512"],
        ["MD5", "md5"],
      ] as const) {
        expect(await client.command(`OPTS HASH ${algorithm.toLowerCase()}`)).toBe(`200 ${algorithm}`);
        expect(await client.command("HASH a.txt")).toContain(` ${digest(node, text)} `);
      }
      expect(await client.command("OPTS HASH CRC32")).toBe("200 CRC32");
      expect(await client.command("HASH a.txt")).toBe("213 CRC32 0-11 c4c55dff /a.txt");
      expect(await client.code("OPTS HASH CRC-37")).toBe(501);
      await client.command("OPTS HASH MD5");
      expect(await client.code("RANG 0 4")).toBe(350);
      expect(await client.command("HASH a.txt")).toBe(`213 MD5 0-4 ${digest("md5", "hello")} /a.txt`);
      expect(await client.command("HASH a.txt")).toContain(" 0-11 ");
      await client.command("RANG 6 999");
      expect(await client.command("HASH a.txt")).toBe(`213 MD5 6-11 ${digest("md5", "world\n")} /a.txt`);
      await client.command("RANG 13 14");
      expect(await client.code("HASH a.txt")).toBe(550);
      expect(await client.command("HASH empty.txt")).toContain(` ${digest("md5", "")} /empty.txt`);
      expect(await client.code("HASH dir")).toBe(553);
      expect(await client.code("HASH none")).toBe(550);
    });

    it("XCRC, XMD5, XSHA and their kin and MD5 answer, with a range", async () => {
      const client = await open();
      const text = "hello\nworld\n";
      expect(await client.command("XCRC a.txt")).toBe("250 C4C55DFF");
      for (const [verb, node] of [
        ["XMD5", "md5"],
        ["XSHA", "sha1"],
        ["XSHA1", "sha1"],
        ["XSHA256", "sha256"],
        ["XSHA512", "sha512"],
      ] as const)
        expect(await client.command(`${verb} a.txt`)).toBe(`250 ${digest(node, text).toUpperCase()}`);
      expect(await client.command("XMD5 a.txt 6")).toBe(`250 ${digest("md5", "world\n").toUpperCase()}`);
      expect(await client.command('XMD5 "a.txt" 0 5')).toBe(`250 ${digest("md5", "hello").toUpperCase()}`);
      expect(await client.code("XMD5 a.txt 0 13")).toBe(550);
      expect(await client.code("XMD5 a.txt 5 2")).toBe(501);
      expect(await client.command("MD5 a.txt")).toBe(`251 /a.txt ${digest("md5", text).toUpperCase()}`);
      expect(await client.code("XCRC dir")).toBe(550);
    });

    it("RANG bounds RETR and STOR and is spent by them", async () => {
      const client = await open();
      await client.command("RANG 2 6");
      const part = await client.get("RETR a.txt");
      expect(part.content).toBe("llo\nw");
      expect((await client.get("RETR a.txt")).content).toBe("hello\nworld\n");
      await client.command("RANG 6 100");
      expect((await client.get("RETR a.txt")).content).toBe("world\n");
      await client.command("RANG 50 100");
      expect(await client.get("RETR a.txt")).toMatchObject({
        content: "",
        final: expect.stringMatching(/^226/),
      });
      await client.command("RANG 0 4");
      expect((await client.put("STOR a.txt", "HELLO")).final).toMatch(/^226/);
      expect((await client.get("RETR a.txt")).content).toBe("HELLO\nworld\n");
      await client.command("RANG 6 7");
      expect((await client.put("STOR a.txt", "too much")).final).toMatch(/^552/);
      expect((await client.get("RETR a.txt")).content).toBe("HELLO\nworld\n");
      await client.command("RANG 11 14");
      expect((await client.put("APPE a.txt", "!!!")).final).toMatch(/^226/);
      expect((await client.get("RETR a.txt")).content).toBe("HELLO\nworld!!!");
      await client.command("RANG 99 100");
      expect((await client.put("STOR a.txt", "x")).final).toMatch(/^554/);
      expect(await client.code("RANG 1 0")).toBe(350);
      await client.command("RANG 0 1");
      expect(await client.code("RANG 5 2")).toBe(501);
      expect((await client.get("RETR a.txt")).content).toBe("HELLO\nworld!!!");
    });

    it("MFMT, MDTM with a time, MFF and SITE UTIME set times, and tell what was kept", async () => {
      const client = await open();
      expect(await client.command("MFMT 20020717210715 a.txt")).toBe("213 Modify=20020717210715; /a.txt");
      expect(await client.command("MDTM a.txt")).toBe("213 20020717210715");
      expect(await client.code("MDTM 20200102030405 a.txt")).toBe(213);
      expect(await client.command("MDTM a.txt")).toBe("213 20200102030405");
      expect(await client.command("MFF modify=20210102030405;UNIX.mode=640; a.txt")).toBe(
        "213 Modify=20210102030405;UNIX.mode=0640; /a.txt",
      );
      expect(await client.command("MLST a.txt")).toMatch(/modify=20210102030405;.*UNIX\.mode=0640;/i);
      expect(await client.command("MFF X.y=1; a.txt")).toMatch(/^504 /);
      expect(await client.code("MFF Modify=20210102030405; none")).toBe(550);
      expect(await client.code("SITE UTIME 20010203040506 a.txt")).toBe(200);
      expect(await client.command("MDTM a.txt")).toBe("213 20010203040506");
      const long = "SITE UTIME a.txt 20010101000000 20020202020202 20030303030303 UTC";
      expect(await client.code(long)).toBe(200);
      expect(await client.command("MDTM a.txt")).toBe("213 20020202020202");
    });

    it("MFCT and the fact Create are there exactly where the store can set them", async () => {
      const client = await open();
      const lines = await feat(client);
      const isSettable = lines.includes("MFCT");
      expect(isSettable).toBe(name === "memory");
      expect(lines.find((line) => line.startsWith("MFF "))?.includes("Create;")).toBe(isSettable);
      const answer = await client.command("MFCT 20020717210715 a.txt");
      expect(answer).toMatch(isSettable ? /^213 Create=20020717210715; \/a\.txt$/ : /^550 /);
    });

    it("AVBL and DSIZ tell bytes", async () => {
      const client = await open();
      expect(await client.command("AVBL")).toMatch(/^213 [1-9]\d*$/);
      expect(await client.command("AVBL dir")).toMatch(/^213 /);
      expect(await client.command("DSIZ dir")).toBe("213 2");
      expect(await client.command("DSIZ")).toBe("213 14");
      expect(await client.code("DSIZ a.txt")).toBe(550);
      expect(await client.code("DSIZ none")).toBe(550);
    });

    it("COMB makes one file of parts, which are gone then", async () => {
      const client = await open();
      await client.put("STOR p1", "one ");
      await client.put("STOR p 2", "two ");
      await client.put("STOR p3", "three");
      expect(await client.code('COMB whole p1 "p 2"')).toBe(250);
      expect((await client.get("RETR whole")).content).toBe("one two ");
      expect(await client.code("COMB whole p3")).toBe(250);
      expect((await client.get("RETR whole")).content).toBe("one two three");
      expect((await client.get("NLST")).content).not.toMatch(/^p/m);
      // Nothing is written where a part is missing, or is the target itself.
      await client.put("STOR p4", "four");
      expect(await client.code("COMB whole p4 none")).toBe(553);
      expect(await client.code("COMB whole whole")).toBe(501);
      expect((await client.get("RETR whole")).content).toBe("one two three");
      expect((await client.get("RETR p4")).content).toBe("four");
    });

    it("RMDA removes a directory with all that is in it, and never follows a link out of it", async () => {
      const client = await open();
      await client.command("MKD dir/sub");
      await client.command("MKD dir/sub/deep");
      await client.put("STOR dir/sub/deep/file", "x");
      await client.put("STOR nothing/kept", "kept");
      expect(await client.code("SITE SYMLINK nothing dir/sub/link")).toBe(200);
      expect(await client.code("RMDA dir/sub/link")).toBe(550);
      expect(await client.code("RMDA a.txt")).toBe(550);
      expect(await client.code("RMDA /")).toBe(550);
      expect(await client.code("RMDA none")).toBe(550);
      expect(await client.code("RMDA dir")).toBe(250);
      expect(await client.code("CWD dir")).toBe(550);
      expect((await client.get("RETR nothing/kept")).content).toBe("kept");
    });

    it("SITE SYMLINK takes both paths as seen from the working directory", async () => {
      const client = await open();
      expect(await client.code("CWD dir")).toBe(250);
      expect(await client.code("SITE SYMLINK b.txt ../nothing/link")).toBe(200);
      expect((await client.get("RETR /nothing/link")).content).toBe("b");
      expect(await client.code('SITE SYMLINK /a.txt "a link"')).toBe(200);
      expect((await client.get("RETR a link")).content).toBe("hello\nworld\n");
      expect((await client.get("LIST /nothing")).content).toContain("link -> ../dir/b.txt");
      expect(await client.code("SITE SYMLINK ../../../../etc/passwd out")).toBe(200);
      expect((await client.get("RETR out")).final).toMatch(/^550/);
      expect(await client.code("SITE SYMLINK b.txt b.txt")).toBe(550);
    });

    it("SITE CPFR and CPTO copy a file, in this sequence only", async () => {
      const client = await open();
      expect(await client.code("SITE CPTO new")).toBe(503);
      expect(await client.code("SITE CPFR a.txt")).toBe(350);
      expect(await client.code("SITE CPTO dir/copy")).toBe(250);
      expect((await client.get("RETR dir/copy")).content).toBe("hello\nworld\n");
      expect(await client.code("SITE CPFR a.txt")).toBe(350);
      expect(await client.code("PWD")).toBe(257);
      expect(await client.code("SITE CPTO other")).toBe(503);
      expect(await client.code("SITE CPFR a.txt")).toBe(350);
      expect(await client.code("SITE CPTO a.txt")).toBe(250);
      expect((await client.get("RETR a.txt")).content).toBe("hello\nworld\n");
      expect(await client.code("SITE CPFR dir")).toBe(550);
      expect(await client.code("SITE CPFR none")).toBe(550);
    });

    it("SITE CHMOD leaves setuid, setgid and sticky out, unless an option allows them", async () => {
      const client = await open();
      expect(await client.code("SITE CHMOD 7755 a.txt")).toBe(200);
      expect(await client.command("MLST a.txt")).toContain("UNIX.mode=0755;");
      expect(await client.command("MFF UNIX.mode=6700; a.txt")).toContain("UNIX.mode=0700;");
      const other = await open({ allowSpecialModeBits: true });
      expect(await other.code("SITE CHMOD 1755 a.txt")).toBe(200);
      expect(await other.command("MLST a.txt")).toMatch(/UNIX\.mode=01755;/);
    });

    it("SITE UMASK holds for what this session makes from then on", async () => {
      const client = await open();
      expect(await client.command("SITE UMASK")).toMatch(/^200 /);
      expect(await client.command("SITE UMASK 027")).toMatch(/^200 .*027/);
      await client.put("STOR private", "x");
      await client.put("STOU unique", "x");
      await client.command("MKD closed");
      expect(await client.command("MLST private")).toMatch(/UNIX\.mode=0640;/);
      expect(await client.command("MLST unique")).toMatch(/UNIX\.mode=0640;/);
      expect(await client.command("MLST closed")).toMatch(/UNIX\.mode=0750;/);
      expect(await client.code("SITE UMASK 1777")).toBe(501);
    });

    it("SMNT, LANG, CSID, SITE IDLE and SITE HELP answer", async () => {
      const client = await open();
      expect(await client.code("SMNT dir")).toBe(202);
      expect(await client.code("SMNT a.txt")).toBe(550);
      expect(await client.code("SMNT none")).toBe(550);
      expect(await client.code("LANG")).toBe(200);
      expect(await client.code("LANG en-GB")).toBe(200);
      expect(await client.code("LANG tlh")).toBe(504);
      expect(await client.command("CSID Name=x; Version=1;")).toMatch(/^200 Name=Longshore;CaseSensitive=1;/);
      expect(await client.command("SITE IDLE")).toMatch(/^200 .*300 seconds.*7200/);
      expect(await client.command("SITE IDLE 600")).toMatch(/^200 .*600/);
      expect(await client.code("SITE IDLE 5")).toBe(501);
      expect(await client.command("SITE HELP")).toContain("SITE CPFR path");
    });

    it("a user who may only read can hash, and change nothing by any of the commands", async () => {
      const store = await make();
      const server = await start({ store, users: [{ name: "tester", password: secret, permission: "ro" }] });
      const client = await server.client();
      expect(await client.code("HASH a.txt")).toBe(213);
      const lines = await feat(client);
      for (const line of ["COMB", "RMDA", "MFMT", "MFCT", "SITE UTIME", "SITE SYMLINK", "SITE COPY"])
        expect(lines).not.toContain(line);
      expect(lines.filter((line) => line.startsWith("MFF"))).toEqual([]);
      for (const line of [
        "COMB new a.txt",
        "RMDA dir",
        "MFMT 20200102030405 a.txt",
        "MDTM 20200102030405 a.txt",
        "MFCT 20200102030405 a.txt",
        "MFF UNIX.mode=0777; a.txt",
        "SITE UTIME 20200102030405 a.txt",
        "SITE SYMLINK a.txt link",
        "SITE CHMOD 777 a.txt",
        "SITE UMASK 0",
      ])
        expect([550, 553], line).toContain(await client.code(line));
      expect(await client.code("SITE CPFR a.txt")).toBe(350);
      expect(await client.code("SITE CPTO new")).toBe(550);
      expect((await client.get("NLST")).content.split("\r\n").sort()).toEqual([
        "",
        "a.txt",
        "dir",
        "empty.txt",
        "nothing",
      ]);
    });
  });
}

describe("what goes over content", () => {
  /** A store whose reads wait until they are let go, and whose copy is not its own. */
  function slowStore(): { store: FileStore; reading: () => number; letGo: () => void } {
    const inner = createMemoryStore({ files: { "/big": "x".repeat(600_000), "/other": "y" } });
    const { copy: _, ...rest } = inner;
    let reads = 0;
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const store: FileStore = {
      ...rest,
      async openRead(path, context) {
        const file = await inner.openRead(path, context);
        return {
          ...file,
          async read(into, position) {
            reads++;
            if (position > 0) await Promise.race([gate, aborted(context.signal)]);
            return file.read(into, position);
          },
        };
      },
    };
    return { store, reading: () => reads, letGo: () => open() };
  }

  it("ABOR gives a HASH up, the session lives, and NOOP in between waits its turn", async () => {
    const { store, reading, letGo } = slowStore();
    const client = await (await start({ store })).client();
    client.write("HASH big\r\n");
    await until(() => reading() > 1);
    client.write("NOOP\r\nABOR\r\n");
    expect([await client.reply(), await client.reply(), await client.reply()]).toEqual([
      expect.stringMatching(/^451 /),
      expect.stringMatching(/^200 /),
      expect.stringMatching(/^226 /),
    ]);
    letGo();
    expect(await client.code("HASH big")).toBe(213);
  });

  it("a client that leaves takes its HASH with it: the server closes at once", async () => {
    const { store, reading } = slowStore();
    const server = await start({ store });
    const client = await server.client();
    client.write("HASH big\r\n");
    await until(() => reading() > 1);
    client.close();
    await until(() => server.server.sessions === 0);
  });

  it("ABOR gives a copy and a COMB up, and nothing of them is left", async () => {
    for (const lines of [["SITE CPFR big", "SITE CPTO new"], ["COMB new big other"]]) {
      const { store, reading } = slowStore();
      const client = await (await start({ store })).client();
      for (const line of lines.slice(0, -1)) await client.command(line);
      client.write(`${lines.at(-1)}\r\n`);
      await until(() => reading() > 1);
      expect(await client.command("ABOR")).toMatch(/^451 /);
      expect(await client.reply()).toMatch(/^226 /);
      expect((await client.get("NLST")).content.split("\r\n").sort()).toEqual(["", "big", "other"]);
    }
  });

  it("a copy goes through the server where the store has none of its own", async () => {
    const { store, letGo } = slowStore();
    letGo();
    const client = await (await start({ store })).client();
    await client.command("SITE CPFR big");
    expect(await client.code("SITE CPTO new")).toBe(250);
    expect(await client.command("SIZE new")).toBe("213 600000");
    expect(await client.command("XMD5 new")).toBe(await client.command("XMD5 big"));
    await client.command("SITE CPFR big");
    expect(await client.code("SITE CPTO /./big")).toBe(250);
    expect(await client.command("SIZE big")).toBe("213 600000");
  });

  it("the limits contentSize and treeEntries bound them", async () => {
    const store = createMemoryStore({ files });
    const client = await (await start({ store, limits: { contentSize: 5, treeEntries: 3 } })).client();
    expect(await client.command("HASH a.txt")).toMatch(/^556 /);
    expect(await client.code("XCRC a.txt")).toBe(552);
    await client.command("RANG 0 4");
    expect(await client.code("HASH a.txt")).toBe(213);
    expect(await client.code("COMB new a.txt")).toBe(552);
    expect(await client.command("DSIZ")).toMatch(/^550 .*too many/);
    expect(await client.command("DSIZ dir")).toBe("213 2");
  });

  it("many hashes at once take turns, and all are answered", async () => {
    const server = await start();
    const clients = await Promise.all(Array.from({ length: 8 }, () => server.client()));
    const answers = await Promise.all(clients.map((client) => client.code("HASH a.txt")));
    expect(answers).toEqual(Array.from({ length: 8 }, () => 213));
  });
});

describe("SITE WHO", () => {
  it("is 502 and not in SITE HELP unless an option offers it", async () => {
    const client = await (await start()).client();
    expect(await client.code("SITE WHO")).toBe(502);
    expect(await client.command("SITE HELP")).not.toContain("WHO");
  });

  it("tells of one's own sessions or of all, without addresses and paths", async () => {
    const users = ["tester", "other"].map((user) => ({
      name: user,
      password: secret,
      permission: "rw" as const,
    }));
    for (const who of ["own", "all"] as const) {
      const server = await start({ users, who });
      const client = await server.client();
      const second = await server.client({ login: false });
      await second.login("other");
      await second.command("CWD dir");
      await server.client({ login: false });
      const answer = await client.command("SITE WHO");
      expect(answer).toMatch(/^200-Sessions:\n tester \d+s SITE WHO \(this session\)\n/);
      expect(answer.includes("other ")).toBe(who === "all");
      expect(answer).toContain(who === "all" ? "200 2 in all." : "200 1 in all.");
      expect(answer).not.toMatch(/127\.0\.0\.1|::1|\/dir/);
    }
  });
});

describe("LPRT and LPSV, RFC 1639", () => {
  it("move data as PORT and PASV do", async () => {
    const { connect, createServer } = await import("node:net");
    const client = await (await start()).client();
    const answer = await client.command("LPSV");
    const numbers = /^228 .*\((4,4,127,0,0,1,2,(\d+),(\d+))\)$/.exec(answer);
    const data = connect(Number(numbers?.[2]) * 256 + Number(numbers?.[3]), "127.0.0.1");
    const content = new Promise<string>((resolve) => {
      data.on("data", (chunk) => resolve(String(chunk)));
    });
    expect(await client.code("RETR a.txt")).toBe(150);
    expect(await content).toBe("hello\nworld\n");
    expect(await client.reply()).toMatch(/^226/);
    data.destroy();

    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const { port } = listener.address() as { port: number };
    const incoming = new Promise<string>((resolve) => {
      listener.on("connection", (socket) => {
        socket.on("data", (chunk) => resolve(String(chunk)));
        socket.on("error", () => {});
      });
    });
    expect(await client.code(`LPRT 4,4,127,0,0,1,2,${port >> 8},${port & 255}`)).toBe(200);
    expect(await client.code("RETR a.txt")).toBe(150);
    expect(await incoming).toBe("hello\nworld\n");
    expect(await client.reply()).toMatch(/^226/);
    listener.close();
    expect(await client.code("LPRT 4,4,192,0,2,1,2,8,0")).toBe(500);
    expect(await client.code("LPRT 4,4,127,0,0,1,2,0,22")).toBe(504);
    expect(await client.command(`LPRT 6,16,${"0,".repeat(15)}1,2,8,0`)).toMatch(/^521 .*\(4\)$/);
    expect(await client.command("LPRT 16,4,1,2,3,4,2,8,0")).toMatch(/^521 /);
    expect(await client.code("LPRT 4,4,1,2,3")).toBe(501);
  });
});

describe("FXP between two servers", () => {
  const between = { active: { allowForeignAddress: true }, passive: { allowForeignAddress: true } } as const;

  async function privately(options: Partial<FtpServerOptions>): Promise<RawClient> {
    const server = await start({ tls: { ...certificate(), implicit: true }, ...between, ...options });
    const client = await server.client({ implicitTls: true });
    await client.command("PBSZ 0");
    await client.command("PROT P");
    return client;
  }

  it("is not there unless foreign addresses are allowed", async () => {
    const server = await start({ tls: { ...certificate(), implicit: true } });
    const client = await server.client({ implicitTls: true });
    expect(await client.code("CPSV")).toBe(502);
    expect(await client.code("SSCN ON")).toBe(502);
  });

  for (const way of ["CPSV", "SSCN"] as const)
    it(`${way}: one server is the TLS client of the other`, async () => {
      const from = await privately({});
      const to = await privately({ store: createMemoryStore() });
      if (way === "SSCN") {
        expect(await to.command("SSCN")).toBe("200 SSCN:SERVER METHOD");
        expect(await to.command("SSCN ON")).toBe("200 SSCN:CLIENT METHOD");
      }
      const answer = await to.command(way === "CPSV" ? "CPSV" : "PASV");
      expect(answer).toMatch(/^227 /);
      expect(await from.code(`PORT ${/\(([\d,]+)\)/.exec(answer)?.[1]}`)).toBe(200);
      to.write("STOR copy\r\n");
      from.write("RETR a.txt\r\n");
      expect([await to.reply(), await to.reply()]).toEqual([
        expect.stringMatching(/^150/),
        expect.stringMatching(/^226 .*12 bytes/),
      ]);
      expect([await from.reply(), await from.reply()]).toEqual([
        expect.stringMatching(/^150/),
        expect.stringMatching(/^226 .*12 bytes/),
      ]);
      expect(await to.command("XMD5 copy")).toBe(await from.command("XMD5 a.txt"));
    });
});

describe("the option without", () => {
  it("takes commands away: 502, and not in HELP or FEAT", async () => {
    const client = await (await start({ without: ["HASH", "DELE", "SITE CHMOD", "SITE"] })).client();
    expect(await client.code("HASH a.txt")).toBe(502);
    expect(await client.code("DELE a.txt")).toBe(502);
    expect(await client.code("SITE CHMOD 644 a.txt")).toBe(502);
    expect(await client.code("SITE NONSENSE")).toBe(502);
    expect((await feat(client)).join()).not.toContain("HASH");
    expect(await client.command("HELP")).not.toMatch(/ (?:HASH|DELE|SITE) /);
  });
});

describe("a real disk", () => {
  it("keeps what RMDA, COMB and SITE UMASK say, and leaves nothing beside", async () => {
    const root = await mkdtemp(join(tmpdir(), "longshore-commands-"));
    roots.push(root);
    await writeFile(join(root, "p1"), "one");
    await writeFile(join(root, "p2"), "two");
    const client = await (await start({ store: createNodeStore(root, { writable: true }) })).client();
    await client.command("SITE UMASK 077");
    expect(await client.code("COMB whole p1 p2")).toBe(250);
    expect(await readdir(root)).toEqual(["whole"]);
    expect((await stat(join(root, "whole"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(root, "whole"))).size).toBe(6);
  });
});

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(new FileStoreError("aborted", "given up")), {
      once: true,
    });
  });
}
