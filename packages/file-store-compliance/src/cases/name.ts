import { childPath, FileStoreError, rootPath } from "@longshore/file-store";
import { equal, fail, rejects } from "../check.ts";
import type { StoreCase, Trial } from "../trial.ts";

/** Names that every store keeps. */
const plain = [
  "read me.txt",
  "  leading.txt",
  "it's",
  "-la",
  "--help",
  "a;b&c",
  "100%",
  "%2e%2e",
  "~",
  "[x]",
  "{a,b}",
  "#1",
  "Grüße.txt",
  "日本語.txt",
  "\u{1f480}",
  "e\u0301",
  ".hidden",
  "...",
];

/** Names that a local system may give a meaning to; they are kept exactly, or refused as names. */
const odd = [
  'say "hi".txt',
  "back\\slash",
  "a:b",
  "*",
  "?",
  "a<b>c|d",
  "trailing.",
  "trailing ",
  "con",
  "line\nbreak",
  "bell\u0007",
  "\ufeffmark",
  "\ufffd",
  "a".repeat(255),
  "é".repeat(127),
];

const raw = ["caf\udce9", "\udcff\udcfe", "ü\udcfc"];

export const nameCases: readonly StoreCase[] = [
  {
    name: "names: spaces, quotes, signs and letters of any script are kept exactly",
    async run(trial) {
      for (const name of plain) await roundTrip(trial, name);
    },
  },
  {
    name: "names: what a system gives a meaning is kept exactly, or is name-not-allowed",
    async run(trial) {
      for (const name of odd) {
        await roundTrip(trial, name).catch((error) => {
          if (!FileStoreError.isInstance(error) || error.code !== "name-not-allowed") throw error;
        });
      }
    },
  },
  {
    name: "names: bytes that are not UTF-8 are kept where names are bytes, and refused elsewhere",
    async run(trial) {
      for (const name of raw) {
        if (trial.store.capabilities.names === "bytes") await roundTrip(trial, name);
        else
          await rejects(() => roundTrip(trial, name), `the name ${JSON.stringify(name)}`, "name-not-allowed");
      }
    },
  },
  {
    name: "names: too long for the store is name-not-allowed",
    async run({ put }) {
      const path = childPath(rootPath, "n".repeat(5000));
      await put(path, "").catch((error) => {
        if (!FileStoreError.isInstance(error) || error.code !== "name-not-allowed")
          fail(`a name of 5,000 bytes rejected with ${String(error)}`);
      });
    },
  },
  {
    name: "names: differ in case exactly where the store says so",
    async run({ store, put, names }) {
      await put("/a", "small");
      await put("/A", "large");
      equal((await names("/")).length, store.capabilities.caseSensitive ? 2 : 1, "the number of files");
    },
  },
];

/** As a file, as a directory, and as the target of a move. */
async function roundTrip({ store, context, put, get, names }: Trial, name: string): Promise<void> {
  const path = childPath(rootPath, name);
  const shown = JSON.stringify(name);
  await put(path, shown);
  equal(await names("/"), [name], `the listing with ${shown}`);
  equal(await get(path), shown, `the content of ${shown}`);
  await store.remove(path, context);
  await store.makeDirectory(path, context);
  await put(childPath(path, name), "below");
  equal(await names(path), [name], `the listing below ${shown}`);
  await store.remove(childPath(path, name), context);
  await store.removeDirectory(path, context);
  if (store.capabilities.rename.file !== "none") {
    const other = childPath(rootPath, "other");
    await put(other, "moved");
    await store.rename(other, path, { overwrite: false }, context);
    equal(await get(path), "moved", `the content moved to ${shown}`);
    await store.remove(path, context);
  }
  equal(await names("/"), [], `the listing after ${shown}`);
}
