import { type FileStore, FileStoreError, toPath, type WriteOptions } from "@longshore/file-store";
import { createMemoryStore } from "@longshore/file-store-memory";
import { type Action, actions, type Permission, restrictStore } from "@longshore/ftp-server";
import { describe, expect, it } from "vitest";

const files = {
  "/top.txt": "top",
  "/pub/a.txt": "a",
  "/pub/deep/b.txt": "b",
  "/drop/box/sent.bin": "sent",
  "/private/secret.txt": "secret",
} as const;

interface Subject {
  readonly base: FileStore;
  readonly store: FileStore;
}

function subject(permission: Permission, more: Readonly<Record<string, string>> = {}): Subject {
  const base = createMemoryStore({ files: { ...files, ...more } });
  return { base, store: restrictStore(base, permission) };
}

/** `"done"`, or why not. */
async function outcome(work: () => Promise<unknown> | undefined): Promise<string> {
  try {
    await work();
    return "done";
  } catch (error) {
    if (!FileStoreError.isInstance(error)) throw error;
    return error.code;
  }
}

async function put(
  store: FileStore,
  path: string,
  mode: WriteOptions["mode"],
  content = "new",
): Promise<void> {
  const file = await store.openWrite(toPath(path), { mode }, {});
  await file.write(new TextEncoder().encode(content), file.start);
  await file.commit();
}

async function namesIn(store: FileStore, path: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const batch of store.list(toPath(path), {})) names.push(...batch.map(({ name }) => name));
  return names.sort();
}

/** What needs which action, on what stands in `directory`. */
const uses = (
  store: FileStore,
  directory: string,
): Readonly<Record<Action, () => Promise<unknown> | undefined>> => ({
  list: () => namesIn(store, directory),
  read: () => store.openRead(toPath(`${directory}/a.txt`), {}),
  write: () => put(store, `${directory}/new.txt`, "create"),
  append: () => put(store, `${directory}/a.txt`, "append"),
  overwrite: () => put(store, `${directory}/a.txt`, "replace"),
  rename: () =>
    store.rename(toPath(`${directory}/a.txt`), toPath(`${directory}/c.txt`), { overwrite: false }, {}),
  delete: () => store.remove(toPath(`${directory}/a.txt`), {}),
  "make-directory": () => store.makeDirectory(toPath(`${directory}/made`), {}),
  "set-attributes": () =>
    store.setMode?.(toPath(`${directory}/a.txt`), 0o600, {}) ?? Promise.reject(unoffered()),
});

const unoffered = (): FileStoreError => new FileStoreError("permission-denied", "it is not offered");

describe("permissions by action (list, read, write, append, overwrite, delete, rename, make directory, set times/mode)", () => {
  // `overwrite` is nothing without `write`.
  const grantsFor = (action: Action): readonly Action[] =>
    action === "overwrite" ? ["write", "overwrite"] : [action];

  for (const action of actions) {
    it(`${action}: allowed alone, it allows that and nothing else`, async () => {
      const allow = grantsFor(action);
      for (const permission of [allow, [{ path: "/pub", allow }]]) {
        for (const used of actions) {
          const { store } = subject(permission);
          const expected = allow.includes(used) ? "done" : undefined;
          const result = await outcome(uses(store, "/pub")[used]);
          if (expected === "done") expect(result, used).toBe("done");
          else expect(["permission-denied", "exists"], used).toContain(result);
        }
      }
    });

    it(`${action}: missing alone, it is refused and the rest is not`, async () => {
      const allow = actions.filter((other) => other !== action);
      for (const permission of [allow, [{ path: "/pub", allow }]]) {
        for (const used of actions) {
          const { store } = subject(permission);
          const result = await outcome(uses(store, "/pub")[used]);
          const isRefused = used === action || (action === "write" && used === "overwrite");
          if (isRefused) expect(["permission-denied", "exists"], used).toContain(result);
          else expect(result, used).toBe("done");
        }
      }
    });
  }

  it("says beforehand what cannot be done: FEAT is computed from it", () => {
    expect(subject("ro").store.capabilities.writable).toBe(false);
    expect(subject([{ path: "/pub", allow: "ro" }]).store.capabilities.writable).toBe(false);
    expect(subject([{ path: "/pub", allow: ["write"] }]).store.capabilities.writable).toBe(true);
    expect(subject([{ path: "/pub", allow: "rw" }]).store.setTimes).toBeDefined();
    expect(subject([{ path: "/pub", allow: ["list", "write"] }]).store.setTimes).toBeUndefined();
    expect(subject("rw").store).not.toBe(undefined);
  });
});

describe("permissions by path prefix", () => {
  const rules = [
    { path: "/", allow: "ro" },
    { path: "/pub", allow: "rw" },
    { path: "/pub/deep", allow: ["list", "read"] },
    { path: "/private", allow: [] },
  ] as const satisfies Permission;

  it("the longest prefix wins", async () => {
    const { store } = subject(rules, { "/pub/deep/er/c.txt": "c", "/public/d.txt": "d" });
    expect(await outcome(() => put(store, "/new.txt", "create"))).toBe("permission-denied");
    expect(await outcome(() => put(store, "/pub/new.txt", "create"))).toBe("done");
    expect(await outcome(() => put(store, "/pub/deep/new.txt", "create"))).toBe("permission-denied");
    expect(await outcome(() => put(store, "/pub/deep/er/new.txt", "create"))).toBe("permission-denied");
    // A prefix of names, not of letters.
    expect(await outcome(() => put(store, "/public/new.txt", "create"))).toBe("permission-denied");
    expect(await outcome(() => store.openRead(toPath("/public/d.txt"), {}))).toBe("done");
    expect(await outcome(() => store.openRead(toPath("/private/secret.txt"), {}))).toBe("permission-denied");
    expect(await outcome(() => store.stat(toPath("/private/secret.txt"), {}))).toBe("not-found");
    expect(await outcome(() => namesIn(store, "/private"))).toBe("permission-denied");
    // Nor is it told what is missing there.
    expect(await outcome(() => store.openRead(toPath("/private/no/way"), {}))).toBe("permission-denied");
    expect(await outcome(() => store.stat(toPath("/private/no/way"), {}))).toBe("not-found");
  });

  it("where no rule holds, only what leads to one can be seen", async () => {
    const { store } = subject([{ path: "/drop/box", allow: "ro" }]);
    expect(await namesIn(store, "/")).toEqual(["drop"]);
    expect(await namesIn(store, "/drop")).toEqual(["box"]);
    expect(await namesIn(store, "/drop/box")).toEqual(["sent.bin"]);
    expect((await store.stat(toPath("/drop"), {})).type).toBe("directory");
    expect(await outcome(() => store.stat(toPath("/pub"), {}))).toBe("not-found");
    expect(await outcome(() => namesIn(store, "/pub"))).toBe("permission-denied");
  });

  it("links are followed before the rules are asked, on whichever end", async () => {
    const { base, store } = subject(rules);
    const link = async (path: string, target: string): Promise<void> =>
      base.makeLink?.(toPath(path), target, {});
    await link("/pub/to-secret", "../private/secret.txt");
    await link("/pub/to-private", "../private");
    await link("/into-pub", "pub");
    expect(await outcome(() => store.openRead(toPath("/pub/to-secret"), {}))).toBe("permission-denied");
    expect(await outcome(() => put(store, "/pub/to-secret", "replace"))).toBe("permission-denied");
    expect(await outcome(() => put(store, "/pub/to-private/new", "create"))).toBe("permission-denied");
    expect(await outcome(() => namesIn(store, "/pub/to-private"))).toBe("permission-denied");
    expect(await outcome(() => store.remove(toPath("/pub/to-private/secret.txt"), {}))).toBe(
      "permission-denied",
    );
    expect(await outcome(() => put(store, "/into-pub/new.txt", "create"))).toBe("done");
    // The link itself is in /pub, where everything may be done.
    expect(await outcome(() => store.remove(toPath("/pub/to-secret"), {}))).toBe("done");
  });

  it("renames are checked on both ends", async () => {
    const { store } = subject(
      [
        { path: "/pub", allow: "rw" },
        { path: "/drop", allow: ["write", "rename"] },
        { path: "/private", allow: ["list", "read"] },
        { path: "/sealed", allow: ["rename"] },
      ],
      { "/sealed/": "" },
    );
    const move = (from: string, to: string): Promise<string> =>
      outcome(() => store.rename(toPath(from), toPath(to), { overwrite: true }, {}));
    expect(await move("/private/secret.txt", "/pub/secret.txt")).toBe("permission-denied");
    expect(await move("/pub/a.txt", "/private/a.txt")).toBe("permission-denied");
    expect(await move("/pub/a.txt", "/a.txt")).toBe("permission-denied");
    expect(await move("/pub/a.txt", "/sealed/a.txt")).toBe("permission-denied");
    // What could not be read must not become readable by being moved.
    expect(await move("/drop/box/sent.bin", "/pub/sent.bin")).toBe("permission-denied");
    expect(await move("/drop/box/sent.bin", "/drop/box/other.bin")).toBe("done");
    expect(await move("/pub/a.txt", "/drop/a.txt")).toBe("done");
    // Nothing may be overwritten there.
    expect(await move("/pub/deep/b.txt", "/drop/a.txt")).toBe("exists");
  });

  it("the rename of a directory carries no subtree past a rule", async () => {
    const { store } = subject(rules, { "/pub/deep/keep/k.txt": "k" });
    const move = (from: string, to: string): Promise<string> =>
      outcome(() => store.rename(toPath(from), toPath(to), { overwrite: true }, {}));
    await store.makeDirectory(toPath("/pub/other"), {});
    await store.makeDirectory(toPath("/pub/other/deep"), {});
    expect(await move("/pub/deep", "/pub/shallow")).toBe("permission-denied");
    const moved = subject([
      { path: "/", allow: "rw" },
      { path: "/pub/deep", allow: "ro" },
    ]).store;
    expect(
      await outcome(() => moved.rename(toPath("/pub"), toPath("/elsewhere"), { overwrite: true }, {})),
    ).toBe("permission-denied");
    await moved.makeDirectory(toPath("/fake"), {});
    expect(
      await outcome(() => moved.rename(toPath("/fake"), toPath("/pub/deep"), { overwrite: true }, {})),
    ).toBe("permission-denied");
    const missing = subject([
      { path: "/", allow: "rw" },
      { path: "/later/on", allow: [] },
    ]).store;
    await missing.makeDirectory(toPath("/mine"), {});
    await missing.makeDirectory(toPath("/mine/on"), {});
    expect(
      await outcome(() => missing.rename(toPath("/mine"), toPath("/later"), { overwrite: true }, {})),
    ).toBe("permission-denied");
    expect(
      await outcome(() => missing.rename(toPath("/mine"), toPath("/yours"), { overwrite: true }, {})),
    ).toBe("done");
  });

  it("case is no matter to rules where it is none to the store", async () => {
    const base = createMemoryStore({ files: { ...files, "/Pub/Deep/": "" } });
    const folding: FileStore = { ...base, capabilities: { ...base.capabilities, caseSensitive: false } };
    const store = restrictStore(folding, rules);
    expect(await outcome(() => store.openRead(toPath("/PRIVATE/secret.txt"), {}))).toBe("permission-denied");
    expect(await outcome(() => put(store, "/Pub/Deep/x", "create"))).toBe("permission-denied");
  });
});
