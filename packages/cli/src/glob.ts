import picomatch from "picomatch";

/** A directory's entry, as far as patterns look at it. */
export interface GlobEntry {
  readonly name: string;
  readonly type: "file" | "directory" | "link" | "other";
}

/** Something that a pattern names. */
export interface GlobMatch<E extends GlobEntry> {
  /** The pattern's own directories, and names from listings below them. */
  readonly path: string;
  /** What the listing told; absent where the pattern is a plain path, which nobody looked up. */
  readonly entry?: E;
}

export interface ExpandOptions {
  /** Sees what could not be listed below the first directory; it is thrown unless this is given. */
  readonly onFailure?: (path: string, error: unknown) => void;
  /** Entries that may be looked at; 1,000,000 unless told. */
  readonly maxEntries?: number;
  readonly signal?: AbortSignal;
}

/**
 * Finds what a pattern names, by listing directories, in the order of the names.
 *
 * `*` is any text within a name, `?` a character, `[a-z]` and `[!a-z]` one of some and none of them, `{a,b}` either, and
 * `**` any directories below each other. A name that begins with a dot has to be written with it. A backslash before
 * a character takes its meaning away. Where a name is the pattern itself, brackets and all, it alone is meant.
 *
 * @param list the entries of a directory; `""` is where relative paths begin
 */
export async function expand<E extends GlobEntry>(
  pattern: string,
  list: (path: string) => AsyncIterable<E>,
  options: ExpandOptions = {},
): Promise<readonly GlobMatch<E>[]> {
  const segments = pattern.split("/");
  const first = segments.findIndex(isPattern);
  if (first < 0) return [{ path: literalOf(pattern) }];
  const base = segments.slice(0, first).map(literalOf).join("/");
  const start = first === 1 && base === "" ? "/" : base;
  const walk = createWalk(list, start, options);
  // A slash at the end asks for directories.
  const wanted = segments.slice(first).filter((segment) => segment !== "");
  const onlyDirectories = segments.at(-1) === "";
  let level: GlobMatch<E>[] = [{ path: start }];
  for (const [at, segment] of wanted.entries()) {
    const isLast = at === wanted.length - 1;
    const found: GlobMatch<E>[] = [];
    for (const place of level) {
      if (segment === "**") found.push(...(await walk.below(place, isLast)));
      else found.push(...matching(segment, await walk.entries(place)));
    }
    level = isLast && !onlyDirectories ? found : found.filter(mayHold);
    if (segment === "**") level = distinct(level);
  }
  return level.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** Whether a path or a name has something in it that stands for other names. */
export function isPattern(text: string): boolean {
  return /[*?]|\[[^\]]+\]|\{[^}]*[,.][^}]*\}/.test(text.replaceAll(/\\./gs, ""));
}

/** The path that a pattern is without its backslashes. */
export function literalOf(pattern: string): string {
  return pattern.replaceAll(/\\(.)/gs, "$1");
}

/** A pattern for exactly this path. */
export function escapePattern(path: string): string {
  return path.replaceAll(/[\\*?[\]{}]/g, "\\$&");
}

/**
 * Tells whether a name fits a pattern for names.
 *
 * @param hidden whether `*` and the like also stand for the dot that a hidden name begins with; `false` unless told
 */
export function nameMatcher(pattern: string, hidden = false): (name: string) => boolean {
  const matches = picomatch(quoted(pattern), {
    dot: hidden,
    noextglob: true,
    nonegate: true,
    noglobstar: true,
    keepQuotes: true,
    posix: true,
  });
  // Stars are tried one against the other: no server may make that last by the length of its names.
  return (name) => name.length <= longestName && matches(name);
}

/** No disk holds longer ones. */
const longestName = 255;

function createWalk<E extends GlobEntry>(
  list: (path: string) => AsyncIterable<E>,
  start: string,
  { onFailure, maxEntries = 1_000_000, signal }: ExpandOptions,
) {
  let seen = 0;

  async function entries({ path, entry }: GlobMatch<E>): Promise<GlobMatch<E>[]> {
    const found: GlobMatch<E>[] = [];
    try {
      for await (const below of list(path)) {
        if (++seen > maxEntries) throw new TooMany(maxEntries);
        found.push({ path: join(path, below.name), entry: below });
      }
    } catch (error) {
      if (error instanceof TooMany || signal?.aborted === true || path === start) throw error;
      // What a link leads to need not be a directory.
      if (entry?.type !== "directory") return [];
      if (onFailure === undefined) throw error;
      onFailure(path, error);
    }
    return found;
  }

  /** The place itself and the directories below it; with `files`, everything below it. No link is followed. */
  async function below(place: GlobMatch<E>, files: boolean): Promise<GlobMatch<E>[]> {
    const found: GlobMatch<E>[] = files ? [] : [place];
    const waiting = [place];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const match of await entries(next)) {
        if (match.entry?.name.startsWith(".") !== false) continue;
        const isDirectory = match.entry.type === "directory";
        if (isDirectory) waiting.push(match);
        if (files || isDirectory) found.push(match);
      }
    }
    return found;
  }
  return { entries, below };
}

class TooMany extends Error {
  constructor(most: number) {
    super(`the pattern had to look at more than ${most} entries: name the directories in it`);
  }
}

function matching<E extends GlobEntry>(segment: string, entries: GlobMatch<E>[]): GlobMatch<E>[] {
  const literal = literalOf(segment);
  const itself = entries.filter(({ entry }) => entry?.name === literal);
  if (itself.length > 0 || !isPattern(segment)) return itself;
  const matches = nameMatcher(segment);
  return entries.filter(({ entry }) => entry !== undefined && matches(entry.name));
}

function mayHold({ entry }: GlobMatch<GlobEntry>): boolean {
  return entry === undefined || entry.type === "directory" || entry.type === "link";
}

function distinct<E extends GlobEntry>(matches: readonly GlobMatch<E>[]): GlobMatch<E>[] {
  return [...new Map(matches.map((match) => [match.path, match])).values()];
}

function join(directory: string, name: string): string {
  return directory === "" || directory.endsWith("/") ? directory + name : `${directory}/${name}`;
}

/** The pattern with what means something to the library, and nothing here, behind backslashes. */
function quoted(pattern: string): string {
  return pattern.replaceAll(
    /\\(.)|(\[!?\]?[^\]]*\])|[^*?[\]{},\\]/gsu,
    (text, escaped: string | undefined, brackets: string | undefined) => {
      if (brackets !== undefined) return brackets;
      const character = escaped ?? text;
      const isPlain = /[\w\s.\u0080-\u{10ffff}-]/u.test(character) || (escaped === undefined && text === ",");
      return isPlain ? character : `\\${character}`;
    },
  );
}
