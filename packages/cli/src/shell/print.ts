import type { TreeReport } from "@longshore/ftp-client";
import { tellError } from "../advice.ts";
import { printable } from "../failure.ts";
import { tellReason } from "../transfer/reason.ts";
import type { Shell } from "./shell.ts";

/** Text of a stranger for standard output: harmless on a terminal, as it is in a pipe. */
export function printed(text: string): string {
  return process.stdout.isTTY ? printable(text) : text;
}

/** What a tree's report says that was not done. */
export function tellFailures(shell: Shell, { failed, skipped }: TreeReport): void {
  for (const { path, error } of failed) shell.tell(`${path}: ${tellError(error)}`);
  for (const { path, reason } of skipped) shell.tell(`${path}: left out, ${tellReason(reason)}`);
}
