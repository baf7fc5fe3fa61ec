import type { Socket } from "node:net";
import {
  FileStoreError,
  type FileStoreErrorKind,
  nameOf,
  toFileStoreError,
  type VirtualPath,
} from "@longshore/file-store";
import {
  DataConnectionError,
  receiveFile,
  sendChunks,
  sendFile,
  type TransferOptions,
  wasCut,
} from "@longshore/ftp-data";
import type { Transfer, TransferFailure } from "@longshore/ftp-session/server";
import { type ListingSource, openListing } from "./listing.ts";
import { readUpTo } from "./range.ts";
import { asciiReceiver, asciiSender } from "./transformer.ts";
import { endInterrupted, openTarget, restartBeyondEnd } from "./upload-target.ts";

/** A file or listing that is open and waits for its data connection. Exactly one of `move` and `discard` is called. */
export interface OpenTransfer {
  /** Bytes of the file, where they go out as they are. */
  readonly size?: number;
  /** The name that was chosen (STOU). */
  readonly name?: string;
  /** Where an upload goes; `start` is where in the file, and absent where the bytes moved do not tell its size. */
  readonly upload?: { readonly path: VirtualPath; readonly start?: number };
  /** Bytes of an upload that were kept aside because it was interrupted, in all. */
  readonly kept?: number;
  /** Moves everything, and commits what was received. Rejects with what stopped it; nothing then has its name. */
  move(socket: Socket, options: MoveOptions): Promise<number>;
  discard(): Promise<void>;
}

export interface MoveOptions extends TransferOptions {
  /** Asked when everything has been received: whether it is still wanted. */
  readonly mayCommit: () => Promise<boolean>;
  readonly acceptMissingCloseNotify: boolean;
}

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
  const { mode, representation, isExact, expectedSize } = what;
  const target = await openTarget(source, what);
  if (target === restartBeyondEnd) return restartBeyondEnd;
  const { path, file } = target;
  let kept = 0;
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
        if (isExact && bytes !== expectedSize) throw otherSize(bytes, expectedSize);
        if (!(await mayCommit())) throw new FileStoreError("aborted", "the client is gone");
        await file.commit();
        return bytes;
      } catch (error) {
        kept = await endInterrupted(target, error);
        throw error;
      }
    },
    get kept() {
      return kept;
    },
    async discard() {
      kept = await endInterrupted(target, new FileStoreError("aborted", "there was no data connection"));
    },
  };
}

/** Less is a connection that was cut, and can be gone on from; more is no such file. */
function otherSize(bytes: number, expected = 0): Error {
  const message = `${bytes} bytes came, and ALLO said ${expected}`;
  return bytes < expected
    ? new DataConnectionError("reset", message, bytes)
    : new FileStoreError("too-large", message);
}
