import { FileStoreError, type FileStoreErrorKind } from "@longshore/file-store";

/** What the system says and what it means; the one place where the two meet. Whatever is not here is `io`. */
export const kindsByErrno: Readonly<Record<string, FileStoreErrorKind>> = {
  ENOENT: "not-found",
  ESTALE: "not-found",
  EEXIST: "exists",
  ENOTDIR: "not-a-directory",
  EISDIR: "is-a-directory",
  ENOTEMPTY: "not-empty",
  EACCES: "permission-denied",
  EPERM: "permission-denied",
  ELOOP: "permission-denied",
  ENXIO: "permission-denied",
  ENODEV: "permission-denied",
  EROFS: "read-only",
  ENOSPC: "no-space",
  EDQUOT: "quota-exceeded",
  ENAMETOOLONG: "name-not-allowed",
  EILSEQ: "name-not-allowed",
  EBUSY: "busy",
  ETXTBSY: "busy",
  EAGAIN: "busy",
  EFBIG: "too-large",
  EOVERFLOW: "too-large",
  EMFILE: "too-many-open",
  ENFILE: "too-many-open",
  EXDEV: "unsupported",
  ENOSYS: "unsupported",
  ENOTSUP: "unsupported",
  EOPNOTSUPP: "unsupported",
  EMLINK: "unsupported",
};

/** The code of a failed system call (`"ENOENT"`), or `undefined` for any other value. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** `error` as the store's own. `subject` opens the message and is for the operator only. */
export function storeError(error: unknown, subject: string): FileStoreError {
  if (FileStoreError.isInstance(error)) return error;
  const errno = errnoOf(error);
  const kind = errno !== undefined && Object.hasOwn(kindsByErrno, errno) ? kindsByErrno[errno] : "io";
  const message = error instanceof Error ? error.message : String(error);
  return new FileStoreError(kind ?? "io", `${subject}: ${message}`, { cause: error });
}
