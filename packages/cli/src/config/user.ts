import { type AnonymousOptions, actions, type Permission, type UserEntry } from "@longshore/ftp-server";
import { z } from "zod";
import { count, text } from "./value.ts";

const permission: z.ZodType<Permission> = z
  .union([z.enum(["ro", "rw"]), z.array(z.enum(actions)).min(1)])
  .meta({ description: '"ro", "rw", or a list of actions' });

/** What can be said of a user besides name and password. */
const fields = {
  permission: permission.exactOptional(),
  sessions: count.exactOptional().meta({ description: "Sessions at once" }),
};

export const user: z.ZodType<UserEntry> = z.strictObject({
  name: text,
  password: text.meta({ description: "In clear, or what longshore passwd writes (scrypt$…)" }),
  ...fields,
});

export const anonymous: z.ZodType<boolean | AnonymousOptions> = z.union([
  z.boolean(),
  z.strictObject(fields),
]);
