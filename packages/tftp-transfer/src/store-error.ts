import type { FileStoreErrorKind } from "@longshore/file-store";
import { type TftpErrorCode, tftpErrors } from "@longshore/tftp-packet";

/**
 * The TFTP error for each way in which a store says no, with a text that names nothing local. One table, so
 * that nothing else decides what a peer learns.
 */
export const storeErrors: Readonly<Record<FileStoreErrorKind, StoreErrorAnswer>> = {
  "not-found": answer("fileNotFound"),
  exists: answer("fileExists"),
  "not-a-directory": answer("fileNotFound"),
  "is-a-directory": answer("accessViolation", "Is a directory"),
  "not-empty": answer("accessViolation"),
  "permission-denied": answer("accessViolation"),
  "read-only": answer("accessViolation", "Read-only"),
  "no-space": answer("diskFull"),
  "quota-exceeded": answer("diskFull"),
  "name-not-allowed": answer("accessViolation", "Name not allowed"),
  busy: answer("notDefined", "File is busy"),
  "too-large": answer("diskFull", "File is too large"),
  "too-many-open": answer("notDefined", "Server is busy"),
  aborted: answer("notDefined", "Aborted"),
  unsupported: answer("illegalOperation", "Not supported"),
  io: answer("notDefined", "Input or output error"),
};

export interface StoreErrorAnswer {
  readonly code: TftpErrorCode;
  readonly message: string;
}

function answer(name: keyof typeof tftpErrors, message?: string): StoreErrorAnswer {
  const { code, meaning } = tftpErrors[name];
  return { code, message: message ?? meaning };
}
