import { parseClock } from "../clock.ts";
import { parseCount } from "../count.ts";
import { namedDates, timeOf } from "../date.ts";
import type { Dialect } from "../dialect.ts";
import type { ListingEntry } from "../entry.ts";
import { makeEntry } from "../make-entry.ts";
import { splitFields } from "../scan.ts";

/** HP NonStop (Tandem Guardian): file, [`O` while open], file code, end of file, date, time, owner, "RWEP". */
export const nonstop: Dialect = {
  name: "nonstop",
  from: "HP NonStop, Tandem Guardian",
  recognise: (line) => /^\S+ +(?:O +)?\d+[A-Z+]? +\d+ +\d{1,2}-\p{L}/u.test(line.slice(0, 96)),
  parse: readFile,
  skip: (line) => (/^ *File +Code +EOF\b/i.test(line) ? "header" : undefined),
};

function readFile(line: string): ListingEntry | undefined {
  const fields = splitFields(line, 0, 10);
  const opened = fields[1]?.text === "O" ? 1 : 0;
  const [code, size, date, clock, owner] = fields.slice(1 + opened);
  const [name, last] = [fields[0], fields.at(-1)];
  if (name === undefined || owner === undefined || date === undefined || clock === undefined)
    return undefined;
  const number = /^(\d{1,6})[A-Z+]?$/.exec(code?.text ?? "");
  const bytes = parseCount(size?.text ?? "");
  const time = parseClock(clock.text);
  const modified = time && timeOf(namedDates(date.text), time, line.slice(date.start, clock.end));
  if (number === null || bytes === undefined || modified === undefined) return undefined;
  // `255,255`, and `244, 10` over two fields; then the security in quotes.
  const permissions = /^"(.*)"$/.exec(last?.text ?? "")?.[1];
  const end = permissions === undefined ? line.trimEnd().length : (last?.start ?? 0);
  const who = line.slice(owner.start, end).trimEnd();
  if (!/^\d{1,3}, *\d{1,3}$/.test(who)) return undefined;
  return makeEntry("nonstop", line, name.text, {
    type: "file",
    size: bytes,
    modified,
    permissions,
    owner: who,
    details: { code: Number(number[1]) },
  });
}
