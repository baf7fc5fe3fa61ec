import { createHash, randomBytes } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";

/** A new folder, to be removed by `removeFolders` when the file's scenarios are over. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "longshore-interop-"));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];

export async function removeFolders(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
}

/** Writes a file of random bytes and answers its hash. */
export async function makeFile(path: string, size: number): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const bytes = randomBytes(size);
  await writeFile(path, bytes);
  return createHash("sha256").update(bytes).digest("hex");
}

export async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/**
 * Every file below `folder` with its hash, by relative path: two trees are the same when these are equal. Files are
 * small and many here: each is read at once.
 */
export async function hashTree(folder: string, below = ""): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = join(below, entry.name);
    if (entry.isDirectory()) Object.assign(hashes, await hashTree(folder, path));
    else
      hashes[path] = createHash("sha256")
        .update(readFileSync(join(folder, path)))
        .digest("hex");
  }
  return hashes;
}

/** A small tree with what trees have: folders in folders, an empty file, names with blanks and beyond ASCII. */
export async function makeTree(folder: string): Promise<void> {
  const sizes = {
    "a.bin": 1000,
    "empty.txt": 0,
    "sub/b.bin": 70_000,
    "sub/deep er/c d.bin": 1234,
    "sub/grün.bin": 9,
  };
  for (const [path, size] of Object.entries(sizes)) await makeFile(join(folder, path), size);
}
