import type { WritableFile } from "@longshore/file-store";
import { FtpError } from "@longshore/ftp-session/client";
import type { FtpClient } from "./client.ts";
import { type HeldFile, holdFile, maxHeld } from "./held-file.ts";
import type { Progress } from "./options.ts";
import { lazyFile } from "./target.ts";
import type { TransferReport } from "./transfer.ts";
import type { LocalTree } from "./tree-local.ts";
import type { TreeTransferOptions, UploadTreeOptions } from "./tree-options.ts";
import type { TreeStep } from "./tree-plan.ts";
import type { RemoteTree } from "./tree-remote.ts";
import type { TreeTime } from "./tree-side.ts";

/** Gets one file of a tree. */
export async function downloadStep(
  remote: RemoteTree,
  local: LocalTree,
  { from, to, entry }: TreeStep,
  options: TreeTransferOptions,
): Promise<TransferReport> {
  const { store, context, pathOf } = local;
  const path = pathOf(to);
  const open = (): Promise<WritableFile> => store.openWrite(path, { mode: "replace" }, context);
  const size = entry?.isExact === true ? entry.size : undefined;
  // Told by a listing that may be wrong, which costs nothing here.
  const small = entry?.size !== undefined && entry.size <= maxHeld ? entry.size : undefined;
  const files = small === undefined ? undefined : await local.small();
  const put = (bytes: Uint8Array): boolean => files?.write(path, bytes) ?? false;
  let held: HeldFile | undefined;
  const report = await remote.run((client) => {
    held = small === undefined ? undefined : holdFile(small, open, put);
    return client.download(remote.pathOf(from), held?.target ?? lazyFile(open), {
      ...callOf(options, from.join("/")),
      ...(size === undefined ? {} : { size }),
    });
  });
  await held?.finish();
  const modified = timeToKeep(options, entry?.modified);
  if (modified !== undefined) await store.setTimes?.(path, { modified }, context);
  return report;
}

/** Puts one file of a tree. */
export async function uploadStep(
  remote: RemoteTree,
  local: LocalTree,
  { action, from, to, entry }: TreeStep,
  options: UploadTreeOptions,
): Promise<TransferReport> {
  const { store, context, pathOf } = local;
  const { temporary } = options;
  let isBegun = false;
  const call = callOf(
    {
      ...options,
      onProgress: (path, progress) => {
        isBegun = true;
        options.onProgress?.(path, progress);
      },
    },
    from.join("/"),
  );
  const place = remote.pathOf(to);
  const modified = timeToKeep(options, entry?.modified);
  const isSmall = entry?.size !== undefined && entry.size <= maxHeld;
  const files = isSmall ? await local.small() : undefined;
  return remote.run(async (client) => {
    const source = files?.read(pathOf(from), maxHeld) ?? (await store.openRead(pathOf(from), context));
    const named = temporary === undefined ? call : { ...call, temporary };
    const report = await client.upload(source, place, named).catch(async (error: unknown) => {
      // A call that never had its turn has not closed it.
      if ("close" in source) await source.close().catch(() => {});
      // Where nothing stood, no part of a file stays: the next time it would pass for one.
      if (action.why === "new" && isBegun && temporary === false)
        await client.remove(place, { timeout: clearingTime }).catch(() => {});
      throw error;
    });
    if (modified !== undefined) await keepTime(client, place, modified);
    return report;
  });
}

/** A server that is gone is not waited for. */
const clearingTime = 10_000;

/** The file is there and whole: that its time could not be set is no failure. */
async function keepTime(client: FtpClient, path: string, modified: number): Promise<void> {
  if (!(await client.features()).has("MFMT")) return;
  try {
    await client.setModified(path, modified);
  } catch (error) {
    if (!FtpError.isInstance(error) || error.code !== "refused") throw error;
  }
}

function callOf({ signal, verify, rateLimit, onProgress }: TreeTransferOptions, path: string) {
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(verify === undefined ? {} : { verify }),
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(onProgress === undefined ? {} : { onProgress: (progress: Progress) => onProgress(path, progress) }),
  };
}

function timeToKeep(
  { keepTimes = false }: TreeTransferOptions,
  time: TreeTime | undefined,
): number | undefined {
  return keepTimes && time !== undefined && time.within <= 1000 ? time.at : undefined;
}
