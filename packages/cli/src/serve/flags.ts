import { resolve } from "node:path";
import type { FtpConfig } from "../config/ftp.ts";
import type { Config } from "../config/schema.ts";
import type { TftpConfig } from "../config/tftp.ts";
import { usageFailure } from "../failure.ts";
import type { UserOption } from "../option.ts";
import { askPassword } from "../password.ts";
import type { LogForm } from "./log.ts";

/** What `serve` was told on the command line; what was not is absent. Times are seconds. */
export interface ServeFlags {
  readonly host?: string;
  readonly ftpPort?: number;
  readonly tftpPort?: number;
  readonly ftpsPort?: number;
  /** `false` where somebody wrote --no-ftp. */
  readonly ftp?: boolean;
  readonly tftp?: boolean;
  readonly writable?: true;
  readonly user?: readonly UserOption[];
  readonly anonymous?: boolean;
  readonly users?: string;
  readonly incoming?: readonly string[];
  /** Bytes a second. */
  readonly limitRate?: number;
  readonly clientCa?: string;
  readonly passivePorts?: readonly [number, number];
  readonly publicAddress?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsSelfSigned?: true;
  readonly requireTls?: true;
  readonly requireSessionReuse?: true;
  readonly idleTimeout?: number;
  readonly drainTimeout?: number;
  readonly workers?: number | "auto";
  readonly maxSessions?: number;
  readonly maxSessionsPerAddress?: number;
  readonly banAfter?: number;
  readonly metricsPort?: number;
  readonly xferlog?: string;
  readonly onUpload?: string;
  readonly log?: LogForm;
  readonly logFile?: string;
}

/**
 * The configuration with what the command line says put over it.
 *
 * @param directory what is to be served, where that was said
 */
export function withFlags(base: Config, directory: string | undefined, flags: ServeFlags): Config {
  const writable = flags.writable ?? base.writable;
  return {
    ...base,
    ...defined({
      root: directory === undefined ? undefined : resolve(directory),
      host: flags.host,
      writable,
      users: usersOf(base, flags, writable === true),
      usersFile: flags.users === undefined ? undefined : { ...base.usersFile, path: resolve(flags.users) },
      anonymous: anonymousOf(base, flags),
      ftp: ftpOf(base.ftp, flags),
      tftp: tftpOf(base.tftp, flags),
      tls: tlsOf(base.tls, flags),
      log: flags.log === undefined && flags.logFile === undefined ? undefined : logOf(base.log, flags),
      xferlog: absolute(flags.xferlog),
      metrics: flags.metricsPort === undefined ? undefined : { ...base.metrics, port: flags.metricsPort },
      onUpload:
        flags.onUpload === undefined
          ? undefined
          : { ...base.onUpload, command: flags.onUpload.trim().split(/\s+/) },
      workers: flags.workers,
      drainTimeout: flags.drainTimeout === undefined ? undefined : flags.drainTimeout * 1000,
    }),
  };
}

/** The flags with every password, of which some are asked for now and never again. */
export async function withPasswords(flags: ServeFlags): Promise<ServeFlags> {
  if (flags.user === undefined) return flags;
  const user: UserOption[] = [];
  for (const one of flags.user)
    user.push({
      ...one,
      password: one.password ?? (await askPassword(`Password for the new user ${one.name}`)),
    });
  return { ...flags, user };
}

/** @throws {CommandFailure} wrong usage, where flags contradict each other */
export function checkFlags({ tlsCert, tlsKey, tlsSelfSigned }: ServeFlags): void {
  const hasFile = tlsCert !== undefined || tlsKey !== undefined;
  if (tlsSelfSigned === true && hasFile)
    throw usageFailure("--tls-self-signed makes its own certificate: take away --tls-cert and --tls-key");
  if (hasFile && (tlsCert === undefined || tlsKey === undefined))
    throw usageFailure("--tls-cert and --tls-key go together: give both");
}

function anonymousOf({ anonymous = true }: Config, flags: ServeFlags): Config["anonymous"] | undefined {
  const { incoming, limitRate } = flags;
  if (flags.anonymous === false) return false;
  if (anonymous === false || (incoming === undefined && limitRate === undefined)) return undefined;
  return {
    ...(anonymous === true ? {} : anonymous),
    ...(incoming === undefined ? {} : { incoming }),
    ...rateOf(flags),
  };
}

/** For each session, each way. */
function rateOf({ limitRate }: ServeFlags): { readonly sessionRate?: { up: number; down: number } } {
  return limitRate === undefined ? {} : { sessionRate: { up: limitRate, down: limitRate } };
}

function usersOf(
  base: Config,
  flags: ServeFlags,
  writable: boolean,
): NonNullable<Config["users"]> | undefined {
  const { user: given = [], limitRate } = flags;
  if (flags.user === undefined && (limitRate === undefined || base.users === undefined)) return undefined;
  const rate = rateOf(flags);
  const users = (base.users ?? []).map((user) => ({ ...user, ...rate }));
  const named = given.map(({ name, password = "", permission }) => ({
    ...users.find((user) => user.name === name),
    name,
    password,
    permission: permission ?? (writable ? "rw" : "ro"),
    ...rate,
  }));
  return [...users.filter(({ name }) => !named.some((user) => user.name === name)), ...named];
}

function ftpOf(base: Config["ftp"], flags: ServeFlags): Config["ftp"] | undefined {
  const { ftp, ftpPort, ftpsPort, passivePorts, publicAddress, idleTimeout, banAfter } = flags;
  if (ftp === false && ftpsPort === undefined) return false;
  const before: FtpConfig = typeof base === "object" ? base : {};
  const limits = defined({
    idleTimeout: idleTimeout === undefined ? undefined : idleTimeout * 1000,
    sessions: flags.maxSessions,
    sessionsPerAddress: flags.maxSessionsPerAddress,
  });
  const passive = defined({ ports: passivePorts, publicAddress });
  const changes: FtpConfig = defined({
    port: ftp === false ? false : ftpPort,
    implicitTlsPort: ftpsPort,
    limits: isEmpty(limits) ? undefined : { ...before.limits, ...limits },
    passive: isEmpty(passive) ? undefined : { ...before.passive, ...passive },
    ban:
      banAfter === undefined
        ? undefined
        : banAfter === 0
          ? false
          : { ...(before.ban === false ? {} : before.ban), failures: banAfter },
  });
  return isEmpty(changes) ? undefined : { ...before, ...changes };
}

function tftpOf(base: Config["tftp"], flags: ServeFlags): Config["tftp"] | undefined {
  if (flags.tftp === false) return false;
  const before: TftpConfig = typeof base === "object" ? base : {};
  const limits = defined({ sessions: flags.maxSessions, sessionsPerAddress: flags.maxSessionsPerAddress });
  const changes: TftpConfig = defined({
    port: flags.tftpPort,
    limits: isEmpty(limits) ? undefined : { ...before.limits, ...limits },
  });
  return isEmpty(changes) ? undefined : { ...before, ...changes };
}

function tlsOf(base: Config["tls"], flags: ServeFlags): Config["tls"] | undefined {
  const { tlsCert, tlsKey, tlsSelfSigned, requireTls, requireSessionReuse, clientCa } = flags;
  const { cert: _, key: __, selfSigned: ___, ...rest } = base ?? {};
  const isNew = tlsCert !== undefined || tlsKey !== undefined || tlsSelfSigned !== undefined;
  const changes = defined({
    cert: absolute(tlsCert),
    key: absolute(tlsKey),
    selfSigned: tlsSelfSigned,
    required: requireTls,
    clientCertificates:
      clientCa === undefined
        ? undefined
        : { required: true, ...base?.clientCertificates, authorities: [resolve(clientCa)] },
    sessionReuse: requireSessionReuse === undefined ? undefined : ("require" as const),
  });
  return isEmpty(changes) ? undefined : { ...(isNew ? rest : base), ...changes };
}

function logOf(base: Config["log"], { log, logFile }: ServeFlags): NonNullable<Config["log"]> {
  return { ...base, ...defined({ form: log, file: absolute(logFile) }) };
}

const absolute = (path: string | undefined): string | undefined =>
  path === undefined ? undefined : resolve(path);

const isEmpty = (value: object): boolean => Object.keys(value).length === 0;

/** Without the keys that are absent, so that they do not hide what stands below. */
function defined<Values extends object>(
  values: Values,
): { [Key in keyof Values]?: Exclude<Values[Key], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Values]?: Exclude<Values[Key], undefined>;
  };
}
