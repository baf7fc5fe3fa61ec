import { receiveFile } from "@longshore/ftp-data";
import {
  createListingParser,
  type DialectName,
  type ListingEntry,
  type ListingItem,
  parseListingLine,
  type UnparsedLine,
} from "@longshore/ftp-listing";
import { type FtpReply, matchesReply, parseEntries } from "@longshore/ftp-reply";
import { FtpError, type TransferVerb } from "@longshore/ftp-session/client";
import { createLineDecoder, decodeLatin1 } from "@longshore/nvt";
import { type Channel, createChannel, oneByOne } from "./channel.ts";
import type { Features } from "./features.ts";
import type { Lease } from "./lease.ts";
import type { CallOptions, Progress } from "./options.ts";
import type { Session } from "./session.ts";
import { sink } from "./target.ts";
import { localError, moverOptions } from "./transfer.ts";

export interface ListNamesOptions extends CallOptions {
  /** Sees how many bytes of the listing have come; how many there will be is not known. */
  readonly onProgress?: (progress: Progress) => void;
}

export interface ListOptions extends ListNamesOptions {
  /** Also the entries for the directory itself and its parent; `false` unless told. */
  readonly all?: boolean;
  /** The form of LIST's lines, where it cannot be told from them alone. */
  readonly dialect?: DialectName;
  /** `LIST` even where MLSD is offered. */
  readonly command?: "MLSD" | "LIST";
  /** Sees each line that could not be read; they also stand in {@link Listing.unparsed}. */
  readonly onUnparsed?: (line: UnparsedLine) => void;
}

/**
 * The entries of a directory as they come, in constant memory: a slow reader makes the server wait. Begins when it
 * is iterated, once. When another call comes to want the session meanwhile, the rest is read into memory (a million
 * entries at most), so that the two cannot wait for each other.
 *
 * A name is text from a stranger; it is no local path.
 */
export interface Listing extends AsyncIterable<ListingEntry> {
  /** The lines that no dialect could read, up to now: each may be a file. At most 1000 are kept. */
  readonly unparsed: readonly UnparsedLine[];
  /**
   * Whether the listing came to its end in the middle of a line. Its last name may then be shorter than it is, and more
   * may be missing; only a few servers leave the end of their last line out. Without TLS nothing else tells that a data
   * connection was closed by somebody in between.
   */
  readonly isCut: boolean;
  toArray(): Promise<ListingEntry[]>;
}

/** What a session has learned about a server's listings. */
interface ListingKnowledge {
  /** MLSD was refused as unknown. */
  withoutFacts: boolean;
  /** `LIST -a` shows nothing where `LIST` shows something, or is refused. */
  withoutFlags: boolean;
}

export interface ListingContext {
  readonly session: Session;
  readonly features: () => Features | undefined;
  readonly knowledge: ListingKnowledge;
  readonly latin1: boolean;
  readonly listHidden: boolean;
}

export function list(context: ListingContext, path: string, options: ListOptions = {}): Listing {
  const unparsed: UnparsedLine[] = [];
  let isCut = false;
  const take = (item: ListingItem): ListingEntry | undefined => {
    if (item.kind === "skipped") return undefined;
    if (item.kind === "unparsed") {
      if (unparsed.length < 1000) unparsed.push(item);
      options.onUnparsed?.(item);
      return undefined;
    }
    const isSelf =
      item.type === "cdir" || item.type === "pdir" || item.hazard === "self" || item.hazard === "parent";
    return isSelf && options.all !== true ? undefined : item;
  };
  const batches = streamBatches<ListingEntry>(context.session, options, async (lease, channel) => {
    let wasFlagged = false;
    for (const attempt of attempts(context, path, options)) {
      let counted = await tryListing(context, lease, attempt, options, channel, take);
      // In clear, a connection that was cut before its first byte looks like an empty directory.
      if (attempt.verb === "MLSD" && counted?.lines === 0 && !context.session.isDataPrivate)
        counted = await tryListing(context, lease, attempt, options, channel, take);
      const lines = counted?.lines;
      isCut = counted?.isCut ?? false;
      // The same directory shows more without `-a`: the flag means nothing good there.
      if (wasFlagged && lines !== undefined && lines > 0) context.knowledge.withoutFlags = true;
      wasFlagged = attempt.isFlagged;
      // A Unix server lists at least `.` for `-a`; Windows CE lists nothing at all.
      if (lines !== undefined && !(attempt.isFlagged && lines === 0)) return;
    }
  });
  return {
    unparsed,
    get isCut() {
      return isCut;
    },
    [Symbol.asyncIterator]: () => oneByOne(batches[Symbol.asyncIterator]()),
    async toArray() {
      const entries: ListingEntry[] = [];
      for await (const batch of batches) for (const entry of batch) entries.push(entry);
      return entries;
    },
  };
}

/** The names in a directory (NLST, RFC 959 §4.1.3), as the server gives them: perhaps with the path before them. */
export function listNames(
  context: ListingContext,
  path: string,
  options: ListNamesOptions = {},
): AsyncIterable<string> {
  const batches = streamBatches<string>(context.session, options, async (lease, channel) => {
    const decoder = createLineDecoder({
      maxLineLength: 65_536,
      ...(context.latin1 ? { decode: decodeLatin1 } : {}),
    });
    const put = async (lines: ReturnType<typeof decoder.push>): Promise<void> => {
      const names: string[] = [];
      for (const line of lines) {
        if ((line.type === "line" || line.type === "unterminated") && line.text !== "") names.push(line.text);
      }
      if (names.length > 0) await channel.put(names);
    };
    const argument = listArgument(path);
    try {
      await receive(context.session, lease, ["NLST", argument], options, (chunk) => put(decoder.push(chunk)));
    } catch (error) {
      if (!isEmptyDirectory(error)) throw error;
    }
    await put(decoder.end());
  });
  return { [Symbol.asyncIterator]: () => oneByOne(batches[Symbol.asyncIterator]()) };
}

/** One entry: by MLST where the server has it, else from the listing of its directory. */
export async function stat(
  context: ListingContext,
  path: string,
  options: CallOptions = {},
): Promise<ListingEntry> {
  if (hasFacts(context)) {
    const reply = await context.session.use(options, (lease) => lease.command({ verb: "MLST", path }));
    const [line] = parseEntries(reply) ?? [];
    const item = line === undefined ? undefined : parseListingLine(line, { dialect: "mlsx" });
    if (item?.kind === "entry") return item;
    throw new FtpError("malformed-reply", `MLST ${path} was answered without an entry`, {
      command: "MLST",
      reply,
    });
  }
  const plain = path.replace(/(?<=.)\/+$/, "");
  const cut = plain.lastIndexOf("/");
  const name = plain.slice(cut + 1);
  const directory = cut < 0 ? "" : cut === 0 ? "/" : plain.slice(0, cut);
  // No command is sent with the name in it, which is refused as it is everywhere else.
  if (/[\r\n\0]/.test(path)) throw new FtpError("bad-argument", "CR, LF or NUL in a path");
  if (name === "") throw new FtpError("unsupported", "the root cannot be looked at without MLST");
  let found: ListingEntry | undefined;
  for await (const entry of list(context, directory, options)) if (entry.name === name) found = entry;
  if (found !== undefined) return found;
  throw new FtpError(
    "refused",
    `there is no ${JSON.stringify(name)} in ${directory === "" ? "the directory" : directory}`,
    {
      command: "LIST",
    },
  );
}

interface Attempt {
  readonly verb: "MLSD" | "LIST";
  readonly argument: string;
  readonly isFlagged: boolean;
  /** Another attempt follows. */
  readonly hasNext: boolean;
}

/** MLSD where the server says it has it, else LIST, with `-a` first where that is not known to fail. */
function attempts(context: ListingContext, path: string, options: ListOptions): Iterable<Attempt> {
  const { knowledge, listHidden } = context;
  const argument = listArgument(path);
  const plain: Attempt = { verb: "LIST", argument, isFlagged: false, hasNext: false };
  const flagged: Attempt = {
    verb: "LIST",
    argument: argument === "" ? "-a" : `-a ${argument}`,
    isFlagged: true,
    hasNext: true,
  };
  const lists = listHidden && !knowledge.withoutFlags ? [flagged, plain] : [plain];
  const facts: Attempt = {
    verb: "MLSD",
    argument: path,
    isFlagged: false,
    hasNext: options.command !== "MLSD",
  };
  if (options.command === "MLSD") return [facts];
  return options.command !== "LIST" && hasFacts(context) ? [facts, ...lists] : lists;
}

/** An option in a path must not become one of LIST's: `-R` is a name here, and `./-R` says so. */
function listArgument(path: string): string {
  return path.startsWith("-") ? `./${path}` : path;
}

function hasFacts({ knowledge, features }: ListingContext): boolean {
  const known = features();
  return !knowledge.withoutFacts && (known?.has("MLST") === true || known?.has("MLSD") === true);
}

/** How many lines came; `undefined` when the server would rather be asked in another way. */
async function tryListing(
  context: ListingContext,
  lease: Lease,
  attempt: Attempt,
  options: ListOptions,
  channel: Channel<readonly ListingEntry[]>,
  take: (item: ListingItem) => ListingEntry | undefined,
): Promise<{ readonly lines: number; readonly isCut: boolean } | undefined> {
  const { session, knowledge } = context;
  const dialect = attempt.verb === "MLSD" ? "mlsx" : options.dialect;
  const parser = createListingParser(dialect === undefined ? {} : { dialect });
  let lines = 0;
  let lastByte: number | undefined = lineFeed;
  const put = async (items: readonly ListingItem[]): Promise<void> => {
    const entries: ListingEntry[] = [];
    for (const item of items) {
      if (item.kind !== "skipped") lines++;
      const entry = take(item);
      if (entry !== undefined) entries.push(entry);
    }
    if (entries.length > 0) await channel.put(entries);
  };
  try {
    await receive(session, lease, [attempt.verb, attempt.argument], options, (chunk) => {
      lastByte = chunk.at(-1);
      return put(parser.push(chunk));
    });
    await put(parser.end());
  } catch (error) {
    if (attempt.verb === "MLSD" && attempt.hasNext && isUnknownCommand(error)) {
      knowledge.withoutFacts = true;
      return undefined;
    }
    if (attempt.isFlagged && lines === 0 && isRefusal(error)) return undefined;
    if (lines > 0 || !isEmptyDirectory(error)) throw error;
  }
  return { lines, isCut: lastByte !== lineFeed };
}

const lineFeed = 0x0a;

/** A command whose answer comes over a data connection, chunk by chunk to `onChunk`, which may make the server wait. */
async function receive(
  session: Session,
  lease: Lease,
  [verb, argument]: readonly [Extract<TransferVerb, "LIST" | "NLST" | "MLSD">, string],
  options: ListNamesOptions,
  onChunk: (chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  const target = sink(onChunk);
  await lease.transfer(
    { type: "transfer", command: { verb, ...(argument === "" ? {} : { path: argument }) } },
    (socket, control) =>
      receiveFile(
        socket,
        target,
        moverOptions(session, control, options, undefined, 0, () => undefined),
      ),
  );
}

/** Entries that are kept in memory at most while another call waits for the session. */
const maxKept = 1_000_000;

/** {@link stream} of what comes together: a promise handed over for each entry would cost more than reading it. */
function streamBatches<T>(
  session: Session,
  options: CallOptions,
  fill: (lease: Lease, channel: Channel<readonly T[]>) => Promise<void>,
): AsyncIterable<readonly T[]> {
  return stream(session, options, fill, "read on", (batch) => batch.length);
}

/** Runs `fill` with the session to itself while its values are iterated. */
export function stream<T>(
  session: Session,
  options: CallOptions,
  fill: (lease: Lease, channel: Channel<T>) => Promise<void>,
  whenWanted: "read on" | "hold" = "read on",
  count?: (value: T) => number,
): AsyncIterable<T> {
  let isBegun = false;
  return {
    [Symbol.asyncIterator]() {
      if (isBegun) throw new FtpError("busy", "this can be iterated once; ask for it again");
      isBegun = true;
      const leave = new AbortController();
      const channel = createChannel<T>(() => leave.abort(), maxKept, count);
      const signal =
        options.signal === undefined ? leave.signal : AbortSignal.any([leave.signal, options.signal]);
      session
        .use({ ...options, signal }, async (lease) => {
          const stop = whenWanted === "hold" ? () => {} : session.onWanted(() => channel.openWide());
          try {
            await fill(lease, channel);
          } finally {
            stop();
          }
        })
        .then(
          () => channel.end(),
          (error: unknown) => channel.fail(localError(error)),
        );
      return channel[Symbol.asyncIterator]();
    },
  };
}

function isUnknownCommand(error: unknown): boolean {
  return isRefusal(error) && matchesReply(error.reply, "500", "502", "504");
}

function isRefusal(error: unknown): error is FtpError & { readonly reply: FtpReply } {
  return FtpError.isInstance(error) && error.code === "refused" && error.reply !== undefined;
}

/** Servers that answer an empty directory with a refusal: NcFTPd, z/OS (`550 No members found`). */
function isEmptyDirectory(error: unknown): boolean {
  return (
    isRefusal(error) &&
    matchesReply(error.reply, "450", "550") &&
    /\bno (?:files|members|data sets|entries)(?: were)? found\b|\bempty directory\b|\bdirectory is empty\b/i.test(
      error.reply.lines.join(" "),
    )
  );
}
