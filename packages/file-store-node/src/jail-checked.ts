import * as fs from "node:fs";
import { FileStoreError } from "@longshore/file-store";
import type { Held, Steps } from "./jail.ts";
import { joinPath, type LocalPath, localPath } from "./name.ts";
import { close, fstat, lstat, open, openFlags } from "./system.ts";

/**
 * The jail for systems without `/proc/self/fd`. Every name is looked at before it is used, and what was opened is
 * compared with what stands there afterwards. A link that someone on the same machine puts in the way between the
 * look and the use of a changing call (make, rename, remove) is not seen: this jail keeps peers in, not local users.
 */
export function checkedSteps(root: string): Pick<Steps, "root" | "child" | "shortcut"> {
  return {
    async shortcut() {
      return undefined;
    },
    async root() {
      const path = localPath(root);
      return hold(path, await lstat(path), []);
    },
    async child(directory, name) {
      const path = joinPath(directory.path, name);
      const stats = await lstat(path);
      await stillItself(directory.path);
      return hold(path, stats, [...directory.names, name]);
    },
  };
}

function hold(path: LocalPath, stats: fs.Stats, names: readonly string[]): Held {
  return {
    path,
    stats,
    names,
    async open(flags) {
      for (let attempt = 1; ; attempt++) {
        const descriptor = await open(path, flags | openFlags.noFollow);
        try {
          await stillItself(path);
          const [opened, standing] = await Promise.all([fstat(descriptor), lstat(path)]);
          if (opened.ino === standing.ino && opened.dev === standing.dev)
            return { descriptor, stats: opened };
        } catch (error) {
          await close(descriptor);
          throw error;
        }
        await close(descriptor);
        // Replaced by another's upload in between, most likely.
        if (attempt === maxAttempts) throw swapped(path);
      }
    },
    release() {},
  };
}

const maxAttempts = 10;

/** That no link has come into `path`: it resolves to itself. (Where case is no matter, the native call mends it.) */
function stillItself(path: LocalPath): Promise<void> {
  return new Promise((resolve, reject) => {
    const answer = (error: Error | null, real: LocalPath): void => {
      if (error) reject(error);
      else if (Buffer.from(path).equals(Buffer.from(real))) resolve();
      else reject(swapped(path));
    };
    if (typeof path === "string") fs.realpath(path, answer);
    else fs.realpath.native(path, "buffer", answer);
  });
}

function swapped(path: LocalPath): FileStoreError {
  return new FileStoreError("permission-denied", `${path}: it was changed while it was looked at`);
}
