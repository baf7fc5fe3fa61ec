import { decodeText } from "@longshore/nvt";
import { codeOf, isGood, isNotOffered, quote, shown } from "../answer.ts";
import type { Check } from "../check.ts";
import { fetch } from "../data.ts";
import { fail, info, type Outcome, pass, warn } from "../finding.ts";
import type { Visit } from "../visit.ts";

/** `facts SP pathname`, each fact ended by a semicolon (RFC 3659 §7.2). */
const entryForm = /^(?:[\w.-]+=[^;\s]*;)+ .+$/s;

export const listingChecks: readonly Check[] = [
  {
    id: "listing.list",
    group: "listing",
    title: "LIST: 150, the lines with CR LF, 226",
    source: "RFC 959 §5.4, §3.1.1.1",
    run: (visit) => listing(visit, "LIST", lineEnds),
  },
  {
    id: "listing.nlst",
    group: "listing",
    title: "NLST: 150, a name a line, 226",
    source: "RFC 959 §4.1.3",
    run: (visit) => listing(visit, "NLST", lineEnds),
  },
  {
    id: "listing.mlsd",
    group: "listing",
    title: "MLSD: each line is facts, a blank and a name",
    source: "RFC 3659 §7.2",
    run: (visit) =>
      listing(visit, "MLSD", (text) => {
        const odd = text.split("\r\n").filter((line) => line !== "" && !entryForm.test(line));
        return odd.length > 0 ? `no such line: ${quote(odd[0] ?? "")}` : lineEnds(text);
      }),
  },
  {
    id: "listing.mlst",
    group: "listing",
    title: "MLST: one entry behind one blank, inside a 250",
    source: "RFC 3659 §7.2",
    async run(visit) {
      const answer = await (await visit.session()).ask("MLST");
      if (isNotOffered(answer)) return info("there is no MLST");
      if (codeOf(answer) !== 250) return fail(`MLST was answered ${shown(answer)}`);
      const inner = answer.final?.lines.slice(1, -1) ?? [];
      const [entry = ""] = inner;
      if (inner.length !== 1) return fail(`${inner.length} lines inside the reply`);
      return entry.startsWith(" ") && entryForm.test(entry.slice(1))
        ? pass(quote(entry))
        : fail(`no such entry: ${quote(entry)}`);
    },
  },
];

async function listing(
  visit: Visit,
  verb: string,
  fault: (text: string) => string | undefined,
): Promise<Outcome> {
  const wire = await visit.session();
  // Listings are text (RFC 959 §4.1.3: TYPE A), where the server makes a difference.
  await wire.ask("TYPE A");
  const { answer, flow } = await fetch(visit, wire, verb);
  await wire.ask("TYPE I");
  if (isNotOffered(answer)) return info(`there is no ${verb}: ${shown(answer)}`);
  const [first] = answer.preliminary;
  if (first === undefined || !isGood(answer)) {
    // An empty directory has no names (450 in RFC 959 §5.4).
    return codeOf(answer) === 450 || codeOf(answer) === 550
      ? info(`nothing to list: ${shown(answer)}`)
      : fail(`${verb} was answered ${shown(answer)}${first === undefined ? " without 150" : ""}`);
  }
  if (flow === undefined || (flow.ended !== "end" && flow.ended !== "cut"))
    return fail(
      `${shown(answer)}, but the data connection ended otherwise (${flow?.ended ?? "never opened"})`,
    );
  const text = decodeText(flow.bytes);
  const against = flow.ended === "cut" ? undefined : fault(text);
  if (against !== undefined) return warn(against);
  return pass(`${first.code}, ${flow.bytes.length} bytes, ${codeOf(answer)}`);
}

function lineEnds(text: string): string | undefined {
  if (/(?<!\r)\n/.test(text)) return "lines end with LF alone";
  return text === "" || text.endsWith("\r\n") ? undefined : "the last line is not ended";
}
