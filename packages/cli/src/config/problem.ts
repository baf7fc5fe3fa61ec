import type { z } from "zod";
import { printable } from "../failure.ts";
import { nearest } from "./nearest.ts";

type Issue = z.core.$ZodIssue;

/**
 * What is wrong with a configuration, a line each: the path to the key, what stands there, what was expected.
 *
 * @param input what was checked
 * @param keysAt the keys that are known at a path
 */
export function tellProblems(
  issues: readonly Issue[],
  input: unknown,
  keysAt: (path: readonly PropertyKey[]) => readonly string[],
): readonly string[] {
  return issues.flatMap((issue) => tell(issue, [], input, keysAt));
}

/** `users[2].permission` */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(String(part))) text += `${text === "" ? "" : "."}${String(part)}`;
    else text += `[${JSON.stringify(String(part))}]`;
  }
  return printable(text);
}

function tell(
  issue: Issue,
  base: readonly PropertyKey[],
  input: unknown,
  keysAt: (path: readonly PropertyKey[]) => readonly string[],
): readonly string[] {
  const path = [...base, ...issue.path];
  const found = valueAt(input, path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const known = keysAt(path);
      const near = nearest(key, known);
      const advice = near === undefined ? `known are ${known.join(", ")}` : `did you mean ${near}?`;
      return `${formatPath([...path, key])}: nobody knows this key; ${advice}`;
    });
  }
  if (issue.code === "invalid_union" && issue.message === defaultUnionMessage) {
    const branch = likeliest(issue.errors, found);
    if (branch !== undefined) return branch.flatMap((inner) => tell(inner, path, input, keysAt));
  }
  return [lineOf(path, found, expectationOf(issue))];
}

const defaultUnionMessage = "Invalid input";

/** The alternative that was meant: one that takes what stands there and finds fault further in, and only one. */
function likeliest(branches: readonly (readonly Issue[])[], found: unknown): readonly Issue[] | undefined {
  if (typeof found !== "object" || found === null) return undefined;
  const inside = branches.filter((issues) =>
    issues.every(({ path, code }) => path.length > 0 || code === "unrecognized_keys"),
  );
  const depth = (issues: readonly Issue[]): number => Math.max(...issues.map(({ path }) => path.length));
  return [...inside].sort((a, b) => a.length - b.length || depth(b) - depth(a))[0];
}

function lineOf(path: readonly PropertyKey[], found: unknown, expected: string): string {
  const where = path.length === 0 ? "the configuration" : formatPath(path);
  const what = isSecret(path) ? "what stands there" : describe(found);
  return `${where}: ${found === undefined ? "it is missing" : `${what} cannot be`}; ${expected}`;
}

function expectationOf(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${article(issue.expected)}`;
    case "invalid_value":
      return issue.values.length === 1
        ? `expected ${JSON.stringify(issue.values[0])}`
        : `expected one of ${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
    case "too_small":
      return `expected ${size(issue.origin)} of ${issue.minimum} or more`;
    case "too_big":
      return `expected ${size(issue.origin)} of ${issue.maximum} or less`;
    case "invalid_union": {
      if (issue.message !== defaultUnionMessage) return issue.message;
      const all = [...new Set(issue.errors.flat().map(expectationOf))];
      return all.map((one, index) => (index === 0 ? one : one.replace(/^expected /, ""))).join(" or ");
    }
    case "invalid_key":
      return issue.issues[0] === undefined ? issue.message : `${expectationOf(issue.issues[0])} for its name`;
    default:
      return issue.message;
  }
}

function article(type: string): string {
  const named: Readonly<Record<string, string>> = {
    object: "an object",
    array: "a list",
    int: "a whole number",
    boolean: "true or false",
    string: "text",
    number: "a number",
  };
  return named[type] ?? type;
}

function size(origin: string): string {
  if (origin === "string") return "text with a length";
  return origin === "array" ? "a list with a length" : "a number";
}

/** What stands there, short. */
function describe(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value) ?? "nothing";
  return printable(text.length > 60 ? `${text.slice(0, 59)}…` : text);
}

/** Nothing that may be a secret is repeated. */
function isSecret(path: readonly PropertyKey[]): boolean {
  return path.some((part) => /password|passphrase|secret|token|authorization/i.test(String(part)));
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Readonly<Record<PropertyKey, unknown>>)[part];
  }
  return value;
}
