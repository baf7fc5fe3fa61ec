import {
  addCr,
  addNul,
  apply,
  CR,
  createTransformer,
  END,
  itself,
  LF,
  type NetasciiTransformer,
  NUL,
  type Rule,
} from "./transformer.ts";

export interface NetasciiEncoderOptions {
  /**
   * How lines end locally. `"lf"` (default): LF alone is the newline, and the CR of a local CR LF is a CR like
   * any other. `"crlf"`: a local CR LF is one newline and goes out as it is; LF alone is a newline too.
   */
  readonly newline?: "lf" | "crlf";
  /**
   * A CR that belongs to no newline. `"nul"` (default): CR NUL (RFC 854, p. 11). `"keep"`: CR. vsftpd and ProFTPD
   * keep it, and pass CR LF (`newline: "crlf"`), since FTP's clients know no CR NUL in type A.
   */
  readonly bareCarriageReturn?: "nul" | "keep";
}

/**
 * Local text to netascii: newline to CR LF, CR to CR NUL (RFC 854, p. 11; RFC 1350 §1), in linear time. The
 * NUL may come with the next chunk. By default LF and CR are all that changes, so that any octets survive
 * the way there and back.
 *
 * @example
 * const encoder = createNetasciiEncoder();
 * encoder.push(new TextEncoder().encode("one\n")); // ["one\r\n"]
 * encoder.end(); // []
 */
export function createNetasciiEncoder(options?: NetasciiEncoderOptions): NetasciiTransformer {
  return createTransformer(encodingRule(options), [LF, CR], true);
}

/** Counts what a {@link createNetasciiEncoder} of the same options would give, and makes nothing. */
export interface NetasciiCounter {
  push(chunk: Uint8Array): void;
  /** The octets in all. */
  end(): number;
}

/** The octets of a text in netascii, in constant memory: what SIZE answers in type A (RFC 3659 §4). */
export function createNetasciiCounter(options?: NetasciiEncoderOptions): NetasciiCounter {
  const rule = encodingRule(options);
  let last = NUL;
  let total = 0;
  return {
    push(chunk) {
      total += apply(rule, last, chunk);
      last = chunk.at(-1) ?? last;
    },
    end: () => total + (rule(last, END) & addNul),
  };
}

function encodingRule(options?: NetasciiEncoderOptions): Rule {
  const crlf = options?.newline === "crlf";
  const nul = options?.bareCarriageReturn === "keep" ? 0 : addNul;
  return (last, octet) => {
    const behindCr = last === CR;
    if (octet !== LF) return (behindCr ? nul : 0) | itself;
    if (!behindCr) return addCr | itself;
    return crlf ? itself : nul | addCr | itself;
  };
}
