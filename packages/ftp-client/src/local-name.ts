/** What becomes of names from a listing before they are names on the local disk. */
export interface LocalNamePolicy {
  /**
   * `"skip"` (the default): what has such a name is left out and reported. `"encode"`: what makes the name unsafe is
   * written as `%XX`, where that helps; a name that is a path or no name at all is left out all the same.
   */
  readonly unsafe?: "skip" | "encode";
  /**
   * `"windows"` also refuses what Windows cannot hold or takes for a device: `CON`, `a:b`, a dot or space at the end.
   * This system's own unless told.
   */
  readonly system?: "posix" | "windows";
  /** Whether `A` and `a` may stand side by side; as the local store says, unless told. */
  readonly caseSensitive?: boolean;
}

/**
 * - `empty`, `self`, `parent`: it is ``, `.` or `..`
 * - `separator`, `backslash`: `/` or `\` stands in it, so that it may be a path
 * - `nul`, `control`, `bidirectional`: a character that ends it early, writes on a terminal, or shows it as another
 * - `encoding`: surrogates that stand for no bytes
 * - `too-long`: more than 255 bytes in UTF-8
 * - `reserved`, `trailing`, `character`: a device, an end or a character that Windows has other plans with
 * - `collision`: on this disk it is the same as another name of the directory
 */
export type LocalNameHazard =
  | "empty"
  | "self"
  | "parent"
  | "separator"
  | "nul"
  | "encoding"
  | "too-long"
  | "backslash"
  | "control"
  | "bidirectional"
  | "reserved"
  | "trailing"
  | "character"
  | "collision";

export type LocalNameResult =
  | { readonly ok: true; readonly name: string }
  | { readonly ok: false; readonly hazard: LocalNameHazard };

/**
 * Turns the names of one remote directory into local ones, each by itself and all of them together: the second of two
 * that would be one file here is a `collision`.
 */
export function createLocalNames(policy: LocalNamePolicy): (name: string) => LocalNameResult {
  const taken = new Set<string>();
  return (name) => {
    const result = toLocalName(name, policy);
    if (!result.ok) return result;
    const key = nameKey(result.name, policy);
    if (taken.has(key)) return { ok: false, hazard: "collision" };
    taken.add(key);
    return result;
  };
}

/** What in `name` forbids giving it to a local file; `undefined` when nothing does. */
export function localNameHazard(
  name: string,
  { system = ownSystem }: LocalNamePolicy = {},
): LocalNameHazard | undefined {
  for (const [hazard, applies] of hazards) if (applies(name)) return hazard;
  if (system !== "windows") return undefined;
  for (const [hazard, applies] of windowsHazards) if (applies(name)) return hazard;
  return undefined;
}

/** The same for two names exactly when they are one name on this disk. */
export function nameKey(name: string, { caseSensitive = true }: LocalNamePolicy): string {
  // Disks that fold case mostly fold the forms of Unicode as well (APFS, HFS+).
  return caseSensitive ? name : name.normalize("NFC").toUpperCase().toLowerCase();
}

function toLocalName(name: string, policy: LocalNamePolicy): LocalNameResult {
  const hazard = localNameHazard(name, policy);
  if (hazard === undefined) return { ok: true, name };
  if (policy.unsafe !== "encode" || never.has(hazard)) return { ok: false, hazard };
  const encoded = encodeName(name, policy);
  const left = localNameHazard(encoded, policy);
  return left === undefined ? { ok: true, name: encoded } : { ok: false, hazard: left };
}

function encodeName(name: string, { system = ownSystem }: LocalNamePolicy): string {
  const isWindows = system === "windows";
  let text = name.replace(isWindows ? unsafeForWindows : unsafe, percent);
  if (isWindows) text = text.replace(/[. ]$/, percent);
  // One letter less, and the device's name is none.
  return isWindows && device.test(text) ? text.replace(/^./, percent) : text;
}

function percent(character: string): string {
  const bytes = Array.from(new TextEncoder().encode(character));
  return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
}

const ownSystem = process.platform === "win32" ? "windows" : "posix";

const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const bidirectional = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const unsafe = /[\\\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const unsafeForWindows =
  /[\\<>:"|?*\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** Also with an extension, and with superscript digits. */
const device = /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])[ ]*(?:[.:]|$)/i;

const never: ReadonlySet<LocalNameHazard> = new Set<LocalNameHazard>([
  "empty",
  "self",
  "parent",
  "separator",
  "nul",
  "encoding",
  "too-long",
  "collision",
]);

type Rule = readonly [hazard: LocalNameHazard, applies: (name: string) => boolean];

const hazards: readonly Rule[] = [
  ["empty", (name) => name === ""],
  ["self", (name) => name === "."],
  ["parent", (name) => name === ".."],
  ["separator", (name) => name.includes("/")],
  ["nul", (name) => name.includes("\0")],
  ["too-long", (name) => byteLength(name) > 255],
  ["encoding", hasOddSurrogate],
  ["backslash", (name) => name.includes("\\")],
  ["control", (name) => control.test(name)],
  ["bidirectional", (name) => bidirectional.test(name)],
];

const windowsHazards: readonly Rule[] = [
  ["reserved", (name) => device.test(name)],
  ["trailing", (name) => /[. ]$/.test(name)],
  ["character", (name) => /[<>:"|?*]/.test(name)],
];

/** Bytes in UTF-8; a lone surrogate U+DC80 to U+DCFF is the one byte that it stands for. */
function byteLength(name: string): number {
  let length = 0;
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0;
    length += code < 0x80 || isByte(code) ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}

function hasOddSurrogate(name: string): boolean {
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xd800 && code <= 0xdfff && !isByte(code)) return true;
  }
  return false;
}

function isByte(code: number): boolean {
  return code >= 0xdc80 && code <= 0xdcff;
}
