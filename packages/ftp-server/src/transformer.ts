import type { Transformer } from "@longshore/ftp-data";
import {
  createNetasciiDecoder,
  createNetasciiEncoder,
  type NetasciiEncoderOptions,
} from "@longshore/netascii";

/** FTP's type A as its clients know it: line ends are CR LF, a CR elsewhere is data (no CR NUL). */
export const asciiOptions: NetasciiEncoderOptions = { newline: "crlf", bareCarriageReturn: "keep" };

/** From the store to an ASCII client, without the first `skip` bytes of the transformed stream (RFC 3659 §5). */
export function asciiSender(skip: number): Transformer {
  const encoder = createNetasciiEncoder(asciiOptions);
  let left = skip;
  const cut = (chunks: readonly Uint8Array[]): readonly Uint8Array[] => {
    if (left === 0) return chunks;
    return chunks.flatMap((chunk) => {
      const dropped = Math.min(left, chunk.length);
      left -= dropped;
      return dropped === chunk.length ? [] : [chunk.subarray(dropped)];
    });
  };
  return { push: (chunk) => cut(encoder.push(chunk)), end: () => cut(encoder.end()) };
}

/** From an ASCII client to the store. */
export function asciiReceiver(): Transformer {
  return createNetasciiDecoder();
}
