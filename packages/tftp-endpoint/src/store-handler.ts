import {
  climbsOut,
  type FileStore,
  FileStoreError,
  parsePath,
  rebasePath,
  rootPath,
  type StoreContext,
  type VirtualPath,
} from "@longshore/file-store";
import type { TftpHandler, TftpRequest } from "./handler.ts";

export interface StoreHandlerOptions {
  readonly store: FileStore;
  /** What clients see as the root; the store's unless told. */
  readonly root?: VirtualPath;
  /** Whether clients may write; off. */
  readonly writable?: boolean;
  /** Whether a file that stands may be replaced; off, as TFTP has no one to ask. */
  readonly overwrite?: boolean;
  /**
   * What `\` in a name is: another `/` (`"separator"`, the default, which Windows boot loaders need), an ordinary
   * character, or a reason to refuse.
   */
  readonly backslash?: "separator" | "name" | "refuse";
}

/** Serves the files of a store. */
export function createStoreHandler(options: StoreHandlerOptions): TftpHandler {
  const { store, root = rootPath, overwrite = false, backslash = "separator" } = options;

  function find(request: TftpRequest): VirtualPath {
    const { filename } = request;
    if (filename === "") throw new FileStoreError("name-not-allowed", "the name is empty");
    if (/^[a-z]:/i.test(filename))
      throw new FileStoreError("name-not-allowed", "it begins with a drive letter");
    // No boot loader asks for `../../etc/passwd`: that gets ERROR 2, even where the root would hold such a file.
    if (climbsOut(0, backslash === "separator" ? filename.replaceAll("\\", "/") : filename))
      throw new FileStoreError("permission-denied", "it leads out of the root");
    const parsed = parsePath(filename, rootPath, { backslash });
    if (!parsed.ok) throw parsed.error;
    return rebasePath(parsed.path, rootPath, root) ?? root;
  }

  return {
    read: (request) => store.openRead(find(request), contextOf(request)),
    ...(options.writable === true && {
      write: (request: TftpRequest) =>
        store.openWrite(
          find(request),
          {
            mode: overwrite ? "replace" : "create",
            ...(request.expectedSize === undefined ? {} : { expectedSize: request.expectedSize }),
          },
          contextOf(request),
        ),
    }),
  };
}

function contextOf(request: TftpRequest): StoreContext {
  return { remoteAddress: request.remote.address, signal: request.signal };
}
