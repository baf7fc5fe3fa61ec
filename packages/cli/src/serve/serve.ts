import { lookup } from "node:dns/promises";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Config } from "../config/schema.ts";
import { CommandFailure, toLine, usageFailure } from "../failure.ts";
import { writeOut } from "../output.ts";
import { checkFlags, type ServeFlags, withFlags, withPasswords } from "./flags.ts";
import type { MetricValues } from "./metrics.ts";
import { createOperation } from "./operation.ts";
import { createReload } from "./reload.ts";
import { isFtpServed, isTftpServed, type Service, servicesOf } from "./services.ts";
import { watchSignals } from "./signals.ts";
import { workersOf } from "./workers/count.ts";
import { ownWorker } from "./workers/environment.ts";

/** How long transfers under way may go on after the first signal, unless told: milliseconds. */
const defaultDrain = 30_000;

/**
 * Serves until a signal comes. The first one lets transfers end, for some time; the second one ends them at once.
 *
 * @param directory what to serve; as the configuration has it, else the current directory, where absent
 * @param configFile where the rest stands that is not in the flags
 */
export async function serve(
  directory: string | undefined,
  given: ServeFlags,
  configFile: string | undefined,
): Promise<void> {
  const worker = ownWorker();
  if (worker !== undefined) return (await import("./workers/worker.ts")).serveAsWorker(worker);
  checkFlags(given);
  const load = async (flags: ServeFlags): Promise<Config> => {
    const base =
      configFile === undefined ? {} : await (await import("../config/read.ts")).readConfig(configFile);
    return withFlags(base, directory, flags);
  };
  // What is wrong in the file is told before anybody is asked for a password.
  await load(given);
  const flags = await withPasswords(given);
  const config = await load(flags);

  const root = resolve(config.root ?? ".");
  await expectDirectory(root);
  const host = await addressOf(config.host ?? "127.0.0.1");
  if (!isFtpServed(config) && !isTftpServed(config))
    throw usageFailure("nothing is left to serve: take away --no-ftp or --no-tftp, or give --tftp-port");
  const size = isFtpServed(config) ? workersOf(config) : 1;
  let services: readonly Service[] = [];
  const others = async (): Promise<readonly MetricValues[]> =>
    (await Promise.all(services.map((service) => service.metrics?.() ?? []))).flat();
  const operation = await createOperation(config, root, size > 1 ? { others } : {});
  const { log } = operation;
  services = await servicesOf(config, {
    root,
    host,
    sink: operation.sink,
    hooks: operation.hooks,
    ...{ size, log },
  });

  const closeAll = async (drain: number): Promise<void> => {
    operation.drain();
    await Promise.all(services.map((service) => service.close(drain)));
  };
  const signals = watchSignals();
  signals.onHangup = createReload({ config, load: () => load(flags), services, operation, log });
  try {
    await listenAll(services, host);
    if (size > 1 && isTftpServed(config)) log.note("info", "TFTP is served by the first process alone");
    const metrics = await operation.listen();
    if (metrics !== undefined) log.note("info", `metrics at ${metrics}`);
  } catch (error) {
    await closeAll(0);
    await operation.close();
    throw error;
  }
  await signals.first;
  void signals.second.then(() => closeAll(0));
  await closeAll(config.drainTimeout ?? defaultDrain);
  signals.unwatch();
  await operation.close();
}

async function listenAll(services: readonly Service[], host: string): Promise<void> {
  for (const { scheme, listen } of services) {
    try {
      for (const at of await listen())
        await writeOut(`${at.scheme}://${host.includes(":") ? `[${host}]` : host}:${at.port}/\n`);
    } catch (error) {
      if (error instanceof CommandFailure) throw error;
      throw new CommandFailure(1, `cannot serve ${scheme} on ${host}: ${toLine(error)}; ${adviceFor(error)}`);
    }
  }
}

async function expectDirectory(directory: string): Promise<void> {
  const found = await stat(directory).catch((error: unknown) => {
    throw usageFailure(`${directory} cannot be served (${toLine(error)}); name a directory`);
  });
  if (!found.isDirectory()) throw usageFailure(`${directory} is no directory; name one`);
}

/** All listen at one address, also where a name has more. */
async function addressOf(host: string): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch (error) {
    throw new CommandFailure(1, `--host: ${toLine(error)}; give an address of this machine`);
  }
}

/** What can be done where it cannot be listened. */
export function adviceFor(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  if (code === "EADDRINUSE") return "stop what listens there, or choose another port (0 picks a free one)";
  if (code === "EACCES") return "ports below 1024 need privileges: choose a higher one";
  if (code === "EADDRNOTAVAIL") return "give --host an address of this machine";
  return "see --host, --ftp-port and --tftp-port";
}
