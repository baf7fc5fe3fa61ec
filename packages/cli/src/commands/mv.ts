import type { Command } from "commander";
import { addConnectionFlags, type ConnectionFlags, patternHelp, urlHelp } from "../connection.ts";
import { usageFailure } from "../failure.ts";
import { eachFound } from "../found.ts";
import { nameOf, patternOf, shownUrl } from "../place.ts";

interface MvFlags extends ConnectionFlags {
  readonly glob?: boolean;
}

export function addMv(program: Command): void {
  addConnectionFlags(
    program
      .command("mv")
      .summary("rename or move files and directories")
      .description("Renames or moves files and directories on an FTP server.")
      .argument(
        "<URL...>",
        "ftp://[user@]host[:port]/path of what there is; then NEWPATH: a path as in the URL, not encoded, with a " +
          "slash at its end the directory to move into",
      )
      .usage("[options] <URL...> <NEWPATH>")
      .option("--no-glob", "take *, ?, brackets and braces in a URL as they are"),
  )
    .addHelpText(
      "after",
      `${patternHelp}
${urlHelp}

Examples:
  longshore mv ftp://ada@127.0.0.1:2121/draft.txt reports/final.txt
  longshore mv ftp://ada@127.0.0.1:2121/final.txt reports/
  longshore mv 'ftp://ada@127.0.0.1:2121/*.log' old/`,
    )
    .action(mv);
}

async function mv(args: readonly string[], flags: MvFlags): Promise<void> {
  const to = args.at(-1) ?? "";
  const addresses = args.slice(0, -1);
  if (addresses.length === 0)
    throw usageFailure("missing required argument 'NEWPATH'; see longshore mv --help");
  if (/^\w+:\/\//.test(to))
    throw usageFailure(`NEWPATH is a path on the same server, not a URL: ${shownUrl(to)}`);
  if (to === "") throw usageFailure("NEWPATH is empty: say what it is to be called");
  const isDirectory = to.endsWith("/");
  const isSeveral =
    addresses.length > 1 || (flags.glob !== false && addresses.some((one) => patternOf(one) !== undefined));
  if (isSeveral && !isDirectory)
    throw usageFailure(`several need a directory to move into: end ${to} with a slash`);
  await eachFound(addresses, flags, { doing: "rename" }, ({ ftp }, { path }, signal) =>
    ftp.rename(path, isDirectory ? to + nameOf(path) : to, { signal }),
  );
}
