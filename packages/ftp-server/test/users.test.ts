import { toPath } from "@longshore/file-store";
import { createMemoryStore } from "@longshore/file-store-memory";
import { describe, expect, it } from "vitest";
import { secret, start, until } from "./support/server.ts";

const ann = { name: "tester", password: secret, permission: "rw" } as const;

describe("per user: root, permissions, sessions", () => {
  it("root: the user sees nothing outside of it", async () => {
    const store = createMemoryStore({ files: { "/users/ann/a.txt": "ann's", "/users/bob/b.txt": "bob's" } });
    const { client } = await start({ store, users: [{ ...ann, root: "/users/ann" }] });
    const one = await client();
    expect(await one.command("PWD")).toMatch(/^257 "\/" /);
    expect((await one.get("NLST")).content).toBe("a.txt\r\n");
    expect(await one.code("CWD ../bob")).toBe(550);
    expect(await one.code("SIZE /users/bob/b.txt")).toBe(550);
    expect((await one.put("STOR new.txt", "new")).final).toMatch(/^226/);
    expect((await store.stat(toPath("/users/ann/new.txt"), {})).size).toBe(3);
  });

  it("home: the working directory after login, or the root where it is missing", async () => {
    const store = createMemoryStore({ files: { "/users/ann/work/": "" } });
    const root = "/users/ann";
    const first = await start({ store, users: [{ ...ann, root, home: "/work" }] });
    expect(await (await first.client()).command("PWD")).toMatch(/^257 "\/work" /);
    const second = await start({ store, users: [{ ...ann, root, home: "/none" }] });
    expect(await (await second.client()).command("PWD")).toMatch(/^257 "\/" /);
  });

  it("home and root are made at login by option", async () => {
    const store = createMemoryStore();
    const root = "/users/ann";
    const without = await start({ store, users: [{ ...ann, root }] });
    const one = await without.client({ login: false });
    await one.command("USER tester");
    expect(await one.code("PASS secret")).toBe(421);
    expect(without.events).toContainEqual(expect.objectContaining({ type: "error" }));
    const { client } = await start({ store, users: [{ ...ann, root, home: "/a/b", createHome: true }] });
    expect(await (await client()).command("PWD")).toMatch(/^257 "\/a\/b" /);
    expect((await store.stat(toPath("/users/ann/a/b"), {})).type).toBe("directory");
  });

  it("COMB combines nothing where the parts may not be removed afterwards", async () => {
    const permission = [
      { path: "/", allow: "rw" },
      { path: "/parts", allow: ["list", "read", "write"] },
    ] as const;
    const store = createMemoryStore();
    await store.makeDirectory(toPath("/parts"), {});
    const { client } = await start({ store, users: [{ ...ann, permission }] });
    const one = await client();
    expect((await one.put("STOR own", "own ")).final).toMatch(/^226/);
    expect((await one.put("STOR parts/kept", "kept")).final).toMatch(/^226/);
    expect(await one.code("COMB whole own parts/kept")).toBe(553);
    expect(await one.code("SIZE whole")).toBe(550);
    expect(await one.code("SIZE own")).toBe(213);
    expect(await one.code("COMB whole own")).toBe(250);
  });

  it("MLSx's perm fact says what the user may do with each object (RFC 3659 §7.5.5)", async () => {
    const permission = [
      { path: "/", allow: "ro" },
      { path: "/dir", allow: ["list", "read", "append", "delete"] },
      { path: "/nothing", allow: "incoming" },
    ] as const;
    const { client } = await start({ users: [{ ...ann, permission }] });
    const one = await client();
    await one.command("OPTS MLST type;perm;");
    const facts = async (path: string): Promise<readonly string[]> =>
      (await one.get(`MLSD ${path}`)).content.trimEnd().split("\r\n");
    expect(await facts("/")).toEqual([
      "type=cdir;perm=el; .",
      "type=file;perm=r; a.txt",
      "type=file;perm=r; empty.txt",
      "type=dir;perm=delp; dir",
      "type=dir;perm=ce; nothing",
    ]);
    expect(await facts("/dir")).toEqual([
      "type=cdir;perm=delp; .",
      "type=pdir;perm=el; ..",
      "type=file;perm=adr; b.txt",
      "type=file;perm=adr; name with spaces.txt",
    ]);
    expect(await one.command("MLST /dir/b.txt")).toContain("\n type=file;perm=adr; /dir/b.txt\n");
  });

  it("permissions by path prefix, over the wire", async () => {
    const permission = [
      { path: "/", allow: "ro" },
      { path: "/dir", allow: "rw" },
    ] as const;
    const { client } = await start({ users: [{ ...ann, permission }] });
    const one = await client();
    expect((await one.put("STOR new.txt", "x")).final).toMatch(/^553 /);
    expect((await one.put("STOR dir/new.txt", "x")).final).toMatch(/^226 /);
    expect(await one.code("DELE a.txt")).toBe(550);
    expect(await one.code("DELE dir/b.txt")).toBe(250);
    expect(await one.code("RNFR dir/new.txt")).toBe(350);
    expect(await one.code("RNTO stolen.txt")).toBe(553);
    expect(await one.code("RNFR dir")).toBe(350);
    expect(await one.code("RNTO dir2")).toBe(553);
  });
});

describe("anonymous", () => {
  it("any e-mail as password, logged", async () => {
    const { client, events } = await start({ anonymous: true });
    const one = await client({ login: false });
    await one.login("ftp", "guest@example.org");
    const login = events.find(({ type }) => type === "login");
    expect(login).toMatchObject({ anonymous: true, password: "guest@example.org" });
  });

  it("reads only by default", async () => {
    const { client } = await start({ anonymous: true });
    const one = await client({ login: false });
    await one.login("anonymous", "a@b");
    expect((await one.get("RETR a.txt")).final).toMatch(/^226 /);
    expect((await one.put("STOR new.txt", "x")).final).toMatch(/^553 /);
    for (const line of [
      "DELE a.txt",
      "MKD d",
      "RMD nothing",
      "SITE CHMOD 600 a.txt",
      "MFMT 20200101000000 a.txt",
    ])
      expect(String(await one.code(line)), line).toMatch(/^5/);
  });

  it("an incoming directory takes uploads that cannot be listed, read or overwritten until released", async () => {
    const store = createMemoryStore({ files: { "/incoming/": "", "/pub/": "" } });
    const { client, events } = await start({ store, users: [ann], anonymous: { incoming: ["/incoming"] } });
    const guest = await client({ login: false });
    await guest.login("anonymous", "a@b");
    expect((await guest.put("STOR incoming/gift.txt", "gift")).final).toMatch(/^226 /);
    expect(events).toContainEqual(expect.objectContaining({ type: "transfer-end", outcome: "done" }));
    await guest.command("CWD incoming");
    for (const line of ["LIST", "NLST", "MLSD"]) {
      const { content, final } = await guest.get(line);
      expect(content, line).not.toContain("gift");
      expect(final, line).toMatch(/^226 /);
    }
    for (const line of ["LIST gift.txt", "NLST gift.txt", "NLST *", "RETR gift.txt"])
      expect((await guest.get(line)).content, line).toBe("");
    for (const line of ["SIZE gift.txt", "MDTM gift.txt", "MLST gift.txt", "DELE gift.txt", "RNFR gift.txt"])
      expect(await guest.code(line), line).toBe(550);
    expect(await guest.command("STAT gift.txt")).not.toContain("rw");
    expect((await guest.put("STOR gift.txt", "other")).final).toMatch(/^553 /);
    expect((await guest.put("APPE gift.txt", "more")).final).toMatch(/^553 /);
    await guest.command("REST 1");
    expect((await guest.put("STOR gift.txt", "more")).final).toMatch(/^5/);
    expect((await guest.put("STOU gift.txt", "another")).final).toMatch(/^226 /);

    const operator = await client();
    expect((await operator.get("RETR incoming/gift.txt")).content).toBe("gift");
    expect(await operator.code("RNFR incoming/gift.txt")).toBe(350);
    expect(await operator.code("RNTO pub/gift.txt")).toBe(250);
    expect((await guest.get("RETR /pub/gift.txt")).content).toBe("gift");
    await until(() => events.some(({ type }) => type === "transfer-end"));
  });
});
