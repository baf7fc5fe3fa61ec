import { FileStoreError } from "./error.ts";
import type { StoreContext } from "./store.ts";

// What every store needs and none should write again.

/** For the beginning of each call and after each wait in it. @throws {FileStoreError} `aborted` */
export function throwIfAborted(context: StoreContext): void {
  if (context.signal?.aborted !== true) return;
  throw new FileStoreError("aborted", "the session gave up on this call", { cause: context.signal.reason });
}

/**
 * Whether the target of a link that stands `depth` names below the root climbs above the root by its text alone.
 * Where it leads in truth is known only by walking; this is for deciding whether it may be shown.
 */
export function climbsOut(depth: number, target: string): boolean {
  let level = target.startsWith("/") ? 0 : depth;
  for (const name of target.split("/")) {
    if (name === "" || name === ".") continue;
    level += name === ".." ? -1 : 1;
    if (level < 0) return true;
  }
  return false;
}
