import { rootPath, toPath, type VirtualPath } from "@longshore/file-store";
import { type Grant, isRules, type Permission, type PermissionRule } from "./permission-rule.ts";

/** What is said of a user besides the name: plain data, so that it can stand in JSON. */
export interface UserOptions {
  /** Read-only unless told. */
  readonly permission?: Permission;
  /**
   * Directories that take uploads which cannot be listed, read or overwritten until somebody with more rights moves
   * them elsewhere: short for rules that allow `"incoming"` there.
   */
  readonly incoming?: readonly string[];
  /** The directory of the store that is `/` to this user, who sees nothing outside of it; the store's own unless told. */
  readonly root?: string | VirtualPath;
  /** The working directory after login, counted from the root; `/` unless told. */
  readonly home?: string | VirtualPath;
  /** Root and home are made at login where they are missing; `false` unless told. */
  readonly createHome?: boolean;
  /** How much may stand below the root, whoever put it there; no limit unless told. */
  readonly quota?: Quota;
  /** How fast all sessions of the user may transfer together. */
  readonly rate?: Rate;
  /** How fast each session of the user may. */
  readonly sessionRate?: Rate;
  /** Sessions at once; 0: no limit. As many as `limits.sessionsPerUser` has it unless told. */
  readonly sessions?: number;
}

/** Absent or 0: no limit. */
export interface Quota {
  /** Of all files, and of what is kept of the user's interrupted uploads. */
  readonly bytes?: number;
  /** Files and links; directories are not counted. */
  readonly files?: number;
}

/** Bytes a second; absent or 0: no limit. */
export interface Rate {
  /** From the client to the server. */
  readonly up?: number;
  /** From the server to the client. */
  readonly down?: number;
}

/** A path as options have it. @throws {FileStoreError} `name-not-allowed` */
export function pathOf(path: string | VirtualPath | undefined): VirtualPath {
  if (path === undefined) return rootPath;
  return typeof path === "string" ? toPath(path) : path;
}

/** Whether the quota forbids anything. */
export function isLimited({ bytes = 0, files = 0 }: Quota): boolean {
  return bytes > 0 || files > 0;
}

/** The permission with what `incoming` adds to it. */
export function permissionOf({ permission = "ro", incoming = [] }: UserOptions): Permission {
  if (incoming.length === 0) return permission;
  const rules: readonly PermissionRule[] = isRules(permission)
    ? permission
    : [{ path: "/", allow: permission as Grant }];
  return [...rules, ...incoming.map((path) => ({ path, allow: "incoming" as const }))];
}
