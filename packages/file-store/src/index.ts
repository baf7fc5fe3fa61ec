export { climbsOut, throwIfAborted } from "./author.ts";
export type { StoreCapabilities } from "./capabilities.ts";
export { FileStoreError, type FileStoreErrorKind, fileStoreErrorKinds, toFileStoreError } from "./error.ts";
export type { PartStore, ResumeOptions, UploadPart } from "./part.ts";
export { type CountedPart, type PartLimits, partsToDrop, resolvePartLimits } from "./part-limits.ts";
export {
  childPath,
  isName,
  isVirtualPath,
  isWithin,
  nameOf,
  type PathLimits,
  type PathResult,
  parentPath,
  parsePath,
  rebasePath,
  rootPath,
  samePath,
  toPath,
  type VirtualPath,
} from "./path.ts";
export { createReadBuffer } from "./read-buffer.ts";
export type {
  DirectoryEntry,
  FileStat,
  FileStore,
  FileType,
  ReadableFile,
  StoreContext,
  WritableFile,
  WriteOptions,
} from "./store.ts";
export { type Usage, usageBelow } from "./usage.ts";
