import { addCr, CR, createTransformer, itself, LF, type NetasciiTransformer, NUL } from "./transformer.ts";

export interface NetasciiDecoderOptions {
  /** What CR LF becomes: `"lf"` (default), or `"crlf"` for a system whose lines end so. */
  readonly newline?: "lf" | "crlf";
  /**
   * A CR before anything but LF and NUL, or at the very end, which RFC 854 forbids. `"keep"` (default): it
   * stays, and so does what follows it (senders in FTP's type A know no CR NUL). `"drop"`: it goes.
   */
  readonly bareCarriageReturn?: "keep" | "drop";
}

/**
 * Netascii to local text: CR LF to newline, CR NUL to CR (RFC 854, p. 11; RFC 1350 §1), in linear time and for
 * any octets. A CR at the end of a chunk is held back until the next one tells what it is.
 *
 * @example
 * const decoder = createNetasciiDecoder();
 * decoder.push(new TextEncoder().encode("one\r")); // ["one"]
 * decoder.push(new TextEncoder().encode("\ntwo")); // ["\ntwo"]
 * decoder.end(); // []
 */
export function createNetasciiDecoder(options?: NetasciiDecoderOptions): NetasciiTransformer {
  const newline = options?.newline === "crlf" ? addCr | itself : itself;
  const bare = options?.bareCarriageReturn === "drop" ? 0 : addCr;
  return createTransformer(
    (last, octet) => {
      const self = octet === CR ? 0 : itself;
      if (last !== CR) return self;
      if (octet === LF) return newline;
      return octet === NUL ? addCr : bare | self;
    },
    [CR],
    false,
  );
}
