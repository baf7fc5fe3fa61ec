import type { EntryType } from "./entry.ts";

/** The first letter of a Unix mode. What is none of ours (a door, a whiteout) has no type, yet is an entry. */
export const typeLetters: ReadonlyMap<string, EntryType | undefined> = new Map<string, EntryType | undefined>(
  [
    ["-", "file"],
    ["d", "dir"],
    ["l", "link"],
    ["c", "char"],
    ["b", "block"],
    ["p", "fifo"],
    ["s", "socket"],
    // `f` for a file; Plan 9 append-only `a`; files off-line in an archive (Cray `m`, SGI `M`); HP-UX contiguous `C`.
    ["f", "file"],
    ["a", "file"],
    ["m", "file"],
    ["M", "file"],
    ["C", "file"],
    // Solaris door and event port, whiteout, HP-UX network special, and what `ls` could not look at.
    ["D", undefined],
    ["P", undefined],
    ["w", undefined],
    ["n", undefined],
    ["?", undefined],
  ],
);

/** Letters that may stand in each place of a triad; `l` and `L` are System V mandatory locking. */
const triad = ["r", "w", "xsStTlL"] as const;

/**
 * The length of a Unix mode at `start`: a type letter and nine permission letters, eight from servers that lose
 * one, six from HylaFAX, with unknown ones as `*` (OpenSSH on Windows) or `?`, and then one of `+` `.` `@` for
 * access lists. 0 when there is none.
 */
export function modeLength(line: string, start: number): number {
  if (!typeLetters.has(line[start] ?? "")) return 0;
  let length = 1;
  for (; length < 10; length++) {
    const letter = line[start + length] ?? " ";
    if (letter === "-" || letter === "*" || letter === "?") continue;
    if (!triad[(length - 1) % 3]?.includes(letter)) break;
  }
  if (length < 9 && length !== 7) return 0;
  const suffix = line[start + length];
  if (length === 10 && (suffix === "+" || suffix === "." || suffix === "@")) length++;
  const next = line.charCodeAt(start + length);
  // A link count that fills its column follows at once: `drwxr-x---+1464`, `drwxr-xr-x1732`.
  if (next === 0x20 || next === 0x09 || (length >= 10 && next >= 0x30 && next <= 0x39)) return length;
  return 0;
}
