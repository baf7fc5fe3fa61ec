import type { FileStore } from "@longshore/file-store";
import { createMemoryStore } from "@longshore/file-store-memory";
import { describe, expect, it } from "vitest";
import { readAll } from "./support/client.ts";
import { files, secret, start, until } from "./support/server.ts";

describe("transfers", () => {
  it("retrieves a file, with its size in the 150", async () => {
    const client = await (await start()).client();
    const { opening, content, final } = await client.get("RETR a.txt");
    expect(opening).toMatch(/^150 .*\(12 bytes\)$/);
    expect(content).toBe("hello\nworld\n");
    expect(final).toMatch(/^226 /);
  });

  it("retrieves an empty file and one from an offset", async () => {
    const client = await (await start()).client();
    expect(await client.get("RETR empty.txt")).toMatchObject({
      content: "",
      final: expect.stringMatching(/^226/),
    });
    await client.command("REST 6");
    expect((await client.get("RETR a.txt")).content).toBe("world\n");
    await client.command("REST 12");
    expect(await client.get("RETR a.txt")).toMatchObject({
      content: "",
      final: expect.stringMatching(/^226/),
    });
    await client.command("REST 13");
    expect((await client.get("RETR a.txt")).final).toMatch(/^554/);
    expect((await client.get("RETR a.txt")).content).toBe("hello\nworld\n");
  });

  it("translates line ends in ASCII, counts them in SIZE and restarts in the translated stream", async () => {
    const client = await (await start()).client();
    expect(await client.command("SIZE a.txt")).toBe("213 12");
    await client.command("TYPE A");
    expect(await client.command("SIZE a.txt")).toBe("213 14");
    expect((await client.get("RETR a.txt")).content).toBe("hello\r\nworld\r\n");
    await client.command("REST 6");
    expect((await client.get("RETR a.txt")).content).toBe("\nworld\r\n");
    expect((await client.put("STOR t.txt", "one\r\ntwo\r\n")).final).toMatch(/^226/);
    await client.command("TYPE I");
    expect((await client.get("RETR t.txt")).content).toBe("one\ntwo\n");
  });

  it("stores, writes over from an offset without cutting, appends, and makes a unique name", async () => {
    const client = await (await start()).client();
    expect((await client.put("STOR new", "0123456789")).final).toMatch(/^226/);
    await client.command("REST 3");
    expect((await client.put("STOR new", "abc")).final).toMatch(/^226/);
    expect((await client.get("RETR new")).content).toBe("012abc6789");
    await client.command("REST 2");
    expect((await client.put("APPE new", "X")).final).toMatch(/^226/);
    expect((await client.get("RETR new")).content).toBe("012abc6789X");
    await client.command("REST 99");
    expect((await client.put("STOR new", "x")).final).toMatch(/^554/);
    const { opening } = await client.put("STOU new", "u");
    expect(opening).toBe("150 FILE: new.1");
    expect((await client.get("RETR new.1")).content).toBe("u");
  });

  it("moves several megabytes both ways, unchanged", async () => {
    const client = await (await start()).client();
    const content = Buffer.alloc(5_000_000, "0123456789abcde\n").toString();
    expect((await client.put("STOR big", content)).final).toContain("5000000");
    expect((await client.get("RETR big")).content === content).toBe(true);
  });

  it("connects to the client for PORT and EPRT, and to its own port without", async () => {
    const { createServer } = await import("node:net");
    const client = await (await start()).client();
    for (const command of ["PORT", "EPRT"]) {
      const listener = createServer();
      const arrived = new Promise<string>((resolve) =>
        listener.on("connection", (data) => resolve(readAll(data))),
      );
      await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
      const { port } = listener.address() as { port: number };
      const argument = command === "PORT" ? `127,0,0,1,${port >> 8},${port & 255}` : `|1|127.0.0.1|${port}|`;
      expect(await client.code(`${command} ${argument}`)).toBe(200);
      expect(await client.code("RETR a.txt")).toBe(150);
      expect(await arrived).toBe("hello\nworld\n");
      expect(await client.reply()).toMatch(/^226/);
      listener.close();
    }
    // Nobody listens on the control connection's own port.
    expect(await client.code("RETR a.txt")).toBe(150);
    expect(await client.reply()).toMatch(/^425/);
    expect(await client.code("NOOP")).toBe(200);
  });

  it("gets an upload over an active connection whole", async () => {
    const { createServer } = await import("node:net");
    const client = await (await start()).client();
    const content = Buffer.alloc(3_000_000, "active!\n");
    const listener = createServer((data) => data.end(content));
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const { port } = listener.address() as { port: number };
    await client.command(`PORT 127,0,0,1,${port >> 8},${port & 255}`);
    expect(await client.code("STOR up")).toBe(150);
    expect(await client.reply()).toContain("3000000");
    listener.close();
    expect((await client.get("RETR up")).content === content.toString()).toBe(true);
  });
});

describe("refusals", () => {
  it("answers what cannot be with the right reply and no 150", async () => {
    const client = await (await start()).client();
    for (const [line, code] of [
      ["RETR none", 550],
      ["RETR dir", 550],
      ["STOR none/x", 553],
      ["STOR dir", 553],
      ["LIST none", 550],
      ["NLST none", 550],
      ["MLSD none", 550],
      ["MLSD a.txt", 501],
      ["SIZE none", 550],
      ["SIZE dir", 550],
      ["MDTM dir", 550],
      ["CWD a.txt", 550],
      ["DELE dir", 550],
      ["RMD dir", 550],
      ["RMD a.txt", 550],
      ["MKD dir", 550],
      ["RNFR none", 550],
      ["MLST none", 550],
      ["STAT none", 550],
      ["RETR ../../etc/passwd", 550],
    ] as const) {
      expect(await client.code(line), line).toBe(code);
    }
  });

  it("keeps read-only users and anonymous from changing anything", async () => {
    const running = await start({
      users: [{ name: "tester", password: secret, permission: "ro" }],
      anonymous: true,
    });
    const reader = await running.client();
    const guest = await running.client({ login: false });
    await guest.login("anonymous", "me@example.com");
    for (const client of [reader, guest]) {
      expect((await client.get("RETR a.txt")).content).toBe(files["/a.txt"]);
      expect((await client.put("STOR x", "x")).final).toMatch(/^553/);
      for (const line of [
        "DELE a.txt",
        "MKD x",
        "RMD nothing",
        "MFMT 20200101000000 a.txt",
        "SITE CHMOD 777 a.txt",
      ]) {
        expect(await client.code(line), line).toBe(550);
      }
      expect(await client.code("RNFR a.txt")).toBe(350);
      expect(await client.code("RNTO b.txt")).toBe(553);
      expect(await client.command("FEAT")).not.toContain("MFMT");
    }
    const login = running.events.find((event) => event.type === "login" && event.anonymous);
    expect(login).toMatchObject({ password: "me@example.com" });
  });

  it("allows exactly the actions of a permission", async () => {
    const running = await start({
      users: [{ name: "tester", password: secret, permission: ["list", "write"] }],
    });
    const client = await running.client();
    expect((await client.put("STOR fresh", "1")).final).toMatch(/^226/);
    expect((await client.put("STOR fresh", "2")).final).toMatch(/^553/);
    expect((await client.put("APPE fresh", "2")).final).toMatch(/^553/);
    expect((await client.get("RETR fresh")).final).toMatch(/^550/);
    expect(await client.code("DELE fresh")).toBe(550);
  });

  it("answers a full store in the middle of an upload with 552, and the old file stands", async () => {
    const store = createMemoryStore({ files: { "/old": "old" }, limits: { bytes: 200_000 } });
    const client = await (await start({ store })).client();
    expect((await client.put("STOR old", Buffer.alloc(1_000_000))).final).toMatch(/^(?:452|552)/);
    expect((await client.get("RETR old")).content).toBe("old");
  });
});

describe("listings", () => {
  it("lists in the three forms", async () => {
    const client = await (await start()).client();
    const list = (await client.get("LIST")).content.split("\r\n");
    expect(list).toContainEqual(expect.stringMatching(/^-rw-r--r--.* 12 \w{3} .\d .* a\.txt$/));
    expect(list).toContainEqual(expect.stringMatching(/^drwxr-xr-x.* dir$/));
    expect((await client.get("NLST")).content.split("\r\n").sort()).toEqual([
      "",
      "a.txt",
      "dir",
      "empty.txt",
      "nothing",
    ]);
    const facts = (await client.get("MLSD dir")).content.trimEnd().split("\r\n");
    expect(facts[0]).toMatch(/^type=cdir;.* \.$/);
    expect(facts[1]).toMatch(/^type=pdir;.* \.\.$/);
    expect(facts).toContainEqual(
      expect.stringMatching(/^type=file;size=1;modify=\d{14}.*; name with spaces\.txt$/),
    );
    for (const line of facts) expect(line).toMatch(/^(?:[^;= ]+=[^; ]*;)+ [^ ]/);
  });

  it("lists a file, gives NLST's names so that they can be used, and knows flags and wildcards", async () => {
    const client = await (await start()).client();
    expect((await client.get("LIST dir/b.txt")).content).toMatch(/^-.* b\.txt\r\n$/);
    expect((await client.get("NLST a.txt")).content).toBe("a.txt\r\n");
    expect((await client.get("NLST dir")).content.split("\r\n").sort()).toEqual([
      "",
      "dir/b.txt",
      "dir/name with spaces.txt",
    ]);
    expect((await client.get("NLST *.txt")).content.split("\r\n").sort()).toEqual(["", "a.txt", "empty.txt"]);
    expect((await client.get("NLST dir/b*")).content).toBe("dir/b.txt\r\n");
    expect((await client.get("NLST [!a]*.txt")).content).toBe("empty.txt\r\n");
    expect((await client.get("LIST -la dir")).content.trimEnd().split("\r\n")).toHaveLength(2);
    expect((await client.get("MLSD ")).content).toContain("type=cdir");
  });

  it("keeps a name with control characters on one line", async () => {
    const store = createMemoryStore({ files });
    const forged: FileStore = {
      ...store,
      async *list() {
        yield [{ name: "a\r\n226 forged", type: "file", size: 1 }];
      },
    };
    const client = await (await start({ store: forged })).client();
    for (const verb of ["LIST", "NLST", "MLSD"]) {
      expect((await client.get(verb)).content, verb).not.toMatch(/^226/m);
    }
    expect(await client.command("STAT /")).not.toMatch(/^226/m);
  });
});

describe("one session after the other", () => {
  it("reports what happens as events, without passwords", async () => {
    const running = await start();
    const client = await running.client();
    await client.get("RETR a.txt");
    await client.code("QUIT");
    await until(() => running.events.some(({ type }) => type === "disconnect"));
    const types = running.events
      .map(({ type }) => type)
      .filter((type) => type !== "command" && type !== "reply");
    expect(types).toEqual([
      "listening",
      "connect",
      "login",
      "transfer-start",
      "transfer-end",
      "logout",
      "disconnect",
    ]);
    expect(JSON.stringify(running.events)).not.toContain("secret");
    expect(running.events.find(({ type }) => type === "transfer-end")).toMatchObject({
      bytes: 12,
      outcome: "done",
      transfer: { kind: "retrieve", path: "/a.txt" },
    });
  });
});
