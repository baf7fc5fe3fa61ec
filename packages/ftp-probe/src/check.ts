import type { Group, Outcome } from "./finding.ts";
import type { Visit } from "./visit.ts";

/** A row of the table of checks. */
export interface Check {
  readonly id: string;
  readonly group: Group;
  readonly title: string;
  readonly source: string;
  /** It mostly waits, on a connection of its own: it runs beside the others. */
  readonly isAside?: true;
  run(visit: Visit): Promise<Outcome>;
}

const seen = new WeakMap<Visit, Map<string, Promise<unknown>>>();

/** What several checks of a probe look at is asked once. */
export function once<T>(key: string, look: (visit: Visit) => Promise<T>): (visit: Visit) => Promise<T> {
  return (visit) => {
    const known = seen.get(visit) ?? new Map<string, Promise<unknown>>();
    seen.set(visit, known);
    const before = known.get(key);
    // Only this function puts a value under its key.
    if (before !== undefined) return before as Promise<T>;
    const value = look(visit);
    known.set(key, value);
    return value;
  };
}
