import type { Command } from "commander";
import { addConnectionFlags, type ConnectionFlags, patternHelp, urlHelp } from "../connection.ts";
import { get } from "../transfer/get.ts";

interface CatFlags extends ConnectionFlags {
  readonly glob?: boolean;
}

export function addCat(program: Command): void {
  addConnectionFlags(
    program
      .command("cat")
      .summary("write files to standard output")
      .description("Writes files to standard output, one after the other; the same as get URL... -")
      .argument("<URL...>", "ftp://[user@]host[:port]/path[;type=a|i] or tftp://host[:port]/path")
      .option("--no-glob", "take *, ?, brackets and braces as they are"),
  )
    .addHelpText(
      "after",
      `${patternHelp}
${urlHelp}

Examples:
  longshore cat ftp://127.0.0.1:2121/welcome.txt
  longshore cat 'ftp://127.0.0.1:2121/logs/*.gz' | zcat | grep error`,
    )
    .action((addresses: readonly string[], flags: CatFlags) => get(addresses, "-", flags));
}
