/** A file on a TFTP server (RFC 3617). */
export interface TftpUrl {
  /** A name or an address, IPv6 without brackets. */
  readonly host: string;
  /** 69 unless the URL tells. */
  readonly port: number;
  /** What goes into the request; an octet that is not UTF-8 is a lone surrogate, U+DC00 plus the octet. */
  readonly filename: string;
  readonly mode: "octet" | "netascii";
}

export type TftpUrlResult =
  | { readonly ok: true; readonly url: TftpUrl }
  | { readonly ok: false; readonly message: string };

/**
 * Parses `tftp://host[:port]/file[;mode=octet|netascii]` (RFC 3617 §2; the port is RFC 3986's). The file begins
 * after the slash: `tftp://host//etc/motd` asks for `/etc/motd`. Never throws.
 *
 * @example parseTftpUrl("tftp://example.com/config;mode=netascii")
 */
export function parseTftpUrl(text: string): TftpUrlResult {
  const parts = /^tftp:\/\/(?:\[([^\]/]*)\]|([^:/[\]@?#]*))(?::(\d{0,5}))?\/([^?#]*)$/i.exec(text);
  if (parts === null) return refuse(text, "write it as tftp://host[:port]/file[;mode=octet|netascii]");
  const [, address, name, portText, rest = ""] = parts;
  const host = percentDecode(address ?? name ?? "");
  if (host === undefined || host === "") return refuse(text, "it names no host");
  const port = portText ? Number(portText) : 69;
  if (port < 1 || port > 65535) return refuse(text, "its port is not from 1 to 65535");
  const split = /^(.*?)(?:;mode=([^;]*))?$/i.exec(rest);
  const mode = (split?.[2] ?? "octet").toLowerCase();
  if (mode !== "octet" && mode !== "netascii") return refuse(text, "its mode is neither octet nor netascii");
  const filename = percentDecode(split?.[1] ?? "");
  if (filename === undefined) return refuse(text, "a % in it is not followed by two hexadecimal digits");
  if (filename === "") return refuse(text, "it names no file");
  if (filename.includes("\0")) return refuse(text, "its file name holds a NUL");
  return { ok: true, url: { host, port, filename, mode } };
}

function refuse(text: string, why: string): TftpUrlResult {
  return { ok: false, message: `${JSON.stringify(text)} is no TFTP URL: ${why}` };
}

/** RFC 3986 §2.1; undefined for a stray `%`. */
function percentDecode(text: string): string | undefined {
  if (/%(?![0-9a-f]{2})/i.test(text)) return undefined;
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escaped) => {
    const octets = Uint8Array.from(escaped.slice(1).split("%"), (digits) => Number.parseInt(digits, 16));
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
    } catch {
      return Array.from(octets, (octet) => String.fromCharCode(octet < 0x80 ? octet : 0xdc00 + octet)).join(
        "",
      );
    }
  });
}
