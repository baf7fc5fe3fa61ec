import { type PartStore, rootPath, type StoreContext, type VirtualPath } from "@longshore/file-store";
import type { Jail } from "./jail.ts";
import { namesOf } from "./name.ts";
import { resumeUpload, type WriteSettings } from "./open-write.ts";
import type { PartShelf } from "./part.ts";

/** What the store does around each of its calls. */
export interface CallGuards {
  answer<T>(path: VirtualPath, context: StoreContext, call: () => Promise<T>): Promise<T>;
  jailFor(context: StoreContext): Jail;
  change<T>(path: VirtualPath, context: StoreContext, call: () => Promise<T>): Promise<T>;
}

/** A part stands for what is missing: where something stands, there is none. */
export function createPartStore(
  settings: Omit<WriteSettings, "jail">,
  shelf: PartShelf,
  { answer, change, jailFor }: CallGuards,
): PartStore {
  return {
    find(path, context) {
      return answer(path, context, async () => {
        const { user } = context;
        if (user === undefined) return undefined;
        const part = await shelf.find({ user, path: path.text });
        return part !== undefined && (await isFree(jailFor(context), path)) ? part : undefined;
      });
    },
    usage(context) {
      return answer(rootPath, context, async () =>
        context.user === undefined ? 0 : shelf.usage(context.user),
      );
    },
    resume(path, options, context) {
      const own = { ...settings, jail: jailFor(context) };
      return change(path, context, () => resumeUpload(own, namesOf(path), path.text, options, context));
    },
    remove(path, context) {
      return change(path, context, async () => {
        const { user } = context;
        return user !== undefined && shelf.remove({ user, path: path.text });
      });
    },
  };
}

/** Whether nothing stands there, and something could. */
async function isFree(jail: Jail, path: VirtualPath): Promise<boolean> {
  try {
    const { directory, node } = await jail.target(namesOf(path), true);
    if (node !== directory) node?.release();
    directory.release();
    return node === undefined;
  } catch {
    // Its directory is gone.
    return false;
  }
}
