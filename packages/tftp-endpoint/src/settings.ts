import { type FileStore, toPath, type VirtualPath } from "@longshore/file-store";
import type { TimingOptions } from "@longshore/tftp-transfer";
import { networkOf } from "./address.ts";
import { TftpError } from "./error.ts";
import type { TftpLimits } from "./limits.ts";
import type { TftpMulticast } from "./multicast-group.ts";
import { createReadCache } from "./read-cache.ts";
import { parseRewriteRules } from "./rewrite/rules.ts";
import type { TftpRoot, TftpRootPolicy } from "./root.ts";
import type { TftpServerBehaviour, TftpServerOptions } from "./server.ts";
import type { TransferPorts } from "./transfer-port.ts";

/** All that can be said of a server that serves directories, as a configuration file holds it: plain data. */
export interface TftpSettings extends TftpRootPolicy {
  readonly host?: string;
  readonly port?: number;
  readonly transferPorts?: TransferPorts;
  readonly limits?: TftpLimits;
  readonly timing?: TimingOptions;
  readonly rollover?: 0 | 1;
  readonly ignoreOptions?: readonly string[];
  readonly mail?: boolean;
  readonly quirks?: NonNullable<TftpServerBehaviour["quirks"]>;
  readonly multicast?: TftpMulticast;
  readonly backslash?: "separator" | "name" | "refuse";
  /** What clients see as the root, as a path below the directory that is served. */
  readonly root?: string;
  readonly roots?: readonly TftpRootSettings[];
  /** Rewriting rules, one a line. */
  readonly rewrite?: string;
  /** Octets of the read cache; 0 for none. */
  readonly cache?: number;
}

export interface TftpRootSettings extends TftpRootPolicy {
  /** Names below it, as a path from the root that clients see. */
  readonly prefix?: string;
  /** Networks such as `192.0.2.0/24`, or addresses. */
  readonly clients?: readonly string[];
  /** Another directory of this machine. */
  readonly directory?: string;
  /** What stands for the prefix, as a path in that directory, or in the one that is served. */
  readonly root?: string;
}

/**
 * The options of a server by its settings.
 *
 * @param store the directory that is served
 * @param openStore opens another one; `writable` tells whether clients may write there
 * @throws {TftpError} `usage` for a rule, network or path that is none, with its place
 */
export function readTftpSettings(
  settings: TftpSettings,
  store: FileStore,
  openStore: (directory: string, writable: boolean) => FileStore,
): TftpServerOptions {
  const { roots, rewrite, root, cache, ...rest } = settings;
  return {
    ...rest,
    store,
    ...(root === undefined ? {} : { root: pathOf(root, "root") }),
    ...(roots && { roots: roots.map((one, index) => readRoot(one, `roots[${index}]`, openStore)) }),
    ...(rewrite === undefined ? {} : { rewrite: readRules(rewrite) }),
    ...(cache === undefined
      ? {}
      : { cache: cache === 0 ? (false as const) : createReadCache({ octets: cache }) }),
  };
}

function readRoot(
  { prefix, directory, root, clients, ...policy }: TftpRootSettings,
  place: string,
  openStore: (directory: string, writable: boolean) => FileStore,
): TftpRoot {
  const wrong = clients?.find((text) => networkOf(text) === undefined);
  if (wrong !== undefined)
    throw new TftpError("usage", `${place}.clients: ${wrong} is no network; write it as 192.0.2.0/24`);
  return {
    ...policy,
    ...(clients && { clients }),
    ...(prefix === undefined ? {} : { prefix: pathOf(prefix, `${place}.prefix`) }),
    ...(directory === undefined ? {} : { store: openStore(directory, policy.writable === true) }),
    ...(root === undefined ? {} : { root: pathOf(root, `${place}.root`) }),
  };
}

function pathOf(text: string, place: string): VirtualPath {
  try {
    return toPath(text);
  } catch (cause) {
    throw new TftpError("usage", `${place}: ${String(cause)}`, { cause });
  }
}

function readRules(text: string): NonNullable<TftpServerBehaviour["rewrite"]> {
  const parsed = parseRewriteRules(text);
  if (parsed.ok) return parsed.rules;
  throw new TftpError("usage", `rewrite, line ${parsed.line}: ${parsed.message}`);
}
