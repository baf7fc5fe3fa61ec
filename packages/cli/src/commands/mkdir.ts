import type { Command } from "commander";
import { addConnectionFlags, type ConnectionFlags, urlHelp } from "../connection.ts";
import { eachFound } from "../found.ts";

interface MkdirFlags extends ConnectionFlags {
  readonly parents?: boolean;
}

export function addMkdir(program: Command): void {
  addConnectionFlags(
    program
      .command("mkdir")
      .summary("make directories")
      .description(
        "Makes directories on an FTP server; the one above each must be there, unless -p makes it.",
      )
      .argument("<URL...>", "ftp://[user@]host[:port]/path")
      .option("-p, --parents", "make those above it too; one that stands already is no failure"),
  )
    .addHelpText(
      "after",
      `${urlHelp}

Examples:
  longshore mkdir ftp://ada@127.0.0.1:2121/reports
  longshore mkdir -p ftp://ada@127.0.0.1:2121/reports/2026/may`,
    )
    .action((addresses: readonly string[], { parents = false, ...flags }: MkdirFlags) =>
      eachFound(
        addresses,
        { ...flags, glob: false },
        { doing: "make directories" },
        ({ ftp }, { path }, signal) =>
          ftp.makeDirectory(path, { signal, ...(parents ? { recursive: true } : {}) }),
      ),
    );
}
