// npm run diagrams: writes what is derived from the tables into ARCHITECTURE.md, between its markers.
// With --check it only tells whether that has been done.
import { readFileSync, writeFileSync } from "node:fs";
import { clientDiagram, clientTable } from "@longshore/ftp-session/client";
import { legalityTable, offeredVerbs, stateDiagram } from "@longshore/ftp-session/server";

const file = new URL("../ARCHITECTURE.md", import.meta.url);
const mermaid = (diagram: string): string => `\`\`\`mermaid\n${diagram.trim()}\n\`\`\``;

const parts: Record<string, () => string> = {
  "server-states": () => mermaid(stateDiagram()),
  "server-legality": () => legalityTable(offeredVerbs).trim(),
  "client-diagram": () => mermaid(clientDiagram()),
  "client-states": clientStates,
};

const before = readFileSync(file, "utf8");
let after = before;
for (const [name, make] of Object.entries(parts)) {
  const between = new RegExp(`(<!-- generated: ${name} -->\n)[\\s\\S]*?(<!-- end -->)`);
  if (!between.test(after)) throw new Error(`ARCHITECTURE.md has no place for ${name}`);
  after = after.replace(between, (_, begin: string, end: string) => `${begin}${make()}\n${end}`);
}
if (process.argv.includes("--check")) {
  if (after !== before) {
    console.error("ARCHITECTURE.md does not show the tables as they are: run `npm run diagrams`.");
    process.exit(1);
  }
} else writeFileSync(file, after);

/** The client's table, a line for each state: which reply or event leads where. */
function clientStates(): string {
  const rows = Object.entries(clientTable).map(([name, row]) => {
    const arrows = (to: Readonly<Record<string, string>> | undefined): string =>
      Object.entries(to ?? {})
        .map(([on, target]) => `${/^\d$/.test(on) ? `${on}yz` : on} → ${target}`)
        .join(", ");
    const { replies, events }: { replies?: Record<string, string>; events?: Record<string, string> } = row;
    return `| ${name} | ${row.phase} | ${arrows(replies)} | ${arrows(events)} |`;
  });
  return ["| state | deadline | on a reply | on an event |", "|---|---|---|---|", ...rows].join("\n");
}
