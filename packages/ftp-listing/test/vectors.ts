import {
  createListingParser,
  type DialectName,
  dialectsOfSystem,
  formatTime,
  inferYear,
  type ListingEntry,
  type ListingItem,
  type ListingTime,
} from "@longshore/ftp-listing";
import { decodeText, encodeText } from "@longshore/nvt";

/** A sample of a listing vector file; the file's `fields` say what each key means. */
export interface ListingSample {
  readonly id: string;
  readonly dialect: string;
  readonly line: string;
  readonly encoding?: "latin1";
  readonly serverHint?: string;
  readonly now?: string;
  readonly outcome: "entry" | "reject" | "skip";
  readonly optional?: boolean;
  readonly expect?: Readonly<Record<string, unknown>>;
}

/** What SYST says on the servers whose form can only be told when the server is known. */
const hints: readonly (readonly [string, string])[] = [
  ["MVS", "MVS is the operating system of this server."],
  ["ZVM", "z/VM Version 5"],
  ["NONSTOP", "Nonstop Server"],
];

/** Keys of a sample that a property of another name answers. */
const renamed: Readonly<Record<string, string>> = { kind: "objectType" };

/**
 * Reads the sample's line as a listing, whole and byte by byte, and compares with what the sample expects.
 *
 * @returns what differs, or `undefined` when nothing does
 */
export function checkListingSample(sample: ListingSample): string | undefined {
  const bytes = wireBytes(sample, `${sample.line}\r\n`);
  const items = readListing([bytes], hintOf(sample));
  const single = readListing(
    Array.from(bytes, (byte) => Uint8Array.of(byte)),
    hintOf(sample),
  );
  if (show(items) !== show(single)) return `byte by byte it reads ${show(single)}, whole ${show(items)}`;
  const entries = items.filter((item) => item.kind === "entry");
  const unparsed = items.filter((item) => item.kind === "unparsed");
  if (sample.outcome === "reject" && entries.length > 0) return `is to be rejected, but reads ${show(items)}`;
  if (sample.outcome === "skip" && entries.length + unparsed.length > 0)
    return `is to be passed over, but reads ${show(items)}`;
  if (sample.outcome !== "entry") return undefined;
  const [entry] = entries;
  if (entry === undefined || entries.length + unparsed.length !== 1)
    return `is one entry, but reads ${show(items)}`;
  const differences = Object.keys(sample.expect ?? {}).flatMap((key) => compare(sample, entry, key) ?? []);
  return differences.length === 0 ? undefined : differences.join("; ");
}

function readListing(
  chunks: readonly Uint8Array[],
  dialect: DialectName | readonly DialectName[],
): ListingItem[] {
  const parser = createListingParser({ dialect });
  return [...chunks.flatMap((chunk) => parser.push(chunk)), ...parser.end()];
}

function hintOf({ dialect, serverHint }: ListingSample): DialectName | readonly DialectName[] {
  if (dialect === "mlsx") return "mlsx";
  const hint = hints.find(([name]) => serverHint?.startsWith(name));
  return hint === undefined ? [] : dialectsOfSystem(hint[1]);
}

function wireBytes({ encoding }: ListingSample, text: string): Uint8Array {
  return encoding === "latin1" ? Uint8Array.from(text, (unit) => unit.charCodeAt(0)) : encodeText(text);
}

function compare(sample: ListingSample, entry: ListingEntry, key: string): string | undefined {
  const { expect = {} } = sample;
  const wanted = expect[key];
  switch (key) {
    // Alternatives belong to the key beside them; owner and group are compared on their own.
    case "nameVariants":
    case "whenVariants":
    case "ownerGroup":
      return key === "whenVariants" && expect.when === undefined
        ? compareTime(sample, entry, undefined)
        : undefined;
    case "name": {
      const names = [wanted, ...variants(expect.nameVariants)].map((name) => asDecoded(sample, String(name)));
      return names.includes(entry.name) ? undefined : differs(key, wanted, entry.name);
    }
    case "when":
      return compareTime(sample, entry, wanted);
    case "date": {
      const text = entry.modified?.text.trim() ?? null;
      const date = typeof wanted === "string" ? asDecoded(sample, wanted).trim() : null;
      return text === date ? undefined : differs(key, date, text);
    }
    case "size":
      return String(wanted ?? null) === String(entry.size ?? null)
        ? undefined
        : differs(key, wanted, entry.size);
    case "facts":
      return JSON.stringify(wanted) === JSON.stringify(entry.facts)
        ? undefined
        : differs(key, wanted, entry.facts);
    case "created":
      return entry.details?.created !== undefined && formatTime(entry.details.created) === wanted
        ? undefined
        : differs(key, wanted, entry.details?.created);
    default: {
      const property = renamed[key] ?? key;
      const all: Readonly<Record<string, unknown>> = { ...entry.details, ...entry, ...pick(entry, property) };
      const actual = all[property] ?? null;
      return actual === (typeof wanted === "string" ? asDecoded(sample, wanted) : wanted)
        ? undefined
        : differs(key, wanted, actual);
    }
  }
}

function pick(entry: ListingEntry, key: string): Readonly<Record<string, unknown>> {
  const details: Readonly<Record<string, unknown>> = { ...entry.details };
  return key in details ? { [key]: details[key] } : {};
}

/** The likeliest reading must be one of those that are right; a year is inferred only where the sample has a clock. */
function compareTime(sample: ListingSample, entry: ListingEntry, when: unknown): string | undefined {
  const wanted = [...(when === undefined ? [] : [when]), ...variants(sample.expect?.whenVariants)];
  const time = entry.modified;
  if (time === undefined) return wanted.includes(null) ? undefined : differs("when", when, null);
  const dated: ListingTime = sample.now === undefined ? time : inferYear(time, Date.parse(sample.now));
  const texts = [dated, { ...dated, fraction: undefined }].map(formatTime);
  return texts.some((text) => wanted.includes(text)) ? undefined : differs("when", wanted, texts[0]);
}

function variants(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What the text of a sample is once its bytes have been decoded. */
function asDecoded(sample: ListingSample, text: string): string {
  return decodeText(wireBytes(sample, text));
}

function differs(key: string, wanted: unknown, actual: unknown): string {
  return `${key} is ${show(actual)}, not ${show(wanted)}`;
}

function show(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? String(inner) : inner)) ??
    "undefined"
  );
}
