import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FileStore, toPath } from "@longshore/file-store";
import {
  type ComplianceSubject,
  describeFileStore,
  registerCompliance,
} from "@longshore/file-store-compliance";
import { createMemoryStore } from "@longshore/file-store-memory";
import { createNodeStore } from "@longshore/file-store-node";
import { restrictStore, subStore } from "@longshore/ftp-server";
import { describe, expect, it } from "vitest";

const offers = ["setTimes", "setMode", "makeLink", "freeSpace", "copy", "resolve", "parts"] as const;
const runner = { describe, it };

/** Rules by path that allow everything: every call goes the long way. */
const everything = [
  { path: "/", allow: "rw" },
  { path: "/of no importance", allow: "ro" },
] as const;

const userStore = (): FileStore =>
  subStore(createMemoryStore({ files: { "/users/ann/": "" } }), toPath("/users/ann"));

async function onDisk(): Promise<ComplianceSubject> {
  const path = await mkdtemp(join(tmpdir(), "longshore-view-"));
  const base = createNodeStore(path, { writable: true });
  await base.makeDirectory(toPath("/ann"), {});
  const store = restrictStore(subStore(base, toPath("/ann")), everything);
  return { store, dispose: () => rm(path, { recursive: true }) };
}

registerCompliance(
  runner,
  describeFileStore("a sub-store", () => ({ store: userStore() }), { offers }),
);
registerCompliance(
  runner,
  describeFileStore("a store with rules by path", () => ({ store: restrictStore(userStore(), everything) }), {
    offers,
  }),
);
registerCompliance(
  runner,
  describeFileStore("a sub-store of the disk with rules by path", onDisk, { offers }),
);

describe("per user: root", () => {
  it("nothing leads out of a sub-store, and nothing tells of what is outside", async () => {
    const base = createMemoryStore({ files: { "/users/ann/own.txt": "own", "/users/bob/his.txt": "his" } });
    for (const [name, target] of [
      ["absolute", "/users/bob/his.txt"],
      ["relative", "../bob/his.txt"],
      ["directory", "../bob"],
      ["round", "../ann/own.txt"],
    ] as const)
      await base.makeLink?.(toPath(`/users/ann/${name}`), target, {});
    const store = subStore(base, toPath("/users/ann"));
    for (const path of ["/absolute", "/relative", "/directory/his.txt", "/directory"]) {
      await expect(store.stat(toPath(path), {}), path).rejects.toMatchObject({ code: "permission-denied" });
      await expect(store.openRead(toPath(path), {}), path).rejects.toMatchObject({
        code: "permission-denied",
      });
    }
    await expect(store.openWrite(toPath("/directory/new"), { mode: "create" }, {})).rejects.toMatchObject({
      code: "permission-denied",
    });
    expect((await store.stat(toPath("/round"), {})).size).toBe(3);
    for await (const batch of store.list(toPath("/"), {}))
      expect(batch.flatMap(({ target }) => target ?? [])).toEqual([]);
    await expect(store.stat(toPath("/users/bob"), {})).rejects.toMatchObject({ code: "not-found" });
  });

  it("the root itself cannot be moved, removed or made", async () => {
    const store = userStore();
    const root = toPath("/");
    await expect(store.rename(root, toPath("/x"), { overwrite: true }, {})).rejects.toThrow(
      "permission-denied",
    );
    await expect(store.rename(toPath("/x"), root, { overwrite: true }, {})).rejects.toThrow(
      "permission-denied",
    );
    await expect(store.removeDirectory(root, {})).rejects.toThrow("permission-denied");
    await expect(store.remove(root, {})).rejects.toThrow("is-a-directory");
    await expect(store.makeDirectory(root, {})).rejects.toThrow("exists");
  });
});
