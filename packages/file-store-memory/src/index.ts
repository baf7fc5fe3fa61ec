export type { MemoryStoreLimits } from "./ledger.ts";
export { createMemoryStore, type MemoryStoreOptions } from "./store.ts";
