import { mirror as mirrorTree } from "@longshore/ftp-client";
import { type Command, Option } from "commander";
import { addConnectionFlags, urlHelp, withRemote } from "../connection.ts";
import { usageFailure } from "../failure.ts";
import { ftpPlaceOf, shownUrl } from "../place.ts";
import { createProgressGroup } from "../progress.ts";
import { createFilter, type FilterFlags, patternsOf } from "../transfer/filter.ts";
import {
  addEncodeNamesFlag,
  addTemporaryFlag,
  addTransferFlags,
  type TransferFlags,
  treeOptionsOf,
} from "../transfer/flags.ts";
import { createOutcome } from "../transfer/outcome.ts";
import { tellTree, watchTree } from "../transfer/tree.ts";

interface MirrorFlags extends TransferFlags, FilterFlags {
  readonly delete?: true;
  readonly same?: "time" | "size" | "hash" | "never";
  /** `false` where the target's times are those of now. */
  readonly times?: boolean;
}

export function addMirror(program: Command): void {
  const command = program
    .command("mirror")
    .summary("make a directory here like one there, or one there like one here")
    .description(
      "Makes TARGET like SOURCE: one of them is a directory on an FTP server, the other one here. Files that are the " +
        "same stay as they are; times are kept, so that the next time finds them the same.",
    )
    .argument("<SOURCE>", "ftp://[user@]host[:port]/path or a directory here")
    .argument("<TARGET>", "the other one; it is made where it is missing")
    .option("--delete", "remove from TARGET what SOURCE does not have, and what is in the way")
    .addOption(
      new Option(
        "--same <how>",
        "when a file stays: time (same size, not newer; the default), size, hash, never",
      ).choices(["time", "size", "hash", "never"]),
    )
    .option("--no-times", "leave the target's times as they come")
    .option("--include <pattern>", "only files with such names, or such paths; again for more", patternsOf)
    .option("--exclude <pattern>", "nothing with such a name, or such a path; again for more", patternsOf);
  addConnectionFlags(addEncodeNamesFlag(addTemporaryFlag(addTransferFlags(command))))
    .option("--json", "tell what was done as one JSON object")
    .addHelpText(
      "after",
      `
--dry-run prints the plan, a line for each thing to be done. What was left out
and what failed is told at the end, with reasons. Links are neither copied nor
followed. What --exclude leaves out is not removed by --delete either. A pattern
with a slash in it is one for paths, below SOURCE.
${urlHelp}

Examples:
  longshore mirror ftp://127.0.0.1:2121/pub pub
  longshore mirror --delete site ftp://ada@127.0.0.1:2121/www
  longshore mirror --delete --dry-run --exclude '*.tmp' site ftp://ada@host/www
  longshore mirror --parallel 8 --same hash ftps://ada@example.org/data data`,
    )
    .action(mirror);
}

async function mirror(source: string, target: string, flags: MirrorFlags): Promise<void> {
  const [isThere, goesThere] = [isUrl(source), isUrl(target)];
  if (isThere === goesThere)
    throw usageFailure(
      isThere
        ? "one of SOURCE and TARGET has to be a directory here: mirror in two steps"
        : "one of SOURCE and TARGET has to be a URL that begins with ftp:// or ftps://",
    );
  const [address, local] = isThere ? [source, target] : [target, source];
  if (local === "") throw usageFailure("the directory here is empty: write . for the current one");
  const url = ftpPlaceOf(address, "mirror");
  if (url.type !== undefined) throw usageFailure(";type= has no meaning for mirror: take it away");
  const direction = isThere ? "download" : "upload";
  const outcome = createOutcome();
  await withRemote(url, flags, async ({ ftp, parallel, pathOf }, signal) => {
    const group = createProgressGroup({ hidden: flags.quiet === true });
    try {
      const report = await mirrorTree(ftp, {
        ...treeOptionsOf(flags, parallel, signal),
        ...watchTree(group),
        ...createFilter(flags),
        ...(flags.same === undefined ? {} : { same: flags.same }),
        keepTimes: flags.times ?? true,
        delete: flags.delete ?? false,
        direction,
        local,
        remote: pathOf(url.path),
      });
      group.done();
      const names = { url: shownUrl(address), path: local };
      await tellTree(report, isThere ? "get" : "put", names, flags, outcome);
    } finally {
      group.done();
    }
  });
  outcome.end();
}

function isUrl(text: string): boolean {
  return /^(?:ftps?|tftp):/i.test(text);
}
