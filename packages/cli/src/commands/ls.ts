import { type FtpClient, FtpError } from "@longshore/ftp-client";
import { formatTime, type ListingEntry } from "@longshore/ftp-listing";
import type { Command } from "commander";
import { addConnectionFlags, type ConnectionFlags, urlHelp, withClient } from "../connection.ts";
import { printable } from "../failure.ts";
import { writeOut } from "../output.ts";
import { ftpPlaceOf, nameOf } from "../place.ts";

interface LsFlags extends ConnectionFlags {
  readonly json?: true;
}

export function addLs(program: Command): void {
  addConnectionFlags(
    program
      .command("ls")
      .summary("list a directory")
      .description(
        "Lists a directory of an FTP server, or shows one file: type, size in bytes, time of change, name.",
      )
      .argument("<URL>", "ftp://[user@]host[:port]/path[;type=d]"),
  )
    .option("--json", "an array with an object a line; a size beyond 2^53 is text")
    .addHelpText(
      "after",
      `${urlHelp}

The first letter says what it is: - file, d directory, l link. Times that end
in Z are UTC, others the server's own. With ;type=d at its end a URL lists
names alone.

Examples:
  longshore ls ftp://127.0.0.1:2121/pub/
  longshore ls --json ftp://127.0.0.1:2121/ | jq -r '.[].name'`,
    )
    .action(ls);
}

async function ls(address: string, flags: LsFlags): Promise<void> {
  const url = ftpPlaceOf(address, "list");
  await withClient(url, flags, async (client, signal) => {
    const write = flags.json === true ? jsonWriter() : tableWriter;
    if (url.type === "d") {
      for await (const name of client.listNames(url.path, { signal })) await write({ name });
    } else {
      for await (const entry of entriesAt(client, url.path, signal)) await write(shown(entry));
    }
    if (flags.json === true) await write(undefined);
  });
}

/** The entries of a directory; where none is, what is there instead. */
async function* entriesAt(
  client: FtpClient,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<ListingEntry> {
  try {
    yield* client.list(path, { signal });
  } catch (error) {
    if (!FtpError.isInstance(error) || error.code !== "refused" || nameOf(path) === "") throw error;
    const entry = await client.stat(path, { signal }).catch(() => {
      throw error;
    });
    yield { ...entry, name: path };
  }
}

/** The line of an entry for people. */
export function listingLine(entry: ListingEntry): string {
  return tableLine(shown(entry));
}

/** What an entry comes to outside: plain JSON, absent where the listing did not say. */
interface Shown {
  readonly name: string;
  readonly type?: string;
  readonly size?: number | string;
  readonly modified?: string;
  readonly permissions?: string;
  readonly owner?: string;
  readonly group?: string;
  readonly target?: string;
}

function shown(entry: ListingEntry): Shown {
  const { name, type, size, modified, permissions, owner, group, target } = entry;
  const known = {
    name,
    type,
    size: typeof size === "bigint" ? String(size) : size,
    modified: modified === undefined ? undefined : formatTime(modified),
    permissions,
    owner,
    group,
    target,
  };
  return Object.fromEntries(
    Object.entries(known).filter(([, value]) => value !== undefined),
  ) as unknown as Shown;
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

const letters: Readonly<Record<string, string>> = {
  file: "-",
  dir: "d",
  link: "l",
  char: "c",
  block: "b",
  fifo: "p",
  socket: "s",
};

const tableWriter: Write = async (entry) => {
  if (entry !== undefined) await writeOut(tableLine(entry));
};

/** An entry for people: type, size, time and name, as far as they are known. */
function tableLine(entry: Shown): string {
  const { name, type, size = "", modified = "", target } = entry;
  const columns =
    type === undefined
      ? ""
      : `${letters[type] ?? "?"}  ${String(size).padStart(13)}  ${modified.replace("T", " ").padEnd(20)}  `;
  return `${columns}${printable(name)}${target === undefined ? "" : ` -> ${printable(target)}`}\n`;
}
