import type { Command } from "commander";
import { addConnectionFlags, patternHelp, urlHelp } from "../connection.ts";
import { usageFailure } from "../failure.ts";
import { addTftpFlags } from "../tftp.ts";
import { addEncodeNamesFlag, addTransferFlags } from "../transfer/flags.ts";
import { type GetFlags, get } from "../transfer/get.ts";

export function addGet(program: Command): void {
  const command = program
    .command("get")
    .summary("get files and directories")
    .description(
      "Gets files over FTP or TFTP. Each is written aside and appears under its name when it is whole; what stood " +
        "there before stays until then.",
    )
    .argument(
      "<URL...>",
      "ftp://[user@]host[:port]/path[;type=a|i] or tftp://host[:port]/path[;mode=netascii]",
    )
    .usage("[options] <URL...> [LOCAL]");
  command
    .option("-r, --recursive", "get directories with everything below them")
    .option("-c, --resume", "go on from what is here; with -r leave files of the same size as they are")
    .option("--no-glob", "take *, ?, brackets and braces in a URL as they are");
  addConnectionFlags(addEncodeNamesFlag(addTransferFlags(command)));
  addTftpFlags(command)
    .option("--json", "tell what was got as one JSON object a line")
    .addHelpText(
      "after",
      `
LOCAL is a file, a directory, or - for standard output; the current directory
unless told. A transfer of some length shows its progress where stderr is a
terminal. ;type=a and ;mode=netascii make the line ends those of this system.

Several files go over up to four sessions at once. One that fails does not end
the rest; what failed and what was left out is told at the end, with reasons.

A directory goes below LOCAL where that is a directory, else LOCAL becomes its
copy. With --resume what came stands as NAME.part until it is whole, also when
the transfer is broken off, and the next --resume goes on behind it.
${patternHelp}
${urlHelp}

Examples:
  longshore get ftp://127.0.0.1:2121/welcome.txt
  longshore get tftp://127.0.0.1:6969/welcome.txt -
  longshore get --tls ftp://ada@example.org/reports/may.pdf ~/may.pdf
  longshore get 'ftp://127.0.0.1:2121/logs/*.gz' logs/
  longshore get -r --parallel 8 ftp://127.0.0.1:2121/pub/project
  longshore get --resume --limit-rate 2M ftp://127.0.0.1:2121/disk.iso
  longshore get ftp://127.0.0.1:2121/site.tar - | tar x`,
    )
    .action((args: readonly string[], flags: GetFlags) => {
      const last = args.length > 1 ? args.at(-1) : undefined;
      const isLocal = last !== undefined && !/^(?:ftps?|tftp):/i.test(last);
      const [addresses, local] = isLocal ? [args.slice(0, -1), last] : [args, undefined];
      if (local === "") throw usageFailure("LOCAL is empty: name a file, a directory or -");
      return get(addresses, local, flags);
    });
}
