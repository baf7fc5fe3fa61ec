import {
  FileStoreError,
  type PartLimits,
  partsToDrop,
  resolvePartLimits,
  type StoreContext,
  type VirtualPath,
} from "@longshore/file-store";
import type { Content } from "./content.ts";
import type { Ledger } from "./ledger.ts";

/** What is kept of interrupted uploads, by user and path. */
export interface PartShelf {
  find(path: VirtualPath, context: StoreContext): KeptPart | undefined;
  /** The same, for one session alone until it is put back or removed. Throws `not-found`, `busy`. */
  take(path: VirtualPath, context: StoreContext): KeptPart;
  /** In the place of an older one, if nobody else has taken that; answers whether it could be kept. */
  put(path: VirtualPath, context: StoreContext, content: Content): boolean;
  /** Bytes of all parts of a user. */
  usage(context: StoreContext): number;
  /** Gives a part free that was taken. */
  release(path: VirtualPath, context: StoreContext): void;
  /** Whether there was one; `"busy"`: it is taken, and stays. */
  remove(path: VirtualPath, context: StoreContext): boolean | "busy";
}

export interface KeptPart {
  readonly owner: string;
  readonly content: Content;
  readonly size: number;
  readonly modified: number;
}

/** Parts are counted by the ledger like files, and go by their own limits. */
export function createPartShelf(
  ledger: Ledger,
  clock: () => number,
  partLimits: PartLimits | undefined,
): PartShelf {
  const limits = resolvePartLimits(partLimits);
  const parts = new Map<string, KeptPart>();
  const taken = new Set<string>();

  function drop(key: string): boolean {
    const part = parts.get(key);
    if (part === undefined) return false;
    parts.delete(key);
    ledger.addBytes(-part.size);
    ledger.addFiles(-1);
    return true;
  }

  /** Answers whether there is room for what comes. */
  function makeRoom(coming?: {
    readonly key: string;
    readonly owner: string;
    readonly size: number;
  }): boolean {
    const standing = [...parts].flatMap(([key, { owner, size, modified }]) =>
      key === coming?.key || taken.has(key) ? [] : { key, owner, size, modified },
    );
    const dropped = partsToDrop(standing, coming, limits, clock());
    for (const { key } of dropped ?? []) drop(key);
    return dropped !== undefined;
  }

  const find: PartShelf["find"] = (path, context) => {
    makeRoom();
    const key = keyOf(path, context);
    return key === undefined ? undefined : parts.get(key);
  };

  return {
    find,
    take(path, context) {
      const part = find(path, context);
      const key = keyOf(path, context);
      if (part === undefined || key === undefined)
        throw new FileStoreError("not-found", `${path}: nothing was kept of an upload`);
      if (taken.has(key)) throw partBusy(path);
      taken.add(key);
      return part;
    },
    put(path, context, content) {
      const { user: owner } = context;
      const key = keyOf(path, context);
      if (owner === undefined || key === undefined || taken.has(key)) return false;
      if (content.size === 0 || !makeRoom({ key, owner, size: content.size })) return false;
      drop(key);
      if (!ledger.hasRoom(content.size)) return false;
      ledger.addFiles(1);
      ledger.addBytes(content.size);
      parts.set(key, { owner, content, size: content.size, modified: clock() });
      return true;
    },
    usage({ user }) {
      makeRoom();
      let bytes = 0;
      for (const { owner, size } of parts.values()) if (owner === user) bytes += size;
      return bytes;
    },
    release(path, context) {
      taken.delete(keyOf(path, context) ?? "");
    },
    remove(path, context) {
      const key = keyOf(path, context) ?? "";
      return taken.has(key) ? "busy" : drop(key);
    },
  };
}

function keyOf(path: VirtualPath, { user }: StoreContext): string | undefined {
  return user === undefined ? undefined : JSON.stringify([user, path.text]);
}

export function partBusy(path: VirtualPath): FileStoreError {
  return new FileStoreError("busy", `${path}: another session goes on from what was kept of the upload`);
}
