import { type Answer, codeOf, isGood, shown } from "../answer.ts";
import type { Check } from "../check.ts";
import { fail, type Outcome, pass, warn } from "../finding.ts";
import type { Visit } from "../visit.ts";

export const representationChecks: readonly Check[] = [
  {
    id: "representation.types",
    group: "representation",
    title: "TYPE: A, I and L 8 have to be there",
    source: "RFC 959 §3.1.1, RFC 1123 §4.1.2.13",
    run: (visit) =>
      choices(
        visit,
        "TYPE",
        ["A", "A N", "A T", "A C", "E", "I", "L 8", "L 36"],
        ["A", "A N", "I", "L 8"],
        "I",
      ),
  },
  {
    id: "representation.structures",
    group: "representation",
    title: "STRU: F has to be there",
    source: "RFC 959 §3.1.2, RFC 1123 §4.1.2.13",
    run: (visit) => choices(visit, "STRU", ["F", "R", "P"], ["F"], "F"),
  },
  {
    id: "representation.modes",
    group: "representation",
    title: "MODE: S has to be there",
    source: "RFC 959 §3.4, RFC 1123 §4.1.2.13",
    run: (visit) => choices(visit, "MODE", ["S", "B", "C", "Z"], ["S"], "S"),
  },
  {
    id: "representation.case",
    group: "representation",
    title: "Verbs and their parameters are taken in either case",
    source: "RFC 959 §5.3",
    async run(visit) {
      const wire = await visit.session();
      const answers = [await wire.ask("type i"), await wire.ask("tYpE a"), await wire.ask("TYPE I")];
      return answers.every(isGood) ? pass("type i, tYpE a") : fail(`type i: ${shownAll(answers)}`);
    },
  },
];

async function choices(
  visit: Visit,
  verb: string,
  values: readonly string[],
  required: readonly string[],
  last: string,
): Promise<Outcome> {
  const wire = await visit.session();
  const taken: string[] = [];
  const refusals: Answer[] = [];
  for (const value of values) {
    const answer = await wire.ask(`${verb} ${value}`);
    if (isGood(answer)) taken.push(value);
    else refusals.push(answer);
  }
  const nonsense = await wire.ask(`${verb} Q`);
  await wire.ask(`${verb} ${last}`);
  const missing = required.filter((value) => !taken.includes(value));
  const list = `has ${taken.join(", ") || "nothing"}`;
  if (missing.length > 0) return warn(`${list}; not ${missing.join(", ")}: ${shownAll(refusals)}`);
  if (isGood(nonsense)) return fail(`${list}; ${verb} Q was answered ${shown(nonsense)}`);
  const odd = refusals.filter((answer) => ![500, 501, 502, 504].includes(codeOf(answer)));
  return odd.length > 0 ? warn(`${list}; refused with ${shownAll(odd)}`) : pass(list);
}

function shownAll(answers: readonly Answer[]): string {
  return [...new Set(answers.map(shown))].join(", ");
}
