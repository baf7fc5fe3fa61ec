import type { PartLimits } from "@longshore/file-store";

/** How a directory of the local disk is served. Every default is the careful one. */
export interface NodeStoreOptions {
  /** Whether anything may be changed; `false` unless told: every changing call is then `read-only`. */
  readonly writable?: boolean;
  /**
   * `"atomic"` (the default): an upload goes to a hidden file beside its target and takes its name at `commit`.
   * `"in-place"`: bytes go straight into the named file, are seen as they come, and stay after an `abort`.
   */
  readonly writes?: "atomic" | "in-place";
  /** `commit` waits until file and directory are on the disk (fsync); `false` unless told: it costs milliseconds. */
  readonly durable?: boolean;
  /** `"inside"` (the default) follows symbolic links that stay below the root; `"never"` follows none. */
  readonly followLinks?: "inside" | "never";
  /** Mode of new files, exactly; `0o666` less the process's umask unless told. A replaced file's mode is kept. */
  readonly fileMode?: number;
  /** Mode of new directories, exactly; `0o777` less the process's umask unless told. */
  readonly directoryMode?: number;
  /** Owners and groups as decimal `"numbers"` (the default) or `"names"` from /etc/passwd and /etc/group. */
  readonly owners?: "numbers" | "names";
  /**
   * How much is kept of interrupted uploads, for users to go on from ({@link PartLimits}); `false`: nothing. In place
   * nothing is either: what came is in the file itself.
   */
  readonly parts?: PartLimits | false;
  /**
   * Where several processes have a store over this root: takes the part that an upload goes on from, until `end`; nothing
   * while another process has it. Within a process nobody has to be asked.
   */
  readonly claimPart?: ClaimPart;
  /** What becomes of hidden upload files that a killed process left behind. */
  readonly leftovers?: LeftoverOptions;
  /**
   * How the root is kept: `"descriptor"` (race-free, needs /proc/self/fd), `"checked"` (names are checked before
   * and after use; for systems without it), or what the system has (the default).
   */
  readonly jail?: "descriptor" | "checked" | "auto";
}

/** `part` is any text; equal ones are the same part. */
export type ClaimPart = (part: string) => Promise<{ end(): void } | undefined>;

export interface LeftoverOptions {
  /**
   * `"written"` (the default): a directory is swept when the store first writes into it. `"tree"`: everything below
   * the root is swept once, when the store is made. `"never"`: nothing is.
   */
  readonly sweep?: "written" | "tree" | "never";
  /** Milliseconds since the last byte was written after which an upload counts as dead; 3,600,000 unless told. */
  readonly olderThan?: number;
}
