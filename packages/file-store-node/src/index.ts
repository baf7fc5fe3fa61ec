export { createLocalFile, followLinks, openLocalFile } from "./local-file.ts";
export type { ClaimPart, LeftoverOptions, NodeStoreOptions } from "./options.ts";
export { openSmallFiles, type SmallFiles } from "./small-files.ts";
export { createNodeStore, type NodeStore } from "./store.ts";
export { createStreamFile } from "./stream-file.ts";
export { type WatchedFile, type WatchedFileOptions, watchedFile } from "./watched-file.ts";
