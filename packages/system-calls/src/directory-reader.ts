import { Buffer } from "node:buffer";
import type { Library } from "./library.ts";

/** Reads names out of an open directory, many with each call. */
export interface DirectoryReader {
  /**
   * The next names, some hundreds, without `.` and `..`; none at the end. Nothing where the system refuses, after which there
   * may be more. One call at a time; the descriptor has to stay open until it has settled.
   */
  read(): Promise<readonly DirectoryName[] | undefined>;
}

export interface DirectoryName {
  /** One character a byte. */
  readonly latin1: string;
  readonly type: "file" | "directory" | "symlink" | "other";
}

/** As many bytes as hold five hundred short names: what comes of them is held at once. */
const octets = 20_480;

/** include/linux/dirent.h: where length, type and name stand in what the system tells of a name. */
const lengthAt = 16;
const typeAt = 18;
const nameAt = 19;

/** DT_DIR, DT_REG, DT_LNK of include/linux/fs_types.h; 0 is one that the file system does not tell. */
const types: Readonly<Record<number, DirectoryName["type"]>> = { 4: "directory", 8: "file", 10: "symlink" };

export function createDirectoryReader(library: Library, directory: number): DirectoryReader | undefined {
  const { getdents64 } = library;
  if (getdents64 === undefined) return undefined;
  const bytes = Buffer.alloc(octets);

  return {
    read: () =>
      new Promise((resolve) => {
        const next = (): void =>
          getdents64(directory, bytes, octets, (error, got) => {
            if (error != null || got < 0) return resolve(undefined);
            const names = namesIn(bytes, got);
            if (got > 0 && names?.length === 0) next();
            else resolve(names);
          });
        next();
      }),
  };
}

function namesIn(bytes: Buffer, end: number): DirectoryName[] | undefined {
  // Names are cut out of one text: making each by itself costs three times as much.
  const text = bytes.toString("latin1", 0, end);
  const names: DirectoryName[] = [];
  for (let at = 0; at < end; ) {
    const from = at + nameAt;
    const type = bytes[at + typeAt];
    if (type === 0 || type === undefined) return undefined;
    const latin1 = text.slice(from, text.indexOf("\0", from));
    if (latin1 !== "." && latin1 !== "..") names.push({ latin1, type: types[type] ?? "other" });
    at += bytes.readUInt16LE(at + lengthAt);
  }
  return names;
}
