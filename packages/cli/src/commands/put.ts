import type { Command } from "commander";
import { addConnectionFlags, urlHelp } from "../connection.ts";
import { usageFailure } from "../failure.ts";
import { addTftpFlags } from "../tftp.ts";
import { addTemporaryFlag, addTransferFlags } from "../transfer/flags.ts";
import { type PutFlags, put } from "../transfer/put.ts";

export function addPut(program: Command): void {
  const command = program
    .command("put")
    .summary("put files and directories")
    .description("Puts files over FTP or TFTP.")
    .argument(
      "<LOCAL...>",
      "files, or - for standard input; then a URL as for get, with a slash at its end the directory to put into",
    )
    .usage("[options] <LOCAL...> <URL>");
  command
    .option("-r, --recursive", "put directories with everything below them")
    .option("-c, --resume", "go on from what is there; with -r leave files of the same size as they are")
    .option("--no-glob", "take *, ?, brackets and braces in LOCAL as they are");
  addConnectionFlags(addTemporaryFlag(addTransferFlags(command)));
  addTftpFlags(command)
    .option("--json", "tell what was put as one JSON object a line")
    .addHelpText(
      "after",
      `
A transfer of some length shows its progress where stderr is a terminal. With
;type=a or ;mode=netascii the file goes as text, whose line ends the server
makes its own. Several files go into the directory that the URL names, over up
to four sessions at once.

A file appears whole or not at all, and what stood there stays until then: it
goes up under a temporary name. Where the server does not let it, a new file is
put in place, and one that stands is left alone, which is a failure;
--no-temporary is for servers that act on a name, such as printers. Links are
not put.
${urlHelp}

Examples:
  longshore put report.pdf ftp://ada@127.0.0.1:2121/reports/
  longshore put *.jpg ftp://ada@127.0.0.1:2121/pictures/
  longshore put -r site ftp://ada@127.0.0.1:2121/www
  longshore put firmware.bin tftp://192.0.2.1/firmware.bin
  tar c . | longshore put - ftp://ada@127.0.0.1:2121/backup.tar`,
    )
    .action((args: readonly string[], flags: PutFlags) => {
      const address = args.at(-1) ?? "";
      if (args.length < 2) throw usageFailure("missing required argument 'URL'; see longshore put --help");
      return put(args.slice(0, -1), address, flags);
    });
}
