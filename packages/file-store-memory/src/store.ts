import {
  childPath,
  type DirectoryEntry,
  type FileStore,
  FileStoreError,
  type PartLimits,
  rootPath,
  type StoreContext,
  throwIfAborted,
  type VirtualPath,
  type WritableFile,
} from "@longshore/file-store";
import { type Content, emptyContent, readContent } from "./content.ts";
import { createInventory, type FilePlace } from "./inventory.ts";
import { createLedger, type MemoryStoreLimits } from "./ledger.ts";
import { createPartStore, type UploadRules, type UploadWays } from "./part-store.ts";
import { createPartShelf } from "./parts.ts";
import { entryOf, statOf } from "./tree.ts";
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
  const inventory = createInventory(ledger, clock, files);
  const { put, locate, existing, existingFile, entry, target } = inventory;
  const shelf = options.parts === false ? undefined : createPartShelf(ledger, clock, options.parts);

  function mayChange(context: StoreContext): void {
    throwIfAborted(context);
    if (!writable) throw new FileStoreError("read-only", "the store was made with writable: false");
  }

  function mustFit(path: VirtualPath, bytes: number): void {
    if (bytes > ledger.bytesLeft)
      throw new FileStoreError("no-space", `${path}: ${bytes} bytes more do not fit (limits.bytes)`);
  }

  /** An upload to `place`; `ways` say how it begins, and what becomes of the part that is kept of it. */
  function beginUpload(
    place: FilePlace,
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
          put(place, inventory.newFile(content, permissions));
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
      return locate(path, true, context).node === undefined;
    } catch {
      // Its directory is gone.
      return false;
    }
  }

  return {
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
      const place = locate(path, false, context);
      if (place.node !== undefined) throw new FileStoreError("exists", `${path} exists`);
      put(place, inventory.newDirectory(mask === undefined ? undefined : 0o777 & ~mask));
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
      const goal = locate(to, false, context);
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
      const place = locate(path, false, context);
      if (place.node !== undefined) throw new FileStoreError("exists", `${path} exists`);
      put(place, inventory.newLink(target));
    },

    async resolve(path, { follow }, context) {
      throwIfAborted(context);
      return locate(path, follow, context).names.reduce(childPath, rootPath);
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
      put(place, inventory.newFile(source.content, place.node?.mode ?? source.mode));
    },
  };
}
