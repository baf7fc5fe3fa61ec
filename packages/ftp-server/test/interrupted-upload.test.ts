import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { createMemoryStore } from "@longshore/file-store-memory";
import { createNodeStore } from "@longshore/file-store-node";
import { afterEach, describe, expect, it } from "vitest";
import type { RawClient } from "./support/client.ts";
import { certificate, files, type Running, secret, start, until } from "./support/server.ts";

// "An interrupted upload is not lost: its part is kept aside for its user (age and size limits), and where no file
// stands under that name yet, SIZE, REST n + STOR and APPE go on from it, so that every client's resume works."

const whole = Buffer.alloc(300_000, "0123456789abcde\n");

/** Sends `content` for `line`, and waits until the server has all of it. */
async function begin(client: RawClient, line: string, content: string | Uint8Array): Promise<Socket> {
  const data = await client.passive();
  expect(await client.code(line)).toBe(150);
  data.write(content);
  const { length } = Buffer.from(content);
  while (!(await client.command("STAT")).includes(` ${length} bytes`));
  return data;
}

/** The same, and then breaks the data connection. */
async function interrupt(client: RawClient, line: string, content: string | Uint8Array): Promise<void> {
  (await begin(client, line, content)).resetAndDestroy();
  expect(await client.reply()).toMatch(/^426/);
}

const two = [
  { name: "tester", password: secret, permission: "rw" },
  { name: "other", password: secret, permission: "rw" },
] as const;

describe("an interrupted upload is not lost", () => {
  it("SIZE tells how much was kept, and REST n + STOR goes on from it", async () => {
    const running = await start();
    const client = await running.client();
    await interrupt(client, "STOR new", whole.subarray(0, 100_000));
    expect(running.events.find((event) => event.type === "transfer-end")).toMatchObject({ kept: 100_000 });
    expect(await client.command("SIZE new")).toBe("213 100000");
    expect(await client.code("REST 100000")).toBe(350);
    expect((await client.put("STOR new", whole.subarray(100_000))).final).toMatch(/^226 .* 200000 bytes/);
    expect((await client.get("RETR new")).content === whole.toString()).toBe(true);
  });

  it("APPE goes on from it", async () => {
    const client = await (await start()).client();
    await interrupt(client, "STOR new", whole.subarray(0, 100_000));
    await interrupt(client, "APPE new", whole.subarray(100_000, 200_000));
    expect(await client.command("SIZE new")).toBe("213 200000");
    expect((await client.put("APPE new", whole.subarray(200_000))).final).toMatch(/^226/);
    expect((await client.get("RETR new")).content === whole.toString()).toBe(true);
  });

  it("REST to a place before its end goes on from there, one beyond it is 554", async () => {
    const client = await (await start()).client();
    await interrupt(client, "STOR new", "01234567890");
    await client.command("REST 12");
    expect((await client.put("STOR new", "x")).final).toMatch(/^554/);
    await client.command("REST 3");
    expect((await client.put("STOR new", "abc")).final).toMatch(/^226/);
    expect((await client.get("RETR new")).content).toBe("012abc");
  });

  it("also by ABOR, by a client that vanishes, and by one that stalls", async () => {
    const running = await start({ limits: { stallTimeout: 100 } });
    const client = await running.client();
    await begin(client, "STOR aborted", "abor");
    client.write("ABOR\r\n");
    expect([await client.reply(), await client.reply()].map((text) => text.slice(0, 3))).toEqual([
      "426",
      "226",
    ]);
    expect(await client.command("SIZE aborted")).toBe("213 4");
    await begin(client, "STOR stalled", "stall");
    expect(await client.reply()).toMatch(/^426/);
    expect(await client.command("SIZE stalled")).toBe("213 5");
    await begin(client, "STOR vanished", "vanish");
    client.close();
    await until(() => running.server.sessions === 0);
    expect(await (await running.client()).command("SIZE vanished")).toBe("213 6");
  });

  it("TLS EOF without close_notify on an upload is not a 226: what came is kept", async () => {
    const client = await (await start({ tls: certificate() })).client({ login: false });
    await client.command("AUTH TLS");
    const control = connectTls({ socket: client.socket, rejectUnauthorized: false });
    client.adopt(control);
    await client.login();
    await client.command("PBSZ 0");
    await client.command("PROT P");
    const plain = await client.passive();
    expect(await client.code("STOR cut")).toBe(150);
    const session = control.getSession();
    const secure = connectTls({ socket: plain, rejectUnauthorized: false, ...(session && { session }) });
    secure.on("error", () => {});
    secure.write("half of");
    while (!(await client.command("STAT")).includes(" 7 bytes"));
    plain.end();
    expect(await client.reply()).toMatch(/^426/);
    expect(await client.command("SIZE cut")).toBe("213 7");
    expect((await client.command("MLST cut")).slice(0, 3)).toBe("550");
  });

  it("until it is whole it is in no listing, and no other command finds it", async () => {
    const client = await (await start()).client();
    await interrupt(client, "STOR dir/new", "part");
    for (const line of ["LIST dir", "NLST dir", "MLSD dir"]) {
      expect((await client.get(line)).content, line).not.toContain("new");
    }
    for (const line of ["RETR dir/new", "MLST dir/new", "MDTM dir/new", "RNFR dir/new", "STAT dir/new"]) {
      expect(await client.code(line), line).toBe(550);
    }
  });

  it("is its user's alone, and anonymous users have none", async () => {
    const running = await start({ users: two, anonymous: { permission: "rw" } });
    const client = await running.client();
    await interrupt(client, "STOR new", "mine");
    const other = await running.client({ login: false });
    await other.login("other");
    expect(await other.code("SIZE new")).toBe(550);
    expect(await other.code("DELE new")).toBe(550);
    expect((await other.put("APPE theirs", "theirs")).final).toMatch(/^226/);
    const guest = await running.client({ login: false });
    await guest.login("anonymous");
    await interrupt(guest, "STOR guest", "nobody's");
    expect(await guest.code("SIZE guest")).toBe(550);
    expect(await client.command("SIZE new")).toBe("213 4");
    expect((await other.put("STOR new", "came first")).final).toMatch(/^226/);
    expect(await client.command("SIZE new")).toBe("213 10");
  });

  it("in clear, a size that was told beforehand says what is whole: less is kept aside, more is none", async () => {
    const running = await start();
    const client = await running.client();
    const commits = (): number => running.events.filter((event) => event.type === "commit").length;
    expect((await client.put("STOR a.txt", "old")).final).toMatch(/^226/);
    // As RFC 959 has it, less than what was reserved is a file, too.
    await client.command("ALLO 100");
    expect((await client.put("STOR a.txt", "older")).final).toMatch(/^226/);
    expect(await client.command("OPTS ALLO EXACT")).toMatch(/^200/);
    for (const [path, content, final] of [
      ["a.txt", "1234567", /^426/],
      ["new", "1234567", /^426/],
      ["a.txt", "123456789", /^552/],
      ["a.txt", "12345678", /^226/],
    ] as const) {
      await client.command("ALLO 8");
      const before = commits();
      expect((await client.put(`STOR ${path}`, content)).final).toMatch(final);
      expect(commits() - before).toBe(content.length === 8 ? 1 : 0);
      expect((await client.get("RETR a.txt")).content).toBe(content.length === 8 ? content : "older");
    }
    expect(await client.command("SIZE new")).toBe("213 7");
    // It holds for the next upload alone, and for none that goes on from something.
    expect((await client.put("STOR a.txt", "any")).final).toMatch(/^226/);
    await client.command("ALLO 8");
    expect((await client.put("APPE a.txt", "thing")).final).toMatch(/^226/);
    expect((await client.get("RETR a.txt")).content).toBe("anything");
  });

  it("the old file stands, and an upload that would have replaced it leaves nothing", async () => {
    const client = await (await start()).client();
    await interrupt(client, "STOR a.txt", "would replace");
    await interrupt(client, "APPE a.txt", "would append");
    expect(await client.command("SIZE a.txt")).toBe("213 12");
    expect((await client.get("RETR a.txt")).content).toBe(files["/a.txt"]);
  });

  it("is forgotten by DELE, and by a STOR from the beginning", async () => {
    const client = await (await start()).client();
    await interrupt(client, "STOR new", "part");
    expect(await client.code("DELE new")).toBe(250);
    expect(await client.code("SIZE new")).toBe(550);
    expect(await client.code("DELE new")).toBe(550);
    await interrupt(client, "STOR new", "part");
    expect((await client.put("STOR new", "whole")).final).toMatch(/^226/);
    expect(await client.code("DELE new")).toBe(250);
    expect(await client.code("SIZE new")).toBe(550);
  });

  it("a resumed one that gets no data connection keeps what it had", async () => {
    const client = await (await start({ limits: { dataTimeout: 40 } })).client();
    await interrupt(client, "STOR new", "0123456789");
    await client.passivePort();
    await client.command("REST 4");
    expect(await client.code("STOR new")).toBe(150);
    expect(await client.reply()).toMatch(/^425/);
    expect(await client.command("SIZE new")).toBe("213 10");
  });

  it("in ASCII nothing is kept: a byte of that stream has no known place in the file", async () => {
    const client = await (await start()).client();
    await client.command("TYPE A");
    await interrupt(client, "STOR new", "a\r\nb");
    expect(await client.code("SIZE new")).toBe(550);
    await client.command("TYPE I");
    expect(await client.code("SIZE new")).toBe(550);
  });

  it("who may write but not overwrite goes on too, and replaces nothing", async () => {
    const store = createMemoryStore({ files });
    const running = await start({
      store,
      users: [
        { name: "tester", password: secret, permission: ["list", "read", "write"] },
        { name: "other", password: secret, permission: "rw" },
      ],
    });
    const client = await running.client();
    await interrupt(client, "STOR new", "one ");
    expect((await client.put("APPE new", "two")).final).toMatch(/^226/);
    expect((await client.get("RETR new")).content).toBe("one two");
    await interrupt(client, "STOR late", "one ");
    const data = await begin(client, "APPE late", "two");
    const other = await running.client({ login: false });
    await other.login("other");
    expect((await other.put("STOR late", "theirs")).final).toMatch(/^226/);
    data.end();
    expect(await client.reply()).toMatch(/^4|^5/);
    expect((await client.get("RETR late")).content).toBe("theirs");
  });
});

describe("parts on the disk", () => {
  const roots: string[] = [];
  afterEach(() => {
    for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
  });
  const server = async (root: string): Promise<Running> =>
    start({ store: (_) => createNodeStore(root, { writable: true }), users: two });

  it("outlive the server: the next one goes on from them", async () => {
    const root = mkdtempSync(join(tmpdir(), "longshore-part-"));
    roots.push(root);
    const first = await server(root);
    const client = await first.client();
    const data = await begin(client, "STOR new", whole.subarray(0, 123_456));
    await first.server.close();
    data.destroy();
    const second = await (await server(root)).client();
    expect(await second.command("SIZE new")).toBe("213 123456");
    expect((await second.put("APPE new", whole.subarray(123_456))).final).toMatch(/^226/);
    expect((await second.get("RETR new")).content === whole.toString()).toBe(true);
    expect(readdirSync(join(root, ".longshore-parts"))).toEqual([]);
  });
});

describe("limits of an upload", () => {
  it("refuses what ALLO announces beyond the limit at once, and stops what comes beyond it with 552", async () => {
    const client = await (await start({ limits: { uploadSize: 1000 } })).client();
    expect(await client.code("ALLO 1001")).toBe(200);
    expect((await client.put("STOR new", "x")).final).toMatch(/^552/);
    expect((await client.put("STOR new", Buffer.alloc(1000))).final).toMatch(/^226/);
    const data = await client.passive();
    expect(await client.code("STOR new")).toBe(150);
    data.write(Buffer.alloc(1001));
    expect(await client.reply()).toMatch(/^552/);
    expect((await client.put("APPE new", "x")).final).toMatch(/^552/);
    expect(await client.command("SIZE new")).toBe("213 1000");
    expect(await client.code("NOOP")).toBe(200);
  });
});
