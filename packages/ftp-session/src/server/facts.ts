import type { FileType } from "@longshore/file-store";
import type { StoreFeatures } from "./user.ts";

/** What a user may be allowed to do at a place, as far as the `perm` fact can tell of it. */
export type Right =
  | "list"
  | "read"
  | "write"
  | "append"
  | "overwrite"
  | "delete"
  | "rename"
  | "make-directory";

/**
 * The letters of MLSx's `perm` fact (RFC 3659 §7.5.5): what the user may do with an object, as far as it is known
 * without trying.
 *
 * @param rights what the user is allowed there; whatever the store can do, unless told
 */
export function permissionsOf(
  type: FileType,
  { capabilities: { writable, append } }: StoreFeatures,
  rights?: ReadonlySet<string>,
): string {
  const may = (right: Right): boolean =>
    (rights === undefined || rights.has(right)) &&
    (writable || right === "list" || right === "read") &&
    !(right === "append" && append === "none");
  let letters = "";
  for (const [letter, ...needed] of table[type]) if (needed.every(may)) letters += letter;
  return letters;
}

const readable = [["r", "read"]] as const;

/** Each letter with the rights that it needs. */
const table: Readonly<Record<FileType, readonly (readonly [letter: string, ...needed: readonly Right[]])[]>> =
  {
    file: [
      ["a", "append"],
      ["d", "delete"],
      ["f", "rename"],
      ["r", "read"],
      ["w", "write", "overwrite"],
    ],
    directory: [
      ["c", "write"],
      ["d", "delete"],
      ["e"],
      ["f", "rename"],
      ["l", "list"],
      ["m", "make-directory"],
      ["p", "delete"],
    ],
    symlink: readable,
    other: readable,
  };
