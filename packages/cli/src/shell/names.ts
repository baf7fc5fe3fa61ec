import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { typeOf } from "../glob-remote.ts";
import type { Candidate, CandidateSource } from "./complete.ts";
import { localPath } from "./local-path.ts";
import type { Shell } from "./shell.ts";

/** Names for completion. A directory of the server is asked for once until the next command. */
export interface NameSource extends CandidateSource {
  forget(): void;
}

export function createNameSource(shell: () => Shell): NameSource {
  const known = new Map<string, Promise<readonly Candidate[]>>();
  return {
    forget: () => known.clear(),
    remote(directory) {
      const found = known.get(directory) ?? remoteNames(shell(), directory);
      known.set(directory, found);
      return found;
    },
    local: localNames,
  };
}

async function remoteNames(shell: Shell, directory: string): Promise<readonly Candidate[]> {
  const client = shell.remote?.client;
  // A Tab is no reason to connect again.
  if (client === undefined || client.isClosed) return [];
  const names: Candidate[] = [];
  await shell.trace.quietly(async () => {
    const listing = client.list(directory === "" ? "" : directory, { timeout: patience });
    for await (const entry of listing) {
      if (entry.hazard === undefined)
        names.push({ name: entry.name, isDirectory: typeOf(entry) === "directory" });
      if (names.length >= mostNames) break;
    }
  }, "forget");
  return names;
}

/** Milliseconds that a Tab may take, and names that it looks at. */
const patience = 5000;
const mostNames = 10_000;

async function localNames(directory: string): Promise<readonly Candidate[]> {
  const path = localPath(directory === "" ? "." : directory);
  const entries = await readdir(path, { withFileTypes: true });
  return Promise.all(
    entries.slice(0, mostNames).map(async (entry) => ({
      name: entry.name,
      isDirectory: entry.isSymbolicLink()
        ? await stat(join(path, entry.name)).then(
            (target) => target.isDirectory(),
            () => false,
          )
        : entry.isDirectory(),
    })),
  );
}
