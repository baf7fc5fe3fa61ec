import { parseCount } from "../count.ts";
import type { Dialect } from "../dialect.ts";
import type { ListingEntry } from "../entry.ts";
import { readDate } from "../list-date.ts";
import { makeEntry } from "../make-entry.ts";
import { modeLength } from "../mode.ts";
import { type Field, splitFields } from "../scan.ts";

/**
 * NetPresenz, Peter Lewis' FTPd, Rumpus and Stingray for the Macintosh: mode, bytes in the resource fork, bytes in
 * the data fork, bytes in all, date, name; for a folder the word `folder` and its number of items. Its numbers
 * stand at the right of wide columns, where Unix has links and owner at the left.
 */
export const netpresenz: Dialect = {
  name: "netpresenz",
  from: "NetPresenz, Rumpus, Stingray (Macintosh)",
  recognise: () => false,
  parse: (line) => {
    const letter = line[0];
    if ((letter !== "-" && letter !== "d") || !line.startsWith("  ", 10) || modeLength(line, 0) !== 10)
      return undefined;
    const fields = splitFields(line, 10, 8);
    return letter === "d" ? readFolder(line, fields) : readFile(line, fields);
  },
};

function readFolder(line: string, fields: readonly Field[]): ListingEntry | undefined {
  const [word, items] = fields;
  if (word?.text !== "folder" || !/^\d+$/.test(items?.text ?? "")) return undefined;
  const date = readDate(line, fields, 2);
  if (date === undefined || date.end + 1 >= line.length) return undefined;
  return makeEntry("netpresenz", line, line.slice(date.end + 1), {
    type: "dir",
    modified: date.time,
    permissions: line.slice(0, 10),
  });
}

function readFile(line: string, fields: readonly Field[]): ListingEntry | undefined {
  const [first, second, third] = fields;
  if (first === undefined || second === undefined) return undefined;
  const [resourceFork, dataFork] = [parseCount(first.text), parseCount(second.text)];
  const size = parseCount(third?.text ?? "");
  if (resourceFork === undefined || dataFork === undefined || size === undefined) return undefined;
  const adds = BigInt(resourceFork) + BigInt(dataFork) === BigInt(size);
  const wide = first.start >= 13 && second.start - first.end >= 2;
  if (!wide || (!adds && first.end < 18)) return undefined;
  const date = readDate(line, fields, 3);
  if (date === undefined || date.end + 1 >= line.length) return undefined;
  return makeEntry("netpresenz", line, line.slice(date.end + 1), {
    type: "file",
    size,
    modified: date.time,
    permissions: line.slice(0, 10),
    details: { resourceFork, dataFork },
    confidence: adds ? "certain" : "likely",
  });
}
