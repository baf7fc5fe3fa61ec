import {
  childPath,
  type DirectoryEntry,
  type FileStore,
  FileStoreError,
  type PartLimits,
  parentPath,
  rootPath,
  type StoreContext,
  throwIfAborted,
  toPath,
  type VirtualPath,
  type WritableFile,
} from "@longshore/file-store";
import { type Content, contentOf, emptyContent, readContent } from "./content.ts";
import { createLedger, type MemoryStoreLimits } from "./ledger.ts";
import { createPartStore, type UploadRules, type UploadWays } from "./part-store.ts";
import { createPartShelf } from "./parts.ts";
import { type DirectoryNode, entryOf, type FileNode, locate, type Node, type Place, statOf } from "./tree.ts";
import { openUpload } from "./upload.ts";

export interface MemoryStoreOptions {
  /** What stands in the store at first, by path; directories are made as needed, a path that ends in `/` is one. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly limits?: MemoryStoreLimits;
  /** How much is kept of interrupted uploads, within `limits`; `false`: nothing. */
  readonly parts?: PartLimits | false;
  /** Milliseconds since the epoch; `Date.now` unless told. */
  readonly clock?: () => number;
  /** Whether anything may be changed; `true` unless told. */
  readonly writable?: boolean;
}

const entriesInBatch = 256;

/**
 * A complete, transactional {@link FileStore} in memory: what is done in it behaves as it would on a disk.
 * Symbolic links are offered; their absolute targets count from the store's root.
 *
 * @throws {FileStoreError} when `files` does not fit `limits`, or one of its names cannot be
 * @example createMemoryStore({ files: { "/pub/read me.txt": "hello\n", "/incoming/": "" } })
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): FileStore {
  const { files = {}, limits = {}, clock = Date.now, writable = true } = options;
  const ledger = createLedger(limits);
  const shelf = options.parts === false ? undefined : createPartShelf(ledger, clock, options.parts);
  let nextId = 1;

  const stamp = (mode: number): { id: number; created: number; modified: number; mode: number } => {
    const now = clock();
    return { id: nextId++, created: now, modified: now, mode };
  };
  const newDirectory = (mode = 0o755): DirectoryNode => ({
    type: "directory",
    ...stamp(mode),
    entries: new Map(),
    uploads: 0,
  });
  const newFile = (content: Content, mode = 0o644): FileNode => ({ type: "file", ...stamp(mode), content });

  const root = newDirectory();

  /** Sets what stands at `place`; `undefined` removes it. What is counted is settled here alone. */
  function put({ directory, name }: Place, node: Node | undefined): void {
    const before = directory.entries.get(name);
    const files = (node === undefined ? 0 : 1) - (before === undefined ? 0 : 1);
    ledger.addFiles(files);
    try {
      ledger.addBytes(sizeOf(node) - sizeOf(before));
    } catch (error) {
      ledger.addFiles(-files);
      throw error;
    }
    if (node === undefined) directory.entries.delete(name);
    else directory.entries.set(name, node);
    directory.modified = clock();
  }

  /** What `locate` finds where something has to stand. */
  function existing(
    path: VirtualPath,
    follow: boolean,
    context: StoreContext,
  ): Place & { readonly node: Node } {
    const place = locate(root, path, follow, context);
    const { node } = place;
    if (node === undefined) throw new FileStoreError("not-found", `${path}: nothing stands there`);
    return { ...place, node };
  }

  function existingFile(path: VirtualPath, context: StoreContext): FileNode {
    const { node } = existing(path, true, context);
    if (node.type !== "file") throw new FileStoreError("is-a-directory", `${path} is a directory`);
    return node;
  }

  /** For calls that change the entry itself; the root is nobody's entry. */
  function entry(path: VirtualPath, context: StoreContext): Place & { readonly node: Node } {
    if (path.segments.length === 0) throw new FileStoreError("permission-denied", "the root stays as it is");
    return existing(path, false, context);
  }

  function mayChange(context: StoreContext): void {
    throwIfAborted(context);
    if (!writable) throw new FileStoreError("read-only", "the store was made with writable: false");
  }

  /** The place of a file to be written, where `overwrite` says whether one may stand there already. */
  function target(
    path: VirtualPath,
    overwrite: boolean,
    context: StoreContext,
  ): Place & { readonly node: FileNode | undefined } {
    const place = locate(root, path, overwrite, context);
    const { node } = place;
    if (node !== undefined && !overwrite) throw new FileStoreError("exists", `${path} exists`);
    if (node === undefined || node.type === "file") return { ...place, node };
    throw new FileStoreError("is-a-directory", `${path} is a directory`);
  }

  function mustFit(path: VirtualPath, bytes: number): void {
    if (bytes > ledger.bytesLeft)
      throw new FileStoreError("no-space", `${path}: ${bytes} bytes more do not fit (limits.bytes)`);
  }

  /** An upload to `place`; `ways` say how it begins, and what becomes of the part that is kept of it. */
  function beginUpload(
    place: Place & { readonly node: FileNode | undefined },
    path: VirtualPath,
    { overwrite, mask }: UploadRules,
    ways: UploadWays,
  ): WritableFile {
    ledger.addFiles(1);
    place.directory.uploads++;
    const permissions = place.node?.mode ?? (mask === undefined ? undefined : 0o666 & ~mask);
    return openUpload(
      {
        ...ways,
        publish(content) {
          const stands = place.directory.entries.get(place.name);
          if (stands !== undefined && !overwrite)
            throw new FileStoreError("exists", `${path} was made by another meanwhile`);
          if (stands?.type === "directory")
            throw new FileStoreError("is-a-directory", `${path} became a directory meanwhile`);
          ways.published();
          put(place, newFile(content, permissions));
        },
        ended() {
          ledger.addFiles(-1);
          place.directory.uploads--;
          ways.released?.();
        },
      },
      ledger,
    );
  }

  function isFree(path: VirtualPath, context: StoreContext): boolean {
    try {
      return locate(root, path, true, context).node === undefined;
    } catch {
      // Its directory is gone.
      return false;
    }
  }

  const store: FileStore = {
    ...(shelf === undefined || !writable
      ? {}
      : { parts: createPartStore(shelf, { mayChange, target, mustFit, beginUpload, isFree }) }),
    capabilities: {
      writable,
      writes: "atomic",
      append: "native",
      randomWrite: "native",
      rename: { file: "atomic", directory: "atomic" },
      exclusiveCreate: "native",
      names: "bytes",
      caseSensitive: true,
      modified: "millisecond",
      created: "settable",
      directoryCursor: "none",
      durableSync: "none",
    },

    async stat(path, context) {
      throwIfAborted(context);
      return statOf(existing(path, true, context).node);
    },

    async *list(path, context) {
      throwIfAborted(context);
      const { node, line } = existing(path, true, context);
      if (node.type !== "directory") throw new FileStoreError("not-a-directory", `${path} is none`);
      let batch: DirectoryEntry[] = [];
      for (const [name, child] of node.entries) {
        batch.push(entryOf(name, child, line.length));
        if (batch.length < entriesInBatch) continue;
        yield batch;
        throwIfAborted(context);
        batch = [];
      }
      if (batch.length > 0) yield batch;
    },

    async openRead(path, context) {
      throwIfAborted(context);
      const { content, modified } = existingFile(path, context);
      let open = true;
      return {
        size: content.size,
        modified,
        async read(into, position) {
          if (!open) throw new FileStoreError("io", "the file was closed");
          if (!Number.isSafeInteger(position) || position < 0)
            throw new FileStoreError("io", `${position} is no position; it must be a whole number from 0 on`);
          return readContent(content, into, position);
        },
        async close() {
          open = false;
        },
      };
    },

    async openWrite(path, { mode, start = 0, expectedSize = 0, mask }, context) {
      mayChange(context);
      const place = target(path, mode !== "create", context);
      const keeps = mode === "append" || mode === "update";
      const base = keeps ? (place.node?.content ?? emptyContent) : emptyContent;
      if (mode === "update" && place.node === undefined && start !== 0)
        throw new FileStoreError("not-found", `${path}: nothing stands there to go on from ${start}`);
      if (mode === "update" && !(Number.isSafeInteger(start) && start >= 0 && start <= base.size))
        throw new FileStoreError("io", `${path} has ${base.size} bytes; writing cannot start at ${start}`);
      const begin = mode === "append" ? base.size : mode === "update" ? start : 0;
      mustFit(path, begin + expectedSize - base.size);
      return beginUpload(
        place,
        path,
        { overwrite: mode !== "create", mask },
        {
          base,
          start: begin,
          published() {
            shelf?.remove(path, context);
          },
          ...(shelf === undefined
            ? {}
            : {
                keep(come: Content | undefined) {
                  const isFree = come !== undefined && !place.directory.entries.has(place.name);
                  return isFree && shelf.put(path, context, come) ? come.size : 0;
                },
              }),
          dropped() {},
        },
      );
    },

    async remove(path, context) {
      mayChange(context);
      if (path.segments.length === 0) throw new FileStoreError("is-a-directory", "the root is a directory");
      const place = entry(path, context);
      if (place.node.type === "directory")
        throw new FileStoreError("is-a-directory", `${path} is a directory`);
      put(place, undefined);
    },

    async makeDirectory(path, context, { mask } = {}) {
      mayChange(context);
      const place = locate(root, path, false, context);
      if (place.node !== undefined) throw new FileStoreError("exists", `${path} exists`);
      put(place, newDirectory(mask === undefined ? undefined : 0o777 & ~mask));
    },

    async removeDirectory(path, context) {
      mayChange(context);
      const place = entry(path, context);
      if (place.node.type !== "directory") throw new FileStoreError("not-a-directory", `${path} is none`);
      if (place.node.entries.size > 0) throw new FileStoreError("not-empty", `${path} is not empty`);
      if (place.node.uploads > 0) throw new FileStoreError("busy", `${path}: an upload is under way in it`);
      put(place, undefined);
    },

    async rename(from, to, { overwrite }, context) {
      mayChange(context);
      const source = entry(from, context);
      if (to.segments.length === 0) throw new FileStoreError("permission-denied", "the root stays as it is");
      const goal = locate(root, to, false, context);
      if (goal.node !== undefined && !overwrite) throw new FileStoreError("exists", `${to} exists`);
      if (goal.node === source.node) return;
      if (source.node.type === "directory") {
        if (goal.line.includes(source.node))
          throw new FileStoreError("name-not-allowed", `${to} lies in ${from} itself`);
        if (goal.node !== undefined && goal.node.type !== "directory")
          throw new FileStoreError("not-a-directory", `${to} is none, ${from} is one`);
        if (goal.node !== undefined && goal.node.entries.size + goal.node.uploads > 0)
          throw new FileStoreError("not-empty", `${to} is not empty`);
      } else if (goal.node?.type === "directory")
        throw new FileStoreError("is-a-directory", `${to} is a directory, ${from} is none`);
      put(source, undefined);
      put(goal, source.node);
    },

    async setTimes(path, { modified, created }, context) {
      mayChange(context);
      const { node } = existing(path, true, context);
      node.modified = modified ?? node.modified;
      node.created = created ?? node.created;
    },

    async setMode(path, mode, context) {
      mayChange(context);
      existing(path, true, context).node.mode = mode & 0o7777;
    },

    async makeLink(path, target, context) {
      mayChange(context);
      if (target === "" || target.includes("\0"))
        throw new FileStoreError("name-not-allowed", `${path}: a link cannot hold that target`);
      const place = locate(root, path, false, context);
      if (place.node !== undefined) throw new FileStoreError("exists", `${path} exists`);
      put(place, { type: "symlink", ...stamp(0o777), target });
    },

    async resolve(path, { follow }, context) {
      throwIfAborted(context);
      return locate(root, path, follow, context).names.reduce(childPath, rootPath);
    },

    async freeSpace(path, context) {
      throwIfAborted(context);
      existing(path, true, context);
      return ledger.bytesLeft;
    },

    async copy(from, to, { overwrite }, context) {
      mayChange(context);
      const source = existingFile(from, context);
      const place = target(to, overwrite, context);
      if (place.node === source) return;
      put(place, newFile(source.content, place.node?.mode ?? source.mode));
    },
  };

  for (const [text, data] of Object.entries(files)) {
    const path = toPath(text);
    const isDirectory = text.endsWith("/");
    const directories = isDirectory ? path : parentPath(path);
    let at = toPath("/");
    for (const name of directories.segments) {
      at = childPath(at, name);
      const place = locate(root, at, false);
      if (place.node === undefined) put(place, newDirectory());
      else if (place.node.type !== "directory")
        throw new FileStoreError("not-a-directory", `files: ${at} is none`);
    }
    if (isDirectory) continue;
    const place = locate(root, path, false);
    if (place.node !== undefined) throw new FileStoreError("exists", `files: ${text} is given twice`);
    put(place, newFile(contentOf(typeof data === "string" ? new TextEncoder().encode(data) : data)));
  }
  return store;
}

function sizeOf(node: Node | undefined): number {
  return node?.type === "file" ? node.content.size : 0;
}
