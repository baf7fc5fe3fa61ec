export const NUL = 0;
export const LF = 10;
export const CR = 13;

/** A synchronous step between file and wire; `end` is called once, after the last `push`. */
export interface NetasciiTransformer {
  /**
   * What `chunk` makes. Where nothing has to change it is `chunk` itself, not a copy: overwrite its memory only
   * when the result is used up.
   */
  push(chunk: Uint8Array): readonly Uint8Array[];
  /** What was held back: at most one octet. The transformer is then as new. */
  end(): readonly Uint8Array[];
}

/** The end of a text where an octet is asked for. */
export const END = -1;

/**
 * What comes of `octet` behind `last`: the sum of these three, in this order. Of an octet from 16 up comes
 * itself alone, but for CR before it; of {@link END} counts what comes before it.
 */
export type Rule = (last: number, octet: number) => number;
export const addNul = 1;
export const addCr = 2;
export const itself = 4;

/**
 * A transformer by `rule`. A chunk that follows no CR and holds none of `special` does not change; `grows` tells
 * whether a chunk may become longer by more than one octet.
 */
export function createTransformer(
  rule: Rule,
  special: readonly number[],
  grows: boolean,
): NetasciiTransformer {
  let last = NUL;
  return {
    push(chunk) {
      let out = chunk;
      if (last === CR || special.some((octet) => chunk.includes(octet))) {
        out = new Uint8Array(grows ? apply(rule, last, chunk) : chunk.length + 1);
        out = out.subarray(0, apply(rule, last, chunk, out));
      }
      last = chunk.at(-1) ?? last;
      return out.length > 0 ? [out] : [];
    },
    end() {
      const made = rule(last, END) & ~itself;
      last = NUL;
      return made ? [Uint8Array.of(made === addCr ? CR : NUL)] : [];
    },
  };
}

/** Gives the size of what `chunk` makes behind `last`, and writes it to `out`, if there is one: new and large enough. */
export function apply(rule: Rule, last: number, chunk: Uint8Array, out?: Uint8Array): number {
  const source = viewOf(chunk);
  const target = out && viewOf(out);
  let previous = last;
  let at = 0;
  for (let i = 0; i < chunk.length; i++) {
    // Four octets at a time, several times as fast as one by one, up to the first four that hold one below 16;
    // borrowing in the subtraction can only stop it too early.
    for (; previous !== CR && i < chunk.length - 4; i += 4, at += 4) {
      const word = source.getInt32(i);
      if (((word - 0x10101010) & ~word & 0x80808080) !== 0) break;
      target?.setInt32(at, word);
    }
    const octet = source.getUint8(i);
    const made = rule(previous, octet);
    if (made & addNul) at++;
    if (made & addCr) {
      target?.setUint8(at, CR);
      at++;
    }
    if (made & itself) {
      target?.setUint8(at, octet);
      at++;
    }
    previous = octet;
  }
  return at;
}

function viewOf(octets: Uint8Array): DataView {
  return new DataView(octets.buffer, octets.byteOffset, octets.length);
}
