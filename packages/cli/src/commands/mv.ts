import type { Command } from "commander";
import { addConnectionFlags, type ConnectionFlags, urlHelp, withClient } from "../connection.ts";
import { usageFailure } from "../failure.ts";
import { ftpFileOf, nameOf, shownUrl } from "../place.ts";

export function addMv(program: Command): void {
  addConnectionFlags(
    program
      .command("mv")
      .summary("rename or move a file or a directory")
      .description("Renames or moves a file or a directory on an FTP server.")
      .argument("<URL>", "ftp://[user@]host[:port]/path of what there is")
      .argument(
        "<NEWPATH>",
        "a path as in the URL, not encoded; with a slash at its end, the directory to move it into",
      ),
  )
    .addHelpText(
      "after",
      `${urlHelp}

Examples:
  longshore mv ftp://ada@127.0.0.1:2121/draft.txt reports/final.txt
  longshore mv ftp://ada@127.0.0.1:2121/final.txt reports/`,
    )
    .action(mv);
}

async function mv(address: string, to: string, flags: ConnectionFlags): Promise<void> {
  const url = ftpFileOf(address, "rename");
  if (/^\w+:\/\//.test(to))
    throw usageFailure(`NEWPATH is a path on the same server, not a URL: ${shownUrl(to)}`);
  if (to === "") throw usageFailure("NEWPATH is empty: say what it is to be called");
  const target = to.endsWith("/") ? to + nameOf(url.path) : to;
  await withClient(url, flags, (client, signal) => client.rename(url.path, target, { signal }));
}
