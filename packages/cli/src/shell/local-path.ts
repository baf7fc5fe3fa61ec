import { homedir } from "node:os";

/** A local path as it was typed, with the user's home in place of `~`. */
export function localPath(typed: string): string {
  return /^~(?=\/|$)/.test(typed) ? homedir() + typed.slice(1) : typed;
}
