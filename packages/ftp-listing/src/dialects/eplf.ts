import { parseCount } from "../count.ts";
import { timeOfEpoch } from "../date.ts";
import type { Dialect } from "../dialect.ts";
import type { EntryType, ListingEntry } from "../entry.ts";
import { makeEntry } from "../make-entry.ts";
import type { ListingTime } from "../time.ts";

/** Easily Parsed LIST Format: `+`, facts each followed by a comma, a tab, the name. */
export const eplf: Dialect = {
  name: "eplf",
  from: "publicfile, anonftpd (D. J. Bernstein, EPLF)",
  recognise: (line) => line.startsWith("+") && line.includes("\t"),
  parse: readEplf,
};

function readEplf(line: string): ListingEntry | undefined {
  const tab = line.indexOf("\t");
  if (!line.startsWith("+") || tab < 0 || tab + 1 >= line.length) return undefined;
  let type: EntryType | undefined;
  let size: number | bigint | undefined;
  let modified: ListingTime | undefined;
  let permissions: string | undefined;
  let id: string | undefined;
  for (const fact of line.slice(1, tab).split(",")) {
    const value = fact.slice(1);
    if (fact === "r") type = "file";
    else if (fact === "/") type = "dir";
    else if (fact.startsWith("up")) permissions = fact.slice(2);
    else if (fact.startsWith("i")) id = value;
    else if (fact.startsWith("s")) {
      size = parseCount(value);
      if (size === undefined) return undefined;
    } else if (fact.startsWith("m")) {
      const seconds = parseCount(value.replace(/^-/, ""));
      if (typeof seconds !== "number" || seconds > 99_999_999_999) return undefined;
      modified = timeOfEpoch(value.startsWith("-") ? -seconds : seconds, value);
    }
  }
  return makeEntry("eplf", line, line.slice(tab + 1), {
    type,
    size,
    modified,
    permissions,
    ...(id !== undefined && { details: { id } }),
  });
}
