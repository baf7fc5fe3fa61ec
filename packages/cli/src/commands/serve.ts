import { type Command, Option } from "commander";
import { countOf, portOf, portRangeOf, publicAddressOf, secondsOf, usersOf, workersOf } from "../option.ts";
import type { ServeFlags } from "../serve/flags.ts";
import type { LogForm } from "../serve/log.ts";

const logForms = ["pretty", "json", "off"] as const satisfies readonly LogForm[];

export function addServe(program: Command): void {
  const command = program
    .command("serve")
    .summary("serve a directory over FTP and TFTP")
    .description(
      "Serves DIR (the current directory unless told) over FTP and TFTP: anonymous and read-only unless told otherwise, " +
        "to this machine only unless --host says more. Prints one line for each listener when it is ready.",
    )
    .argument("[DIR]", "what to serve; the current directory unless told");
  addListenerFlags(command);
  addUserFlags(command);
  addTlsFlags(command);
  addLimitFlags(command);
  addOperationFlags(command);
  command
    .addHelpText(
      "after",
      `
Users may read (ro) or also write (rw); ro unless told, with --writable rw.
NAME:PASSWORD:rw takes all between the first colon and the last for the
password. With NAME alone, or NAME::rw, it comes from LONGSHORE_PASSWORD or a
prompt: what is on the command line can be seen by others on this machine.

A configuration file has everything that is here and much more: permissions by
directory, networks, quirks, TFTP's options. What is said here goes over it.
See longshore config --help.

SIGINT or SIGTERM lets transfers end, 30 seconds at most unless told; a second
one does not wait. SIGHUP reads configuration, users and certificates again,
and opens log files anew.

Examples:
  longshore serve                         this directory, read-only
  longshore serve /srv/boot --no-ftp --tftp-port 69 --host 0.0.0.0
  longshore serve . --user ada:secret:rw --tls-self-signed --require-tls
  longshore serve . --host 0.0.0.0 --passive-ports 50000-50100 \\
                  --public-address 203.0.113.7
  longshore serve --config longshore.json --metrics-port 9100`,
    )
    .action(async (directory: string | undefined, _: unknown, self: Command) => {
      // What only a server needs is loaded only for one: the others start in half the time.
      const { serve } = await import("../serve/serve.ts");
      const { config, ...flags } = givenFlags(self);
      await serve(directory, flags, config);
    });
}

/** Only what somebody wrote: the rest is the configuration's. */
function givenFlags(command: Command): ServeFlags & { readonly config?: string } {
  const values = Object.entries(command.opts());
  return Object.fromEntries(values.filter(([name]) => command.getOptionValueSource(name) === "cli"));
}

function addListenerFlags(command: Command): void {
  command
    .option("--config <file>", "read everything from a file in JSON; other flags go over it")
    .option("--host <address>", "address to listen on; 127.0.0.1 unless told, 0.0.0.0 or :: for every one")
    .option("--ftp-port <port>", "port for FTP; 2121 unless told, 0 picks a free one", portOf)
    .option("--tftp-port <port>", "port for TFTP; 6969 unless told, 0 picks a free one", portOf)
    .option("--ftps-port <port>", "port for FTP with implicit TLS, as well", portOf)
    .option("--no-ftp", "do not serve FTP")
    .option("--no-tftp", "do not serve TFTP")
    .option(
      "--passive-ports <first-last>",
      "ports for data connections; any free ones unless told",
      portRangeOf,
    )
    .option(
      "--public-address <ip>",
      "the IPv4 address that clients reach this machine by, behind NAT",
      publicAddressOf,
    );
}

function addUserFlags(command: Command): void {
  command
    .option("--writable", "let everybody change files; over TFTP, add new ones")
    .option("--user <name:password[:ro|rw]>", "let a user log in; again for more (see below)", usersOf)
    .option(
      "--users <file>",
      "let in the users of a file, which longshore passwd writes; read again when it changes",
    )
    .option(
      "--incoming <directory>",
      "let anonymous put files there that nobody sees before they are moved; again for more",
      (path: string, before: readonly string[] = []) => [...before, path.startsWith("/") ? path : `/${path}`],
    )
    .option(
      "--no-anonymous",
      "let in only the users named; TFTP knows none, so give --tftp-port to serve it",
    );
}

function addTlsFlags(command: Command): void {
  command
    .option("--tls-cert <file>", "offer TLS with this certificate and its chain, in PEM")
    .option("--tls-key <file>", "its key, in PEM")
    .option(
      "--tls-self-signed",
      "offer TLS with a new certificate, which clients will not trust by themselves",
    )
    .option(
      "--require-tls",
      "no login and no data without TLS; TFTP has none, so give --tftp-port to serve it",
    )
    .option("--client-ca <file>", "let in only clients with a certificate of this authority, in PEM")
    .option(
      "--require-session-reuse",
      "data connections must resume the TLS session of their control connection, which some clients cannot",
    );
}

function addLimitFlags(command: Command): void {
  command
    .option("--idle-timeout <seconds>", "end idle FTP sessions after that long; 300 unless told", secondsOf)
    .option(
      "--drain-timeout <seconds>",
      "what transfers may take after the first signal; 30 unless told",
      secondsOf,
    )
    .option("--max-sessions <count>", "FTP sessions at once, and TFTP transfers; 1000 unless told", countOf)
    .option(
      "--max-sessions-per-address <count>",
      "sessions at once from one address; 100 unless told",
      countOf,
    )
    .option(
      "--limit-rate <bytes>",
      "bytes a second for each session, up and down; not of users in a file",
      countOf,
    )
    .option(
      "--ban-after <count>",
      "ban an address for a quarter of an hour after so many refused logins; 20 unless told, 0 never",
      countOf,
    );
}

function addOperationFlags(command: Command): void {
  command
    .option(
      "--workers <count>",
      "serve FTP in so many processes, limits held together; auto: one a processor; 1 unless told",
      workersOf,
    )
    .option(
      "--on-upload <command>",
      "run a program after each upload; LONGSHORE_PATH and others tell it which",
    )
    .option("--metrics-port <port>", "tell Prometheus at http://127.0.0.1:PORT/metrics, and /healthz", portOf)
    .option("--xferlog <file>", "append a line for each transfer, in wu-ftpd's form")
    .addOption(
      new Option("--log <form>", "what happens, on stderr; pretty on a terminal, else json").choices(
        logForms,
      ),
    )
    .option("--log-file <file>", "append it to a file instead");
}
