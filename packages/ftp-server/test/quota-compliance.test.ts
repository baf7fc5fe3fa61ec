import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FileStore } from "@longshore/file-store";
import {
  type ComplianceSubject,
  describeFileStore,
  registerCompliance,
} from "@longshore/file-store-compliance";
import { createMemoryStore } from "@longshore/file-store-memory";
import { createNodeStore } from "@longshore/file-store-node";
import { describe, it } from "vitest";
import { createQuotaLedger } from "../src/quota-ledger.ts";
import { quotaStore, quotaUsage } from "../src/quota-store.ts";

const runner = { describe, it };
const offers = ["setTimes", "setMode", "makeLink", "freeSpace", "copy", "resolve", "parts"] as const;
const large = { bytes: 2 ** 40, files: 1_000_000 };

function within(store: FileStore, quota: { readonly bytes: number; readonly files?: number }): FileStore {
  const ledger = createQuotaLedger(
    () => quotaUsage(store, { user: "ann" }),
    () => performance.now(),
  );
  return quotaStore(store, { ledger, quota, onExceeded() {} });
}

async function inPlace(quota: { readonly bytes: number }): Promise<ComplianceSubject> {
  const path = await mkdtemp(join(tmpdir(), "longshore-quota-"));
  const store = within(createNodeStore(path, { writable: true, writes: "in-place" }), quota);
  return { store, dispose: () => rm(path, { recursive: true }) };
}

registerCompliance(
  runner,
  describeFileStore("a store within a quota", () => ({ store: within(createMemoryStore(), large) }), {
    offers,
    makeSmall: () => ({ store: within(createMemoryStore(), { bytes: 2 ** 20 }) }),
  }),
);
registerCompliance(
  runner,
  describeFileStore("the disk within a quota, written in place", () => inPlace(large), {
    makeSmall: () => inPlace({ bytes: 2 ** 20 }),
  }),
);
