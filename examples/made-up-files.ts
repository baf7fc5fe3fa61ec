// A store of one's own: files that stand nowhere and are made while they are read. Three methods do the work; the
// others say "read-only". The server needs no more to list, to give sizes and to resume in the middle of a file.
//
//   npx tsx examples/made-up-files.ts
//   curl ftp://127.0.0.1:2121/
//   curl ftp://127.0.0.1:2121/now.txt
//   curl -r 1000000000-1000000021 ftp://127.0.0.1:2121/counting.txt
import { fileURLToPath } from "node:url";
import { type FileStore, FileStoreError, nameOf, type ReadableFile } from "@longshore/file-store";
import { createFtpServer } from "@longshore/ftp-server";

/** How each file is opened, by its name. */
const files: Readonly<Record<string, () => ReadableFile>> = {
  "now.txt": () => fromText(`It is ${new Date().toISOString()}.\n`),
  "counting.txt": counting,
};

/** A thousand million numbers of ten digits, a line each: 11 GB that are never there but where somebody looks. */
function counting(): ReadableFile {
  const lineLength = 11;
  return {
    size: 1_000_000_000 * lineLength,
    async read(into, position) {
      const length = Math.max(0, Math.min(into.length, this.size - position));
      for (let at = 0; at < length; ) {
        const line = Math.floor((position + at) / lineLength);
        const text = `${String(line).padStart(lineLength - 1, "0")}\n`.slice((position + at) % lineLength);
        at += new TextEncoder().encodeInto(text, into.subarray(at, length)).written;
      }
      return length;
    },
    async close() {},
  };
}

function fromText(text: string): ReadableFile {
  const bytes = new TextEncoder().encode(text);
  return {
    size: bytes.length,
    async read(into, position) {
      const part = bytes.subarray(position, position + into.length);
      into.set(part);
      return part.length;
    },
    async close() {},
  };
}

function find(name: string): () => ReadableFile {
  const open = Object.hasOwn(files, name) ? files[name] : undefined;
  if (open === undefined) throw new FileStoreError("not-found", `${name}: nobody makes it`);
  return open;
}

const readOnly = async (): Promise<never> => {
  throw new FileStoreError("read-only", "what is made up cannot be changed");
};

const store: FileStore = {
  capabilities: {
    writable: false,
    writes: "atomic",
    append: "none",
    randomWrite: "none",
    rename: { file: "none", directory: "none" },
    exclusiveCreate: "native",
    names: "utf8",
    caseSensitive: true,
    modified: "millisecond",
    directoryCursor: "none",
    durableSync: "none",
  },
  async stat(path) {
    if (path.segments.length === 0) return { type: "directory", size: 0 };
    return { type: "file", size: find(path.segments.join("/"))().size, modified: Date.now() };
  },
  async *list(path) {
    if (path.segments.length > 0) throw new FileStoreError("not-a-directory", `${path} is a file`);
    yield Object.entries(files).map(([name, open]) => ({
      name,
      type: "file" as const,
      size: open().size,
      modified: Date.now(),
    }));
  },
  async openRead(path) {
    if (path.segments.length === 0) throw new FileStoreError("is-a-directory", "this is the root");
    return find(path.segments.length === 1 ? nameOf(path) : path.text)();
  },
  openWrite: readOnly,
  remove: readOnly,
  makeDirectory: readOnly,
  removeDirectory: readOnly,
  rename: readOnly,
};

export async function main(port = 2121): Promise<{
  readonly port: number;
  close(): Promise<void>;
}> {
  const server = createFtpServer({ store, port, anonymous: true });
  const address = await server.listen();
  console.log(`ftp://127.0.0.1:${address.port}/`);
  return { port: address.port, close: () => server.close() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
