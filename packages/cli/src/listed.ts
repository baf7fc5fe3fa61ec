import { formatTime, type ListingEntry } from "@longshore/ftp-listing";
import { printable } from "./failure.ts";

/** What an entry comes to outside: plain JSON, absent where the listing did not say. */
export interface Shown {
  readonly name: string;
  readonly type?: string;
  readonly size?: number | string;
  /** ISO 8601; without `Z` the server's own time. */
  readonly modified?: string;
  readonly permissions?: string;
  readonly owner?: string;
  readonly group?: string;
  readonly target?: string;
}

export function shown(entry: ListingEntry): Shown {
  const { name, type, size, modified, permissions, owner, group, target } = entry;
  const known = {
    name,
    type,
    size: typeof size === "bigint" ? String(size) : size,
    modified: modified === undefined ? undefined : formatTime(modified),
    permissions,
    owner,
    group,
    target,
  };
  return Object.fromEntries(
    Object.entries(known).filter(([, value]) => value !== undefined),
  ) as unknown as Shown;
}

/** The line of an entry for people. */
export function listingLine(entry: ListingEntry): string {
  return tellShown(shown(entry));
}

/** A line for people: type, size, time, name. */
export function tellShown({ name, type, size = "", modified = "", target }: Shown): string {
  const columns =
    type === undefined
      ? ""
      : `${letters[type] ?? "?"}  ${String(size).padStart(13)}  ${modified.replace("T", " ").padEnd(20)}  `;
  return `${columns}${printable(name)}${target === undefined ? "" : ` -> ${printable(target)}`}\n`;
}

const letters: Readonly<Record<string, string>> = {
  file: "-",
  dir: "d",
  link: "l",
  char: "c",
  block: "b",
  fifo: "p",
  socket: "s",
};
