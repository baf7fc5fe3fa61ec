import { parseCount } from "../count.ts";
import type { Dialect } from "../dialect.ts";
import type { ListingEntry } from "../entry.ts";
import { readDate } from "../list-date.ts";
import { makeEntry } from "../make-entry.ts";
import { splitFields } from "../scan.ts";

const flags = /^-[-A-Z]{9}[A-Z]{3} +[A-Z] /;

/**
 * Sterling Commerce Connect:Enterprise: ten batch flags, the protocol (`FTP`, `FTS`, `TCP`), the transfer type (`A` or
 * `B`), originator, batch number, size, date, batch name.
 */
export const connectEnterprise: Dialect = {
  name: "connect-enterprise",
  from: "Sterling Commerce (IBM) Connect:Enterprise",
  recognise: (line) => flags.test(line),
  parse: readBatch,
};

function readBatch(line: string): ListingEntry | undefined {
  if (!flags.test(line)) return undefined;
  const fields = splitFields(line, 0, 10);
  const [permissions, code, owner, number, size] = fields;
  if (!/^[A-Z]$/.test(code?.text ?? "") || !/^\d+$/.test(number?.text ?? "")) return undefined;
  const bytes = parseCount(size?.text ?? "");
  const date = readDate(line, fields, 5);
  if (bytes === undefined || date === undefined || date.end + 1 >= line.length) return undefined;
  return makeEntry("connect-enterprise", line, line.slice(date.end + 1), {
    type: "file",
    size: bytes,
    modified: date.time,
    permissions: permissions?.text,
    owner: owner?.text,
    group: number?.text,
  });
}
