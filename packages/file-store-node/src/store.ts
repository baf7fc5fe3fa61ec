import { realpathSync, statSync } from "node:fs";
import { chmod, mkdir, rmdir, symlink, unlink } from "node:fs/promises";
import { resolve } from "node:path";
import {
  childPath,
  climbsOut,
  type FileStore,
  FileStoreError,
  parentPath,
  rootPath,
  type StoreContext,
  throwIfAborted,
  type VirtualPath,
} from "@longshore/file-store";
import { decodeText } from "@longshore/nvt";
import { copyFile } from "./copy.ts";
import { readEntries } from "./directory.ts";
import { syncDirectory } from "./draft.ts";
import { errnoOf, storeError } from "./error.ts";
import { createJail, type Held, type HeldName, type Jail, partsOf } from "./jail.ts";
import { checkedSteps } from "./jail-checked.ts";
import { descriptorSteps, hasDescriptorPaths } from "./jail-descriptor.ts";
import { clearDirectory, sweepDirectory, sweepTree } from "./leftover.ts";
import { move, moveAcross } from "./move.ts";
import { localPath, namesOf } from "./name.ts";
import { freeBytes, maskedMode, openUpload } from "./open-write.ts";
import type { NodeStoreOptions } from "./options.ts";
import { readOwnerNames } from "./owner.ts";
import { createPartShelf } from "./part.ts";
import { createPartStore } from "./part-store.ts";
import { mustBeFile, openReader } from "./reader.ts";
import { fileStat } from "./stat.ts";
import { lstat, setTimes } from "./system.ts";

/** A {@link FileStore} over a local directory, with all optional methods. */
export interface NodeStore extends FileStore {
  readonly setTimes: NonNullable<FileStore["setTimes"]>;
  readonly setMode: NonNullable<FileStore["setMode"]>;
  readonly makeLink: NonNullable<FileStore["makeLink"]>;
  readonly freeSpace: NonNullable<FileStore["freeSpace"]>;
  readonly copy: NonNullable<FileStore["copy"]>;
  readonly resolve: NonNullable<FileStore["resolve"]>;
  /**
   * Removes what killed processes left of their uploads, everywhere below the root, if nothing was written to it
   * for `olderThan` milliseconds (the store's own setting unless told). Answers how many were removed.
   */
  removeLeftovers(olderThan?: number): Promise<number>;
}

/**
 * A {@link FileStore} over the directory `root` of the local disk. It holds no descriptor between calls and needs
 * no closing.
 *
 * @throws {FileStoreError} `not-found`, `not-a-directory`, `permission-denied` when `root` cannot be served;
 *   `unsupported` for a jail that the system does not have
 * @example createNodeStore("/srv/ftp", { writable: true })
 */
export function createNodeStore(root: string, options: NodeStoreOptions = {}): NodeStore {
  const { writable = false, writes = "atomic", durable = false, fileMode, directoryMode } = options;
  const { sweep = "written", olderThan = 3_600_000 } = options.leftovers ?? {};
  const owners = options.owners === "names" ? readOwnerNames() : undefined;
  const jails = openJails(root, options);
  const jail = jails.follow;
  const jailFor = ({ links = "follow" }: StoreContext): Jail => jails[links];
  const swept = new Set<string>();
  let partsSweptUntil = 0;

  /** Every call: not for a session that is gone, and no error but the store's own. */
  async function answer<T>(path: VirtualPath, context: StoreContext, call: () => Promise<T>): Promise<T> {
    throwIfAborted(context);
    try {
      return await call();
    } catch (error) {
      throw storeError(error, path.text);
    }
  }

  function change<T>(path: VirtualPath, context: StoreContext, call: () => Promise<T>): Promise<T> {
    return answer(path, context, async () => {
      if (!writable)
        throw new FileStoreError("read-only", `${path}: the store was made without writable: true`);
      return call();
    });
  }

  async function withNode<T>(
    path: VirtualPath,
    context: StoreContext,
    use: (node: Held) => Promise<T> | T,
  ): Promise<T> {
    const node = await jailFor(context).locate(namesOf(path));
    try {
      return await use(node);
    } finally {
      node.release();
    }
  }

  async function withName<T>(
    path: VirtualPath,
    context: StoreContext,
    use: (place: HeldName) => Promise<T>,
  ): Promise<T> {
    const place = await jailFor(context).directoryOf(namesOf(path));
    try {
      return await use(place);
    } finally {
      place.directory.release();
    }
  }

  /** Once for each directory that is written to, for parts now and then, beside the call that writes. */
  function sweepOnce(directory: VirtualPath): void {
    if (sweep !== "never" && Date.now() >= partsSweptUntil) {
      partsSweptUntil = Date.now() + partsSweepInterval;
      void shelf?.sweep();
    }
    if (sweep !== "written" || swept.has(directory.text)) return;
    if (swept.size >= maxSwept) swept.clear();
    swept.add(directory.text);
    // Whatever is in its way, it may be done another time.
    void withNode(directory, {}, (node) => sweepDirectory(node, olderThan)).catch(() => {});
  }

  const keepsParts = writable && writes === "atomic" && options.parts !== false;
  const shelf = keepsParts
    ? createPartShelf(jail, resolve(root), options.parts || undefined, options.claimPart)
    : undefined;
  const settings = { writes, durable, fileMode, shelf };
  if (writable && sweep === "tree") void sweepTree(jail, [], olderThan).catch(() => {});

  return {
    capabilities: {
      writable,
      writes,
      append: writes === "atomic" ? "rewrite" : "native",
      randomWrite: writes === "atomic" ? "spooled" : "native",
      rename: { file: "atomic", directory: "atomic" },
      exclusiveCreate: "native",
      names: hasByteNames ? "bytes" : "utf8",
      caseSensitive: hasByteNames,
      modified: "millisecond",
      created: "fixed",
      directoryCursor: "none",
      durableSync: durable ? "native" : "none",
    },

    stat(path, context) {
      return answer(path, context, () => withNode(path, context, ({ stats }) => fileStat(stats, owners)));
    },

    async *list(path, context) {
      const directory = await answer(path, context, () => jailFor(context).locate(namesOf(path)));
      try {
        if (!directory.stats.isDirectory()) throw new FileStoreError("not-a-directory", `${path} is none`);
        for await (const batch of readEntries(directory, owners)) {
          throwIfAborted(context);
          yield batch;
        }
      } catch (error) {
        throw storeError(error, path.text);
      } finally {
        directory.release();
      }
    },

    openRead(path, context) {
      return answer(path, context, async () => {
        const file = await withNode(path, context, (node) => openReader(node, path.text));
        if (context.signal?.aborted === true) await file.close();
        throwIfAborted(context);
        return file;
      });
    },

    openWrite(path, how, context) {
      return change(path, context, async () => {
        const file = await openUpload(
          { ...settings, jail: jailFor(context) },
          namesOf(path),
          path.text,
          how,
          context,
        );
        sweepOnce(parentPath(path));
        return file;
      });
    },

    remove(path, context) {
      return change(path, context, async () => {
        if (path.segments.length === 0) throw new FileStoreError("is-a-directory", "the root is a directory");
        await withName(path, context, async (place) => {
          await unlink(place.path).catch(async (error) => {
            // POSIX says EPERM of a directory, Linux EISDIR.
            if (errnoOf(error) === "EPERM" && (await lstat(place.path)).isDirectory())
              throw new FileStoreError("is-a-directory", `${path} is a directory`, { cause: error });
            throw error;
          });
        });
      });
    },

    makeDirectory(path, context, { mask } = {}) {
      return change(path, context, async () => {
        if (path.segments.length === 0) throw new FileStoreError("exists", "the root exists");
        const mode = maskedMode(directoryMode, mask, 0o777);
        await withName(path, context, (place) => mkdir(place.path, mode ?? 0o777));
        if (mode !== undefined) await withNode(path, context, (node) => chmod(node.path, mode));
      });
    },

    removeDirectory(path, context) {
      return change(path, context, () =>
        withName(path, context, async (place) => {
          await rmdir(place.path).catch(async (error) => {
            if (errnoOf(error) !== "ENOTEMPTY" && errnoOf(error) !== "EEXIST") throw error;
            const rest = await withNode(path, context, (node) => clearDirectory(node, olderThan));
            if (rest === "uploads")
              throw new FileStoreError("busy", `${path}: an upload is under way in it`, { cause: error });
            if (rest === "entries")
              throw new FileStoreError("not-empty", `${path} is not empty`, { cause: error });
            await rmdir(place.path);
          });
        }),
      );
    },

    rename(from, to, { overwrite }, context) {
      return change(from, context, () =>
        withName(from, context, (source) =>
          withName(to, context, async (goal) => {
            await move(source, goal, overwrite).catch(async (error) => {
              if (errnoOf(error) !== "EXDEV") throw error;
              await moveAcross(jailFor(context), namesOf(from), goal, { overwrite, durable }, context);
            });
            if (durable) await Promise.all([source, goal].map(({ directory }) => syncDirectory(directory)));
          }),
        ),
      );
    },

    setTimes(path, { modified, accessed, created }, context) {
      return change(path, context, () => {
        if (created !== undefined)
          throw new FileStoreError("unsupported", "no system call sets the time of creation");
        return withNode(path, context, ({ path: local, stats }) =>
          setTimes(local, accessed ?? stats.atimeMs, modified ?? stats.mtimeMs),
        );
      });
    },

    setMode(path, mode, context) {
      return change(path, context, () => withNode(path, context, (node) => chmod(node.path, mode & 0o7777)));
    },

    makeLink(path, target, context) {
      return change(path, context, () => {
        if (target === "" || target.includes("\0"))
          throw new FileStoreError("name-not-allowed", `${path}: a link cannot hold that target`);
        // The store would not follow it, but other programs on this machine would.
        if (target.startsWith("/") || climbsOut(path.segments.length - 1, target))
          throw new FileStoreError("permission-denied", `${path}: the link would lead out of the root`);
        return withName(path, context, (place) => symlink(localPath(target), place.path));
      });
    },

    freeSpace(path, context) {
      return answer(path, context, () => withNode(path, context, (node) => freeBytes(node.path)));
    },

    copy(from, to, { overwrite }, context) {
      return change(to, context, () =>
        withNode(from, context, async (source) => {
          mustBeFile(source.stats, from.text);
          await copyFile(jailFor(context), source, namesOf(to), { overwrite, durable }, context);
        }),
      );
    },

    resolve(path, { follow }, context) {
      return answer(path, context, async () => {
        const names = namesOf(path);
        const { directory, name, node } = await jailFor(context).target(names, follow);
        if (node !== directory) node?.release();
        directory.release();
        return [...directory.names, ...(name === "" ? [] : [name])].reduce(childPath, rootPath);
      });
    },
    ...(shelf === undefined ? {} : { parts: createPartStore(settings, shelf, { answer, change, jailFor }) }),

    removeLeftovers(age = olderThan) {
      return change(
        rootPath,
        {},
        async () => (await sweepTree(jail, [], age)) + ((await shelf?.sweep()) ?? 0),
      );
    },
  };
}

/** Milliseconds between two looks at the age of all parts; each is also looked at when it is asked for. */
const partsSweepInterval = 600_000;

/** Directories remembered as swept; beyond it they are forgotten, and swept again. */
const maxSwept = 10_000;

/** Linux takes names as bytes and keeps their case; the others neither. */
const hasByteNames = process.platform !== "win32" && process.platform !== "darwin";

/** The jail that follows links as the options have it, and the one for calls that follow none. */
function openJails(root: string, options: NodeStoreOptions): Readonly<Record<"follow" | "refuse", Jail>> {
  const { followLinks = "inside", jail = "auto" } = options;
  if (jail === "descriptor" && !hasDescriptorPaths())
    throw new FileStoreError("unsupported", 'jail: "descriptor" needs Linux and /proc');
  let real: string;
  try {
    // The plain call goes through text and loses names that are none; the native one mends case where case is no matter.
    real = hasByteNames ? decodeText(realpathSync.native(root, "buffer")) : realpathSync(root);
    if (!statSync(localPath(real)).isDirectory())
      throw new FileStoreError("not-a-directory", `${root}: it is no directory, so that it cannot be served`);
  } catch (error) {
    throw storeError(error, root);
  }
  const steps = jail !== "checked" && hasDescriptorPaths() ? descriptorSteps(real) : checkedSteps(real);
  const rootNames = [partsOf(real), partsOf(resolve(root))];
  const refuse = createJail({ ...steps, followLinks: false, rootNames });
  return {
    follow: followLinks === "never" ? refuse : createJail({ ...steps, followLinks: true, rootNames }),
    refuse,
  };
}
