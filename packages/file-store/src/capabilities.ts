/**
 * What a store can do, as levels: a server reads them when it starts, computes FEAT from them and refuses
 * what cannot be kept. Nothing is found out by trying and nothing degrades in silence.
 */
export interface StoreCapabilities {
  /** `false`: every changing call fails with `read-only`. */
  readonly writable: boolean;
  /** When others see an upload: whole at `commit` (`"atomic"`), or as it comes (`"in-place"`). */
  readonly writes: "atomic" | "in-place";
  /** `openWrite` with `append`: `"rewrite"` copies the old content first. */
  readonly append: "native" | "rewrite" | "none";
  /** `openWrite` with `update`: writing at any position into what stands. `"spooled"` copies first. */
  readonly randomWrite: "native" | "spooled" | "none";
  readonly rename: {
    readonly file: "atomic" | "copy" | "none";
    readonly directory: "atomic" | "recursive" | "none";
  };
  /** `openWrite` with `create`, two at once: `"racy"` means that both may win. */
  readonly exclusiveCreate: "native" | "locked" | "racy";
  /** `"bytes"`: names are kept byte for byte, also those that are not UTF-8 (see VirtualPath). */
  readonly names: "bytes" | "utf8";
  /** `false`: `A` and `a` are one name. */
  readonly caseSensitive: boolean;
  /** How fine `modified` is kept. */
  readonly modified: "nanosecond" | "millisecond" | "second" | "none";
  /** Whether `setTimes` takes `created`; absent: it does not. */
  readonly created?: "settable" | "fixed";
  /** A listing can go on from a cursor after a restart. */
  readonly directoryCursor: "native" | "none";
  /** `commit` returns only when the content would survive a power cut. */
  readonly durableSync: "native" | "none";
}
