import { parentPath, type VirtualPath } from "@longshore/file-store";

/**
 * What a link at `path` holds to lead to `target`: relative, because the root of a store is not the root of the disk, and
 * so that it leads there still when a directory above both is moved.
 */
export function linkTarget(path: VirtualPath, target: VirtualPath): string {
  const from = parentPath(path).segments;
  const to = target.segments;
  let shared = 0;
  while (shared < from.length && shared < to.length && from[shared] === to[shared]) shared++;
  const way = [...from.slice(shared).map(() => ".."), ...to.slice(shared)];
  return way.length === 0 ? "." : way.join("/");
}
