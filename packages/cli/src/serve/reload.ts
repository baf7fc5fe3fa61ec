import type { Config } from "../config/schema.ts";
import { toLine } from "../failure.ts";
import type { Log } from "./log.ts";
import type { Operation } from "./operation.ts";
import type { Service } from "./services.ts";

export interface ReloadParts {
  /** In force at the beginning. */
  readonly config: Config;
  /** Reads it anew. */
  readonly load: () => Promise<Config>;
  readonly services: readonly Pick<Service, "reload" | "prepare" | "reopen">[];
  readonly operation: Pick<Operation, "reopen">;
  readonly log: Log;
}

/**
 * What SIGHUP does: log files are opened anew, the configuration is read again, and what can change while sessions
 * run does. What cannot is said in the log. A configuration that is wrong changes nothing.
 */
export function createReload({ config, load, services, operation, log }: ReloadParts): () => void {
  let current = config;
  let running: Promise<void> = Promise.resolve();

  async function reload(): Promise<void> {
    operation.reopen();
    for (const service of services) service.reopen?.();
    try {
      const next = await load();
      const prepared = await Promise.all(services.map((service) => service.prepare?.(next)));
      for (const service of services) if (service.prepare === undefined) await service.reload(next);
      for (const apply of prepared) apply?.();
      const fixed = changedKeys(current, next).filter((key) => !live.has(key));
      const names = [
        ...fixed,
        ...(portsOf(current) === portsOf(next) ? [] : ["the ports of ftp"]),
        ...(placeOf(current) === placeOf(next) ? [] : ["the port and multicast of tftp"]),
      ];
      current = { ...next, ...pick(current, fixed) };
      const rest = names.length === 0 ? "" : `; what has changed in ${names.join(", ")} needs a new start`;
      log.note(names.length === 0 ? "info" : "warn", `configuration read again${rest}`);
    } catch (error) {
      log.note("warn", `nothing has changed, the configuration cannot be used: ${toLine(error)}`);
    }
  }

  return () => {
    running = running.then(reload);
  };
}

/** What takes effect in the sessions that begin from now on. */
const live: ReadonlySet<keyof Config> = new Set([
  "$schema",
  "users",
  "usersFile",
  "http",
  "anonymous",
  "tls",
  "hosts",
  "ftp",
  "tftp",
]);

function changedKeys(before: Config, after: Config): readonly (keyof Config)[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof Config)[];
  return keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
}

/** They are listened at as long as the process runs. */
function portsOf({ ftp }: Config): string {
  return typeof ftp === "object" ? `${ftp.port} ${ftp.implicitTlsPort}` : `${ftp !== false}`;
}

function placeOf({ tftp }: Config): string {
  return typeof tftp === "object" ? JSON.stringify([tftp.port, tftp.multicast]) : `${tftp !== false}`;
}

/** These keys as they were, absent ones too, so that a later change back is none. */
function pick(config: Config, keys: readonly (keyof Config)[]): Config {
  return Object.fromEntries(keys.map((key) => [key, config[key]]));
}
