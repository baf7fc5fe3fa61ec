import {
  climbsOut,
  type FileStore,
  FileStoreError,
  parsePath,
  rootPath,
  type StoreContext,
  type VirtualPath,
} from "@longshore/file-store";
import type { TftpHandler, TftpRequest } from "./handler.ts";
import { openWithin } from "./quota.ts";
import { createReadCache, type ReadCache } from "./read-cache.ts";
import { createRoots, type Located, type TftpRoot, type TftpRootPolicy } from "./root.ts";

export interface StoreHandlerOptions extends TftpRootPolicy {
  readonly store: FileStore;
  /** What clients see as the root; the store's unless told. */
  readonly root?: VirtualPath;
  /** Other places and rights for some names or clients. */
  readonly roots?: readonly TftpRoot[];
  /**
   * What `\` in a name is: another `/` (`"separator"`, the default, which Windows boot loaders need), an ordinary
   * character, or a reason to refuse.
   */
  readonly backslash?: "separator" | "name" | "refuse";
  /** What many read is read once: a cache of 16 MiB unless told; `false` for none. */
  readonly cache?: ReadCache | false;
}

/**
 * Serves the files of a store.
 *
 * @throws {TypeError} for a root whose clients are no network
 */
export function createStoreHandler(options: StoreHandlerOptions): TftpHandler {
  const { roots = [], backslash = "separator", cache = createReadCache() } = options;
  const locate = createRoots(options, roots);
  const isWritable = [options, ...roots].some(({ writable }) => writable === true);

  function find(request: TftpRequest): Located {
    const { filename } = request;
    if (filename === "") throw new FileStoreError("name-not-allowed", "the name is empty");
    if (/^[a-z]:/i.test(filename))
      throw new FileStoreError("name-not-allowed", "it begins with a drive letter");
    // No boot loader asks for `../../etc/passwd`: that gets ERROR 2, even where the root would hold such a file.
    if (climbsOut(0, backslash === "separator" ? filename.replaceAll("\\", "/") : filename))
      throw new FileStoreError("permission-denied", "it leads out of the root");
    const parsed = parsePath(filename, rootPath, { backslash });
    if (!parsed.ok) throw parsed.error;
    return locate(parsed.path, request.remote.address);
  }

  async function write(request: TftpRequest) {
    const { store: to, path, policy, quota } = find(request);
    const { writable = false, overwrite = false, uploadSize } = policy;
    if (!writable) throw new FileStoreError("read-only", "nothing can be written here");
    const { expectedSize } = request;
    const expected = expectedSize === undefined ? {} : { expectedSize };
    return openWithin(
      { ...expected, ...(uploadSize === undefined ? {} : { uploadSize }), ...(quota && { quota }) },
      () => to.openWrite(path, { mode: overwrite ? "replace" : "create", ...expected }, contextOf(request)),
    );
  }

  return {
    read(request) {
      const { store: from, path } = find(request);
      const context = contextOf(request);
      return cache === false ? from.openRead(path, context) : cache.open(from, path, context);
    },
    ...(isWritable && { write }),
  };
}

function contextOf(request: TftpRequest): StoreContext {
  return { remoteAddress: request.remote.address, signal: request.signal };
}
