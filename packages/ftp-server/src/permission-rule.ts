import {
  type FileStore,
  FileStoreError,
  isWithin,
  type StoreCapabilities,
  type StoreContext,
  toPath,
  type VirtualPath,
} from "@longshore/file-store";

/** What a user may do. `list` and `read` are what `"ro"` stands for, all of them are `"rw"`. */
export const actions = [
  "list",
  "read",
  "write",
  "append",
  "overwrite",
  "delete",
  "rename",
  "make-directory",
  "set-attributes",
] as const;

export type Action = (typeof actions)[number];

/**
 * `"ro"`, `"rw"`, exactly these actions, or `"incoming"`: a drop box. New files may be written into it; they can be
 * neither listed, read, overwritten, renamed nor deleted by whoever has it so, until they are released, which is:
 * moved elsewhere by someone with more rights, or on the disk.
 */
export type Grant = "ro" | "rw" | "incoming" | readonly Action[];

/** What holds for a path and everything below it, unless a rule with a longer path says otherwise. */
export interface PermissionRule {
  /** As the user sees it: counted from the user's root. */
  readonly path: string;
  readonly allow: Grant;
}

/**
 * One grant for everything, or rules by path: the one with the longest path holds, and where none does nothing is
 * allowed but to walk on to where one does.
 */
export type Permission = Grant | readonly PermissionRule[];

/** What is allowed at a place. */
export interface Allowed {
  readonly actions: ReadonlySet<Action>;
  /** Files cannot even be seen. */
  readonly incoming: boolean;
}

/** A {@link Permission} as questions. */
export interface Rules {
  /** One grant holds everywhere, and hides nothing. */
  readonly uniform: boolean;
  at(path: VirtualPath): Allowed;
  /** The names that lead from a directory on to the places of rules; nothing where none do. */
  waysFrom(path: VirtualPath): ReadonlySet<string> | undefined;
  /** Whether the place of a rule would move along with `path`. The root's rule moves with nothing. */
  holdsRule(path: VirtualPath): boolean;
  /** Whether the action is allowed anywhere. */
  anywhere(action: Action): boolean;
}

/** @throws {FileStoreError} `name-not-allowed` when a rule's path cannot be one */
export function rulesOf(
  permission: Permission,
  { caseSensitive }: Pick<StoreCapabilities, "caseSensitive">,
): Rules {
  // Where case is no matter, it must be none to rules either.
  const fold = (path: VirtualPath): VirtualPath =>
    caseSensitive
      ? path
      : toPath(`/${path.segments.map((name) => name.normalize("NFC").toLowerCase()).join("/")}`);
  const rules = (isRules(permission) ? permission : [{ path: "/", allow: permission }])
    .map(({ path, allow }) => ({ path: fold(toPath(path)), allowed: allowedBy(allow) }))
    .sort((a, b) => b.path.segments.length - a.path.segments.length);
  const [only, ...others] = rules;
  return {
    uniform:
      others.length === 0 && only !== undefined && only.path.segments.length === 0 && !only.allowed.incoming,
    at(path) {
      const folded = fold(path);
      return rules.find((rule) => isWithin(folded, rule.path))?.allowed ?? nothing;
    },
    waysFrom(path) {
      const folded = fold(path);
      const depth = folded.segments.length;
      const names = rules
        .filter((rule) => rule.path.segments.length > depth && isWithin(rule.path, folded))
        .map((rule) => rule.path.segments[depth] ?? "");
      return names.length === 0 ? undefined : new Set(names);
    },
    holdsRule(path) {
      const folded = fold(path);
      return rules.some((rule) => rule.path.segments.length > 0 && isWithin(rule.path, folded));
    },
    anywhere: (action) => rules.some(({ allowed }) => allowed.actions.has(action)),
  };
}

/**
 * The permission with a rule also for each place that the path of a rule leads to by links: rules are kept on where
 * paths lead.
 *
 * @throws {FileStoreError} when a path cannot be one, or the store fails
 */
export async function settleRules(
  permission: Permission,
  store: FileStore,
  context: StoreContext,
): Promise<Permission> {
  if (!isRules(permission) || store.resolve === undefined) return permission;
  const settled: PermissionRule[] = [];
  for (const rule of permission) {
    settled.push(rule);
    const path = toPath(rule.path);
    try {
      const resolved = await store.resolve(path, { follow: true }, context);
      if (resolved.text !== path.text) settled.push({ path: resolved.text, allow: rule.allow });
    } catch (error) {
      if (!FileStoreError.isInstance(error) || !unreachable.includes(error.code)) throw error;
    }
  }
  return settled;
}

/** Nothing leads there: as it stands the path is all that can be said of it. */
const unreachable: readonly string[] = ["not-found", "not-a-directory", "permission-denied"];

const nothing: Allowed = { actions: new Set(), incoming: false };

function allowedBy(grant: Grant): Allowed {
  if (grant === "incoming") return { actions: new Set(["write"]), incoming: true };
  const named = { ro: ["list", "read"], rw: actions } as const;
  return { actions: new Set(typeof grant === "string" ? named[grant] : grant), incoming: false };
}

/** Whether it goes by path. */
export function isRules(permission: Permission): permission is readonly PermissionRule[] {
  return typeof permission !== "string" && typeof permission[0] === "object";
}
