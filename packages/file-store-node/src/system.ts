import * as fs from "node:fs";
import type { LocalPath } from "./name.ts";

// The calls that run once for each file or chunk, as promises without the handle objects of fs/promises: these
// cost a third of a small transfer. Whoever opens a descriptor here closes it.

const { O_CREAT, O_EXCL, O_NOCTTY, O_RDONLY, O_WRONLY } = fs.constants;
// Not there on Windows, where nothing below needs them.
const O_NOFOLLOW = fs.constants.O_NOFOLLOW ?? 0;
const O_NONBLOCK = fs.constants.O_NONBLOCK ?? 0;

export const openFlags: Readonly<Record<"path" | "read" | "write" | "create" | "noFollow", number>> = {
  /** Names a node without opening it: no permission needed, no device woken. Linux; Node has no name for it. */
  path: 0o10000000 | O_NOFOLLOW,
  /** A pipe without a writer does not block, a terminal does not become ours. */
  read: O_RDONLY | O_NONBLOCK | (O_NOCTTY ?? 0),
  write: O_WRONLY | O_NONBLOCK | (O_NOCTTY ?? 0),
  create: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
  noFollow: O_NOFOLLOW,
};

export function open(path: LocalPath, flags: number, mode = 0o666): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.open(path, flags, mode, (error, descriptor) => (error ? reject(error) : resolve(descriptor)));
  });
}

export function close(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.close(descriptor, (error) => (error ? reject(error) : resolve()));
  });
}

export function lstat(path: LocalPath): Promise<fs.Stats> {
  return new Promise((resolve, reject) => {
    fs.lstat(path, (error, stats) => (error ? reject(error) : resolve(stats)));
  });
}

export function fstat(descriptor: number): Promise<fs.Stats> {
  return new Promise((resolve, reject) => {
    fs.fstat(descriptor, (error, stats) => (error ? reject(error) : resolve(stats)));
  });
}

export function fsync(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.fsync(descriptor, (error) => (error ? reject(error) : resolve()));
  });
}

/** Sets mode and, where given, owner and group. */
export function setAccess(descriptor: number, mode: number, owner?: fs.Stats): Promise<void> {
  return new Promise((resolve, reject) => {
    const setMode = (): void => fs.fchmod(descriptor, mode, (error) => (error ? reject(error) : resolve()));
    // An owner that cannot be kept is no reason to refuse; the mode comes after it, because chown clears bits.
    if (owner === undefined) setMode();
    else fs.fchown(descriptor, owner.uid, owner.gid, setMode);
  });
}

/** Milliseconds since the epoch. The system counts in microseconds and cuts, so that half of one is added. */
export function setTimes(target: number | LocalPath, accessed: number, modified: number): Promise<void> {
  const [atime, mtime] = [accessed, modified].map((time) => (time + 0.0005) / 1000);
  return new Promise((resolve, reject) => {
    const done = (error: Error | null): void => (error ? reject(error) : resolve());
    if (typeof target === "number") fs.futimes(target, atime ?? 0, mtime ?? 0, done);
    else fs.utimes(target, atime ?? 0, mtime ?? 0, done);
  });
}

export function truncate(descriptor: number, size: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.ftruncate(descriptor, size, (error) => (error ? reject(error) : resolve()));
  });
}

/** Reads once; answers how many bytes came. */
export function read(
  descriptor: number,
  into: Uint8Array,
  offset: number,
  length: number,
  position: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(descriptor, into, offset, length, position, (error, count) =>
      error ? reject(error) : resolve(count),
    );
  });
}

/** Writes the whole chunk, however often the system takes only a part. */
export function writeFully(descriptor: number, chunk: Uint8Array, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const step = (done: number): void => {
      if (done === chunk.length) {
        resolve();
        return;
      }
      fs.write(descriptor, chunk, done, chunk.length - done, position + done, (error, count) => {
        if (error) reject(error);
        else if (count === 0) reject(new Error("the system wrote nothing and gave no reason"));
        else step(done + count);
      });
    };
    step(0);
  });
}

/** The same for chunks that follow each other, in as few calls as the system allows. */
export function writeAllFully(
  descriptor: number,
  chunks: readonly Uint8Array[],
  position: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const step = (rest: readonly Uint8Array[], at: number): void => {
      if (rest.length === 0) {
        resolve();
        return;
      }
      fs.writev(descriptor, rest as Uint8Array[], at, (error, count) => {
        if (error) reject(error);
        else if (count === 0) reject(new Error("the system wrote nothing and gave no reason"));
        else step(dropBytes(rest, count), at + count);
      });
    };
    step(
      chunks.filter((chunk) => chunk.length > 0),
      position,
    );
  });
}

/** What is left of `chunks` without their first `count` bytes. */
export function dropBytes(chunks: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let left = count;
  for (const [index, chunk] of chunks.entries()) {
    if (left < chunk.length) return [chunk.subarray(left), ...chunks.slice(index + 1)];
    left -= chunk.length;
  }
  return [];
}
