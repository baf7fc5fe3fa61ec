import {
  closeSync,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  type Stats,
  unlinkSync,
  writeSync,
} from "node:fs";
import type { VirtualPath } from "@longshore/file-store";
import { decodeText } from "@longshore/nvt";
import { isInOwnSystem } from "./file-system.ts";
import { hasDescriptorPaths, latin1Of } from "./jail-descriptor.ts";
import { joinPath, type LocalPath, localPath, namesOf, newUploadName } from "./name.ts";
import { openFlags } from "./system.ts";

/**
 * Small files below a directory, each read or written in one go, without the thread pool: the five trips there that a
 * file of some kilobytes takes cost eight times as much as its system calls. Links are followed nowhere. Whatever is
 * out of the ordinary is left to the store, which knows how, and says what is wrong.
 */
export interface SmallFiles {
  /** All of a regular file of at most `limit` bytes; `undefined`: that is for the store to do, or to refuse. */
  read(path: VirtualPath, limit: number): Uint8Array | undefined;
  /**
   * Makes a file where nothing stands: there as a whole, or not at all. `false`: nothing was done, and that is for the store.
   */
  write(path: VirtualPath, bytes: Uint8Array): boolean;
}

/**
 * Only in file systems of this machine: others may keep a call, and with it the whole process, waiting for ever. Where a
 * call takes long all the same, the store has the next ones.
 *
 * @returns `undefined` where the system, or the file system of `root`, is none for this
 */
export async function openSmallFiles(root: string): Promise<SmallFiles | undefined> {
  if (!hasDescriptorPaths()) return undefined;
  let real: string;
  let device: number;
  try {
    real = decodeText(realpathSync.native(root, "buffer"));
    device = lstatSync(localPath(real)).dev;
  } catch {
    return undefined;
  }
  if (!(await isInOwnSystem(localPath(real)))) return undefined;
  const base = real === "/" ? "" : real;
  let leftUntil = 0;

  /** Does `work` in the directory of `path`, held so that nobody can put another in its place. */
  function within<T>(path: VirtualPath, work: (directory: LocalPath, name: string) => T): T | undefined {
    const began = performance.now();
    if (began < leftUntil) return undefined;
    let descriptor: number | undefined;
    try {
      const names = namesOf(path);
      const name = names.at(-1);
      if (name === undefined) return undefined;
      const above = names.slice(0, -1);
      const text = above.length === 0 ? real : `${base}/${above.join("/")}`;
      descriptor = openSync(localPath(text), openFlags.path);
      const held = `/proc/self/fd/${descriptor}`;
      const { dev } = mustBe(fstatSync(descriptor), "directory");
      // No link was in the way if it lies in truth where it was asked for.
      if (dev !== device || readlinkSync(held, "latin1") !== latin1Of(text)) return undefined;
      return work(held, name);
    } catch {
      return undefined;
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
      const ended = performance.now();
      if (ended - began > longest) leftUntil = ended + rest;
    }
  }

  return {
    read: (path, limit) => within(path, (directory, name) => readWhole(joinPath(directory, name), limit)),
    write(path, bytes) {
      return (
        within(path, (directory, name) => {
          const target = joinPath(directory, name);
          if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) return false;
          writeWhole(joinPath(directory, newUploadName()), target, bytes);
          return true;
        }) ?? false
      );
    },
  };
}

/** Milliseconds that a file may take before the store has those of the next ones. */
const longest = 50;
const rest = 500;

function readWhole(path: LocalPath, limit: number): Uint8Array | undefined {
  // Looked at first: to open a device may wake it.
  if (mustBe(lstatSync(path), "file").size > limit) return undefined;
  const descriptor = openSync(path, openFlags.read | openFlags.noFollow);
  try {
    const { size } = mustBe(fstatSync(descriptor), "file");
    if (size > limit) return undefined;
    const bytes = new Uint8Array(size);
    let done = 0;
    while (done < size) {
      const count = readSync(descriptor, bytes, done, size - done, done);
      if (count === 0) return undefined;
      done += count;
    }
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}

/** Under a name of its own until it is whole. */
function writeWhole(part: LocalPath, target: LocalPath, bytes: Uint8Array): void {
  const descriptor = openSync(part, openFlags.create, 0o666);
  try {
    try {
      let done = 0;
      while (done < bytes.length) done += writeSync(descriptor, bytes, done, bytes.length - done, done);
    } finally {
      closeSync(descriptor);
    }
    renameSync(part, target);
  } catch (error) {
    unlinkSync(part);
    throw error;
  }
}

function mustBe(stats: Stats, kind: "directory" | "file"): Stats {
  if (kind === "file" ? stats.isFile() : stats.isDirectory()) return stats;
  throw new Error(`no ${kind}`);
}
