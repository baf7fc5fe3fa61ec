import { type Command, Option } from "commander";
import type { LogForm } from "../log.ts";
import { countOf, portOf, portRangeOf, publicAddressOf, secondsOf, usersOf } from "../option.ts";
import type { ServeFlags } from "../serve.ts";

/** How long transfers under way may go on after the first signal; the second one ends them at once. */
const drainMilliseconds = 30_000;

const logForms = ["pretty", "json", "off"] as const satisfies readonly LogForm[];

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
    .option("--ftp-port <port>", "port for FTP; 0 picks a free one", portOf, 2121)
    .option("--tftp-port <port>", "port for TFTP; 0 picks a free one", portOf, 6969)
    .option("--ftps-port <port>", "port for FTP with implicit TLS, as well", portOf)
    .option("--no-ftp", "do not serve FTP")
    .option("--no-tftp", "do not serve TFTP")
    .option("--writable", "let everybody change files; over TFTP, add new ones")
    .option("--user <name:password[:ro|rw]>", "let a user log in; again for more (see below)", usersOf)
    .option("--no-anonymous", "let in only the users named; TFTP knows none, so give --tftp-port to serve it")
    .option(
      "--passive-ports <first-last>",
      "ports for data connections; any free ones unless told",
      portRangeOf,
    )
    .option(
      "--public-address <ip>",
      "the IPv4 address that clients reach this machine by, behind NAT",
      publicAddressOf,
    )
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
    .option("--idle-timeout <seconds>", "end idle FTP sessions after that long; 300 unless told", secondsOf)
    .option("--max-sessions <count>", "sessions at once, for each listener; 1000 unless told", countOf)
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
Users may read (ro) or also write (rw); ro unless told, with --writable rw.
NAME:PASSWORD:rw takes all between the first colon and the last for the
password. With NAME alone, or NAME::rw, it comes from LONGSHORE_PASSWORD or a
prompt: what is on the command line can be seen by others on this machine.

SIGINT or SIGTERM lets transfers end, ${drainMilliseconds / 1000} seconds at most; a second one
does not.

Examples:
  longshore serve                         this directory, read-only
  longshore serve /srv/boot --no-ftp --tftp-port 69 --host 0.0.0.0
  longshore serve . --user ada:secret:rw --tls-self-signed --require-tls
  longshore serve . --host 0.0.0.0 --passive-ports 50000-50100 \\
                  --public-address 203.0.113.7`,
    )
    .action(async (directory: string, flags: ServeFlags, command: Command) => {
      // What only a server needs is loaded only for one: the others start in half the time.
      const { serve } = await import("../serve.ts");
      await serve(
        directory,
        {
          ...flags,
          isTftpPortGiven: command.getOptionValueSource("tftpPort") === "cli",
        },
        drainMilliseconds,
      );
    });
}
