import { lstat, opendir } from "node:fs/promises";
import { expand, type GlobEntry, isPattern } from "./glob.ts";

/**
 * The files here that a pattern names, for shells that leave that to the command. What is there under that very name
 * is meant itself; a path that is no pattern is answered as it is, whether it is there or not.
 *
 * @returns paths in their order; none where nothing fits
 */
export async function expandLocal(text: string): Promise<readonly string[]> {
  if (text === "-" || !isPattern(text) || (await stands(text))) return [text];
  // There a backslash parts directories, and a pattern cannot have it any other way.
  const pattern = process.platform === "win32" ? text.replaceAll("\\", "/") : text;
  return (await expand(pattern, entriesOf)).map(({ path }) => path);
}

async function stands(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function* entriesOf(path: string): AsyncGenerator<GlobEntry> {
  for await (const entry of await opendir(path === "" ? "." : path)) {
    const type = entry.isDirectory()
      ? "directory"
      : entry.isFile()
        ? "file"
        : entry.isSymbolicLink()
          ? "link"
          : "other";
    yield { name: entry.name, type };
  }
}
