import type { FileStoreErrorKind } from "@longshore/file-store";
import { type FtpReply, reply } from "@longshore/ftp-reply";

/** One store error as FTP says it. */
export interface StoreErrorRow {
  /** Where the command names what is to be read, changed or removed. */
  readonly code: 450 | 451 | 452 | 550 | 552;
  /** Where the command names what is to be made: STOR, STOU, RNTO (RFC 959 §5.4 gives them 553 instead of 550). */
  readonly making: 450 | 451 | 452 | 552 | 553;
  /** After the 150, when bytes have moved. */
  readonly moving: 426 | 451 | 552;
  readonly text: string;
}

/**
 * The reply to each kind of store error. The text is the kind's own: what the store said is for the operator,
 * it may name local things.
 */
export const storeErrorReplies: Readonly<Record<FileStoreErrorKind, StoreErrorRow>> = {
  "not-found": { code: 550, making: 553, moving: 451, text: "No such file or directory." },
  exists: { code: 550, making: 553, moving: 451, text: "It exists already." },
  "not-a-directory": { code: 550, making: 553, moving: 451, text: "Not a directory." },
  "is-a-directory": { code: 550, making: 553, moving: 451, text: "Is a directory." },
  "not-empty": { code: 550, making: 553, moving: 451, text: "The directory is not empty." },
  "permission-denied": { code: 550, making: 553, moving: 451, text: "Permission denied." },
  "read-only": {
    code: 550,
    making: 553,
    moving: 451,
    text: "Permission denied: nothing can be changed here.",
  },
  "no-space": { code: 452, making: 452, moving: 552, text: "Not enough space." },
  "quota-exceeded": { code: 552, making: 552, moving: 552, text: "Quota exceeded." },
  "name-not-allowed": { code: 550, making: 553, moving: 451, text: "This name is not allowed." },
  busy: { code: 450, making: 450, moving: 451, text: "In use, try again later." },
  "too-large": { code: 552, making: 552, moving: 552, text: "Too large." },
  "too-many-open": { code: 450, making: 450, moving: 451, text: "Too many files are open, try again later." },
  aborted: { code: 451, making: 451, moving: 426, text: "Aborted." },
  unsupported: { code: 550, making: 553, moving: 451, text: "The store cannot do this." },
  io: { code: 451, making: 451, moving: 451, text: "The store failed." },
};

/** The reply to a refused operation. */
export function refusal(kind: FileStoreErrorKind, column: "code" | "making" | "moving" = "code"): FtpReply {
  const row = storeErrorReplies[kind];
  return reply(row[column], row.text);
}
