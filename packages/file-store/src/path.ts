import { FileStoreError } from "./error.ts";

const marker: unique symbol = Symbol.for("@longshore/file-store/VirtualPath") as never;

/**
 * A place in a store: absolute, normalised once, and the only form in which a path reaches a store.
 * It has no `.`, no `..`, no empty segment, no `/` and no NUL inside a segment, so that a store may join
 * its segments without looking at them again. Made by {@link parsePath} and the functions beside it.
 *
 * A name that is not valid UTF-8 on the wire carries its bytes as lone surrogates U+DC80 to U+DCFF (one for
 * each byte); a store whose `names` capability is `"bytes"` turns them back. Bytes that are valid UTF-8 never
 * travel so: otherwise one file would have two texts, and a rule made for one would not hold for the other.
 */
export interface VirtualPath {
  readonly [marker]: true;
  /** The names from the root down; empty for the root itself. */
  readonly segments: readonly string[];
  /** The canonical text, `/` for the root, else `/a/b` without a slash at the end. Equal paths, equal texts. */
  readonly text: string;
  toString(): string;
}

/** What {@link parsePath} answers: text from a peer is ordinary input, so a refusal is data, not a throw. */
export type PathResult =
  | { readonly ok: true; readonly path: VirtualPath }
  | { readonly ok: false; readonly error: FileStoreError };

export interface PathLimits {
  /** Longest text accepted, in UTF-16 units; 4096 unless told. */
  readonly maxLength?: number;
  /** Longest single name in UTF-8 bytes; 255 unless told, which is what local disks hold. */
  readonly maxNameBytes?: number;
  /** Names with control characters (U+0000–U+001F, U+007F) are refused unless this is set; NUL always is. */
  readonly allowControlCharacters?: boolean;
  /** `\` is an ordinary character (`"name"`, the default), another `/` (`"separator"`), or refused (`"refuse"`). */
  readonly backslash?: "name" | "separator" | "refuse";
}

const decoder = /* @__PURE__ */ new TextDecoder("utf-8", { ignoreBOM: true });

/** The root, `/`. */
export const rootPath: VirtualPath = make([]);

/**
 * Parses `text` as seen from `base`: absolute when it starts with `/`, else below `base`. `.` stays, `..` goes
 * up and stops at the root, repeated slashes count once (RFC 3659 §6.1, TVFS). The empty text is `base`.
 *
 * @returns the path, or a `name-not-allowed` error; it never throws
 */
export function parsePath(text: string, base: VirtualPath = rootPath, limits: PathLimits = {}): PathResult {
  const { maxLength = 4096, maxNameBytes = 255, allowControlCharacters = false, backslash = "name" } = limits;
  if (text.length > maxLength) return refuse(`it is longer than ${maxLength} characters`);
  if (text.includes("\0")) return refuse("it holds a NUL");
  if (!allowControlCharacters && /[\u0000-\u001f\u007f]/.test(text))
    return refuse("it holds a control character");
  if (backslash === "refuse" && text.includes("\\")) return refuse("it holds a backslash");
  if (!hasOneByteForm(text)) return refuse("it holds surrogates that stand for no bytes of their own");
  const plain = backslash === "separator" ? text.replaceAll("\\", "/") : text;
  const segments = plain.startsWith("/") ? [] : [...base.segments];
  for (const name of plain.split("/")) {
    if (name === "" || name === ".") continue;
    if (name === "..") segments.pop();
    else if (utf8Length(name) > maxNameBytes)
      return refuse(`one of its names is longer than ${maxNameBytes} bytes`);
    else segments.push(name);
  }
  const path = make(segments);
  if (path.text.length > maxLength) return refuse(`it is longer than ${maxLength} characters`);
  return { ok: true, path };
}

/**
 * The path a programmer writes down: {@link parsePath} for text that is known to be good.
 *
 * @throws {FileStoreError} `name-not-allowed` when it is not
 * @example toPath("/pub/read me.txt").segments // ["pub", "read me.txt"]
 */
export function toPath(text: string, base: VirtualPath = rootPath): VirtualPath {
  const result = parsePath(text, base);
  if (!result.ok) throw result.error;
  return result.path;
}

/**
 * The child `name` of a directory, for names that come from a store and may hold anything but `/` and NUL.
 *
 * @throws {FileStoreError} `name-not-allowed` for what {@link isName} denies
 */
export function childPath(directory: VirtualPath, name: string): VirtualPath {
  if (!isName(name)) throw new FileStoreError("name-not-allowed", `${JSON.stringify(name)} cannot be a name`);
  return make([...directory.segments, name]);
}

/** The directory that holds `path`; the root's is the root (RFC 959 §4.1.1, CDUP at the top). */
export function parentPath(path: VirtualPath): VirtualPath {
  return path.segments.length === 0 ? path : make(path.segments.slice(0, -1));
}

/** The last name of `path`, or `""` for the root. */
export function nameOf(path: VirtualPath): string {
  return path.segments.at(-1) ?? "";
}

/** Whether `path` is `directory` or lies below it. */
export function isWithin(path: VirtualPath, directory: VirtualPath): boolean {
  return (
    path.segments.length >= directory.segments.length &&
    directory.segments.every((name, index) => name === path.segments[index])
  );
}

/** `path` moved from below `from` to below `to`: how a root of one's own is laid over a shared store. */
export function rebasePath(path: VirtualPath, from: VirtualPath, to: VirtualPath): VirtualPath | undefined {
  if (!isWithin(path, from)) return undefined;
  return make([...to.segments, ...path.segments.slice(from.segments.length)]);
}

export function samePath(a: VirtualPath, b: VirtualPath): boolean {
  return a.text === b.text;
}

/** Whether `value` is a {@link VirtualPath}, also one made by another installed version. */
export function isVirtualPath(value: unknown): value is VirtualPath {
  return typeof value === "object" && value !== null && (value as Partial<VirtualPath>)[marker] === true;
}

/**
 * Whether `name` can stand in a directory: not empty, not `.` or `..`, without `/` and NUL, and of one form only
 * in bytes (see {@link VirtualPath}).
 */
export function isName(name: string): boolean {
  return (
    name !== "" &&
    name !== "." &&
    name !== ".." &&
    !name.includes("/") &&
    !name.includes("\0") &&
    hasOneByteForm(name)
  );
}

function make(segments: readonly string[]): VirtualPath {
  const text = `/${segments.join("/")}`;
  return Object.freeze({
    [marker]: true as const,
    segments: Object.freeze(segments),
    text,
    toString: () => text,
  });
}

function refuse(why: string): PathResult {
  return { ok: false, error: new FileStoreError("name-not-allowed", `the path cannot be used: ${why}`) };
}

/**
 * Whether every lone surrogate stands for a raw byte, and no raw bytes side by side are UTF-8 together: then
 * equal bytes mean equal texts. Characters around them need no look: a whole character neither begins nor ends
 * in the middle of a sequence.
 */
function hasOneByteForm(text: string): boolean {
  // With the `u` flag a surrogate is found only where it stands alone.
  const runs = text.match(/\p{Cs}+/gu) ?? [];
  return runs.every((run) => {
    const bytes = Uint8Array.from(run, (unit) => unit.charCodeAt(0) & 0xff);
    if (!/^[\udc80-\udcff]+$/.test(run) || run.includes("\udcef\udcbf\udcbd")) return false;
    return /^\ufffd+$/.test(decoder.decode(bytes));
  });
}

/** Bytes of `name` in UTF-8; a lone surrogate stands for one raw byte. */
function utf8Length(name: string): number {
  let bytes = 0;
  for (let index = 0; index < name.length; index++) {
    const unit = name.charCodeAt(index);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit < 0xdc00 && (name.charCodeAt(index + 1) & 0xfc00) === 0xdc00) {
      bytes += 4;
      index++;
    } else if (unit >= 0xdc80 && unit < 0xdd00) bytes += 1;
    else bytes += 3;
  }
  return bytes;
}
