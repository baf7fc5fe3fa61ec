import type { Command } from "commander";
import { addConnectionFlags, type ConnectionFlags, passwordHelp, withClient } from "../connection.ts";
import { ftpFileOf } from "../place.ts";

export function addRm(program: Command): void {
  addConnectionFlags(
    program
      .command("rm")
      .summary("remove a file")
      .description("Removes a file from an FTP server.")
      .argument("<URL>", "ftp://[user@]host[:port]/path"),
  )
    .addHelpText("after", `${passwordHelp}\n\nExample:\n  longshore rm ftp://ada@127.0.0.1:2121/old.txt`)
    .action(rm);
}

async function rm(address: string, flags: ConnectionFlags): Promise<void> {
  const url = ftpFileOf(address, "remove files");
  await withClient(url, flags, (client, signal) => client.remove(url.path, { signal }));
}
