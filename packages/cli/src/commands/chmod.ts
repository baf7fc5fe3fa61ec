import { type Command, InvalidArgumentError } from "commander";
import { addConnectionFlags, type ConnectionFlags, patternHelp, urlHelp } from "../connection.ts";
import { eachFound } from "../found.ts";
import { withSession } from "../glob-remote.ts";

interface ChmodFlags extends ConnectionFlags {
  readonly glob?: boolean;
}

export function addChmod(program: Command): void {
  addConnectionFlags(
    program
      .command("chmod")
      .summary("change permissions")
      .description("Changes the permissions of files and directories on an FTP server that has SITE CHMOD.")
      .argument("<MODE>", "octal digits, such as 644 or 0755", modeOf)
      .argument("<URL...>", "ftp://[user@]host[:port]/path")
      .option("--no-glob", "take *, ?, brackets and braces as they are"),
  )
    .addHelpText(
      "after",
      `${patternHelp}
${urlHelp}

Examples:
  longshore chmod 640 ftp://ada@127.0.0.1:2121/notes.txt
  longshore chmod 755 'ftp://ada@127.0.0.1:2121/cgi-bin/*.cgi'`,
    )
    .action((permissions: number, addresses: readonly string[], flags: ChmodFlags) =>
      eachFound(addresses, flags, { doing: "change permissions" }, ({ ftp }, { path }, signal) =>
        withSession(ftp, async (client) => {
          await client.command({ verb: "SITE CHMOD", permissions, path }, { signal });
        }),
      ),
    );
}

function modeOf(text: string): number {
  if (/^[0-7]{3,4}$/.test(text)) return Number.parseInt(text, 8);
  throw new InvalidArgumentError("write three or four octal digits, such as 644");
}
