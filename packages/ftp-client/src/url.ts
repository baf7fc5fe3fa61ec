import { parseHost } from "@longshore/ftp-address";
import { createSecret, type Secret } from "@longshore/ftp-command";
import { FtpError } from "@longshore/ftp-session/client";
import { decodeText, encodeText } from "@longshore/nvt";

/** What an FTP URL says (RFC 1738 §3.2). */
export interface FtpUrl {
  /** `ftps` is implicit TLS. */
  readonly scheme: "ftp" | "ftps";
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly password: Secret | undefined;
  /**
   * The path, decoded, as seen from the directory after login; with a leading `%2F` or an empty first segment
   * (`ftp://host//etc`) from the root. A `/` that was encoded anywhere else is refused, because joined it could not be
   * told from one that parts two names.
   */
  readonly path: string;
  /** `a` and `i` are representations, `d` asks for the names in a directory. */
  readonly type: "a" | "i" | "d" | undefined;
}

/**
 * Reads `ftp://[user[:password]@]host[:port]/path[;type=a|i|d]`. Each part is percent-decoded by itself; bytes that
 * are not UTF-8 are kept as lone surrogates, as everywhere in the protocol.
 *
 * @throws {FtpError} `bad-argument`
 * @example parseFtpUrl("ftp://me@example.org/%2Fetc/motd;type=a").path // "/etc/motd"
 */
export function parseFtpUrl(text: string): FtpUrl {
  const found = /^(ftps?):\/\/(?:([^/]*)@)?(\[[^\]/]*\]|[^:@/[\]]*)(?::(\d*))?(?:\/(.*))?$/is.exec(text);
  if (found === null)
    throw bad("it is not of the form ftp://[user[:password]@]host[:port]/path[;type=a|i|d]");
  const [, scheme = "", login, host = "", port = "", rest = ""] = found;
  const [user, ...password] = login?.split(":") ?? [];
  const [path = "", type] = splitType(rest);
  return {
    scheme: scheme.toLowerCase() === "ftps" ? "ftps" : "ftp",
    host: hostOf(host),
    port: port === "" ? undefined : portOf(port),
    user: user === undefined || user === "" ? undefined : decode(user),
    password: password.length === 0 ? undefined : createSecret(decode(password.join(":"))),
    path: joinPath(path),
    type,
  };
}

/**
 * The URL of a path; a password is left out, because URLs are shown and stored.
 *
 * @example formatFtpUrl({ host: "example.org", path: "/a b" }) // "ftp://example.org/%2Fa%20b"
 */
export function formatFtpUrl(url: Pick<FtpUrl, "host" | "path"> & Partial<FtpUrl>): string {
  const { scheme = "ftp", user, port, type } = url;
  const host = url.host.includes(":") ? `[${url.host}]` : url.host;
  const [first = "", ...others] = url.path.split("/");
  const segments = url.path.startsWith("/")
    ? [`%2F${encode(others[0] ?? "")}`, ...others.slice(1).map(encode)]
    : [first, ...others].map(encode);
  const login = user === undefined ? "" : `${encode(user)}@`;
  const place = `${host}${port === undefined ? "" : `:${port}`}`;
  return `${scheme}://${login}${place}/${segments.join("/")}${type === undefined ? "" : `;type=${type}`}`;
}

function splitType(rest: string): [path: string, type: FtpUrl["type"]] {
  const found = /;type=([aid])$/i.exec(rest);
  if (found === null) return [rest, undefined];
  return [rest.slice(0, found.index), found[1]?.toLowerCase() as FtpUrl["type"]];
}

function hostOf(host: string): string {
  const literal = /^\[(.*)\]$/.exec(host)?.[1];
  if (literal !== undefined) {
    if (parseHost(literal.split("%")[0] ?? "")?.family !== 6)
      throw bad("what stands in brackets is no IPv6 address");
    return literal;
  }
  const name = decode(host);
  if (!/^[^\s/@:[\]]+$/.test(name)) throw bad("there is no host in it");
  return name;
}

function portOf(digits: string): number {
  const port = Number(digits);
  if (port < 1 || port > 65535) throw bad(`${digits} is no port`);
  return port;
}

function joinPath(path: string): string {
  const segments = path.split("/").map(decode);
  const isNamed = segments.every((segment, index) => !segment.includes("/", index === 0 ? 1 : 0));
  if (!isNamed) throw bad("%2F stands inside a name");
  return segments.join("/");
}

function decode(text: string): string {
  if (/%(?![\da-f]{2})/i.test(text)) throw bad("there is a % without two hexadecimal digits after it");
  const bytes = encodeText(text);
  const decoded: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte !== 0x25) decoded.push(byte);
    else {
      decoded.push(Number.parseInt(String.fromCharCode(bytes[at + 1] ?? 0, bytes[at + 2] ?? 0), 16));
      at += 2;
    }
  }
  const value = decodeText(Uint8Array.from(decoded));
  if (/[\r\n\0]/.test(value)) throw bad("CR, LF or NUL stands in it, perhaps encoded");
  return value;
}

/** Unreserved characters of RFC 3986 §2.3 stay as they are. */
function encode(text: string): string {
  return Array.from(encodeText(text), (byte) => {
    const character = String.fromCharCode(byte);
    return /[\w.~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}

function bad(why: string): FtpError {
  return new FtpError("bad-argument", `the URL cannot be used: ${why}`);
}
