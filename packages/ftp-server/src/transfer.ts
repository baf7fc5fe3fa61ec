import type { Socket } from "node:net";
import {
  childPath,
  FileStoreError,
  type FileStoreErrorKind,
  nameOf,
  parentPath,
  toFileStoreError,
  type VirtualPath,
  type WritableFile,
} from "@longshore/file-store";
import {
  DataConnectionError,
  receiveFile,
  sendChunks,
  sendFile,
  type TransferOptions,
} from "@longshore/ftp-data";
import type { Transfer, TransferFailure } from "@longshore/ftp-session/server";
import { type ListingSource, openListing } from "./listing.ts";
import { readUpTo, writeUpTo } from "./range.ts";
import { wasCut } from "./tls-end.ts";
import { asciiReceiver, asciiSender } from "./transformer.ts";

/** A file or listing that is open and waits for its data connection. Exactly one of `move` and `discard` is called. */
export interface OpenTransfer {
  /** Bytes of the file, where they go out as they are. */
  readonly size?: number;
  /** The name that was chosen (STOU). */
  readonly name?: string;
  /** Where an upload goes; `start` is where in the file, and absent where the bytes moved do not tell its size. */
  readonly upload?: { readonly path: VirtualPath; readonly start?: number };
  /** Moves everything, and commits what was received. Rejects with what stopped it; nothing of it is then kept. */
  move(socket: Socket, options: MoveOptions): Promise<number>;
  discard(): Promise<void>;
}

export interface MoveOptions extends TransferOptions {
  /** Asked when everything has been received: whether it is still wanted. */
  readonly mayCommit: () => Promise<boolean>;
  readonly acceptMissingCloseNotify: boolean;
}

/** Opening was refused for a reason that is the command's, not the store's. */
export const restartBeyondEnd = "restart-beyond-end";

/**
 * Opens what a transfer moves.
 *
 * @throws {FileStoreError}
 */
export async function openTransfer(
  source: ListingSource,
  what: Transfer,
): Promise<OpenTransfer | typeof restartBeyondEnd> {
  switch (what.kind) {
    case "send-file":
      return openSend(source, what);
    case "receive-file":
      return openReceive(source, what);
    default: {
      const chunks = await openListing(source, what);
      return {
        move: async (socket, options) => (await sendChunks(socket, chunks, options)).bytes,
        discard: async () => {
          await chunks[Symbol.asyncIterator]().return?.();
        },
      };
    }
  }
}

/** What stopped a transfer, in the engine's words. */
export function failureOf(error: unknown): TransferFailure | FileStoreErrorKind {
  if (!DataConnectionError.isInstance(error)) return toFileStoreError(error).code;
  return error.code === "store" ? toFileStoreError(error.cause).code : error.code;
}

async function openSend(
  { store, context }: ListingSource,
  { path, start: first, end, representation }: Extract<Transfer, { readonly kind: "send-file" }>,
): Promise<OpenTransfer | typeof restartBeyondEnd> {
  const whole = await store.openRead(path, context);
  if (first > whole.size && representation === "image" && end === undefined) {
    await whole.close();
    return restartBeyondEnd;
  }
  const file = readUpTo(whole, end);
  // A range beyond the end is one of no bytes (draft-bryan-ftp-range-08 §4.3).
  const start = end === undefined ? first : Math.min(first, file.size);
  const isImage = representation === "image";
  return {
    ...(isImage ? { size: file.size } : {}),
    async move(socket, options) {
      try {
        const how = isImage ? { ...options, start } : { ...options, transform: asciiSender(start) };
        return (await sendFile(socket, file, how)).bytes;
      } finally {
        await file.close();
      }
    },
    discard: () => file.close(),
  };
}

async function openReceive(
  source: ListingSource,
  what: Extract<Transfer, { readonly kind: "receive-file" }>,
): Promise<OpenTransfer | typeof restartBeyondEnd> {
  const { store, context } = source;
  const { mode, start, representation } = what;
  const size = {
    ...(what.expectedSize === undefined ? {} : { expectedSize: what.expectedSize }),
    ...(what.mask === undefined ? {} : { mask: what.mask }),
  };
  if (mode === "update" && start > (await store.stat(what.path, context)).size) return restartBeyondEnd;
  const { path, file } =
    mode === "unique"
      ? await openUnique(source, what.path, size)
      : {
          path: what.path,
          file: writeUpTo(await store.openWrite(what.path, { mode, start, ...size }, context), what.end),
        };
  const isPlain = representation === "image" && mode !== "update";
  return {
    name: nameOf(path),
    upload: isPlain ? { path, start: file.start } : { path },
    async move(socket, { mayCommit, acceptMissingCloseNotify: mayEndAnyhow, ...options }) {
      try {
        const how = representation === "image" ? options : { ...options, transform: asciiReceiver() };
        const { bytes } = await receiveFile(socket, file, how);
        if (wasCut(socket) && !mayEndAnyhow) {
          throw new DataConnectionError("truncated", "TLS ended without close_notify", bytes);
        }
        if (!(await mayCommit())) throw new FileStoreError("aborted", "the client is gone");
        await file.commit();
        return bytes;
      } catch (error) {
        await file.abort(toFileStoreError(error));
        throw error;
      }
    },
    discard: () => file.abort(new FileStoreError("aborted", "there was no data connection")),
  };
}

/** How many names STOU tries: `name`, `name.1`, `name.2` and so on. */
const maxNames = 1000;

async function openUnique(
  { store, context }: ListingSource,
  wanted: VirtualPath,
  size: { readonly expectedSize?: number; readonly mask?: number },
): Promise<{ readonly path: VirtualPath; readonly file: WritableFile }> {
  const name = nameOf(wanted);
  if (name === "") throw new FileStoreError("is-a-directory", "the root is no file");
  for (let number = 0; number < maxNames; number++) {
    const path = number === 0 ? wanted : childPath(parentPath(wanted), `${name}.${number}`);
    try {
      return { path, file: await store.openWrite(path, { mode: "create", ...size }, context) };
    } catch (error) {
      const { code } = toFileStoreError(error);
      if (code !== "exists" && code !== "is-a-directory") throw error;
    }
  }
  throw new FileStoreError("exists", `${maxNames} names like ${wanted} are taken`);
}
