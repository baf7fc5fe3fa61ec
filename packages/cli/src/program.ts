import { Command, CommanderError } from "commander";
import { tellError } from "./advice.ts";
import { addCat } from "./commands/cat.ts";
import { addChmod } from "./commands/chmod.ts";
import { addConfig } from "./commands/config.ts";
import { addFtp } from "./commands/ftp.ts";
import { addGet } from "./commands/get.ts";
import { addLs } from "./commands/ls.ts";
import { addMirror } from "./commands/mirror.ts";
import { addMkdir } from "./commands/mkdir.ts";
import { addMv } from "./commands/mv.ts";
import { addPasswd } from "./commands/passwd.ts";
import { addProbe } from "./commands/probe.ts";
import { addPut } from "./commands/put.ts";
import { addRm } from "./commands/rm.ts";
import { addServe } from "./commands/serve.ts";
import { addStat } from "./commands/stat.ts";
import { addTftp } from "./commands/tftp.ts";
import {
  CommandFailure,
  type ExitCode,
  printable,
  ReaderGone,
  rootCause,
  toLine,
  usageFailure,
} from "./failure.ts";
import { version } from "./version.ts";

/**
 * Runs the command: `args` are those after its name. Answers the exit code and never rejects; what went wrong is
 * one line on stderr.
 */
export async function run(args: readonly string[]): Promise<ExitCode> {
  const program = createProgram();
  const names = program.commands.map((command) => command.name());
  try {
    const [first, second] = args;
    if (first === "help" && second !== undefined && !names.includes(second))
      throw usageFailure(`unknown command '${second}'; there are: ${names.join(", ")}`);
    await program.parseAsync(withNetrcEnded(args), { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      // It has said nothing but where it printed the help.
      if (error.code !== "commander.help")
        tell(
          toUsage(
            error,
            names.find((name) => name === args[0]),
          ),
        );
      return 2;
    }
    const cause = rootCause(error);
    if (cause instanceof ReaderGone) return 0;
    tell(cause instanceof CommandFailure ? toLine(cause) : tellError(error));
    if (cause instanceof CommandFailure)
      for (const detail of cause.details) process.stderr.write(`  ${printable(detail)}\n`);
    return cause instanceof CommandFailure ? cause.exitCode : 1;
  }
}

/** `--netrc` may stand alone: a URL, or `-`, behind it is not its file. */
function withNetrcEnded(args: readonly string[]): string[] {
  return args.map((arg, at) =>
    arg === "--netrc" && /^(?:\w+:\/\/.*|-)$/s.test(args[at + 1] ?? "-") ? "--netrc=" : arg,
  );
}

function tell(line: string): void {
  process.stderr.write(`longshore: ${line}\n`);
}

/** What the parser of the command line has against it, and where to read on. */
function toUsage(error: CommanderError, command: string | undefined): string {
  const text = error.message
    .replace(/^error: /, "")
    .replace(/\n\(Did you mean (.*)\?\)$/s, "; did you mean $1?");
  return `${toLine(text)}${/[.?]$/.test(text) ? "" : ";"} see longshore ${command === undefined ? "" : `${command} `}--help`;
}

function createProgram(): Command {
  const program = new Command("longshore")
    .description("Serve, list, get and put files over FTP and TFTP.")
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .addHelpText(
      "after",
      `
Examples:
  longshore serve                     this directory, read-only, to this machine
  longshore ls ftp://127.0.0.1:2121/
  longshore get ftp://127.0.0.1:2121/welcome.txt
  longshore get tftp://127.0.0.1:6969/welcome.txt -
  longshore get -r ftp://127.0.0.1:2121/pub
  longshore mirror --delete site ftp://ada@example.org/www

Exit codes: 0 done, 1 a transfer or a connection failed, 2 wrong usage.`,
    );
  for (const add of [
    ...[addServe, addLs, addGet, addPut, addMirror, addCat, addStat, addRm, addMkdir, addMv, addChmod],
    addFtp,
    ...[addProbe, addConfig, addTftp, addPasswd],
  ])
    add(program);
  return program;
}
