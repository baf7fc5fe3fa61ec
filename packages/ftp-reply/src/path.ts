import { type FtpReply, reply } from "./reply.ts";

/**
 * The path in a 257 (RFC 959 appendix II): what stands in the first pair of double quotes, where a doubled one is
 * one of the name. Words before and after are passed over. Without any quotes, a text that begins with `/` or
 * `C:` is the path, if it is one word or goes on with `is`.
 *
 * @returns `undefined` for another code, and where no path can be known (no closing quote)
 * @example parsePathReply(reply(257, '"/a ""b""" is current directory.')) // '/a "b"'
 */
export function parsePathReply({ code, lines }: FtpReply): string | undefined {
  const text = lines.join("\n");
  if (code !== 257) return undefined;
  const open = text.indexOf('"');
  if (open < 0) return /^(?:\/|[a-z]:)\S*(?=$| is )/i.exec(text)?.[0];
  for (let close = text.indexOf('"', open + 1); close > 0; close = text.indexOf('"', close + 2)) {
    if (text[close + 1] !== '"') return text.slice(open + 1, close).replaceAll('""', '"');
  }
  return undefined;
}

/** The 257 that answers PWD or MKD: the path in double quotes, those inside it doubled, then `comment`. */
export function formatPathReply(path: string, comment = ""): FtpReply {
  return reply(257, `"${path.replaceAll('"', '""')}" ${comment}`.trimEnd());
}
