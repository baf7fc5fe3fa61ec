import type { FileStore } from "@longshore/file-store";

/** One sentence of the contract; `run` rejects when the store does not keep it. */
export interface ComplianceCase {
  readonly name: string;
  run(): Promise<void>;
}

export interface ComplianceSuite {
  readonly name: string;
  readonly cases: readonly ComplianceCase[];
}

/** What a case is tried on: an empty store, and what to do with it afterwards. */
export interface ComplianceSubject {
  readonly store: FileStore;
  dispose?(): Promise<void> | void;
}

/** The test runner's own functions (vitest, jest, mocha, node:test all have them). */
export interface ComplianceRunner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
}

/** The cases for a store; `makeStore` answers a new, empty, writable one for each. */
export function describeFileStore(
  name: string,
  _makeStore: () => Promise<ComplianceSubject> | ComplianceSubject,
): ComplianceSuite {
  return { name, cases: [] };
}

/** Registers a suite with a test runner. */
export function registerCompliance(runner: ComplianceRunner, suite: ComplianceSuite): void {
  runner.describe(suite.name, () => {
    for (const { name, run } of suite.cases) runner.it(name, run);
  });
}
