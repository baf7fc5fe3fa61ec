import type { Stats } from "node:fs";
import { readlink } from "node:fs/promises";
import { FileStoreError } from "@longshore/file-store";
import { errnoOf } from "./error.ts";
import { isOwnName, joinPath, type LocalPath, nameFromLatin1 } from "./name.ts";

/**
 * Keeps every call below the root. A jail hands out what it has found to lie inside; what is then done to `path`
 * is done to that very node, or to a name in that very directory.
 */
export interface Jail {
  /** What stands at `names` below the root, links followed. */
  locate(names: readonly string[]): Promise<Held>;
  /** The directory that holds the last name, links in the way followed; the last name is not looked at. */
  directoryOf(names: readonly string[]): Promise<HeldName>;
  /** Where a file is to be written: with `follow` a link at the end leads to its target, which may be missing. */
  target(names: readonly string[], follow: boolean): Promise<Target>;
  /** What `name` is in a held directory, a link not followed: for names of the store's own. */
  child(directory: Held, name: string): Promise<Held>;
}

/** A node that was found inside, until it is released. */
export interface Held {
  readonly path: LocalPath;
  readonly stats: Stats;
  /** Where it stands below the root in truth, without links. */
  readonly names: readonly string[];
  /** The root's own path, where `path` is a descriptor's. */
  readonly root?: string;
  /** That descriptor. */
  readonly descriptor?: number;
  /** A descriptor of what stands at `path`; in the descriptor jail that is this very node. */
  open(flags: number): Promise<Opened>;
  release(): void;
}

export interface Opened {
  readonly descriptor: number;
  readonly stats: Stats;
}

export interface HeldName {
  readonly directory: Held;
  readonly name: string;
  /** The local path of the name in its directory. */
  readonly path: LocalPath;
}

export interface Target extends HeldName {
  /** What stands there; released by whoever got it, like the directory. */
  readonly node: Held | undefined;
}

/** What the two kinds of jail do differently. */
export interface Steps {
  readonly followLinks: boolean;
  /** The root as absolute link targets may name it, split into names. */
  readonly rootNames: readonly (readonly string[])[];
  root(): Promise<Held>;
  /** What `name` is in `directory`, a link not followed. */
  child(directory: Held, name: string): Promise<Held>;
  /** The node at `names` in one step, if no link is in the way. */
  shortcut(names: readonly string[]): Promise<Held | undefined>;
}

export function createJail(steps: Steps): Jail {
  async function locate(names: readonly string[]): Promise<Held> {
    const found = names.length === 0 ? await steps.root() : await steps.shortcut(names);
    if (found !== undefined) return found;
    const { directory, node } = await walk(steps, names, true);
    if (node !== directory) directory.release();
    if (node === undefined) throw missing(names);
    return node;
  }

  async function directoryOf(names: readonly string[]): Promise<HeldName> {
    const name = names.at(-1);
    if (name === undefined) throw new FileStoreError("permission-denied", "the root stays as it is");
    const directory = await locate(names.slice(0, -1));
    if (!directory.stats.isDirectory()) {
      directory.release();
      throw notADirectory(names);
    }
    return { directory, name, path: joinPath(directory.path, name) };
  }

  return {
    locate,
    directoryOf,
    child: steps.child,
    async target(names, follow) {
      const { directory, name, node } =
        names.length === 0 ? await atRoot() : await walk(steps, names, follow);
      return { directory, name, node, path: joinPath(directory.path, name) };
    },
  };

  async function atRoot(): Promise<Arrival> {
    const root = await steps.root();
    return { directory: root, name: "", node: root };
  }
}

interface Arrival {
  readonly directory: Held;
  /** `""` when the way ended in a directory without naming it there (a link to `.` or `..`). */
  readonly name: string;
  readonly node: Held | undefined;
}

const maxLinks = 40;

/**
 * Goes name by name and resolves links itself, so that none can lead outside: `..` in a target goes up in what was
 * walked, and starts again from the root, because a directory may have been moved meanwhile.
 */
async function walk(steps: Steps, names: readonly string[], follow: boolean): Promise<Arrival> {
  // Most ways have no link but perhaps the last: begin there, when the directory is found at once.
  const above = names.slice(0, -1);
  const near = above.length === 0 ? undefined : await steps.shortcut(above).catch(() => undefined);
  let here = near ?? (await steps.root());
  let done = near === undefined ? [] : [...above];
  const pending = near === undefined ? [...names].reverse() : names.slice(-1);
  let links = 0;

  async function restart(): Promise<void> {
    here.release();
    here = await steps.root();
    pending.push(...done.reverse());
    done = [];
  }

  try {
    for (;;) {
      const name = pending.pop();
      if (name === undefined) return { directory: here, name: "", node: here };
      // A link may name an upload under way, or a part of one; nothing else of the store's does.
      if (isOwnName(name)) throw missing(names);
      if (!here.stats.isDirectory()) throw notADirectory(names);
      if (name === "..") {
        if (done.pop() === undefined) throw outside(names);
        await restart();
        continue;
      }
      const path = joinPath(here.path, name);
      const isLast = pending.length === 0;
      const node = await steps.child(here, name).catch((error) => {
        if (isLast && errnoOf(error) === "ENOENT") return undefined;
        throw error;
      });
      if (node === undefined || (isLast && !(node.stats.isSymbolicLink() && follow)))
        return { directory: here, name, node };
      if (!node.stats.isSymbolicLink()) {
        here.release();
        here = node;
        done.push(name);
        continue;
      }
      node.release();
      if (!steps.followLinks)
        throw new FileStoreError("permission-denied", `${text(names)}: links are not followed`);
      if (++links > maxLinks)
        throw new FileStoreError("permission-denied", `${text(names)}: too many links in the way`);
      const target = await linkTarget(path);
      // No link any more: looked at again.
      if (target === undefined) pending.push(name);
      else if (target.startsWith("/")) {
        const inside = belowRoot(target, steps.rootNames);
        if (inside === undefined) throw outside(names);
        done = [];
        await restart();
        pending.push(...[...inside].reverse());
      } else pending.push(...partsOf(target).reverse());
    }
  } catch (error) {
    here.release();
    throw error;
  }
}

/** The text of a link, or `undefined` when none stands there. */
export async function linkTarget(path: LocalPath): Promise<string | undefined> {
  try {
    return nameFromLatin1(await readlink(path, "latin1"));
  } catch (error) {
    if (errnoOf(error) === "EINVAL" || errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** The names in a local path, without empty ones and `.`. */
export function partsOf(path: string): string[] {
  return path
    .split(process.platform === "win32" ? /[/\\]/ : "/")
    .filter((part) => part !== "" && part !== ".");
}

function belowRoot(target: string, roots: readonly (readonly string[])[]): readonly string[] | undefined {
  const parts = partsOf(target);
  const root = roots.find((names) => names.every((name, index) => name === parts[index]));
  return root === undefined ? undefined : parts.slice(root.length);
}

function text(names: readonly string[]): string {
  return `/${names.join("/")}`;
}

function missing(names: readonly string[]): FileStoreError {
  return new FileStoreError("not-found", `${text(names)}: nothing stands there`);
}

function notADirectory(names: readonly string[]): FileStoreError {
  return new FileStoreError("not-a-directory", `${text(names)}: what should hold it is none`);
}

function outside(names: readonly string[]): FileStoreError {
  return new FileStoreError("permission-denied", `${text(names)}: a link in the way leaves the root`);
}
