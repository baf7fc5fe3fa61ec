import { type ClientDecision, decisions } from "./decision.ts";
import { type ClientRow, type ClientTarget, type ClientWait, clientTable } from "./table.ts";

/**
 * The client's states as a mermaid diagram, drawn from {@link clientTable}, for documents. An operation that has
 * settled or failed leaves the session idle. Arrows to `closed` and to a desync are left out: they lead there from
 * everywhere.
 */
export function clientDiagram(): string {
  const lines = ["stateDiagram-v2", "    [*] --> connecting"];
  for (const name of Object.keys(decisions)) lines.push(`    state ${name} <<choice>>`);
  for (const [from, to, on] of begun) lines.push(arrow(from, to, on));
  for (const [wait, row] of Object.entries(clientTable)) lines.push(...arrowsOf(wait, row));
  for (const [decision, targets] of Object.entries(ways)) {
    lines.push(...new Set(targets.map((to) => arrow(decision, to))));
  }
  return [...lines, ""].join("\n");
}

/** Where operations begin, and where one goes that is given up while a reply is due. */
const begun: readonly (readonly [from: ClientWait, to: ClientTarget, on: string])[] = [
  ["idle", "user", "login"],
  ["idle", "representation", "TYPE comes first"],
  ["idle", "reply", "command"],
  ["idle", "restarting-session", "REIN"],
  ["idle", "rename-from", "rename"],
  ["idle", "rename-size", "rename of what is to be proven"],
  ["idle", "next", "transfer"],
  ["reply", "discarding", "given up"],
];

/** Where each decision can lead; what it depends on stands in {@link decisions}. */
const ways: Readonly<Record<ClientDecision, readonly ClientTarget[]>> = {
  reached: ["securing", "greeting"],
  greeted: ["authenticating", "idle"],
  secured: ["greeting", "idle"],
  authorized: ["buffer-size", "settled"],
  answered: ["settled", "failed"],
  protected: ["clearing", "settled"],
  kept: ["settled", "failed"],
  typed: ["passive", "data-listening", "reply"],
  next: ["passive", "data-listening", "failed"],
  addressed: ["data-connecting", "next"],
  positioned: ["restart", "allocate", "opening"],
  fallback: ["next", "failed"],
  ended: ["draining", "settled", "failed"],
};

/** One arrow for each target, with everything that leads there. */
function arrowsOf(wait: string, { replies = {}, events = {} }: ClientRow): readonly string[] {
  const all = [...Object.entries(replies), ...Object.entries(events)];
  const targets = new Set(all.map(([, to]) => to));
  return [...targets]
    .filter((to) => to !== "closed" && to !== "desync" && to !== wait)
    .map((to) => arrow(wait, to, all.flatMap(([on, other]) => (other === to ? [on] : [])).join(", ")));
}

function arrow(from: string, to: string, on = ""): string {
  const end = to === "settled" || to === "failed" ? "idle" : to;
  const label = on === "" ? "" : `: ${on}`;
  return `    ${from.replaceAll("-", "_")} --> ${end.replaceAll("-", "_")}${label}`;
}
