import { toFileStoreError } from "./error.ts";
import { childPath, type VirtualPath } from "./path.ts";
import type { FileStore, StoreContext } from "./store.ts";

/** What stands somewhere, as quotas count it. */
export interface Usage {
  readonly bytes: number;
  /** Files, links and whatever else has a name; no directories. */
  readonly files: number;
}

/**
 * Counts what stands below a directory, batch by batch, links not followed. A directory below it that goes meanwhile,
 * or that this process may not list, counts for nothing.
 *
 * @throws {FileStoreError} as `list`
 */
export async function usageBelow(
  store: FileStore,
  directory: VirtualPath,
  context: StoreContext,
): Promise<Usage> {
  const pending = [directory];
  let bytes = 0;
  let files = 0;
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    try {
      for await (const batch of store.list(at, context))
        for (const { type, name, size } of batch) {
          if (type === "directory") {
            pending.push(childPath(at, name));
            continue;
          }
          files++;
          if (type === "file") bytes += size;
        }
    } catch (error) {
      if (at === directory || !passedOver.includes(toFileStoreError(error).code)) throw error;
    }
  }
  return { bytes, files };
}

const passedOver: readonly string[] = ["not-found", "not-a-directory", "permission-denied"];
