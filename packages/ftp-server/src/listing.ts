import {
  type DirectoryEntry,
  type FileStat,
  type FileStore,
  FileStoreError,
  type FileType,
  nameOf,
  parentPath,
  type StoreContext,
  type VirtualPath,
} from "@longshore/file-store";
import {
  encodeListing,
  encodeListingPieces,
  formatFactLine,
  formatListLine,
  formatNameLine,
  type ListFormatOptions,
} from "@longshore/ftp-listing";
import { type Listing, permissionsOf, type StoreFeatures } from "@longshore/ftp-session/server";
import { type Rights, rightsAt } from "./permission.ts";
import type { UploadRules } from "./upload-target.ts";
import { createWildcard, hasWildcard } from "./wildcard.ts";

export interface ListingOptions {
  readonly zoneOffset?: ListFormatOptions["zoneOffset"];
  /** Entries that a wildcard is tried on. */
  readonly wildcardEntries: number;
}

/** What a session lists from. */
export interface ListingSource {
  readonly store: FileStore;
  readonly features: StoreFeatures;
  readonly context: StoreContext;
  readonly options: ListingOptions;
  readonly uploads: UploadRules;
}

/**
 * A listing as bytes, batch by batch as the store gives its entries. Settles when the first batch is there, so that
 * what cannot be listed is known before the 150.
 *
 * @throws {FileStoreError}
 */
export async function openListing(
  source: ListingSource,
  listing: Listing,
): Promise<AsyncIterable<Uint8Array>> {
  switch (listing.kind) {
    case "send-list": {
      const format = listFormat(source);
      const found = await find(source, listing.path);
      return encode(found.batches, (entry) => formatListLine(entry, format));
    }
    case "send-names": {
      const found = await find(source, listing.path);
      const prefix = prefixOf(listing.argument, found.kind);
      return encode(found.batches, (entry) => formatNameLine({ name: prefix + entry.name }));
    }
    case "send-facts": {
      const { facts, path } = listing;
      const stat = await source.store.stat(path, source.context);
      if (stat.type !== "directory") throw new FileStoreError("not-a-directory", `${path} is none`);
      const rights = await rightsAt(source.store, path, source.context);
      const perm = permFacts(source.features);
      const head = await headOf(source, path, stat, rights);
      const entries = await begin(source.store.list(path, source.context));
      const lines = encode(entries, (entry) =>
        formatFactLine(entry, facts, { perm: perm(entry.type, rights?.within(entry.name)) }),
      );
      const first = encodeListing(head, ({ entry, type, allowed }) =>
        formatFactLine(entry, facts, { perm: perm(entry.type, allowed), type }),
      );
      return prepend(first, lines);
    }
  }
}

/** The lines of LIST, at most `limit`, for STAT. */
export async function listLines(
  source: ListingSource,
  path: VirtualPath,
  limit: number,
): Promise<{ readonly directory: boolean; readonly lines: readonly string[]; readonly more: boolean }> {
  const format = listFormat(source);
  const found = await find(source, path);
  const directory = found.kind !== "file";
  const lines: string[] = [];
  for await (const batch of found.batches) {
    for (const entry of batch) {
      if (lines.length === limit) return { directory, lines, more: true };
      lines.push(formatListLine(entry, format));
    }
  }
  return { directory, lines, more: false };
}

interface Found {
  readonly kind: "file" | "directory" | "wildcard";
  readonly batches: AsyncIterable<readonly DirectoryEntry[]>;
}

/** A directory's entries, the one entry of a file, or what a wildcard in the last name matches if nothing has that name. */
async function find(source: ListingSource, path: VirtualPath): Promise<Found> {
  const { store, context, options } = source;
  try {
    const stat = await store.stat(path, context);
    if (stat.type === "directory") {
      return { kind: "directory", batches: await begin(store.list(path, context)) };
    }
    return { kind: "file", batches: once([{ ...stat, name: nameOf(path) }]) };
  } catch (error) {
    const name = nameOf(path);
    const isMissing = FileStoreError.isInstance(error) && error.code === "not-found";
    if (!isMissing || !hasWildcard(name)) throw error;
    const entries = await begin(store.list(parentPath(path), context));
    return { kind: "wildcard", batches: filter(entries, name, options.wildcardEntries) };
  }
}

/** Characters of one write, of which two are held: for a client that does not read, too. */
const longWrite = 1 << 16;

/** Steps of matching that one listing may cost. */
const maxSteps = 20_000_000;

async function* filter(
  batches: AsyncIterable<readonly DirectoryEntry[]>,
  pattern: string,
  maxEntries: number,
): AsyncGenerator<readonly DirectoryEntry[]> {
  const wildcard = createWildcard(pattern);
  let entries = 0;
  for await (const batch of batches) {
    entries += batch.length;
    if (entries > maxEntries || wildcard.steps > maxSteps) {
      throw new FileStoreError("too-large", "the directory is too large for a wildcard");
    }
    yield batch.filter(({ name }) => wildcard.matches(name));
  }
}

/** `permissionsOf`, worked out once for all entries of a type that have the same rights. */
function permFacts(features: StoreFeatures): (type: FileType, rights?: ReadonlySet<string>) => string {
  const known = new Map<ReadonlySet<string> | undefined, Partial<Record<FileType, string>>>();
  return (type, rights) => {
    let facts = known.get(rights);
    if (facts === undefined) {
      facts = {};
      known.set(rights, facts);
    }
    facts[type] ??= permissionsOf(type, features, rights);
    return facts[type];
  };
}

interface HeadEntry {
  readonly entry: DirectoryEntry;
  readonly type: "cdir" | "pdir";
  readonly allowed: ReadonlySet<string> | undefined;
}

/** The directory itself and its parent (RFC 3659 §7.5.1). */
async function headOf(
  { store, context }: ListingSource,
  path: VirtualPath,
  stat: FileStat,
  rights: Rights | undefined,
): Promise<readonly HeadEntry[]> {
  const self = { entry: { ...stat, name: "." }, type: "cdir", allowed: rights?.here } as const;
  if (path.segments.length === 0) return [self];
  const above = parentPath(path);
  const parent = await store.stat(above, context);
  const allowed = (await rightsAt(store, above, context))?.here;
  return [self, { entry: { ...parent, name: ".." }, type: "pdir", allowed }];
}

/** RFC 1123 §4.1.2.7: what NLST gives can be used as it is, so that the directory asked for goes before each name. */
function prefixOf(argument: string, kind: Found["kind"]): string {
  if (kind !== "directory") return argument.slice(0, argument.lastIndexOf("/") + 1);
  if (argument === "" || argument === "." || argument === "./") return "";
  return argument.endsWith("/") ? argument : `${argument}/`;
}

function listFormat({ options }: ListingSource): ListFormatOptions {
  const now = Date.now();
  return options.zoneOffset === undefined ? { now } : { now, zoneOffset: options.zoneOffset };
}

async function* encode(
  batches: AsyncIterable<readonly DirectoryEntry[]>,
  formatLine: (entry: DirectoryEntry) => string,
): AsyncGenerator<Uint8Array> {
  for await (const batch of batches) yield* encodeListingPieces(batch, formatLine, longWrite);
}

async function* prepend(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

async function* once<Value>(value: Value): AsyncGenerator<Value> {
  yield value;
}

/** Takes the first step of an iteration, which is where a store refuses. */
async function begin<Value>(values: AsyncIterable<Value>): Promise<AsyncIterable<Value>> {
  const iterator = values[Symbol.asyncIterator]();
  const first = await iterator.next();
  return (async function* () {
    try {
      for (let step = first; !step.done; step = await iterator.next()) yield step.value;
    } finally {
      await iterator.return?.();
    }
  })();
}
