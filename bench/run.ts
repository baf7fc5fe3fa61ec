// npm run bench [-- [--quick] NAME …]: measures Longshore side by side with the programs that people use today and
// keeps the figures in results.json, RESULTS.md and results.svg. A scenario is a file of `scenarios/`. With --quick
// sizes are small, one round counts and nothing is kept: to see that a scenario works.
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Compared, compare, digits } from "./support/compare.ts";
import { thisMachine } from "./support/machine.ts";
import { keep } from "./support/results.ts";
import type { Figure, Scenario } from "./support/scenario.ts";

const names = readdirSync(new URL("scenarios/", import.meta.url)).map((file) => file.replace(/\.ts$/, ""));
const isQuick = process.argv.includes("--quick");
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const unknown = wanted.find((name) => !names.includes(name));
if (unknown !== undefined) {
  console.error(`no such scenario: ${unknown}; there are:\n${names.map((name) => `  ${name}`).join("\n")}`);
  process.exit(2);
}

// Files lie in memory, those of the servers of others too: they ask for the temporary folder.
process.env.TMPDIR = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
for (const name of wanted.length > 0 ? wanted : names) await runScenario(name);

async function runScenario(name: string): Promise<void> {
  const { default: scenario } = (await import(`./scenarios/${name}.ts`)) as { readonly default: Scenario };
  const comparisons: Compared[] = [];
  const figures: Figure[] = [];
  const notes: string[] = [];
  console.log(`\n# ${name}: ${scenario.title}`);
  const folder = mkdtempSync(join(tmpdir(), "longshore-bench-"));
  try {
    await scenario.run({
      folder,
      divisor: isQuick ? 64 : 1,
      async compare(comparison) {
        const rounds = isQuick ? { rounds: 1, warmUps: 0 } : {};
        comparisons.push(await compare({ ...comparison, ...rounds }, console.log));
      },
      figure(figure) {
        figures.push(figure);
        const limit = figure.atMost === undefined ? "" : `, at most ${figure.atMost} wanted`;
        const least = figure.atLeast === undefined ? "" : `, at least ${figure.atLeast} wanted`;
        console.log(`${figure.title}: ${digits(figure.value)} ${figure.unit}${limit}${least}`);
      },
      note(text) {
        notes.push(text);
        console.log(`note: ${text}`);
      },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (isQuick) return;
  keep({ scenario: name, title: scenario.title, machine: thisMachine(), comparisons, figures, notes });
}
