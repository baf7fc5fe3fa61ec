import {
  actions,
  type HttpAuthenticatorOptions,
  type UserEntry,
  type UserOptions,
  type UsersFileOptions,
} from "@longshore/ftp-server";
import { z } from "zod";
import { bytes, count, duration, localPath, rate, text } from "./value.ts";

/** A path as clients see it. */
const path: z.ZodType<string> = z
  .string()
  .regex(/^\//, { error: 'expected a path from the root on, such as "/pub"' });

const grant = z.union([z.enum(["ro", "rw", "incoming"]), z.array(z.enum(actions)).min(1)]);

const permission = z
  .union([grant, z.array(z.strictObject({ path, allow: grant })).min(1)])
  .meta({ description: '"ro", "rw", "incoming", a list of actions, or rules { path, allow } by directory' });

/** What can be said of a user besides name and password. */
const fields = {
  permission: permission.exactOptional(),
  incoming: z.array(path).exactOptional().meta({
    description: "Directories that take uploads which nobody can list or read until they are released",
  }),
  root: path.exactOptional().meta({ description: "The directory that is / to this user" }),
  home: path.exactOptional().meta({ description: "The working directory after login" }),
  createHome: z.boolean().exactOptional(),
  quota: z
    .strictObject({ bytes: bytes.exactOptional(), files: count.exactOptional() })
    .exactOptional()
    .meta({ description: "How much may stand below the root" }),
  rate: rate.exactOptional(),
  sessionRate: rate.exactOptional(),
  sessions: count.exactOptional().meta({ description: "Sessions at once" }),
};

const user = z.strictObject({
  name: text,
  password: text.meta({ description: "In clear, or a hash (scrypt$…)" }),
  ...fields,
});

export const users: z.ZodType<readonly UserEntry[]> = z.array(user).superRefine((list, context) => {
  const seen = new Set<string>();
  for (const [index, { name }] of list.entries()) {
    if (seen.has(name))
      context.addIssue({
        code: "custom",
        path: [index, "name"],
        message: "expected each name once",
        input: name,
      });
    seen.add(name);
  }
});

export const anonymous: z.ZodType<boolean | UserOptions> = z.union([z.boolean(), z.strictObject(fields)]);

export const usersFile: z.ZodType<UsersFileOptions> = z
  .union([
    localPath,
    z.strictObject({
      path: localPath,
      endSessions: z.enum(["never", "removed", "changed"]).exactOptional(),
      pollInterval: duration.exactOptional(),
      settleTime: duration.exactOptional(),
    }),
  ])
  .transform((value) => (typeof value === "string" ? { path: value } : value))
  .meta({ description: "A file of users as longshore passwd writes it, read again when it changes" });

export const http: z.ZodType<HttpAuthenticatorOptions> = z
  .strictObject({
    url: z.url({ protocol: /^https?$/, error: "expected a URL that begins with https:// or http://" }),
    headers: z.record(text, z.string()).exactOptional(),
    timeout: duration.exactOptional(),
    bodySize: bytes.exactOptional(),
    allowPlainHttp: z.boolean().exactOptional(),
  })
  .meta({ description: "A service that is asked about each login" });
