import type { FileStore } from "@longshore/file-store";
import { capabilityCases } from "./cases/capability.ts";
import { directoryCases } from "./cases/directory.ts";
import { fullCases } from "./cases/full.ts";
import { linkCases } from "./cases/link.ts";
import { listCases } from "./cases/list.ts";
import { nameCases } from "./cases/name.ts";
import { optionalCases } from "./cases/optional.ts";
import { partCases } from "./cases/part.ts";
import { readCases } from "./cases/read.ts";
import { readOnlyCases } from "./cases/read-only.ts";
import { renameCases } from "./cases/rename.ts";
import { sessionCases } from "./cases/session.ts";
import { statCases } from "./cases/stat.ts";
import { uploadCases } from "./cases/upload.ts";
import { writeCases } from "./cases/write.ts";
import { type OptionalMethod, type StoreCase, trialOf } from "./trial.ts";

/** One sentence of the contract; `run` rejects when the store does not keep it. */
export interface ComplianceCase {
  readonly name: string;
  run(): Promise<void>;
}

export interface ComplianceSuite {
  readonly name: string;
  readonly cases: readonly ComplianceCase[];
}

/** What a case is tried on, and what to do with it afterwards. */
export interface ComplianceSubject {
  readonly store: FileStore;
  dispose?(): Promise<void> | void;
}

export type MakeSubject = () => Promise<ComplianceSubject> | ComplianceSubject;

export interface ComplianceOptions {
  /** The optional methods that the store means to offer: one that is missing is then a failure, not left out. */
  readonly offers?: readonly OptionalMethod[];
  /** A store whose `writable` is false, with any content: for the cases of reading only. */
  readonly makeReadOnly?: MakeSubject;
  /** An empty store with room for 64 KiB to 4 MiB: for the cases of a full disk. */
  readonly makeSmall?: MakeSubject;
  /** Whether a file may be written at 5 GiB, if it holds a few bytes only (a sparse file). */
  readonly sparse?: boolean;
}

/** The test runner's own functions; vitest, jest, mocha and node:test all have them. */
export interface ComplianceRunner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
}

/**
 * The cases for a store. `makeStore` answers a new, empty, writable store for each case.
 *
 * A case that turns on a level of `capabilities` or on an optional method checks what the store says of itself:
 * either the behaviour, or the refusal.
 */
export function describeFileStore(
  name: string,
  makeStore: MakeSubject,
  options: ComplianceOptions = {},
): ComplianceSuite {
  const { offers = [], makeReadOnly, makeSmall, sparse = false } = options;
  const bound = (cases: readonly StoreCase[], make: MakeSubject): ComplianceCase[] =>
    cases.map((one) => ({ name: one.name, run: () => runCase(one, make) }));
  return {
    name,
    cases: [
      ...bound(
        [
          ...capabilityCases(offers),
          ...statCases,
          ...listCases,
          ...readCases,
          ...writeCases(sparse),
          ...uploadCases,
          ...partCases,
          ...directoryCases,
          ...renameCases,
          ...nameCases,
          ...sessionCases,
          ...optionalCases,
          ...linkCases,
        ],
        makeStore,
      ),
      ...(makeReadOnly === undefined ? [] : bound(readOnlyCases, makeReadOnly)),
      ...(makeSmall === undefined ? [] : bound(fullCases, makeSmall)),
    ],
  };
}

/** Registers a suite with a test runner. */
export function registerCompliance({ describe, it }: ComplianceRunner, suite: ComplianceSuite): void {
  describe(suite.name, () => {
    for (const { name, run } of suite.cases) it(name, run);
  });
}

async function runCase(one: StoreCase, make: MakeSubject): Promise<void> {
  const subject = await make();
  try {
    await one.run(trialOf(subject.store));
  } finally {
    await subject.dispose?.();
  }
}
