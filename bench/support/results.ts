import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Compared } from "./compare.ts";
import { digits, isReached } from "./compare.ts";
import type { Machine } from "./machine.ts";
import { plot } from "./plot.ts";
import type { Figure } from "./scenario.ts";

/** All that one scenario told, and where. */
export interface Result {
  readonly scenario: string;
  readonly title: string;
  readonly machine: Machine;
  readonly comparisons: readonly Compared[];
  readonly figures: readonly Figure[];
  readonly notes: readonly string[];
}

const fileOf = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** Puts a scenario's result in the place of its last one, in `results.json`, `RESULTS.md` and `results.svg`. */
export function keep(result: Result): void {
  const before: readonly Result[] = existsSync(fileOf("results.json"))
    ? // JSON has no infinity: a ratio to nothing.
      JSON.parse(
        readFileSync(fileOf("results.json"), "utf8"),
        (_, value) => value ?? Number.POSITIVE_INFINITY,
      )
    : [];
  const all = [...before.filter(({ scenario }) => scenario !== result.scenario), result].sort((a, b) =>
    a.scenario.localeCompare(b.scenario),
  );
  writeFileSync(fileOf("results.json"), `${JSON.stringify(all, null, 1)}\n`);
  writeFileSync(fileOf("RESULTS.md"), markdownOf(all));
  writeFileSync(fileOf("results.svg"), plot(all));
}

function markdownOf(results: readonly Result[]): string {
  const machines = [...new Set(results.map(({ machine }) => tellMachine(machine)))];
  const versions = [...new Set(results.flatMap(({ machine }) => tellVersions(machine)))];
  return [
    "# What was measured",
    "",
    "Written by `npm run bench`; `npm run bench -- NAME` measures one scenario anew. Ours and theirs ran alternately in",
    "the same run, files in memory-backed storage. A ratio is the median of the rounds' ratios, ours through theirs, with",
    "the smallest and the largest in parentheses.",
    "",
    ...machines.map((line) => `- ${line}`),
    ...versions.map((line) => `- ${line}`),
    "",
    "![ratios, ours through theirs](results.svg)",
    "",
    ...results.flatMap(sectionOf),
  ].join("\n");
}

function sectionOf({ scenario, title, comparisons, figures, notes }: Result): readonly string[] {
  return [
    `## ${title}`,
    "",
    `\`npm run bench -- ${scenario}\``,
    "",
    ...comparisons.flatMap(tableOf),
    ...(figures.length === 0
      ? []
      : [
          "| figure | value | wanted | |",
          "|---|---|---|---|",
          ...figures.map(
            (figure) =>
              `| ${figure.title} | ${digits(figure.value)} ${figure.unit} | ${wanted(figure)} | ${met(figure)} |`,
          ),
          "",
        ]),
    ...notes.map((note) => `- ${note}`),
    ...(notes.length === 0 ? [] : [""]),
  ];
}

function tableOf({ title, unit, better, ours, theirs }: Compared): readonly string[] {
  return [
    `${title}, ${unit}:`,
    "",
    "| who | median | from | to | ours through it | wanted | |",
    "|---|---|---|---|---|---|---|",
    `| **${ours.name}** | ${digits(ours.median)} | ${digits(ours.minimum)} | ${digits(ours.maximum)} | | | |`,
    ...theirs.map(({ name, median, minimum, maximum, ratio, goal }) => {
      const reached = isReached(better, ratio.median, goal);
      const sign = better === "more" ? "≥" : "≤";
      return (
        `| ${name} | ${digits(median)} | ${digits(minimum)} | ${digits(maximum)} | ` +
        `${ratio.median.toFixed(2)} (${ratio.minimum.toFixed(2)} to ${ratio.maximum.toFixed(2)}) | ` +
        `${goal === undefined ? "" : `${sign} ${goal}`} | ${reached === undefined ? "" : reached ? "reached" : "**missed**"} |`
      );
    }),
    "",
  ];
}

function tellVersions({ date, versions }: Machine): readonly string[] {
  if (versions === undefined) return [];
  return [
    `${date}: ${Object.entries(versions)
      .map((each) => each.join(" "))
      .join(", ")}`,
  ];
}

function tellMachine({ date, processor, processors, memoryGiB, kernel, node, commit }: Machine): string {
  return `${date}: ${processors} × ${processor}, ${memoryGiB} GiB, Linux ${kernel}, Node ${node}, at ${commit}`;
}

function wanted({ atMost, atLeast, unit }: Figure): string {
  if (atMost !== undefined) return `≤ ${atMost} ${unit}`;
  return atLeast === undefined ? "" : `≥ ${atLeast} ${unit}`;
}

function met({ value, atMost, atLeast }: Figure): string {
  if (atMost === undefined && atLeast === undefined) return "";
  return value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? Number.NEGATIVE_INFINITY)
    ? "reached"
    : "**missed**";
}
