import type { Dialect } from "../dialect.ts";
import { readFacts } from "../fact-line.ts";
import { unitsOf } from "../units.ts";

/** MLSD and MLST, also where a server sends them as the answer to LIST: there only with at least one fact. */
export const mlsx: Dialect = {
  name: "mlsx",
  from: "RFC 3659 §7",
  recognise: (line) => /^[\w.-]+=[^; ]*;/.test(line.slice(0, 256)),
  parse: (line, expected) =>
    expected || /^ *[\w.-]+=/.test(line.slice(0, 256))
      ? readFacts(line, unitsOf(line), 0, line.length)
      : undefined,
};
