import type { TreeTransferOptions } from "@longshore/ftp-client";
import { InvalidArgumentError } from "commander";
import { nameMatcher } from "../glob.ts";

/** Patterns of what is to be looked at in a tree. */
export interface FilterFlags {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/** A tree's filter: what it passes over is neither transferred nor removed. */
export function createFilter({
  include = [],
  exclude = [],
}: FilterFlags): Pick<TreeTransferOptions, "filter"> {
  if (include.length === 0 && exclude.length === 0) return {};
  const wanted = include.map(pathMatcher);
  const unwanted = exclude.map(pathMatcher);
  return {
    filter({ path, type }) {
      if (unwanted.some((matches) => matches(path))) return false;
      // What is wanted may lie in any directory.
      return wanted.length === 0 || type === "directory" || wanted.some((matches) => matches(path));
    },
  };
}

/** One pattern more. */
export function patternsOf(text: string, before: readonly string[] = []): readonly string[] {
  if (text === "") throw new InvalidArgumentError("write a pattern such as *.txt");
  return [...before, text];
}

/** A pattern without a slash is one for names; with one, for paths from the tree's root, name by name. */
function pathMatcher(pattern: string): (path: string) => boolean {
  const segments = pattern.replace(/^\//, "").replace(/\/$/, "").split("/");
  const [first = ""] = segments;
  const matchers = segments.map((segment) => (segment === "**" ? undefined : nameMatcher(segment, true)));
  if (segments.length === 1 && !pattern.startsWith("/")) {
    const matches = nameMatcher(first, true);
    return (path) => matches(path.slice(path.lastIndexOf("/") + 1));
  }
  return (path) => fits(path.split("/"), matchers);
}

/** Which of the pattern's names may come next, after each name of the path: linear work for each of them. */
function fits(
  names: readonly string[],
  matchers: readonly (((name: string) => boolean) | undefined)[],
): boolean {
  let places = reach(new Set([0]), matchers);
  for (const name of names) {
    const next = new Set<number>();
    for (const at of places) {
      if (at === matchers.length) continue;
      const matches = matchers[at];
      if (matches === undefined) next.add(at);
      else if (matches(name)) next.add(at + 1);
    }
    places = reach(next, matchers);
  }
  return places.has(matchers.length);
}

/** `**` may also stand for no name. */
function reach(places: Set<number>, matchers: readonly unknown[]): Set<number> {
  for (const at of places) if (at < matchers.length && matchers[at] === undefined) places.add(at + 1);
  return places;
}
