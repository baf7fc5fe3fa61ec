import type { Command } from "commander";
import { addConnectionFlags, type ConnectionFlags, urlHelp, withClient } from "../connection.ts";
import { ftpFileOf, ftpPlaceOf } from "../place.ts";

export function addRm(program: Command): void {
  addConnectionFlags(
    program
      .command("rm")
      .summary("remove a file or an empty directory")
      .description("Removes a file from an FTP server; with a slash at the URL's end, an empty directory.")
      .argument("<URL>", "ftp://[user@]host[:port]/path"),
  )
    .addHelpText(
      "after",
      `${urlHelp}

Examples:
  longshore rm ftp://ada@127.0.0.1:2121/old.txt
  longshore rm ftp://ada@127.0.0.1:2121/reports/`,
    )
    .action(rm);
}

async function rm(address: string, flags: ConnectionFlags): Promise<void> {
  const url = ftpFileOf(address, "remove files");
  const isDirectory = ftpPlaceOf(address, "remove files").path.endsWith("/");
  await withClient(url, flags, (client, signal) =>
    isDirectory ? client.removeDirectory(url.path, { signal }) : client.remove(url.path, { signal }),
  );
}
