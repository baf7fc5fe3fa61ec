import { describeFileStore, registerCompliance } from "@longshore/file-store-compliance";
import { createMemoryStore } from "@longshore/file-store-memory";
import { describe, it } from "vitest";

registerCompliance(
  { describe, it },
  describeFileStore("a memory store", () => ({ store: createMemoryStore({ limits: { bytes: 2 ** 40 } }) }), {
    offers: ["setTimes", "setMode", "makeLink", "freeSpace", "copy", "resolve", "parts"],
    makeReadOnly: () => ({
      store: createMemoryStore({ writable: false, files: { "/file": "x", "/d/": "" } }),
    }),
    makeSmall: () => ({ store: createMemoryStore({ limits: { bytes: 1 << 20 } }) }),
    sparse: true,
  }),
);
