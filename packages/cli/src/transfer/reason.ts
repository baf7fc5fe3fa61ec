import type { TreeSkipReason } from "@longshore/ftp-client";

/** Why something was left out, in words. */
export function tellReason(reason: string): string {
  return Object.hasOwn(reasons, reason) ? reasons[reason as Reason] : reason;
}

/** What is left out by design, and is no failure: nobody expects it to be copied. */
export function isHarmless(reason: string): boolean {
  return reason === "link" || reason === "special" || reason === "directory";
}

type Reason = TreeSkipReason | "directory";

const reasons: Readonly<Record<Reason, string>> = {
  directory: "it is a directory, and -r takes those",
  link: "links are not followed",
  special: "it is neither a file nor a directory",
  empty: "it has no name",
  self: "its name is .",
  parent: "its name is ..",
  separator: "its name is a path",
  nul: "NUL stands in its name",
  encoding: "its name is no text",
  "too-long": "its name is too long",
  backslash: "a backslash stands in its name; --encode-names writes it as %5C",
  control: "a control character stands in its name; --encode-names writes it as %XX",
  bidirectional: "its name shows as another one; --encode-names writes it as %XX",
  reserved: "its name is a device's",
  trailing: "its name ends in a dot or a space",
  character: "a character stands in its name that Windows cannot hold",
  collision: "another one has its name here already",
  unparsed: "the listing cannot be understood there",
  "in-the-way": "something of another kind is in its place; --delete removes that",
  "too-deep": "it lies too deep",
  part: "it is named as the part of an upload",
  "parent-failed": "its directory could not be made",
  "not-empty": "something in it was not removed",
  stopped: "another one failed before",
};
