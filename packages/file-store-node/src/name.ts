import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { FileStoreError, type VirtualPath } from "@longshore/file-store";
import { decodeText, encodeText } from "@longshore/nvt";

/** A path as the system takes it: bytes where the name is not UTF-8. */
export type LocalPath = string | Buffer;

/** The names of `path`, where none of them is one that the store keeps to itself or the system gives a meaning. */
export function namesOf(path: VirtualPath): readonly string[] {
  for (const name of path.segments) {
    const problem = isOwnName(name) ? "it is kept for uploads under way" : platformProblem(name);
    if (problem !== undefined) throw new FileStoreError("name-not-allowed", `${path}: ${problem}`);
  }
  return path.segments;
}

export function joinPath(directory: LocalPath, name: string): LocalPath {
  if (typeof directory === "string") return localPath(`${directory}${separator}${name}`);
  return Buffer.concat([directory, Buffer.from(separator), encodeText(name)]);
}

export function localPath(text: string): LocalPath {
  return hasRawBytes(text) ? Buffer.from(encodeText(text)) : text;
}

/** A name or link target that the system gave in `latin1`, one character a byte: the cheapest form that loses nothing. */
export function nameFromLatin1(name: string): string {
  return /[\u0080-\u00ff]/.test(name) ? decodeText(Buffer.from(name, "latin1")) : name;
}

/** The name of an upload under way: hidden, and with 96 random bits that nobody guesses. */
export function newUploadName(): string {
  if (spare.length === 0) {
    const bits = randomBytes(12 * 64).toString("hex");
    for (let at = 0; at < bits.length; at += 24) spare.push(bits.slice(at, at + 24));
  }
  return `${uploadPrefix}${spare.pop()}`;
}

/** Random bits, made many at once: to ask for few costs as much. */
const spare: string[] = [];

export function isUploadName(name: string): boolean {
  return name.startsWith(".") && uploadPattern.test(name);
}

/** Whether the store keeps the name to itself: it is not listed and no path reaches it. */
export function isOwnName(name: string): boolean {
  return name.startsWith(".") && (uploadPattern.test(name) || name.toLowerCase() === partsName);
}

/** The directory below the root where parts of interrupted uploads are kept. */
export const partsName = ".longshore-parts";

/** Why Windows would not take `name` as a plain file of that name, or `undefined` when it would. */
export function windowsProblem(name: string): string | undefined {
  // Devices answer to their names with any extension, also with spaces before it and superscript digits.
  if (/^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])\s*(\.|$)/i.test(name))
    return `${JSON.stringify(name)} is a device on Windows`;
  if (/[<>:"|?*\\\u0000-\u001f]/.test(name))
    return `${JSON.stringify(name)} holds a character that Windows gives a meaning`;
  if (/[. ]$/.test(name)) return "Windows drops a dot or space at the end of a name";
  return hasRawBytes(name) ? "the name is not UTF-8" : undefined;
}

/**
 * With the `u` flag a surrogate is found only where it stands alone, and then it is a raw byte (see VirtualPath). The
 * first test is for speed: most texts have no surrogates at all.
 */
function hasRawBytes(text: string): boolean {
  return /[\ud800-\udfff]/.test(text) && /\p{Cs}/u.test(text);
}

export const separator: string = process.platform === "win32" ? "\\" : "/";
const uploadPrefix = ".longshore-upload-";
const uploadPattern = /^\.longshore-upload-[0-9a-f]{24}$/i;

function platformProblem(name: string): string | undefined {
  if (process.platform === "win32") return windowsProblem(name);
  if (process.platform === "darwin" && hasRawBytes(name)) return "the name is not UTF-8";
  return undefined;
}
