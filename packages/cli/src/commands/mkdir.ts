import type { Command } from "commander";
import { addConnectionFlags, type ConnectionFlags, urlHelp, withClient } from "../connection.ts";
import { ftpFileOf } from "../place.ts";

export function addMkdir(program: Command): void {
  addConnectionFlags(
    program
      .command("mkdir")
      .summary("make a directory")
      .description("Makes a directory on an FTP server; the one above it must be there.")
      .argument("<URL>", "ftp://[user@]host[:port]/path"),
  )
    .addHelpText("after", `${urlHelp}\n\nExample:\n  longshore mkdir ftp://ada@127.0.0.1:2121/reports/2026`)
    .action(mkdir);
}

async function mkdir(address: string, flags: ConnectionFlags): Promise<void> {
  const url = ftpFileOf(address, "make directories");
  await withClient(url, flags, (client, signal) => client.makeDirectory(url.path, { signal }));
}
