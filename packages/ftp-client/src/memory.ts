import type { DataMode } from "@longshore/ftp-session";

/**
 * What was learnt of the ways to servers, so that the next session begins with what worked: give several clients the
 * same one. The sessions of a pool share one by themselves.
 */
export interface ConnectionMemory {
  /** Which of the plans led to `host` last. */
  planOf(host: string): number | undefined;
  keepPlan(host: string, plan: number): void;
  /** The data modes to be tried last with `host` by `plan`; sessions change the set as they learn. */
  demotedModes(host: string, plan: number): Set<DataMode>;
}

interface KnownHost {
  plan: number | undefined;
  readonly demotedModes: Map<number, Set<DataMode>>;
}

/** @param options `maxHosts`: the one that was asked for longest ago is forgotten beyond that many; 1000 unless told */
export function createConnectionMemory(options: { readonly maxHosts?: number } = {}): ConnectionMemory {
  const { maxHosts = 1000 } = options;
  const hosts = new Map<string, KnownHost>();

  const of = (name: string): KnownHost => {
    const host = name.toLowerCase();
    const known = hosts.get(host) ?? { plan: undefined, demotedModes: new Map() };
    hosts.delete(host);
    hosts.set(host, known);
    const [oldest] = hosts.keys();
    if (hosts.size > maxHosts && oldest !== undefined) hosts.delete(oldest);
    return known;
  };

  return {
    planOf: (host) => of(host).plan,
    keepPlan(host, plan) {
      of(host).plan = plan;
    },
    demotedModes(host, plan) {
      const { demotedModes } = of(host);
      const modes = demotedModes.get(plan) ?? new Set();
      demotedModes.set(plan, modes);
      return modes;
    },
  };
}
