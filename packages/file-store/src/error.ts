const marker = Symbol.for("@longshore/file-store/FileStoreError");

/**
 * Every way in which a store says no. The set is closed, so that one table can map each kind to an FTP reply
 * and a TFTP error code; what does not fit is `io`.
 */
export const fileStoreErrorKinds = [
  "not-found",
  "exists",
  "not-a-directory",
  "is-a-directory",
  "not-empty",
  "permission-denied",
  "read-only",
  "no-space",
  "quota-exceeded",
  "name-not-allowed",
  "busy",
  "too-large",
  "too-many-open",
  "aborted",
  "unsupported",
  "io",
] as const;

export type FileStoreErrorKind = (typeof fileStoreErrorKinds)[number];

/**
 * The only error that a store throws. `message` is for the operator and may name local things; a server
 * answers its peer from `code` alone.
 */
export class FileStoreError extends Error {
  override readonly name = "FileStoreError";
  readonly code: FileStoreErrorKind;

  constructor(code: FileStoreErrorKind, message: string, options?: { readonly cause?: unknown }) {
    super(`${code}: ${message}`, options);
    this.code = code;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether `value` is a {@link FileStoreError}, also one made by another installed version. */
  static isInstance(value: unknown): value is FileStoreError {
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[marker] === true;
  }
}

/** `error` as a {@link FileStoreError}: itself if it is one, else an `io` that keeps it as the cause. */
export function toFileStoreError(error: unknown): FileStoreError {
  if (FileStoreError.isInstance(error)) return error;
  return new FileStoreError("io", error instanceof Error ? error.message : String(error), { cause: error });
}
