import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FileStore, toPath, type WriteOptions } from "@longshore/file-store";
import { afterEach } from "vitest";

const made: string[] = [];

/** A new directory of the disk, removed after the test. */
export function newRoot(parent: string = tmpdir()): string {
  const root = mkdtempSync(join(parent, "longshore-store-"));
  made.push(root);
  return root;
}

afterEach(() => {
  // Not Node's own, which cannot go deeper than the system takes in one path.
  for (const root of made.splice(0)) execFileSync("rm", ["-rf", root]);
});

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

export async function put(
  store: FileStore,
  path: string,
  content: string,
  options: WriteOptions = { mode: "replace" },
): Promise<void> {
  const file = await store.openWrite(toPath(path), options, {});
  try {
    await file.write(bytesOf(content), file.start);
    await file.commit();
  } catch (error) {
    await file.abort();
    throw error;
  }
}

export async function get(store: FileStore, path: string): Promise<string> {
  const file = await store.openRead(toPath(path), {});
  try {
    const into = new Uint8Array(file.size);
    return new TextDecoder().decode(into.subarray(0, await file.read(into, 0)));
  } finally {
    await file.close();
  }
}

export async function names(store: FileStore, path = "/"): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const batch of store.list(toPath(path), {})) all.push(...batch.map(({ name }) => name));
  return all.sort();
}

/** The kind of a refusal, or what came instead. */
export function kindOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => value ?? "accepted",
    (error) => error.code,
  );
}
