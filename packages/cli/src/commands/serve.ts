import { stat } from "node:fs/promises";
import { createNodeStore } from "@longshore/file-store-node";
import { createFtpServer, type FtpServerOptions, type UserEntry } from "@longshore/ftp-server";
import { createTftpServer } from "@longshore/tftp-endpoint";
import { type Command, Option } from "commander";
import { makeCertificate, readCertificate } from "../certificate.ts";
import { CommandFailure, toLine, usageFailure } from "../failure.ts";
import { createLog, type LogForm, logForms } from "../log.ts";
import { countOf, portOf, portRangeOf, repeated } from "../option.ts";
import { askPassword } from "../password.ts";

/** How long transfers under way may go on after the first signal; the second one ends them at once. */
const drainMilliseconds = 30_000;

interface ServeFlags {
  readonly host: string;
  readonly ftpPort: number;
  readonly tftpPort: number;
  readonly ftpsPort?: number;
  readonly ftp: boolean;
  readonly tftp: boolean;
  readonly writable?: true;
  readonly user: readonly string[];
  readonly anonymous: boolean;
  readonly passivePorts?: readonly [number, number];
  readonly publicAddress?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsSelfSigned?: true;
  readonly requireTls?: true;
  readonly idleTimeout?: number;
  readonly maxSessions?: number;
  readonly maxSessionsPerAddress?: number;
  readonly log?: LogForm;
}

export function addServe(program: Command): void {
  program
    .command("serve")
    .summary("serve a directory over FTP and TFTP")
    .description(
      "Serves DIR (the current directory unless told) over FTP and TFTP: anonymous and read-only unless told otherwise, " +
        "to this machine only unless --host says more. Prints one line for each listener when it is ready.",
    )
    .argument("[DIR]", "what to serve", ".")
    .option("--host <address>", "address to listen on; 0.0.0.0 or :: for every one", "127.0.0.1")
    .option("--ftp-port <port>", "0 picks a free one", portOf, 2121)
    .option("--tftp-port <port>", "0 picks a free one", portOf, 6969)
    .option("--ftps-port <port>", "listen for FTP with implicit TLS as well", portOf)
    .option("--no-ftp", "do not serve FTP")
    .option("--no-tftp", "do not serve TFTP")
    .option("--writable", "let everybody change files; over TFTP, add new ones")
    .option(
      "--user <name:password[:ro|rw]>",
      "let a user log in, again for more; without a password, LONGSHORE_PASSWORD or a prompt gives it",
      repeated,
      [],
    )
    .option("--no-anonymous", "let in only the users named")
    .option("--passive-ports <first-last>", "ports for data connections", portRangeOf)
    .option("--public-address <ip>", "the address that clients reach this machine by, behind NAT")
    .option("--tls-cert <file>", "certificate with its chain, in PEM")
    .option("--tls-key <file>", "its key, in PEM")
    .option("--tls-self-signed", "make a certificate that clients are not going to trust by themselves")
    .option("--require-tls", "no login and no data without TLS; TFTP has none and is not served")
    .option("--idle-timeout <seconds>", "end idle sessions after that long; 300 unless told", countOf)
    .option("--max-sessions <count>", "sessions at once; 1000 unless told", countOf)
    .option(
      "--max-sessions-per-address <count>",
      "sessions at once from one address; 100 unless told",
      countOf,
    )
    .addOption(
      new Option("--log <form>", "what happens, on stderr; pretty on a terminal, else json").choices(
        logForms,
      ),
    )
    .addHelpText(
      "after",
      `
Examples:
  longshore serve                                     this directory, read-only
  longshore serve /srv/boot --no-ftp --tftp-port 69 --host 0.0.0.0
  longshore serve . --user ada:secret:rw --tls-self-signed --require-tls

SIGINT or SIGTERM lets transfers end, up to ${drainMilliseconds / 1000} seconds; a second one does not.`,
    )
    .action(serve);
}

async function serve(directory: string, flags: ServeFlags): Promise<void> {
  const isDirectory = await stat(directory).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isDirectory) throw usageFailure(`${directory} is no directory; name one that can be read`);

  const withTftp = flags.tftp && flags.requireTls !== true;
  if (!flags.ftp && !withTftp && flags.ftpsPort === undefined) {
    throw usageFailure("nothing is left to serve: take away --no-ftp, or --no-tftp, or --require-tls");
  }
  const users = await usersOf(flags);
  const everybody = flags.writable === true ? "rw" : "ro";
  const store = createNodeStore(directory, {
    writable: flags.writable === true || users.some(({ permission }) => permission === "rw"),
  });
  const log = createLog(flags.log ?? (process.stderr.isTTY ? "pretty" : "json"));
  const tls = await tlsOf(flags);

  const ftp: FtpServerOptions = {
    store,
    host: flags.host,
    users,
    anonymous: flags.anonymous ? { permission: everybody } : false,
    passive: {
      ...(flags.passivePorts === undefined ? {} : { ports: flags.passivePorts }),
      ...(flags.publicAddress === undefined ? {} : { publicAddress: flags.publicAddress }),
    },
    limits: {
      ...(flags.idleTimeout === undefined ? {} : { idleTimeout: flags.idleTimeout * 1000 }),
      ...(flags.maxSessions === undefined ? {} : { sessions: flags.maxSessions }),
      ...(flags.maxSessionsPerAddress === undefined
        ? {}
        : { sessionsPerAddress: flags.maxSessionsPerAddress }),
    },
    onEvent: log.ftp,
  };

  const listeners: {
    readonly scheme: string;
    listen(): Promise<number>;
    close(drain: number): Promise<void>;
  }[] = [];
  const addFtp = (scheme: string, options: FtpServerOptions): void => {
    const server = createFtpServer(options);
    listeners.push({
      scheme,
      listen: async () => (await server.listen()).port,
      close: (drain) => server.close({ drain }),
    });
  };
  if (flags.ftp) addFtp("ftp", { ...ftp, port: flags.ftpPort, ...(tls === undefined ? {} : { tls }) });
  if (flags.ftpsPort !== undefined) {
    if (tls === undefined)
      throw usageFailure("--ftps-port needs --tls-cert and --tls-key, or --tls-self-signed");
    addFtp("ftps", { ...ftp, port: flags.ftpsPort, tls: { ...tls, implicit: true } });
  }
  if (withTftp) {
    const server = createTftpServer({
      store,
      host: flags.host,
      port: flags.tftpPort,
      writable: flags.writable === true,
      onEvent: log.tftp,
    });
    listeners.push({
      scheme: "tftp",
      listen: async () => (await server.listen()).port,
      close: (drain) => server.close({ timeout: drain }),
    });
  }

  const closeAll = async (drain: number): Promise<void> => {
    await Promise.all(listeners.map((listener) => listener.close(drain)));
  };
  for (const { scheme, listen } of listeners) {
    try {
      process.stdout.write(`${scheme}://${hostOf(flags.host)}:${await listen()}/\n`);
    } catch (error) {
      await closeAll(0);
      throw new CommandFailure(
        1,
        `cannot listen for ${scheme} on ${flags.host}: ${toLine(error)}; ${adviceFor(error)}`,
      );
    }
  }

  await new Promise<void>((resolve, reject) => {
    let signals = 0;
    const stop = (): void => {
      signals++;
      closeAll(signals === 1 ? drainMilliseconds : 0).then(resolve, reject);
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  });
}

async function usersOf(flags: ServeFlags): Promise<readonly UserEntry[]> {
  const users: UserEntry[] = [];
  for (const text of flags.user) {
    const match = /^([^:]+)(?::(.*?))?(?::(ro|rw))?$/s.exec(text);
    if (match === null)
      throw usageFailure(`--user ${text}: write NAME:PASSWORD, NAME:PASSWORD:ro or NAME:PASSWORD:rw`);
    const [, name = "", given, permission] = match;
    const password = given || (await askPassword(`Password for the new user ${name}`));
    users.push({
      name,
      password,
      permission:
        permission === "rw" || permission === "ro" ? permission : flags.writable === true ? "rw" : "ro",
    });
  }
  return users;
}

async function tlsOf(flags: ServeFlags): Promise<NonNullable<FtpServerOptions["tls"]> | undefined> {
  const { tlsCert, tlsKey, tlsSelfSigned, requireTls } = flags;
  const required = requireTls === true;
  if (tlsSelfSigned === true) {
    if (tlsCert !== undefined || tlsKey !== undefined) {
      throw usageFailure("--tls-self-signed makes its own certificate: take away --tls-cert and --tls-key");
    }
    return { ...(await makeCertificate(flags.host)), required };
  }
  if (tlsCert !== undefined && tlsKey !== undefined)
    return { ...(await readCertificate(tlsCert, tlsKey)), required };
  if (tlsCert !== undefined || tlsKey !== undefined)
    throw usageFailure("--tls-cert and --tls-key go together");
  if (required) throw usageFailure("--require-tls needs --tls-cert and --tls-key, or --tls-self-signed");
  return undefined;
}

function hostOf(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

function adviceFor(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  if (code === "EADDRINUSE") return "stop what listens there, or choose another port (0 picks a free one)";
  if (code === "EACCES") return "ports below 1024 need privileges: choose a higher one";
  if (code === "EADDRNOTAVAIL") return "give --host an address of this machine";
  return "see --host, --ftp-port and --tftp-port";
}
