import type { DownloadTreeOptions, UploadTreeOptions } from "@longshore/ftp-client";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ConnectionFlags } from "../connection.ts";
import { amountOf } from "../option.ts";
import type { TransferSettings } from "./file.ts";

/** Flags of every command that moves files over FTP. */
export interface TransferFlags extends ConnectionFlags {
  readonly verify?: "size" | "hash" | "none";
  readonly temporary?: boolean;
  readonly encodeNames?: true;
  readonly dryRun?: true;
  readonly json?: true;
  readonly quiet?: true;
}

export function addTransferFlags(command: Command): Command {
  return addParallelFlag(command)
    .option("--limit-rate <rate>", "bytes a second for all together, such as 500k or 2MiB", amountOf)
    .addOption(
      new Option("--verify <how>", "what has to be proven of each file, or it is a failure").choices([
        "size",
        "hash",
        "none",
      ]),
    )
    .option("-n, --dry-run", "say what would be done, and do nothing")
    .option("-q, --quiet", "no progress and no summary");
}

export function addParallelFlag(command: Command): Command {
  return command.option("--parallel <count>", "sessions at most; 4 unless told", sessionsOf);
}

export function addEncodeNamesFlag(command: Command): Command {
  return command.option("--encode-names", "write what is unsafe in a name as %XX, and do not leave it out");
}

export function addTemporaryFlag(command: Command): Command {
  return command
    .option("--temporary", "upload under a temporary name, renamed when whole, or not at all")
    .option("--no-temporary", "upload in place, where a failure loses what stood there");
}

/** How single files go over. */
export function settingsOf(flags: TransferFlags, signal: AbortSignal): TransferSettings {
  const { verify, temporary } = flags;
  return {
    signal,
    ...(verify === undefined ? {} : { verify }),
    ...(temporary === undefined ? {} : { temporary }),
  };
}

/** How trees do. */
export function treeOptionsOf(
  flags: TransferFlags,
  parallel: number,
  signal: AbortSignal,
): DownloadTreeOptions & UploadTreeOptions {
  return {
    ...settingsOf(flags, signal),
    signal,
    parallel,
    dryRun: flags.dryRun ?? false,
    ...(flags.encodeNames === true ? { names: { unsafe: "encode" } } : {}),
  };
}

function sessionsOf(text: string): number {
  const sessions = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (sessions < 1) throw new InvalidArgumentError("write how many sessions, from 1 to 999");
  return sessions;
}
