import { type FtpClient, FtpError } from "@longshore/ftp-client";
import { inferYear, type ListingEntry, toInstant } from "@longshore/ftp-listing";
import { expandRemote } from "../../glob-remote.ts";
import { listingLine } from "../../listed.ts";
import { writeOut } from "../../output.ts";
import { nameOf } from "../../place.ts";
import type { Call, ShellCommand } from "../command.ts";
import { splitFlags } from "../flags.ts";
import { printed } from "../print.ts";
import { refuseNone } from "../several.ts";

export const listingCommands: readonly ShellCommand[] = [
  {
    name: "ls",
    usage: "[-1artlS] [PATH | PATTERN]...",
    summary: "list by name; -t by time, -S by size, -r the other way, -a also hidden ones, -1 names alone",
    completes: ["remote"],
    run: ls,
  },
  {
    name: "dir",
    usage: "[PATH]",
    summary: "list in the server's own words (LIST)",
    completes: ["remote"],
    run: dir,
  },
  {
    name: "nlist",
    aliases: ["nls"],
    usage: "[PATH]",
    summary: "list names alone, in the server's own words (NLST)",
    most: 1,
    completes: ["remote"],
    async run({ shell, texts: [path], signal }) {
      const client = await shell.client(signal);
      for await (const name of client.listNames(path, { signal })) await writeOut(`${printed(name)}\n`);
    },
  },
];

const listFlags = ["-1", "-a", "-r", "-t", "-l", "-S"] as const;

async function ls(call: Call): Promise<void> {
  const { shell, words, texts, signal } = call;
  const { flags, rest } = splitFlags(texts, listFlags);
  const client = await shell.client(signal);
  const line = flags.has("-1") ? ({ name }: ListingEntry) => `${printed(name)}\n` : longLine;
  const isShown = ({ name }: ListingEntry): boolean => flags.has("-a") || !name.startsWith(".");
  const order = orderOf(flags);
  const places = words.slice(words.length - rest.length);
  const listings = places.length === 0 ? [entriesAt(client, "", signal)] : [];
  const matched: ListingEntry[] = [];
  for (const { text, pattern } of places) {
    if (pattern === undefined) listings.push(entriesAt(client, text, signal));
    else {
      const matches = refuseNone(await expandRemote(client, pattern, { signal }), [text]);
      for (const { path, entry } of matches)
        if (entry !== undefined) matched.push({ ...entry.listed, name: path });
    }
  }
  await write(matched.sort(order), line);
  for (const [index, listing] of listings.entries()) {
    if (listings.length > 1)
      await writeOut(
        `${index > 0 || matched.length > 0 ? "\n" : ""}${printed(places[index]?.text ?? "")}:\n`,
      );
    await writeSorted(listing, isShown, order, line);
  }
}

/** In order as long as that can be kept in memory; a directory of a million goes on as it comes. */
async function writeSorted(
  entries: AsyncIterable<ListingEntry>,
  isShown: (entry: ListingEntry) => boolean,
  order: Order,
  line: (entry: ListingEntry) => string,
): Promise<void> {
  const kept: ListingEntry[] = [];
  for await (const entry of entries) {
    if (isShown(entry)) kept.push(entry);
    if (kept.length >= mostSorted) await write(kept.splice(0).sort(order), line);
  }
  await write(kept.sort(order), line);
}

const mostSorted = 100_000;

async function write(entries: readonly ListingEntry[], line: (entry: ListingEntry) => string): Promise<void> {
  if (entries.length > 0) await writeOut(entries.map(line).join(""));
}

type Order = (a: ListingEntry, b: ListingEntry) => number;

function orderOf(flags: ReadonlySet<string>): Order {
  const now = Date.now();
  const timeOf = ({ modified }: ListingEntry): number =>
    modified === undefined ? 0 : (toInstant(inferYear(modified, now)) ?? 0);
  const byName: Order = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const first: Order = flags.has("-t")
    ? (a, b) => timeOf(b) - timeOf(a)
    : flags.has("-S")
      ? (a, b) => Number(b.size ?? 0) - Number(a.size ?? 0)
      : byName;
  const order: Order = (a, b) => first(a, b) || byName(a, b);
  return flags.has("-r") ? (a, b) => order(b, a) : order;
}

/** A year that LIST left out is the one that makes it the past. */
function longLine(entry: ListingEntry): string {
  const { modified } = entry;
  return listingLine(
    modified === undefined ? entry : { ...entry, modified: inferYear(modified, Date.now()) },
  );
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

/** Lines as they came: also those that nobody could read. */
async function dir({ shell, texts, signal }: Call): Promise<void> {
  const { rest } = splitFlags(texts, ["-l", "-a"]);
  const client = await shell.client(signal);
  for (const path of rest.length === 0 ? [""] : rest) {
    const unread: string[] = [];
    const onUnparsed = ({ raw }: { readonly raw: string }): void => {
      unread.push(raw);
    };
    for await (const { raw } of client.list(path, { signal, command: "LIST", all: true, onUnparsed }))
      await writeOut(`${printed(raw)}\n`);
    for (const raw of unread) await writeOut(`${printed(raw)}\n`);
  }
}
