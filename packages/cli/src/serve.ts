import { lookup } from "node:dns/promises";
import { stat } from "node:fs/promises";
import { createNodeStore } from "@longshore/file-store-node";
import { createFtpServer, type FtpServerOptions, type UserEntry } from "@longshore/ftp-server";
import { createTftpServer } from "@longshore/tftp-endpoint";
import { makeCertificate, readCertificate } from "./certificate.ts";
import { CommandFailure, toLine, usageFailure } from "./failure.ts";
import { createLog, type Log, type LogForm } from "./log.ts";
import type { UserOption } from "./option.ts";
import { writeOut } from "./output.ts";
import { askPassword } from "./password.ts";

/** What `serve` was told. */
export interface ServeFlags {
  readonly host: string;
  readonly ftpPort: number;
  readonly tftpPort: number;
  /** Whether somebody wrote --tftp-port. */
  readonly isTftpPortGiven: boolean;
  readonly ftpsPort?: number;
  readonly ftp: boolean;
  readonly tftp: boolean;
  readonly writable?: true;
  readonly user?: readonly UserOption[];
  readonly anonymous: boolean;
  readonly passivePorts?: readonly [number, number];
  readonly publicAddress?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsSelfSigned?: true;
  readonly requireTls?: true;
  /** Seconds. */
  readonly idleTimeout?: number;
  readonly maxSessions?: number;
  readonly maxSessionsPerAddress?: number;
  readonly log?: LogForm;
}

/** One address that is served at. */
interface Listener {
  readonly scheme: "ftp" | "ftps" | "tftp";
  /** Answers the port. */
  listen(): Promise<number>;
  /** Waits for the transfers under way, `drain` milliseconds at most. */
  close(drain: number): Promise<void>;
}

/**
 * Serves until a signal comes. The first one lets transfers end, for `drainMilliseconds` at most; the second one
 * ends them at once.
 */
export async function serve(directory: string, flags: ServeFlags, drainMilliseconds: number): Promise<void> {
  await expectDirectory(directory);
  const host = await addressOf(flags.host);
  const listeners = await listenersOf(directory, { ...flags, host });
  const closeAll = async (drain: number): Promise<void> => {
    await Promise.all(listeners.map((listener) => listener.close(drain)));
  };
  const signals = watchSignals();
  for (const { scheme, listen } of listeners) {
    try {
      const port = await listen();
      await writeOut(`${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}/\n`);
    } catch (error) {
      await closeAll(0);
      throw new CommandFailure(1, `cannot serve ${scheme} on ${host}: ${toLine(error)}; ${adviceFor(error)}`);
    }
  }
  await signals.first;
  void signals.second.then(() => closeAll(0));
  await closeAll(drainMilliseconds);
  signals.unwatch();
}

async function listenersOf(directory: string, flags: ServeFlags): Promise<readonly Listener[]> {
  // TFTP knows neither users nor TLS: where one of them is a must, only who asks for it by its port gets it.
  const isOpen = flags.anonymous && flags.requireTls !== true;
  const withTftp = flags.tftp && (isOpen || flags.isTftpPortGiven);
  if (!flags.ftp && !withTftp && flags.ftpsPort === undefined) {
    throw usageFailure("nothing is left to serve: take away --no-ftp or --no-tftp, or give --tftp-port");
  }
  const users = await usersOf(flags);
  if (!flags.anonymous && users.length === 0 && (flags.ftp || flags.ftpsPort !== undefined))
    throw usageFailure("--no-anonymous leaves nobody who could log in: name somebody with --user");
  const tls = await tlsOf(flags);
  const log = createLog(flags.log ?? (process.stderr.isTTY ? "pretty" : "json"));
  const options = ftpOptionsOf(directory, flags, users);
  const listeners: Listener[] = [];
  if (flags.ftp)
    listeners.push(
      ftpListener("ftp", { ...options, port: flags.ftpPort, ...(tls === undefined ? {} : { tls }) }, log),
    );
  if (flags.ftpsPort !== undefined) {
    if (tls === undefined)
      throw usageFailure("--ftps-port needs --tls-cert and --tls-key, or --tls-self-signed");
    const implicit = { ...options, port: flags.ftpsPort, tls: { ...tls, implicit: true } };
    listeners.push(ftpListener("ftps", implicit, log));
  }
  if (withTftp) listeners.push(tftpListener(directory, flags, log));
  return listeners;
}

function ftpOptionsOf(directory: string, flags: ServeFlags, users: readonly UserEntry[]): FtpServerOptions {
  const everybody = flags.writable === true ? "rw" : "ro";
  const { host, passivePorts, publicAddress, idleTimeout, maxSessions, maxSessionsPerAddress } = flags;
  return {
    store: createNodeStore(directory, {
      writable: flags.writable === true || users.some(({ permission }) => permission === "rw"),
    }),
    host,
    users,
    anonymous: flags.anonymous ? { permission: everybody } : false,
    passive: {
      ...(passivePorts === undefined ? {} : { ports: passivePorts }),
      ...(publicAddress === undefined ? {} : { publicAddress }),
    },
    limits: {
      ...(idleTimeout === undefined ? {} : { idleTimeout: idleTimeout * 1000 }),
      ...(maxSessions === undefined ? {} : { sessions: maxSessions }),
      ...(maxSessionsPerAddress === undefined ? {} : { sessionsPerAddress: maxSessionsPerAddress }),
    },
  };
}

function ftpListener(scheme: "ftp" | "ftps", options: FtpServerOptions, log: Log): Listener {
  let isListening = false;
  const server = makeServer({
    ...options,
    onEvent: (event) => {
      // What keeps it from listening is told by `listen` alone.
      if (event.type !== "error" || isListening) log.ftp(event);
    },
  });
  return {
    scheme,
    async listen() {
      const { port } = await server.listen();
      isListening = true;
      return port;
    },
    close: (drain) => server.close({ drain }),
  };
}

function makeServer(options: FtpServerOptions): ReturnType<typeof createFtpServer> {
  try {
    return createFtpServer(options);
  } catch (error) {
    throw usageFailure(`--tls-cert and --tls-key cannot be used together (${toLine(error)})`);
  }
}

function tftpListener(directory: string, flags: ServeFlags, log: Log): Listener {
  const { host, maxSessions, maxSessionsPerAddress } = flags;
  const writable = flags.writable === true;
  const server = createTftpServer({
    store: createNodeStore(directory, { writable }),
    host,
    port: flags.tftpPort,
    writable,
    limits: {
      ...(maxSessions === undefined ? {} : { sessions: maxSessions || Number.POSITIVE_INFINITY }),
      ...(maxSessionsPerAddress === undefined
        ? {}
        : { sessionsPerAddress: maxSessionsPerAddress || Number.POSITIVE_INFINITY }),
    },
    onEvent: log.tftp,
  });
  return {
    scheme: "tftp",
    listen: async () => (await server.listen()).port,
    close: (drain) => server.close({ timeout: drain }),
  };
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

async function usersOf({ user = [], writable }: ServeFlags): Promise<readonly UserEntry[]> {
  const users: UserEntry[] = [];
  for (const { name, password, permission } of user) {
    users.push({
      name,
      password: password ?? (await askPassword(`Password for the new user ${name}`)),
      permission: permission ?? (writable === true ? "rw" : "ro"),
    });
  }
  return users;
}

async function tlsOf(flags: ServeFlags): Promise<NonNullable<FtpServerOptions["tls"]> | undefined> {
  const { host, tlsCert, tlsKey, tlsSelfSigned, requireTls } = flags;
  const required = requireTls === true;
  if (tlsSelfSigned === true) {
    if (tlsCert !== undefined || tlsKey !== undefined) {
      throw usageFailure("--tls-self-signed makes its own certificate: take away --tls-cert and --tls-key");
    }
    return { ...(await makeCertificate(host)), required };
  }
  if (tlsCert !== undefined && tlsKey !== undefined)
    return { ...(await readCertificate(tlsCert, tlsKey)), required };
  if (tlsCert !== undefined || tlsKey !== undefined)
    throw usageFailure("--tls-cert and --tls-key go together: give both");
  if (required) throw usageFailure("--require-tls needs --tls-cert and --tls-key, or --tls-self-signed");
  return undefined;
}

/** Watches from before the first line is printed: who has read it may send a signal at once. */
function watchSignals(): {
  readonly first: Promise<void>;
  readonly second: Promise<void>;
  unwatch(): void;
} {
  const arrivals: (() => void)[] = [];
  const next = (): Promise<void> => new Promise((resolve) => arrivals.push(resolve));
  const arrive = (): void => arrivals.shift()?.();
  const names = ["SIGINT", "SIGTERM"] as const;
  for (const name of names) process.on(name, arrive);
  return {
    first: next(),
    second: next(),
    unwatch() {
      for (const name of names) process.off(name, arrive);
    },
  };
}

function adviceFor(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  if (code === "EADDRINUSE") return "stop what listens there, or choose another port (0 picks a free one)";
  if (code === "EACCES") return "ports below 1024 need privileges: choose a higher one";
  if (code === "EADDRNOTAVAIL") return "give --host an address of this machine";
  return "see --host, --ftp-port and --tftp-port";
}
