import { toPath } from "@longshore/file-store";
import { z } from "zod";
import { actions } from "./permission-rule.ts";
import type { UserOptions } from "./user-options.ts";

/**
 * What is wrong with `value` as {@link UserOptions}, or the options. Problems name the key and never show a value: a
 * password may stand in the wrong place.
 */
export function readUserOptions(value: unknown): UserOptions | readonly Problem[] {
  return read(userOptions, value);
}

/** The same for what a users file says of a user: the options, and the hash of the password. */
export function readUserRecord(value: unknown): UserRecord | readonly Problem[] {
  return read(userOptions.extend({ password: z.string("write a hash, as longshore passwd does") }), value);
}

export type UserRecord = UserOptions & { readonly password: string };

export interface Problem {
  /** Keys and indices from the outside in, joined by dots. */
  readonly path: string;
  readonly message: string;
}

/** Problems as one text. `prefix` is the path to the value that was read. */
export function problemText(problems: readonly Problem[], prefix: string = ""): string {
  return problems
    .map(({ path, message }) => `${[prefix, path].filter((part) => part !== "").join(".")}: ${message}`)
    .join("; ");
}

function read<Value>(schema: z.ZodType<Value>, value: unknown): Value | readonly Problem[] {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  return result.error.issues.map((issue) => problemOf(issue, []));
}

type Issue = z.core.$ZodIssue;

/** Of alternatives the one that got furthest is what was meant. */
function problemOf(issue: Issue, above: readonly PropertyKey[]): Problem {
  const at = [...above, ...issue.path];
  if (issue.code === "invalid_union") {
    const depth = (branch: readonly Issue[]): number => branch[0]?.path.length ?? 0;
    const [best] = [...issue.errors].sort((a, b) => depth(b) - depth(a));
    const first = best?.[0];
    if (first !== undefined && first.path.length > 0) return problemOf(first, at);
  }
  if (issue.code === "unrecognized_keys")
    return { path: pathText([...at, issue.keys[0] ?? ""]), message: "there is no such setting" };
  return { path: pathText(at), message: issue.message };
}

const pathText = (keys: readonly PropertyKey[]): string => keys.map(String).join(".");

const count = z.int("write a whole number").min(0, "write 0 or more");
const path = z.string("write a path, such as /pub").refine(isPath, "this cannot be a path");
const names = z.enum(["ro", "rw", "incoming"]);
const list = z.array(z.enum(actions, `write one of ${actions.join(", ")}`));
const grant = z.union([names, list], 'write "ro", "rw", "incoming" or a list of actions');
const rate = z.strictObject({ up: count.exactOptional(), down: count.exactOptional() });

const quota = z.strictObject({ bytes: count.exactOptional(), files: count.exactOptional() });

const userOptions = z.strictObject({
  permission: z
    .union(
      [names, list, z.array(z.strictObject({ path, allow: grant })).min(1)],
      'write "ro", "rw", "incoming", a list of actions, or of rules such as { "path": "/pub", "allow": "ro" }',
    )
    .exactOptional(),
  incoming: z.array(path, "write a list of paths").exactOptional(),
  root: path.exactOptional(),
  home: path.exactOptional(),
  createHome: z.boolean("write true or false").exactOptional(),
  quota: quota.exactOptional(),
  rate: rate.exactOptional(),
  sessionRate: rate.exactOptional(),
  sessions: count.exactOptional(),
});

function isPath(text: string): boolean {
  try {
    toPath(text);
    return true;
  } catch {
    return false;
  }
}
