import { type FileStore, FileStoreError } from "@longshore/file-store";
import type { NodeStoreOptions } from "./options.ts";

export type { LeftoverOptions, NodeStoreOptions } from "./options.ts";

/** A {@link FileStore} over the directory `root` of the local disk. */
export function createNodeStore(root: string, _options: NodeStoreOptions = {}): FileStore {
  throw new FileStoreError("unsupported", `${root}: still being written`);
}
