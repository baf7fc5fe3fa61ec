import { Command, CommanderError } from "commander";
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

/** What adds each command, in the order of the help. Each is loaded only when it is wanted: that is most of a start. */
const commands: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  serve: async () => (await import("./commands/serve.ts")).addServe,
  ls: async () => (await import("./commands/ls.ts")).addLs,
  get: async () => (await import("./commands/get.ts")).addGet,
  put: async () => (await import("./commands/put.ts")).addPut,
  mirror: async () => (await import("./commands/mirror.ts")).addMirror,
  cat: async () => (await import("./commands/cat.ts")).addCat,
  stat: async () => (await import("./commands/stat.ts")).addStat,
  rm: async () => (await import("./commands/rm.ts")).addRm,
  mkdir: async () => (await import("./commands/mkdir.ts")).addMkdir,
  mv: async () => (await import("./commands/mv.ts")).addMv,
  chmod: async () => (await import("./commands/chmod.ts")).addChmod,
  ftp: async () => (await import("./commands/ftp.ts")).addFtp,
  probe: async () => (await import("./commands/probe.ts")).addProbe,
  config: async () => (await import("./commands/config.ts")).addConfig,
  tftp: async () => (await import("./commands/tftp.ts")).addTftp,
  passwd: async () => (await import("./commands/passwd.ts")).addPasswd,
};

/**
 * Runs the command: `args` are those after its name. Answers the exit code and never rejects; what went wrong is
 * one line on stderr.
 */
export async function run(args: readonly string[]): Promise<ExitCode> {
  const names = Object.keys(commands);
  try {
    const [first, second] = args;
    const program = await createProgram(wantedBy(first));
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
    tell(cause instanceof CommandFailure ? toLine(cause) : (await import("./advice.ts")).tellError(error));
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

/** The names of the commands that are needed to make sense of the first argument: all, unless it says which. */
function wantedBy(first: string | undefined): readonly string[] {
  if (first === "--version" || first === "-V") return [];
  return first !== undefined && Object.hasOwn(commands, first) ? [first] : Object.keys(commands);
}

async function createProgram(wanted: readonly string[]): Promise<Command> {
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
  for (const add of await Promise.all(wanted.map((name) => commands[name]?.()))) add?.(program);
  return program;
}
