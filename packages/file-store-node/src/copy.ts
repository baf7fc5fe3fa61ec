import { FileStoreError, type StoreContext } from "@longshore/file-store";
import { copyContent, createDraft } from "./draft.ts";
import type { Held, Jail } from "./jail.ts";
import { mayWrite } from "./open-write.ts";
import { mustBeFile } from "./reader.ts";

/** Copies a held file to the name at `names`: whole or not at all, with its own mode where nothing stood. */
export async function copyFile(
  jail: Jail,
  source: Held,
  names: readonly string[],
  { overwrite, durable }: { readonly overwrite: boolean; readonly durable: boolean },
  context: StoreContext,
): Promise<void> {
  const place = await jail.target(names, overwrite);
  const { directory, node } = place;
  const subject = `/${names.join("/")}`;
  try {
    if (node !== undefined && !overwrite) throw new FileStoreError("exists", `${subject} exists`);
    if (node !== undefined) {
      mustBeFile(node.stats, subject);
      await mayWrite(node);
    }
    // Onto itself, by whichever name.
    if (node?.stats.ino === source.stats.ino && node.stats.dev === source.stats.dev) return;
    const draft = await createDraft(place, {
      before: node?.stats,
      mode: source.stats.mode & 0o777,
      exclusive: !overwrite,
      durable,
    });
    try {
      await copyContent(source, draft.descriptor, context);
    } catch (error) {
      await draft.discard();
      throw error;
    }
    await draft.publish();
  } finally {
    node?.release();
    directory.release();
  }
}
