import {
  type FileStore,
  FileStoreError,
  type PartStore,
  rootPath,
  type StoreContext,
  samePath,
  toFileStoreError,
  type Usage,
  usageBelow,
  type VirtualPath,
} from "@longshore/file-store";
import { nothing, type QuotaLedger } from "./quota-ledger.ts";
import { type CountedUpload, countedFile } from "./quota-upload.ts";
import type { Quota } from "./user-options.ts";

/** What there is no room for. */
export interface QuotaExcess {
  readonly path: string;
  readonly what: keyof Quota;
  /** Bytes or files that stand, and that are set aside for uploads under way. */
  readonly used: number;
  readonly limit: number;
}

/** Who counts, how much there may be, and who is told when there would be more. */
export interface QuotaKeeper {
  readonly ledger: QuotaLedger;
  readonly quota: Quota;
  readonly onExceeded: (excess: QuotaExcess) => void;
}

/** What counts against a quota at first: the files of the store, and what was kept of the user's interrupted uploads. */
export async function quotaUsage(store: FileStore, context: StoreContext): Promise<Usage> {
  const { bytes, files } = await usageBelow(store, rootPath, context);
  return { bytes: bytes + ((await store.parts?.usage?.(context)) ?? 0), files };
}

/**
 * A store in which no more may stand than a quota says: what would go beyond it is `quota-exceeded`. Growth is set aside
 * while it is written, so that two uploads at once cannot pass the quota together, counts when the file stands, and is
 * given back when it does not come to that. A file that replaces another needs room for what it has more. A part that
 * is kept of an interrupted upload counts like a file's bytes until the upload is whole or the part is gone.
 */
export function quotaStore(store: FileStore, keeper: QuotaKeeper): FileStore {
  const { ledger, quota } = keeper;
  const { setTimes, setMode, makeLink, freeSpace, copy, resolve, parts } = store;
  const isInPlace = store.capabilities.writes === "in-place";

  async function isLink(path: VirtualPath, context: StoreContext): Promise<boolean> {
    if (resolve === undefined) return false;
    const own = await resolve.call(store, path, { follow: false }, context);
    try {
      return !samePath(own, await resolve.call(store, path, { follow: true }, context));
    } catch {
      // A link that leads nowhere, or out.
      return true;
    }
  }

  /** What stands at `path`; nothing where nothing does. A directory counts for nothing. */
  async function standingAt(
    path: VirtualPath,
    follow: boolean,
    context: StoreContext,
  ): Promise<Usage | undefined> {
    try {
      if (!follow && (await isLink(path, context))) return { bytes: 0, files: 1 };
      const { type, size } = await store.stat(path, context);
      return type === "directory" ? nothing : { bytes: type === "file" ? size : 0, files: 1 };
    } catch (error) {
      if (toFileStoreError(error).code === "not-found") return undefined;
      throw error;
    }
  }

  async function take(path: VirtualPath, growth: Usage, isInTurn: boolean): Promise<void> {
    const lack = await ledger.take(growth, quota, isInTurn);
    if (lack !== undefined) throw refusal(path, lack);
  }

  function refusal(path: VirtualPath, what: keyof Quota): FileStoreError {
    const [used, limit] = [ledger.used[what], quota[what] ?? 0];
    keeper.onExceeded({ path: path.text, what, used, limit });
    return new FileStoreError("quota-exceeded", `${path}: ${used} of ${limit} ${what} are used already`);
  }

  /** Sets `growth` aside for as long as `work` takes; it stands afterwards if that comes to its end. */
  async function growing<T>(
    path: VirtualPath,
    growth: Usage,
    change: Usage,
    work: () => Promise<T>,
  ): Promise<T> {
    await take(path, growth, true);
    let stands = nothing;
    try {
      const result = await work();
      stands = change;
      return result;
    } finally {
      ledger.settle(growth, stands);
    }
  }

  const partAt = async (path: VirtualPath, context: StoreContext): Promise<number> =>
    (await parts?.find(path, context))?.size ?? 0;

  const upload = (path: VirtualPath, context: StoreContext): Omit<CountedUpload, "room" | "least"> => ({
    ledger,
    isInPlace,
    tryTake: (growth) => ledger.tryTake(growth, quota),
    take: (growth, isInTurn) => take(path, growth, isInTurn),
    standing: () => standingAt(path, true, withoutSignal(context)),
    part: () => partAt(path, withoutSignal(context)),
  });

  /** Runs at once, or in turn where opening a file already changes it. */
  const opening = async <T>(context: StoreContext, work: () => Promise<T>): Promise<T> => {
    if (isInPlace) return ledger.inTurn(context.signal, work);
    await ledger.counted(context.signal);
    return work();
  };

  return {
    capabilities: store.capabilities,
    stat: (path, context) => store.stat(path, context),
    list: (path, context) => store.list(path, context),
    openRead: (path, context) => store.openRead(path, context),
    makeDirectory: (path, context, options) => store.makeDirectory(path, context, options),
    removeDirectory: (path, context) => store.removeDirectory(path, context),

    async openWrite(path, options, context) {
      const { mode, start = 0, expectedSize = 0 } = options;
      return opening(context, async () => {
        const before = await standingAt(path, true, context);
        const bytes = before?.bytes ?? (await partAt(path, context));
        const begin = mode === "append" ? (before?.bytes ?? 0) : mode === "update" ? start : 0;
        const held = {
          bytes: Math.max(0, begin + expectedSize - bytes),
          files: before === undefined ? 1 : 0,
        };
        await take(path, held, isInPlace);
        try {
          const file = await store.openWrite(path, options, context);
          const own = { ...upload(path, context), held };
          if (!isInPlace) {
            const least = mode === "update" ? (before?.bytes ?? 0) : file.start;
            return countedFile(file, { ...own, room: bytes + held.bytes, least });
          }
          const after = (await standingAt(path, true, context).catch(() => before)) ?? nothing;
          const truncated = after.bytes - (before?.bytes ?? 0);
          ledger.settle({ bytes: 0, files: held.files }, { bytes: truncated, files: held.files });
          const rest = { bytes: held.bytes, files: 0 };
          return countedFile(file, { ...own, held: rest, room: after.bytes + rest.bytes, least: 0 });
        } catch (error) {
          ledger.settle(held, nothing);
          throw error;
        }
      });
    },

    async remove(path, context) {
      return ledger.inTurn(context.signal, async () => {
        const before = (await standingAt(path, false, context)) ?? nothing;
        await store.remove(path, context);
        ledger.settle(before, nothing);
      });
    },

    async rename(from, to, options, context) {
      return ledger.inTurn(context.signal, async () => {
        const before = options.overwrite ? await standingAt(to, false, context) : undefined;
        await store.rename(from, to, options, context);
        // Two names of one file both stay.
        if (before !== undefined && (await standingAt(from, false, context)) === undefined)
          ledger.settle(before, nothing);
      });
    },

    ...(setTimes === undefined ? {} : { setTimes: setTimes.bind(store) }),
    ...(setMode === undefined ? {} : { setMode: setMode.bind(store) }),
    ...(resolve === undefined ? {} : { resolve: resolve.bind(store) }),
    ...(makeLink === undefined
      ? {}
      : {
          async makeLink(path, target, context) {
            const link = { bytes: 0, files: 1 };
            return ledger.inTurn(context.signal, () =>
              growing(path, link, link, () => makeLink.call(store, path, target, context)),
            );
          },
        }),
    ...(quota.bytes === undefined || quota.bytes === 0
      ? freeSpace === undefined
        ? {}
        : { freeSpace: freeSpace.bind(store) }
      : {
          async freeSpace(path, context) {
            if (freeSpace === undefined) await store.stat(path, context);
            const free = (await freeSpace?.call(store, path, context)) ?? Number.MAX_SAFE_INTEGER;
            await ledger.counted(context.signal);
            return Math.min(free, Math.max(0, (quota.bytes ?? 0) - ledger.used.bytes));
          },
        }),
    ...(copy === undefined
      ? {}
      : {
          // The whole of it in turn: nobody else replaces what it replaces meanwhile.
          async copy(from, to, options, context) {
            return ledger.inTurn(context.signal, async () => {
              const { size } = await store.stat(from, context);
              const before = await standingAt(to, true, context);
              const change = { bytes: size - (before?.bytes ?? 0), files: before === undefined ? 1 : 0 };
              const growth = { ...change, bytes: Math.max(0, change.bytes) };
              return growing(to, growth, change, () => copy.call(store, from, to, options, context));
            });
          },
        }),
    ...(parts === undefined ? {} : { parts: quotaParts(parts) }),
  } satisfies FileStore;

  function quotaParts(own: PartStore): PartStore {
    const { usage } = own;
    return {
      find: (path, context) => own.find(path, context),
      ...(usage === undefined ? {} : { usage: usage.bind(own) }),
      async resume(path, options, context) {
        await ledger.counted(context.signal);
        const size = await partAt(path, context);
        const begin = options.start ?? size;
        const held = { bytes: Math.max(0, begin + (options.expectedSize ?? 0) - size), files: 1 };
        await take(path, held, false);
        try {
          const file = await own.resume(path, options, context);
          const room = size + held.bytes;
          return countedFile(file, {
            ...upload(path, context),
            held,
            room,
            least: file.start,
            resumed: size,
          });
        } catch (error) {
          ledger.settle(held, nothing);
          throw error;
        }
      },
      async remove(path, context) {
        return ledger.inTurn(context.signal, async () => {
          const bytes = await partAt(path, context);
          const isRemoved = await own.remove(path, context);
          if (isRemoved) ledger.settle(nothing, { bytes: -bytes, files: 0 });
          return isRemoved;
        });
      },
    };
  }
}

/** An upload ends as a whole also when its session is gone. */
function withoutSignal({ signal: _, ...context }: StoreContext): StoreContext {
  return context;
}
