import { inferYear, type ListingEntry, precisionOf, toInstant } from "@longshore/ftp-listing";
import { FtpError } from "@longshore/ftp-session/client";
import type { FtpClient } from "./client.ts";
import type { CallOptions } from "./options.ts";
import type { FtpPool } from "./pool.ts";
import type { TreeEntry, TreePath, TreeProblem, TreeSide, TreeTime } from "./tree-side.ts";

/** A tree on the server. */
export interface RemoteTree extends TreeSide {
  pathOf(path: TreePath): string;
  /** Runs `task` with a session: the one that there is, or any of a pool, again over another where it is repeatable. */
  run<T>(task: (client: FtpClient) => Promise<T>, repeatable?: boolean): Promise<T>;
  /** Whether the root is a directory, asked in the one way that every server knows. */
  isThere(): Promise<boolean>;
}

export function createRemoteTree(ftp: FtpClient | FtpPool, root: string, call: CallOptions): RemoteTree {
  if ("use" in ftp && !root.startsWith("/")) {
    const shown = JSON.stringify(root);
    throw new FtpError("bad-argument", `a pool takes absolute paths, and ${shown} is none: begin it with /`);
  }
  const run: RemoteTree["run"] = (task, repeatable = true) =>
    "use" in ftp ? ftp.use(task, { ...call, repeatable }) : task(ftp);
  const pathOf = (path: TreePath): string => {
    const below = path.join("/");
    if (root === "" || below === "") return root === "" ? below : root;
    return root.endsWith("/") ? `${root}${below}` : `${root}/${below}`;
  };
  return {
    pathOf,
    run,
    list: (path) =>
      run(async (client) => {
        const listing = client.list(pathOf(path), call);
        const entries: TreeEntry[] = [];
        const problems: TreeProblem[] = [];
        for await (const entry of listing) {
          const reason = hazardOf(entry);
          if (reason === undefined) entries.push(toTreeEntry(entry));
          else problems.push({ name: entry.name, reason });
        }
        for (const { raw } of listing.unparsed) problems.push({ name: raw, reason: "unparsed" });
        return { entries, problems, isComplete: listing.unparsed.length === 0 && !listing.isCut };
      }),
    isThere: () =>
      run(async (client) => {
        const before = await client.pwd(call);
        try {
          await client.cd(root === "" ? before : root, call);
        } catch (error) {
          if (FtpError.isInstance(error) && error.code === "refused") return false;
          throw error;
        }
        await client.cd(before, call);
        return true;
      }),
    makeDirectory: (path) =>
      run((client) => client.makeDirectory(pathOf(path), { ...call, recursive: true })),
    remove: (path) => run((client) => client.remove(pathOf(path), call), false),
    removeDirectory: (path) => run((client) => client.removeDirectory(pathOf(path), call), false),
  };
}

/** A name that is a path would lead a command elsewhere; one with a line break in it cannot be sent. */
function hazardOf({ name, hazard }: ListingEntry): TreeProblem["reason"] | undefined {
  if (hazard !== undefined) return hazard;
  if (name === "") return "empty";
  return /[\r\n]/.test(name) ? "control" : undefined;
}

function toTreeEntry(entry: ListingEntry): TreeEntry {
  const { name, type, size, dialect, sizeText } = entry;
  return {
    name,
    type: type === undefined ? "other" : (types[type] ?? "other"),
    size: size === undefined ? undefined : Number(size),
    modified: timeOf(entry),
    isExact: dialect === "mlsx" && size !== undefined && sizeText === undefined,
  };
}

const types: Readonly<Partial<Record<NonNullable<ListingEntry["type"]>, TreeEntry["type"]>>> = {
  file: "file",
  dir: "directory",
  link: "link",
};

function timeOf({ modified }: ListingEntry): TreeTime | undefined {
  if (modified === undefined || modified.alternatives !== undefined) return undefined;
  const at = toInstant(inferYear(modified, Date.now()));
  if (at === undefined) return undefined;
  const within = precisions[precisionOf(modified)];
  return { at, within: modified.zone === "local-to-server" ? within + zoneWidth : within };
}

const precisions = { fraction: 1, second: 1000, minute: 60_000, day: 86_400_000 } as const;

/** The local time of a server may be this far from UTC. */
const zoneWidth = 14 * 3_600_000;
