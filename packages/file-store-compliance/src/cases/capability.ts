import type { StoreCapabilities } from "@longshore/file-store";
import { equal, ok } from "../check.ts";
import type { OptionalMethod, StoreCase } from "../trial.ts";

const levels = {
  writable: [true, false],
  writes: ["atomic", "in-place"],
  append: ["native", "rewrite", "none"],
  randomWrite: ["native", "spooled", "none"],
  exclusiveCreate: ["native", "locked", "racy"],
  names: ["bytes", "utf8"],
  caseSensitive: [true, false],
  modified: ["nanosecond", "millisecond", "second", "none"],
  created: ["settable", "fixed"],
  directoryCursor: ["native", "none"],
  durableSync: ["native", "none"],
} as const satisfies {
  readonly [Name in Exclude<keyof StoreCapabilities, "rename">]: readonly StoreCapabilities[Name][];
};

export const capabilityCases = (offers: readonly OptionalMethod[]): readonly StoreCase[] => [
  {
    name: "states each capability as a level that the contract knows",
    async run({ store: { capabilities } }) {
      for (const [name, known] of Object.entries(levels)) {
        const level: unknown = capabilities[name as keyof typeof levels];
        if (name === "created" && level === undefined) continue;
        ok((known as readonly unknown[]).includes(level), `capabilities.${name} is ${String(level)}`);
      }
      ok(
        ["atomic", "copy", "none"].includes(capabilities.rename.file),
        "capabilities.rename.file is unknown",
      );
      ok(
        ["atomic", "recursive", "none"].includes(capabilities.rename.directory),
        "capabilities.rename.directory is unknown",
      );
    },
  },
  {
    name: "is writable, as the suite asked for",
    async run({ store }) {
      equal(store.capabilities.writable, true, "capabilities.writable");
    },
  },
  {
    name: "offers the optional methods that it means to offer",
    async run({ store }) {
      for (const method of offers)
        equal(store[method] !== undefined, true, `whether the store has ${method}`);
    },
  },
];
