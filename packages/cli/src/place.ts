import { basename } from "node:path/posix";
import { FtpError, type FtpUrl, parseFtpUrl } from "@longshore/ftp-client";
import { parseTftpUrl, type TftpUrl } from "@longshore/tftp-endpoint";
import { usageFailure } from "./failure.ts";
import { isPattern } from "./glob.ts";

/** What a URL on the command line names. */
export type Place =
  | { readonly protocol: "ftp"; readonly url: FtpUrl }
  | { readonly protocol: "tftp"; readonly url: TftpUrl };

/** @throws {CommandFailure} wrong usage, with what to write instead */
export function placeOf(text: string): Place {
  if (/^tftp:/i.test(text)) {
    const parsed = parseTftpUrl(text);
    if (parsed.ok) return { protocol: "tftp", url: parsed.url };
    throw usageFailure(parsed.message);
  }
  if (!/^ftps?:/i.test(text)) {
    throw usageFailure(`${shownUrl(text)}: a URL that begins with ftp://, ftps:// or tftp:// is wanted here`);
  }
  try {
    return { protocol: "ftp", url: parseFtpUrl(text) };
  } catch (error) {
    if (!FtpError.isInstance(error)) throw error;
    throw usageFailure(`${shownUrl(text)}: ${error.reason}; write ftp://[USER@]HOST[:PORT]/PATH`);
  }
}

/** The same, for what TFTP cannot do (RFC 1350 §1: it reads and writes files, and nothing else). */
export function ftpPlaceOf(text: string, doing: string): FtpUrl {
  const place = placeOf(text);
  if (place.protocol === "ftp") return place.url;
  throw usageFailure(`TFTP cannot ${doing}: it only gets and puts files; use an ftp:// URL`);
}

/** The same, for something in a directory: the path has a name, and no slash at its end. */
export function ftpFileOf(text: string, doing: string): FtpUrl {
  const url = ftpPlaceOf(text, doing);
  const path = url.path.replace(/(?<=[^/])\/+$/, "");
  if (nameOf(path) === "") throw usageFailure(`${shownUrl(text)} names no file: end the URL with its path`);
  return { ...url, path };
}

/**
 * A URL with `name` at its end where it names a directory: with a slash at its end, or nothing behind the host.
 *
 * @example withName("ftp://host/pub/;type=i", "a b") // "ftp://host/pub/a%20b;type=i"
 */
export function withName(url: string, name: string): string {
  const [, place = "", options = ""] = /^(.*?)(;(?:type|mode)=[^;/]*)?$/is.exec(url) ?? [];
  const whole = /^\w+:\/\/[^/]*$/.test(place) ? `${place}/` : place;
  return whole.endsWith("/") ? whole + encodeURIComponent(name) + options : url;
}

/**
 * The path of an FTP URL as a pattern: `*`, `?`, brackets and braces that are percent-encoded, and backslashes, stand
 * for themselves. Nothing where nothing else is in it.
 */
export function patternOf(text: string): string | undefined {
  const [, server = "", path = ""] = /^(\w+:\/\/[^/]*)(.*)$/s.exec(text) ?? [];
  const escaped = path.replaceAll(/\\|%(?:5c|2a|3f|5b|5d|7b|7d)/gi, (character) =>
    character === "\\" ? "%5C%5C" : `%5C${character}`,
  );
  const place = placeOf(server + escaped);
  return place.protocol === "ftp" && isPattern(place.url.path) ? place.url.path : undefined;
}

/** What a URL says about its server: those with the same can be asked over the same sessions. */
export function serverOf(url: string): string {
  return /^\w+:\/\/[^/]*/.exec(url)?.[0] ?? "";
}

/** What stands beside each other and has the same key, together; what has none stays alone. */
export function groupsOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string | undefined,
): readonly (readonly T[])[] {
  const groups: T[][] = [];
  let last: string | undefined;
  for (const item of items) {
    const key = keyOf(item);
    if (key !== undefined && key === last) groups.at(-1)?.push(item);
    else groups.push([item]);
    last = key;
  }
  return groups;
}

/** The path that a place names on its server. */
export function pathOf(place: Place): string {
  return place.protocol === "ftp" ? place.url.path : place.url.filename;
}

/** The last name of a path; empty when it ends in a slash and so means a directory. */
export function nameOf(path: string): string {
  return path.endsWith("/") ? "" : basename(path);
}

/** A URL as it may be shown: without its password. */
export function shownUrl(url: string): string {
  return url.replace(/^(\w+:\/\/[^:/]*):[^/]*@/, "$1@");
}
