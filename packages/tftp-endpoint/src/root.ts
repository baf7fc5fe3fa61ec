import type { BlockList } from "node:net";
import { type FileStore, isWithin, rebasePath, rootPath, type VirtualPath } from "@longshore/file-store";
import { isFrom, networkOf } from "./address.ts";
import { createQuota, type Quota } from "./quota.ts";

/** What clients may do below a root. */
export interface TftpRootPolicy {
  /** Whether clients may write; off. */
  readonly writable?: boolean;
  /** Whether a file that stands may be replaced; off, as TFTP has no one to ask. */
  readonly overwrite?: boolean;
  /** Longest upload, in octets; unlimited unless told. Beyond it: ERROR 3. */
  readonly uploadSize?: number;
  /**
   * Octets of all files below the root that uploads may fill; unlimited unless told. They are counted when they are
   * first needed, and again before an upload is refused for them.
   */
  readonly quota?: number;
}

/** Another place, or other rights, for names below a prefix or for clients of a network. */
export interface TftpRoot extends TftpRootPolicy {
  /** Names below it; all unless told. */
  readonly prefix?: VirtualPath;
  /** Clients: networks such as `192.0.2.0/24`, or addresses; all unless told. */
  readonly clients?: readonly string[];
  /** Where they are; the server's own store unless told. */
  readonly store?: FileStore;
  /** What stands for the prefix; the store's root where a store is given, else the prefix itself. */
  readonly root?: VirtualPath;
}

/** A place in a store, and what may be done there. */
export interface Located {
  readonly store: FileStore;
  readonly path: VirtualPath;
  readonly policy: TftpRootPolicy;
  readonly quota?: Quota;
}

/** Where names lead: the root with the longest prefix that fits the client; of equal ones the first. */
export function createRoots(
  home: TftpRoot & { readonly store: FileStore },
  others: readonly TftpRoot[],
): (path: VirtualPath, address: string) => Located {
  const homeRoot = home.root ?? rootPath;
  const roots = [...others.map((root) => open(root)), open({ ...home, root: homeRoot })].sort(
    (a, b) => b.prefix.segments.length - a.prefix.segments.length,
  );

  function open(options: TftpRoot) {
    const { prefix = rootPath, store = home.store } = options;
    const root =
      options.root ??
      (options.store === undefined ? (rebasePath(prefix, rootPath, homeRoot) ?? homeRoot) : rootPath);
    const { quota } = options;
    return {
      prefix,
      root,
      store,
      policy: options,
      networks: options.clients?.map(readNetwork),
      ...(quota === undefined ? {} : { quota: createQuota(store, root, quota) }),
    };
  }

  return (path, address) => {
    for (const { prefix, root, networks, store, policy, quota } of roots) {
      if (!isWithin(path, prefix)) continue;
      if (networks !== undefined && !networks.some((network) => isFrom(network, address))) continue;
      const moved = rebasePath(path, prefix, root) ?? root;
      return { store, path: moved, policy, ...(quota === undefined ? {} : { quota }) };
    }
    return { store: home.store, path: rebasePath(path, rootPath, homeRoot) ?? homeRoot, policy: home };
  };
}

/** @throws {TypeError} for what is no network */
function readNetwork(text: string): BlockList {
  const network = networkOf(text);
  if (network === undefined)
    throw new TypeError(`${JSON.stringify(text)} is no network; write clients as 192.0.2.0/24`);
  return network;
}
