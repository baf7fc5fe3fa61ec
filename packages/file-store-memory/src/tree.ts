import {
  climbsOut,
  type DirectoryEntry,
  type FileStat,
  FileStoreError,
  type StoreContext,
  type VirtualPath,
} from "@longshore/file-store";
import type { Content } from "./content.ts";

export type Node = FileNode | DirectoryNode | LinkNode;

interface NodeBase {
  readonly id: number;
  created: number;
  modified: number;
  mode: number;
}

export interface FileNode extends NodeBase {
  readonly type: "file";
  readonly content: Content;
}

export interface DirectoryNode extends NodeBase {
  readonly type: "directory";
  readonly entries: Map<string, Node>;
  /** Uploads under way in it: it cannot be removed meanwhile. */
  uploads: number;
}

export interface LinkNode extends NodeBase {
  readonly type: "symlink";
  readonly target: string;
}

/** Where a name stands or could stand, and what stands there. */
export interface Place {
  readonly directory: DirectoryNode;
  /** `""` for the root, which stands in nothing. */
  readonly name: string;
  readonly node: Node | undefined;
  /** The directories from the root down to the one that holds the name; empty for the root. */
  readonly line: readonly DirectoryNode[];
  /** Where that is without links: every name from the root down. */
  readonly names: readonly string[];
}

const maxLinks = 40;

/**
 * Walks from `root` to the place of `path`, following links; the last one only with `follow`. The names on the way
 * must be directories, the last may be missing.
 *
 * @throws {FileStoreError} `not-found`, `not-a-directory`, `permission-denied` for a link that leaves the store, or for
 *   any that would be followed where the context refuses them
 */
export function locate(
  root: DirectoryNode,
  path: VirtualPath,
  follow: boolean,
  { links: wanted }: Pick<StoreContext, "links"> = {},
): Place {
  const line: DirectoryNode[] = [];
  const names: string[] = [];
  let here: DirectoryNode = root;
  let pending = [...path.segments].reverse();
  let links = 0;
  for (;;) {
    const name = pending.pop();
    if (name === undefined)
      return { directory: line.at(-1) ?? root, name: names.at(-1) ?? "", node: here, line, names };
    if (name === "..") {
      const above = line.pop();
      if (above === undefined)
        throw new FileStoreError("permission-denied", `${path}: a link in the way leaves the store`);
      names.pop();
      here = above;
      continue;
    }
    const node = here.entries.get(name);
    if (node?.type === "directory") {
      line.push(here);
      names.push(name);
      here = node;
    } else if (node?.type === "symlink" && (follow || pending.length > 0)) {
      if (wanted === "refuse")
        throw new FileStoreError("permission-denied", `${path}: no link may be in the way here`);
      if (++links > maxLinks)
        throw new FileStoreError("permission-denied", `${path}: too many links in the way`);
      if (node.target.startsWith("/")) {
        line.length = 0;
        names.length = 0;
        here = root;
      }
      const parts = node.target.split("/").filter((part) => part !== "" && part !== ".");
      pending = [...pending, ...parts.reverse()];
    } else if (pending.length === 0)
      return { directory: here, name, node, line: [...line, here], names: [...names, name] };
    else if (node === undefined) throw new FileStoreError("not-found", `${path}: there is no ${name}`);
    else throw new FileStoreError("not-a-directory", `${path}: ${name} is none`);
  }
}

export function statOf(node: Node): FileStat {
  return {
    type: node.type,
    size: node.type === "file" ? node.content.size : 0,
    modified: node.modified,
    created: node.created,
    mode: node.mode,
    links: 1,
    id: String(node.id),
  };
}

export function entryOf(name: string, node: Node, depth: number): DirectoryEntry {
  const entry = { name, ...statOf(node) };
  return node.type === "symlink" && !climbsOut(depth, node.target)
    ? { ...entry, target: node.target }
    : entry;
}
