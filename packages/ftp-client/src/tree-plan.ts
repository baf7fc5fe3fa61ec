import { FtpError } from "@longshore/ftp-session/client";
import { createLocalNames, type LocalNameHazard, type LocalNamePolicy, nameKey } from "./local-name.ts";
import { eachOf, type TreeEntry, type TreeListing, type TreePath, type TreeSide } from "./tree-side.ts";

/** One thing to be done in the target. Paths are as seen from the tree's root, their names joined by `/`. */
export interface TreeAction {
  readonly type: "make-directory" | "transfer" | "remove" | "remove-directory";
  readonly path: string;
  /** `new`: nothing stands there. `differs`: something else does. `extra`: the source has no such thing. `in-the-way`: of another kind. */
  readonly why: "new" | "differs" | "extra" | "in-the-way";
  /** Bytes to transfer, where the listing tells them. */
  readonly size?: number;
}

/**
 * Why something was left out. A {@link LocalNameHazard}: its name cannot be used here. `unparsed`: a line of the
 * listing could not be read. `link`, `special`: links and devices are not followed or copied. `in-the-way`: what stands
 * in the target is of another kind, and `delete` was not asked for. `too-deep`: more directories than `maxDepth`.
 * `part`: it is named as the part of an upload, of this client's. `parent-failed`: its directory could not be made. `not-empty`: something in this directory was not removed.
 * `stopped`: another failed, and `onFailure` is `"stop"`.
 */
export type TreeSkipReason =
  | LocalNameHazard
  | "unparsed"
  | "link"
  | "special"
  | "in-the-way"
  | "too-deep"
  | "part"
  | "parent-failed"
  | "not-empty"
  | "stopped";

export interface TreeSkip {
  /** In the source; in the target for what was not removed. The line itself where it is `unparsed`. */
  readonly path: string;
  readonly reason: TreeSkipReason;
}

export interface TreeFailure {
  readonly path: string;
  /** What failed; a listing where there is none. */
  readonly action?: TreeAction;
  readonly error: FtpError;
}

/** An action with its places on both sides. */
export interface TreeStep {
  readonly action: TreeAction;
  readonly from: TreePath;
  readonly to: TreePath;
  readonly entry?: TreeEntry;
}

export interface TreePlan {
  /** In the order in which they are carried out: what is in the way, directories, files, then what is extra. */
  readonly steps: readonly TreeStep[];
  readonly skipped: readonly TreeSkip[];
  readonly failed: readonly TreeFailure[];
  /** Files that are the same on both sides. */
  readonly unchanged: number;
  /** The target's root has to be made, or may have to be. */
  readonly isRootMissing: boolean;
}

export interface PlanOptions {
  readonly isSame: (
    from: TreeEntry,
    to: TreeEntry,
    path: TreePath,
    place: TreePath,
  ) => Promise<boolean> | boolean;
  readonly names: LocalNamePolicy | undefined;
  readonly caseSensitive: boolean;
  readonly delete: boolean;
  readonly filter: (entry: { readonly path: string; readonly type: TreeEntry["type"] }) => boolean;
  /** Names in the source that the transfer itself uses in the target. */
  readonly isPart: (name: string) => boolean;
  readonly maxDepth: number;
  readonly maxEntries: number;
  readonly parallel: number;
  readonly failureOf: (error: unknown) => FtpError;
}

interface Pair {
  readonly from: TreePath;
  readonly to: TreePath;
  /** Whether the target has such a directory. */
  readonly stands: boolean;
}

/** Compares two trees, level by level, and says what has to be done to make the target like the source. */
export async function planTree(source: TreeSide, target: TreeSide, options: PlanOptions): Promise<TreePlan> {
  const plan = createDraft(options);
  let isRootMissing = false;
  let level: Pair[] = [{ from: [], to: [], stands: true }];
  while (level.length > 0) {
    const below: Pair[] = [];
    await eachOf(level, options.parallel, async (pair) => {
      const isRoot = pair.from.length === 0;
      let listing: TreeListing;
      let standing: TreeListing | undefined;
      try {
        listing = await listed(source, pair.from);
        standing = pair.stands ? await listTarget(target, pair.to) : undefined;
      } catch (error) {
        if (isRoot) throw error;
        plan.failed.push({ path: pair.from.join("/"), error: options.failureOf(error) });
        return;
      }
      if (isRoot) isRootMissing = standing === undefined || standing.entries.length === 0;
      plan.count(listing.entries.length + (standing?.entries.length ?? 0));
      await compare(target, pair, listing, standing, plan, below, options);
    });
    level = below;
  }
  return { ...plan.ordered(), isRootMissing };
}

/** What has to be done to remove everything in a directory of the target, and itself. */
export async function planRemoval(
  target: TreeSide,
  path: TreePath,
  plan: Draft,
  why: TreeAction["why"],
): Promise<void> {
  const steps = why === "in-the-way" ? plan.before : plan.after;
  let level: TreePath[] = [path];
  const directories: TreePath[] = [];
  while (level.length > 0) {
    const below: TreePath[] = [];
    directories.push(...level);
    await eachOf(level, plan.parallel, async (directory) => {
      let listing: TreeListing;
      try {
        listing = await listed(target, directory);
      } catch (error) {
        if (directory.length === path.length && path.length === 0) throw error;
        plan.failed.push({ path: directory.join("/"), error: plan.failureOf(error) });
        plan.kept.push(directory);
        return;
      }
      plan.count(listing.entries.length);
      for (const { name, reason } of listing.problems) {
        plan.skipped.push({ path: reason === "unparsed" ? name : [...directory, name].join("/"), reason });
        plan.kept.push(directory);
      }
      for (const { name, type } of listing.entries) {
        const place = [...directory, name];
        if (type !== "directory") steps.push(stepOf("remove", place, why));
        else if (place.length <= plan.maxDepth) below.push(place);
        else {
          plan.skipped.push({ path: place.join("/"), reason: "too-deep" });
          plan.kept.push(directory);
        }
      }
    });
    level = below;
  }
  for (const directory of directories.reverse()) steps.push(stepOf("remove-directory", directory, why));
}

/** A plan while it is made. */
export interface Draft extends Pick<PlanOptions, "parallel" | "maxDepth" | "failureOf"> {
  readonly before: TreeStep[];
  readonly directories: TreeStep[];
  readonly files: TreeStep[];
  readonly after: TreeStep[];
  readonly skipped: TreeSkip[];
  readonly failed: TreeFailure[];
  /** Directories of the target in which something stays that cannot be removed. */
  readonly kept: TreePath[];
  unchanged: number;
  count(entries: number): void;
  ordered(): Omit<TreePlan, "isRootMissing">;
}

export function createDraft(
  options: Pick<PlanOptions, "parallel" | "maxDepth" | "maxEntries" | "failureOf">,
): Draft {
  let entries = 0;
  const draft: Draft = {
    ...options,
    before: [],
    directories: [],
    files: [],
    after: [],
    skipped: [],
    failed: [],
    kept: [],
    unchanged: 0,
    count(more) {
      entries += more;
      if (entries <= options.maxEntries) return;
      const message = `the tree has more than ${options.maxEntries} entries: raise \`maxEntries\`, or take parts of it`;
      throw new FtpError("local", message);
    },
    ordered() {
      const steps: TreeStep[] = [];
      const kept = new Set(
        draft.kept.flatMap((path) => path.map((_, index) => path.slice(0, index + 1).join("/"))),
      );
      if (draft.kept.length > 0) kept.add("");
      for (const step of [...draft.before, ...draft.directories, ...draft.files, ...draft.after]) {
        const { type, path } = step.action;
        if (type === "remove-directory" && kept.has(path)) draft.skipped.push({ path, reason: "not-empty" });
        else steps.push(step);
      }
      const { skipped, failed, unchanged } = draft;
      return { steps, skipped, failed, unchanged };
    },
  };
  return draft;
}

/** One directory of the source beside the same of the target. */
async function compare(
  target: TreeSide,
  { from, to }: Pair,
  listing: TreeListing,
  standing: TreeListing | undefined,
  plan: Draft,
  below: Pair[],
  options: PlanOptions,
): Promise<void> {
  const keyOf = (name: string): string => nameKey(name, options);
  const there = new Map(standing?.entries.map((entry) => [keyOf(entry.name), entry]));
  const seen = new Set<string>();
  const localName =
    options.names === undefined ? undefined : createLocalNames({ ...options, ...options.names });
  const skip = (name: string, reason: TreeSkipReason): void => {
    plan.skipped.push({ path: [...from, name].join("/"), reason });
  };
  for (const { name, reason } of listing.problems) {
    if (reason === "unparsed") plan.skipped.push({ path: name, reason });
    else skip(name, reason);
  }
  for (const entry of listing.entries) {
    const path = [...from, entry.name];
    // Whatever becomes of it: the source has it, so that it is not extra.
    seen.add(keyOf(entry.name));
    if (!options.filter({ path: path.join("/"), type: entry.type })) continue;
    const named = localName?.(entry.name) ?? ({ ok: true, name: entry.name } as const);
    if (!named.ok) {
      skip(entry.name, named.hazard);
      continue;
    }
    seen.add(keyOf(named.name));
    const place = [...to, named.name];
    const found = there.get(keyOf(named.name));
    if (entry.type === "file" && options.isPart(entry.name)) skip(entry.name, "part");
    else if (entry.type === "link") skip(entry.name, "link");
    else if (entry.type === "other") skip(entry.name, "special");
    else if (entry.type === "directory" && path.length > options.maxDepth) skip(entry.name, "too-deep");
    else if (found !== undefined && found.type !== entry.type) {
      if (!options.delete || found.type === "other") {
        skip(entry.name, "in-the-way");
        continue;
      }
      if (found.type === "directory") await planRemoval(target, place, plan, "in-the-way");
      else plan.before.push(stepOf("remove", place, "in-the-way"));
      add(entry, path, place, "new");
    } else if (found === undefined) add(entry, path, place, "new");
    else if (entry.type === "directory") below.push({ from: path, to: place, stands: true });
    else if (await options.isSame(entry, found, path, place)) plan.unchanged++;
    else add(entry, path, place, "differs");
  }
  if (options.delete) {
    for (const { name, reason } of standing?.problems ?? [])
      plan.skipped.push({ path: reason === "unparsed" ? name : [...to, name].join("/"), reason });
  }
  // A listing that was not read whole proves nothing missing.
  if (!options.delete || !listing.isComplete || standing === undefined) return;
  for (const entry of standing.entries) {
    const place = [...to, entry.name];
    if (seen.has(keyOf(entry.name))) continue;
    if (!options.filter({ path: place.join("/"), type: entry.type })) continue;
    if (entry.type === "directory") await planRemoval(target, place, plan, "extra");
    else if (entry.type === "other") plan.skipped.push({ path: place.join("/"), reason: "special" });
    else plan.after.push(stepOf("remove", place, "extra"));
  }

  function add(entry: TreeEntry, path: TreePath, place: TreePath, why: TreeAction["why"]): void {
    if (entry.type === "directory") {
      plan.directories.push({ ...stepOf("make-directory", place, why), from: path, entry });
      below.push({ from: path, to: place, stands: false });
      return;
    }
    const { size } = entry;
    const action = {
      type: "transfer",
      path: place.join("/"),
      why,
      ...(size === undefined ? {} : { size }),
    } as const;
    plan.files.push({ action, from: path, to: place, entry });
  }
}

async function listed(side: TreeSide, path: TreePath): Promise<TreeListing> {
  const listing = await side.list(path);
  if (listing !== undefined) return listing;
  throw new FtpError("local", "there is no such directory");
}

/** A root that is not there yet is refused by the server; anything else that goes wrong is a failure. */
async function listTarget(target: TreeSide, path: TreePath): Promise<TreeListing | undefined> {
  try {
    return await target.list(path);
  } catch (error) {
    if (path.length === 0 && FtpError.isInstance(error) && error.code === "refused") return undefined;
    throw error;
  }
}

function stepOf(type: TreeAction["type"], path: TreePath, why: TreeAction["why"]): TreeStep {
  return { action: { type, path: path.join("/"), why }, from: path, to: path };
}
