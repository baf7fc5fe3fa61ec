import { closeSync, existsSync, fstatSync, readlinkSync, type Stats } from "node:fs";
import { encodeText } from "@longshore/nvt";
import { errnoOf } from "./error.ts";
import type { Held, Steps } from "./jail.ts";
import { joinPath, type LocalPath, localPath } from "./name.ts";
import { open, openFlags } from "./system.ts";

/** Whether the system offers what {@link descriptorSteps} needs. */
export function hasDescriptorPaths(): boolean {
  return process.platform === "linux" && existsSync("/proc/self/fd");
}

/**
 * The race-free jail. A node is held by a descriptor that only names it (O_PATH), and every further call goes
 * through `/proc/self/fd/N`, which is that node whatever its path has become meanwhile: openat, without openat.
 *
 * The shortcut lets the system walk the whole path and then asks where the descriptor lies in truth: if that is
 * the very path that was asked for, there was no link in it. Otherwise the way is walked name by name, each opened
 * below the descriptor of the one before and no link followed.
 */
export function descriptorSteps(root: string): Pick<Steps, "root" | "child" | "shortcut"> {
  const base = root === "/" ? "" : root;

  async function shortcut(names: readonly string[]): Promise<Held | undefined> {
    const text = `${base}/${names.join("/")}`;
    let descriptor: number;
    try {
      descriptor = await open(localPath(text), openFlags.path);
    } catch (error) {
      // Only below the root itself does an error tell of nothing outside; elsewhere a link may have led there.
      const errno = errnoOf(error);
      if (names.length === 1 || errno === "EMFILE" || errno === "ENFILE") throw error;
      return undefined;
    }
    const held = hold(descriptor, names, root);
    if (!held.stats.isSymbolicLink() && whereIs(descriptor) === latin1Of(text)) return held;
    held.release();
    return undefined;
  }

  return {
    shortcut,
    async root() {
      return hold(await open(localPath(root), openFlags.path), [], root);
    },
    async child(directory, name) {
      const descriptor = await open(joinPath(directory.path, name), openFlags.path);
      return hold(descriptor, [...directory.names, name], root);
    },
  };
}

/**
 * The looks at a descriptor are synchronous: they concern a node that the open before has just read into memory,
 * wait for no disk, and are a tenth of what a trip through the thread pool costs.
 */
function hold(descriptor: number, names: readonly string[], root: string): Held {
  let stats: Stats;
  try {
    stats = fstatSync(descriptor);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  const path: LocalPath = `/proc/self/fd/${descriptor}`;
  let held = true;
  return {
    path,
    stats,
    names,
    root,
    descriptor,
    open: async (flags) => ({ descriptor: await open(path, flags), stats }),
    release() {
      if (held) closeSync(descriptor);
      held = false;
    },
  };
}

function whereIs(descriptor: number): string {
  return readlinkSync(`/proc/self/fd/${descriptor}`, "latin1");
}

/** `text` with one character for each byte, as the system answers where a descriptor lies. */
export function latin1Of(text: string): string {
  return /^[\u0000-\u007f]*$/.test(text) ? text : Buffer.from(encodeText(text)).toString("latin1");
}
