import { createHash } from "node:crypto";
import { mkdir, rename, unlink } from "node:fs/promises";
import {
  type CountedPart,
  FileStoreError,
  type PartLimits,
  partsToDrop,
  resolvePartLimits,
  type UploadPart,
} from "@longshore/file-store";
import { encodeText } from "@longshore/nvt";
import { type Draft, giveFreeName, succeeds, syncDirectory } from "./draft.ts";
import { errnoOf } from "./error.ts";
import type { Held, HeldName, Jail } from "./jail.ts";
import { joinPath, type LocalPath, localPath, partsName } from "./name.ts";
import type { ClaimPart } from "./options.ts";
import { readNames } from "./read-names.ts";
import { close, fsync, lstat, open, openFlags, setAccess, truncate } from "./system.ts";

/** Whose part it is, and of which file. */
export interface PartKey {
  readonly user: string;
  /** The virtual path. */
  readonly path: string;
}

/**
 * Parts of interrupted uploads: files in one hidden directory below the root, named after user and path by hash, so
 * that they are found without an index and survive the process. Whatever is in the way, it keeps nothing rather than
 * fail.
 */
export interface PartShelf {
  find(key: PartKey): Promise<UploadPart | undefined>;
  /**
   * Takes the closed file `draft` as the part, in the place of an older one; answers whether it did. If not, the
   * file is still there.
   */
  keep(key: PartKey, draft: LocalPath, size: number): Promise<boolean>;
  /**
   * The part as a draft for `place`, which nobody else gets meanwhile. A crash leaves the part with what came.
   *
   * @throws {FileStoreError} `not-found`, `busy`
   */
  resume(key: PartKey, place: HeldName, options: ResumedDraftOptions): Promise<ResumedDraft>;
  /** Forgets it, also one that nobody looked for; answers whether there was one. Throws `busy`. */
  remove(key: PartKey): Promise<boolean>;
  /** The same, for a file that has come: quietly, and a part that is in use stays. */
  forget(key: PartKey): Promise<void>;
  /** Bytes of all parts of a user. */
  usage(user: string): Promise<number>;
  /** Removes what is too old; answers how many. */
  sweep(): Promise<number>;
}

export interface ResumedDraftOptions {
  /** Whether the name must be free at the end. */
  readonly exclusive: boolean;
  readonly durable: boolean;
  /** Mode of the file; as it was made unless told. */
  readonly mode: number | undefined;
}

export interface ResumedDraft extends Draft {
  readonly size: number;
}

/** Parts that this process goes on from, by place: two stores over one root share them. */
const inUse = new Set<string>();

export function createPartShelf(
  jail: Jail,
  root: string,
  partLimits: PartLimits | undefined,
  claimPart: ClaimPart = async () => ({ end() {} }),
): PartShelf {
  const limits = resolvePartLimits(partLimits);
  const useOf = (name: string): string => `${root}\0${name}`;

  /** The directory of the parts, if it is there and nobody else's. */
  async function withDirectory<T>(
    make: boolean,
    use: (directory: Held) => Promise<T>,
  ): Promise<T | undefined> {
    const directory = await openDirectory(jail, make);
    if (directory === undefined) return undefined;
    try {
      return await use(directory);
    } finally {
      directory.release();
    }
  }

  /** Removes what the limits do not let stand; answers how many went, or nothing where `coming` finds no room. */
  async function makeRoom(
    directory: Held,
    coming?: { readonly name: string; readonly size: number },
  ): Promise<number | undefined> {
    const standing: (CountedPart & { readonly name: string })[] = [];
    for await (const batch of readNames(directory)) {
      for (const { name } of batch) {
        if (name === coming?.name || inUse.has(useOf(name))) continue;
        const stats = await lstat(joinPath(directory.path, name)).catch(() => undefined);
        if (stats === undefined || !stats.isFile()) continue;
        standing.push({ name, owner: ownerOf(name), size: stats.size, modified: stats.mtimeMs });
      }
    }
    const next = coming === undefined ? undefined : { owner: ownerOf(coming.name), size: coming.size };
    const dropped = partsToDrop(standing, next, limits, Date.now());
    if (dropped === undefined) return undefined;
    let removed = 0;
    for (const { name } of dropped) if (await succeeds(unlink(joinPath(directory.path, name)))) removed++;
    return removed;
  }

  async function remove(key: PartKey): Promise<boolean> {
    const name = nameOf(key);
    if (inUse.has(useOf(name))) throw busy(key);
    inUse.add(useOf(name));
    try {
      // By its plain path: every upload that ends asks for it, and nearly none has a part.
      await unlink(joinPath(localPath(root), `${partsName}/${name}`));
      return true;
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return false;
      throw error;
    } finally {
      inUse.delete(useOf(name));
    }
  }

  return {
    remove,

    async forget(key) {
      await remove(key).catch(() => {});
    },

    async find(key) {
      return withDirectory(false, async ({ path }) => {
        const local = joinPath(path, nameOf(key));
        const stats = await lstat(local).catch(() => undefined);
        if (stats === undefined || !stats.isFile()) return undefined;
        if (Date.now() - stats.mtimeMs < limits.maxAge || inUse.has(useOf(nameOf(key))))
          return { size: stats.size, modified: stats.mtimeMs };
        await unlink(local).catch(() => {});
        return undefined;
      });
    },

    async keep(key, draft, size) {
      const name = nameOf(key);
      if (size === 0 || inUse.has(useOf(name))) return false;
      // One that comes while this is on its way finds it in use.
      inUse.add(useOf(name));
      try {
        const kept = await withDirectory(true, async (directory) => {
          if ((await makeRoom(directory, { name, size })) === undefined) return false;
          await rename(draft, joinPath(directory.path, name));
          return true;
        });
        return kept ?? false;
      } catch {
        // Another file system is mounted there, or the disk fails: it is then as if there were no parts.
        return false;
      } finally {
        inUse.delete(useOf(name));
      }
    },

    async resume(key, place, { exclusive, durable, mode }) {
      const name = nameOf(key);
      const missing = new FileStoreError("not-found", `${key.path}: nothing was kept of an upload`);
      if (inUse.has(useOf(name))) throw busy(key);
      inUse.add(useOf(name));
      let claim: Awaited<ReturnType<ClaimPart>>;
      let directory: Held | undefined;
      const free = (): void => {
        directory?.release();
        claim?.end();
        inUse.delete(useOf(name));
      };
      try {
        claim = await claimPart(useOf(name));
        if (claim === undefined) throw busy(key);
      } catch (error) {
        free();
        throw error;
      }
      directory = await openDirectory(jail, false).catch(() => undefined);
      if (directory === undefined) {
        free();
        throw missing;
      }
      const path = joinPath(directory.path, name);
      let descriptor: number;
      let size: number;
      try {
        const stats = await lstat(path);
        if (!stats.isFile() || Date.now() - stats.mtimeMs >= limits.maxAge) throw missing;
        size = stats.size;
        descriptor = await open(path, openFlags.write | openFlags.noFollow);
      } catch (error) {
        free();
        throw errnoOf(error) === "ENOENT" ? missing : error;
      }
      return {
        descriptor,
        size,
        async publish(end = size) {
          try {
            try {
              await truncate(descriptor, end);
              if (mode !== undefined) await setAccess(descriptor, mode);
              if (durable) await fsync(descriptor);
            } finally {
              await close(descriptor);
            }
            await (exclusive ? giveFreeName(path, place) : rename(path, place.path));
          } finally {
            free();
          }
          if (durable) await syncDirectory(place.directory);
        },
        async discard() {
          await close(descriptor).catch(() => {});
          await unlink(path).catch(() => {});
          free();
        },
        async keep(end) {
          const isCut = end === undefined || (await succeeds(truncate(descriptor, end)));
          await close(descriptor).catch(() => {});
          const kept = isCut ? (end ?? size) : 0;
          if (kept === 0) await unlink(path).catch(() => {});
          free();
          return kept;
        },
      };
    },

    async usage(user) {
      const owner = ownerOf(nameOf({ user, path: "" }));
      let bytes = 0;
      await withDirectory(false, async (directory) => {
        for await (const batch of readNames(directory))
          for (const { name } of batch) {
            if (ownerOf(name) !== owner) continue;
            const stats = await lstat(joinPath(directory.path, name)).catch(() => undefined);
            const isYoung = stats !== undefined && Date.now() - stats.mtimeMs < limits.maxAge;
            if (stats?.isFile() === true && (isYoung || inUse.has(useOf(name)))) bytes += stats.size;
          }
      });
      return bytes;
    },

    async sweep() {
      return (await withDirectory(false, (directory) => makeRoom(directory)).catch(() => undefined)) ?? 0;
    },
  };
}

async function openDirectory(jail: Jail, make: boolean): Promise<Held | undefined> {
  const root = await jail.locate([]);
  try {
    if (make) {
      await mkdir(joinPath(root.path, partsName), 0o700).catch((error) => {
        if (errnoOf(error) !== "EEXIST") throw error;
      });
    }
    const directory = await jail.child(root, partsName);
    const isOurs = process.geteuid === undefined || directory.stats.uid === process.geteuid();
    if (directory.stats.isDirectory() && isOurs) return directory;
    directory.release();
    return undefined;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  } finally {
    root.release();
  }
}

function busy({ path }: PartKey): FileStoreError {
  return new FileStoreError("busy", `${path}: another session goes on from what was kept of the upload`);
}

function nameOf({ user, path }: PartKey): string {
  return `${hash(user).slice(0, 24)}-${hash(path).slice(0, 40)}`;
}

function ownerOf(name: string): string {
  return name.slice(0, 24);
}

function hash(text: string): string {
  return createHash("sha256").update(encodeText(text)).digest("hex");
}
