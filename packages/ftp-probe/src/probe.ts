import { randomBytes } from "node:crypto";
import { codeOf, quote, shown } from "./answer.ts";
import type { Check } from "./check.ts";
import { checks } from "./checks/table.ts";
import { ProbeError } from "./error.ts";
import { type Finding, type Outcome, unknown, type Verdict } from "./finding.ts";
import type { ProbeOptions } from "./options.ts";
import { createVisit, type Visit } from "./visit.ts";

/** What a probe found; plain JSON, and its shape stays: `version` grows where a field goes or means something else. */
export interface Scorecard {
  readonly version: 1;
  readonly server: {
    readonly host: string;
    readonly port: number;
    /** The address that was examined. */
    readonly address: string;
    readonly tls: "off" | "explicit" | "implicit";
    readonly greeting: string;
  };
  /** Who looked around. */
  readonly user: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  /** Nothing is `warn` or `fail`. */
  readonly isClean: boolean;
  readonly counts: Readonly<Record<Verdict, number>>;
  /** What it cost the server. */
  readonly spent: { readonly connections: number; readonly commands: number };
  readonly findings: readonly Finding[];
}

/**
 * Examines a server: read-only unless `write` is given, within `limits`, and without a connection to or from any host but
 * the server and this one.
 *
 * @throws {ProbeError} `bad-argument`, `unreachable`, `not-ftp`, `tls`, `aborted`; anything else is a finding
 */
export async function probeServer(options: ProbeOptions): Promise<Scorecard> {
  const wanted = selected(options);
  const visit = createVisit(options, randomBytes(4).toString("hex"));
  const startedAt = new Date();
  const started = visit.now();
  try {
    const server = await meet(visit);
    const findings = await runAll(visit, wanted);
    if (options.signal?.aborted === true) throw new ProbeError("aborted", "the probe was given up");
    const counts: Record<Verdict, number> = { pass: 0, warn: 0, fail: 0, info: 0, unknown: 0 };
    for (const { verdict } of findings) counts[verdict]++;
    return {
      version: 1,
      server,
      user: visit.user,
      startedAt: startedAt.toISOString(),
      seconds: Math.round((visit.now() - started) / 100) / 10,
      isClean: counts.warn + counts.fail === 0,
      counts,
      spent: { ...visit.spent },
      findings,
    };
  } finally {
    visit.close();
  }
}

/** The ids, groups, titles and sources of all checks, in order. */
export function listChecks(): readonly Pick<Check, "id" | "group" | "title" | "source">[] {
  return checks.map(({ id, group, title, source }) => ({ id, group, title, source }));
}

function selected({ only, write }: ProbeOptions): readonly Check[] {
  for (const name of only ?? [])
    if (!checks.some(({ id, group }) => id === name || group === name))
      throw new ProbeError("bad-argument", `there is no check and no group ${quote(name)}`);
  return checks.filter(
    ({ id, group }) =>
      (only === undefined || only.includes(id) || only.includes(group)) &&
      (group !== "write" || write !== undefined),
  );
}

/** Whether somebody is there, and speaks FTP. */
async function meet(visit: Visit): Promise<Scorecard["server"]> {
  const { host, tls = "off", port = tls === "implicit" ? 990 : 21 } = visit.options;
  const { wire, greeting } = await visit.greet();
  const address = wire.remote.host;
  wire.close();
  if (greeting.faults.some((fault) => /ssh-greeting|http-greeting/.test(fault)))
    throw new ProbeError("not-ftp", `what answers at ${host}:${port} is no FTP server`);
  const code = codeOf(greeting);
  if (code === 421) throw new ProbeError("unreachable", `the server takes nobody now: ${shown(greeting)}`);
  if (greeting.final === undefined)
    throw new ProbeError(
      greeting.faults.length > 0 ? "not-ftp" : "unreachable",
      `no greeting: ${shown(greeting)}${greeting.faults.length > 0 ? ` (${greeting.faults.join(", ")})` : ""}`,
    );
  return { host, port, address, tls, greeting: shown(greeting).slice(1, -1) };
}

async function runAll(visit: Visit, wanted: readonly Check[]): Promise<readonly Finding[]> {
  const found = new Map<Check, Finding>();
  const run = async (list: readonly Check[]): Promise<void> => {
    for (const check of list) {
      const { id, group, title, source } = check;
      const finding = { id, group, title, source, ...(await outcomeOf(check, visit)) };
      found.set(check, finding);
      visit.options.onFinding?.(finding);
    }
  };
  await Promise.all([
    run(wanted.filter(({ isAside }) => isAside === true)),
    run(wanted.filter(({ isAside }) => isAside !== true)),
  ]);
  return wanted.flatMap((check) => found.get(check) ?? []);
}

async function outcomeOf(check: Check, visit: Visit): Promise<Outcome> {
  try {
    return await check.run(visit);
  } catch (error) {
    if (ProbeError.isInstance(error)) return unknown(error.message);
    return unknown(error instanceof Error ? error.message : String(error));
  }
}
