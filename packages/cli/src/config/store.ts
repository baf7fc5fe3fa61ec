import type { NodeStoreOptions } from "@longshore/file-store-node";
import { z } from "zod";
import type { OptionsOf, Rows } from "./rows.ts";
import { bytes, duration, fileMode } from "./value.ts";

/** How the directory is served, as the store of files on disk has it. */
export const store: z.ZodType<Omit<NodeStoreOptions, "writable" | "claimPart">> = z.strictObject({
  writes: z.enum(["atomic", "in-place"]).exactOptional(),
  durable: z.boolean().exactOptional(),
  followLinks: z.enum(["inside", "never"]).exactOptional(),
  fileMode: fileMode.exactOptional(),
  directoryMode: fileMode.exactOptional(),
  owners: z.enum(["numbers", "names"]).exactOptional(),
  parts: z
    .union([
      z.literal(false),
      z.strictObject({
        maxAge: duration.exactOptional(),
        maxBytes: bytes.exactOptional(),
        maxBytesPerUser: bytes.exactOptional(),
      } satisfies Rows<OptionsOf<NodeStoreOptions["parts"]>>),
    ])
    .exactOptional()
    .meta({ description: "How much is kept of interrupted uploads" }),
  leftovers: z
    .strictObject({
      sweep: z.enum(["written", "tree", "never"]).exactOptional(),
      olderThan: duration.exactOptional(),
    } satisfies Rows<OptionsOf<NodeStoreOptions["leftovers"]>>)
    .exactOptional(),
  jail: z.enum(["descriptor", "checked", "auto"]).exactOptional(),
} satisfies Rows<Omit<NodeStoreOptions, "writable" | "claimPart">>);
