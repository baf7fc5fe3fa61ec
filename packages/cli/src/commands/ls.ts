import { type FtpClient, FtpError, type FtpPool } from "@longshore/ftp-client";
import type { ListingEntry } from "@longshore/ftp-listing";
import type { Command } from "commander";
import { addConnectionFlags, type ConnectionFlags, patternHelp, urlHelp } from "../connection.ts";
import { printable } from "../failure.ts";
import { eachFound } from "../found.ts";
import { type Shown, shown, tellShown } from "../listed.ts";
import { writeOut } from "../output.ts";
import { nameOf, shownUrl } from "../place.ts";

interface LsFlags extends ConnectionFlags {
  readonly json?: true;
  readonly glob?: boolean;
}

export function addLs(program: Command): void {
  addConnectionFlags(
    program
      .command("ls")
      .summary("list directories")
      .description(
        "Lists directories of an FTP server, or shows files: type, size in bytes, time of change, name.",
      )
      .argument("<URL...>", "ftp://[user@]host[:port]/path[;type=d]")
      .option("--no-glob", "take *, ?, brackets and braces as they are"),
  )
    .option("--json", "an array with an object a line; a size beyond 2^53 is text")
    .addHelpText(
      "after",
      `
The first letter says what it is: - file, d directory, l link. Times that end
in Z are UTC, others the server's own. With ;type=d at its end a URL lists
names alone. What a pattern finds is shown itself, directories too.
${patternHelp}
${urlHelp}

Examples:
  longshore ls ftp://127.0.0.1:2121/pub/
  longshore ls 'ftp://127.0.0.1:2121/pub/**/*.iso'
  longshore ls --json ftp://127.0.0.1:2121/ | jq -r '.[].name'`,
    )
    .action(ls);
}

async function ls(addresses: readonly string[], flags: LsFlags): Promise<void> {
  const write = flags.json === true ? jsonWriter() : tableWriter;
  let before: string | undefined;
  await eachFound(addresses, flags, { doing: "list", root: true }, async ({ ftp }, found, signal) => {
    const { address, url, path, entry } = found;
    if (addresses.length > 1 && flags.json !== true && address !== before) {
      await writeOut(`${before === undefined ? "" : "\n"}${printable(shownUrl(address))}:\n`);
      before = address;
    }
    if (entry !== undefined) await write({ ...shown(entry.listed), name: path });
    else if (url.type === "d") {
      for await (const name of ftp.listNames(path, { signal })) await write({ name });
    } else {
      for await (const listed of entriesAt(ftp, path, signal)) await write(shown(listed));
    }
  });
  await write(undefined);
}

/** The entries of a directory; where none is, what is there instead. */
async function* entriesAt(
  ftp: FtpClient | FtpPool,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<ListingEntry> {
  try {
    yield* ftp.list(path, { signal });
  } catch (error) {
    if (!FtpError.isInstance(error) || error.code !== "refused" || nameOf(path) === "") throw error;
    const entry = await ftp.stat(path, { signal }).catch(() => {
      throw error;
    });
    yield { ...entry, name: path };
  }
}

type Write = (entry: Shown | undefined) => Promise<void>;

/** An entry a line, written as it comes: a directory of a million is not kept. */
function jsonWriter(): Write {
  let before = "[\n";
  return async (entry) => {
    if (entry !== undefined) {
      await writeOut(before + JSON.stringify(entry));
      before = ",\n";
    } else await writeOut(before === "[\n" ? "[]\n" : "\n]\n");
  };
}

const tableWriter: Write = async (entry) => {
  if (entry !== undefined) await writeOut(tellShown(entry));
};
