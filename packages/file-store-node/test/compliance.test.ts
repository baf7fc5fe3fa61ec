import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ComplianceSubject,
  describeFileStore,
  registerCompliance,
} from "@longshore/file-store-compliance";
import { createNodeStore, type NodeStoreOptions } from "@longshore/file-store-node";
import { describe, it } from "vitest";

/** The first variant runs on the disk, the others in memory where the system has such a place: they go thrice as fast. */
const inMemory = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

function subject(
  parent: string,
  options: NodeStoreOptions,
  prepare: (root: string) => void = () => {},
): ComplianceSubject {
  const root = mkdtempSync(join(parent, "longshore-store-"));
  prepare(root);
  return {
    store: createNodeStore(root, options),
    dispose: () => rmSync(root, { recursive: true, force: true }),
  };
}

const variants: Readonly<Record<string, NodeStoreOptions>> = {
  "a local directory": {},
  "a local directory, the checked jail": { jail: "checked" },
  "a local directory, in place": { writes: "in-place" },
  "a local directory, durable": { durable: true },
};

for (const [name, options] of Object.entries(variants)) {
  const parent = Object.keys(options).length === 0 ? tmpdir() : inMemory;
  registerCompliance(
    { describe, it },
    describeFileStore(name, () => subject(parent, { ...options, writable: true }), {
      offers: [
        ...(["setTimes", "setMode", "makeLink", "freeSpace", "copy", "resolve"] as const),
        ...(options.writes === "in-place" ? [] : (["parts"] as const)),
      ],
      makeReadOnly: () => subject(parent, options, (root) => writeFileSync(join(root, "file"), "x")),
      sparse: true,
    }),
  );
}
