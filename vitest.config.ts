import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(`./packages/${path}`, import.meta.url));

// Tests run against the sources, so that nothing has to be built first.
const alias = [
  { find: /^@longshore\/([a-z-]+)\/([a-z-]+)$/, replacement: source("$1/src/$2/index.ts") },
  { find: /^@longshore\/([a-z-]+)$/, replacement: source("$1/src/index.ts") },
];

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: "unit",
          include: ["packages/*/{src,test}/**/*.test.ts", "vectors/**/*.test.ts", "examples/**/*.test.ts"],
          testTimeout: 30_000,
          maxWorkers: availableParallelism(),
        },
      },
      {
        resolve: { alias },
        test: {
          name: "interop",
          include: ["interop/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Much of it is waiting for the programs of others, whatever the machine; more lanes would upset their clocks.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          // Scenarios that are concurrent wait for clocks more than they work.
          maxConcurrency: 16,
        },
      },
    ],
  },
});
