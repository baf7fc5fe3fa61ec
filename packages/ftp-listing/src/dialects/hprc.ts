import type { Dialect } from "../dialect.ts";
import { makeEntry } from "../make-entry.ts";

/** HPRC: each line a blank and a name, nothing else. Read only where it is expected. */
export const hprc: Dialect = {
  name: "hprc",
  from: "hprc.external.hp.com (HP Response Center)",
  recognise: () => false,
  parse: (line, expected) =>
    expected && line.startsWith(" ") && line.length > 1
      ? makeEntry("hprc", line, line.slice(1), { confidence: "guess" })
      : undefined,
  loose: true,
};
