import { chmod, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryStore } from "@longshore/file-store-memory";
import {
  createFtpServer,
  type FtpServerOptions,
  formatUsersFile,
  parseUsersFile,
  UsersFileError,
} from "@longshore/ftp-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Running, secret, start, until } from "./support/server.ts";

let directory = "";
let path = "";
let number = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "longshore-users-"));
});
afterAll(() => rm(directory, { recursive: true }));
beforeEach(() => {
  path = join(directory, `users-${++number}.json`);
});

/** `other`, hashed as cheaply as `secret`. */
const otherHash = "scrypt$2$8$1$c2FsdHNhbHRzYWx0c2FsdA==$aW4gbm8gd2F5IHRoZSBoYXNoIG9mIHNvbWV0aGluZy4uLg==";

const write = (users: object): Promise<void> => writeFile(path, JSON.stringify({ users }));
/** As `longshore passwd` does it. */
async function replace(users: object): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify({ users }));
  await rename(`${path}.new`, path);
}

const startWith = (
  options: Partial<FtpServerOptions["usersFile"]> = {},
  more: Partial<FtpServerOptions> = {},
): Promise<Running> =>
  start({ users: [], usersFile: { path, settleTime: 5, pollInterval: 50, ...options }, ...more });

async function codeOf({ client }: Running, name: string, password = "secret"): Promise<number> {
  const one = await client({ login: false });
  await one.command(`USER ${name}`);
  const code = await one.code(`PASS ${password}`);
  one.close();
  return code;
}

describe("a users file", () => {
  it("lets its users in, with what it says of them", async () => {
    await write({ ann: { password: secret, permission: [{ path: "/dir", allow: "rw" }], home: "/dir" } });
    const running = await startWith();
    expect(await codeOf(running, "bob")).toBe(530);
    expect(await codeOf(running, "ann", "wrong")).toBe(530);
    const one = await running.client({ login: false });
    await one.login("ann", "secret");
    expect(await one.command("PWD")).toContain('"/dir"');
    expect((await one.put("STOR new.txt", "x")).final).toMatch(/^226 /);
    expect((await one.put("STOR /new.txt", "x")).final).toMatch(/^553 /);
  });

  it("is reloaded on change, whether it is replaced or written to", async () => {
    await write({ ann: { password: secret } });
    const running = await startWith();
    expect(await codeOf(running, "bob")).toBe(530);
    await replace({ ann: { password: secret }, bob: { password: secret } });
    await until(() => running.events.some((event) => event.type === "users-reloaded" && event.users === 2));
    expect(await codeOf(running, "bob")).toBe(230);
    await write({ bob: { password: otherHash }, ann: { password: secret }, cid: { password: secret } });
    await until(() => running.events.some((event) => event.type === "users-reloaded" && event.users === 3));
    // Not even the password that was right a moment ago.
    expect(await codeOf(running, "bob")).toBe(530);
    expect(await codeOf(running, "cid")).toBe(230);
  });

  it("that is broken keeps the old users and reports an error event, once", async () => {
    await write({ ann: { password: secret } });
    const running = await startWith();
    const errors = (): number => running.events.filter(({ type }) => type === "error").length;
    await writeFile(path, '{ "users": { "ann": { "password": "hunter2');
    await until(() => errors() > 0);
    await rm(path);
    await until(() => errors() > 1);
    expect(await codeOf(running, "ann")).toBe(230);
    await expect(running.server.reloadUsers()).rejects.toMatchObject({ code: "unreadable" });
    expect(errors()).toBe(2);
    await write({ bob: { password: secret } });
    await running.server.reloadUsers();
    expect(await codeOf(running, "ann")).toBe(530);
    expect(await codeOf(running, "bob")).toBe(230);
  });

  it("sessions of users that were removed or changed can be ended by option", async () => {
    const before = { ann: { password: secret }, bob: { password: secret }, cid: { password: secret } };
    const after = { bob: { password: secret, sessions: 5 }, cid: { password: secret } };
    for (const [endSessions, ended] of [
      ["never", []],
      ["removed", ["ann"]],
      ["changed", ["ann", "bob"]],
    ] as const) {
      await write(before);
      const running = await startWith({ endSessions });
      for (const name of ["ann", "bob", "cid"])
        await (await running.client({ login: false })).login(name, "secret");
      await replace(after);
      await running.server.reloadUsers();
      const gone = (): readonly string[] =>
        running.events
          .flatMap((event) => (event.type === "disconnect" ? (event.session.user ?? []) : []))
          .sort();
      await until(() => gone().length >= ended.length);
      expect(gone()).toEqual(ended);
      expect(running.server.sessions).toBe(3 - ended.length);
    }
  });

  it("that cannot be used keeps the server from listening", async () => {
    const server = createFtpServer({ store: createMemoryStore(), usersFile: { path } });
    await expect(server.listen()).rejects.toMatchObject({ code: "unreadable" });
    await writeFile(path, "{}");
    await expect(server.listen()).rejects.toThrow(
      `invalid: ${path}: users: write an object of users by name`,
    );
    await write({});
    await chmod(path, 0o600);
    await server.listen();
    await server.close();
  });
});

describe("errors in a users file give the path to the wrong key", () => {
  const problemOf = (users: unknown): string => {
    try {
      parseUsersFile(JSON.stringify({ users }), "u.json");
    } catch (error) {
      if (UsersFileError.isInstance(error)) return error.message;
    }
    return "none";
  };

  const cases: readonly (readonly [users: object, expected: string])[] = [
    [{ ann: 5 }, "users.ann: "],
    [{ ann: {} }, "users.ann.password: write a hash"],
    [{ ann: { password: "hunter2" } }, "users.ann.password: write a hash that longshore passwd made"],
    [{ ann: { password: secret, hom: "/" } }, "users.ann.hom: there is no such setting"],
    [{ ann: { password: secret, home: 5 } }, "users.ann.home: write a path"],
    [{ ann: { password: secret, root: "/a\u0000" } }, "users.ann.root: this cannot be a path"],
    [{ ann: { password: secret, permission: "all" } }, 'users.ann.permission: write "ro", "rw", "incoming"'],
    [{ ann: { password: secret, permission: ["list", "reed"] } }, "users.ann.permission.1: "],
    [
      { ann: { password: secret, permission: [{ path: "/", allow: "no" }] } },
      "users.ann.permission.0.allow: ",
    ],
    [
      { ann: { password: secret, permission: [{ path: "/", allow: ["list", "no"] }] } },
      "users.ann.permission.0.allow.1: ",
    ],
    [{ ann: { password: secret, permission: [{ path: "/" }] } }, "users.ann.permission.0.allow: "],
    [{ ann: { password: secret, rate: { down: -1 } } }, "users.ann.rate.down: write 0 or more"],
    [{ ann: { password: secret, rate: { upp: 1 } } }, "users.ann.rate.upp: there is no such setting"],
    [{ ann: { password: secret, rate: { up: 1.5 } } }, "users.ann.rate.up: write a whole number"],
    [{ ann: { password: secret, incoming: "/in" } }, "users.ann.incoming: write a list of paths"],
    [{ "": { password: secret } }, "users.: a name is not empty"],
  ];
  it.each(cases.map(([users, expected]) => [expected, users]))("%s", (expected, users) => {
    expect(problemOf(users)).toContain(`invalid: u.json: ${expected}`);
    expect(problemOf(users)).not.toContain("hunter2");
  });

  it("tells of every problem, and of none by its value", () => {
    const message = problemOf({ ann: { password: "hunter2", sessions: "hunter2" }, bob: "hunter2" });
    expect(message).toMatch(/users\.ann\.sessions: .*; users\.bob: /);
    expect(message).not.toContain("hunter2");
    expect(() => parseUsersFile('{"users": {"ann": {"password": "hunter2"', "u.json")).toThrow(
      /^(?!.*hunter2).*u\.json is no JSON/,
    );
    expect(() => parseUsersFile('{"users": {}, "more": 1}')).toThrow("more: there is no such setting");
    for (const text of ["null", "5", "[]", '{"users": []}', "{}"])
      expect(() => parseUsersFile(text)).toThrow("users: write an object");
  });

  it("what is written is what was read, whatever the names", () => {
    const users = {
      ann: { password: secret, permission: "rw" },
      __proto__x: { password: secret },
      é: { password: secret },
    };
    const text = `{"users":{"__proto__":{"password":"${secret}"},${JSON.stringify(users).slice(1)}}`;
    const records = parseUsersFile(text);
    expect([...records.keys()]).toEqual(["__proto__", "ann", "__proto__x", "é"]);
    expect(parseUsersFile(formatUsersFile(records))).toEqual(records);
    expect(parseUsersFile(formatUsersFile(records, "toml"), "u", "toml")).toEqual(records);
  });

  it("may be TOML", () => {
    const text = `# Who may come in.
[users.ann]
password = "${secret}"
sessions = 2
permission = [{ path = "/", allow = "ro" }, { path = "/in", allow = ["write"] }]
[users.bob]
password = "${secret}"
rate = { down = 1_000_000 }
`;
    expect(Object.fromEntries(parseUsersFile(text, "users.toml"))).toEqual({
      ann: {
        password: secret,
        sessions: 2,
        permission: [
          { path: "/", allow: "ro" },
          { path: "/in", allow: ["write"] },
        ],
      },
      bob: { password: secret, rate: { down: 1_000_000 } },
    });
    expect(() => parseUsersFile('[users.ann]\npassword = "hunter2\n', "u.toml")).toThrow(
      /^(?!.*hunter2)not-toml: u\.toml is no TOML: look at line 2$/,
    );
    expect(() => parseUsersFile("[users.ann]\nsessions = 2000-01-01\n", "u.toml")).toThrow(
      "users.ann.sessions: ",
    );
  });
});
