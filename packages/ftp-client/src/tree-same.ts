import { createDigest, digestFile } from "@longshore/ftp-data";
import { FtpError } from "@longshore/ftp-session/client";
import type { LocalTree } from "./tree-local.ts";
import type { TreeTransferOptions } from "./tree-options.ts";
import type { PlanOptions } from "./tree-plan.ts";
import type { RemoteTree } from "./tree-remote.ts";
import type { TreeEntry, TreePath, TreeTime } from "./tree-side.ts";

/** When a file that stands on both sides is left as it is. */
export function samenessOf(
  same: NonNullable<TreeTransferOptions["same"]>,
  remote: RemoteTree,
  local: LocalTree,
  isDownload: boolean,
): PlanOptions["isSame"] {
  if (same !== "hash") return sameness[same];
  return (from, to, path, place) =>
    hasSameSize(from, to) &&
    hasSameHash(remote, local, ...(isDownload ? ([path, place] as const) : ([place, path] as const)));
}

const sameness = {
  never: () => false,
  size: hasSameSize,
  time: (from: TreeEntry, to: TreeEntry) => hasSameSize(from, to) && !isNewer(from.modified, to.modified),
} as const;

function hasSameSize(from: TreeEntry, to: TreeEntry): boolean {
  return from.size !== undefined && from.size === to.size;
}

/** A file that the server will not hash is transferred. */
function refusal(error: unknown): undefined {
  if (!FtpError.isInstance(error) || error.code !== "refused") throw error;
}

async function hasSameHash(
  remote: RemoteTree,
  { store, context, pathOf }: LocalTree,
  there: TreePath,
  here: TreePath,
): Promise<boolean> {
  const theirs = await remote.run((client) => client.hash(remote.pathOf(there))).catch(refusal);
  if (theirs === undefined) return false;
  const file = await store.openRead(pathOf(here), context);
  try {
    const { signal } = context;
    return (await digestFile(file, createDigest(theirs.algorithm), { signal })) === theirs.digest;
  } finally {
    await file.close();
  }
}

/** As far as both times tell; where one is not known, the size has to do. */
function isNewer(from: TreeTime | undefined, to: TreeTime | undefined): boolean {
  if (from === undefined || to === undefined) return false;
  return from.at - to.at >= Math.max(from.within, to.within);
}
