import { Command, CommanderError } from "commander";
import { addGet } from "./commands/get.ts";
import { addLs } from "./commands/ls.ts";
import { addMkdir } from "./commands/mkdir.ts";
import { addMv } from "./commands/mv.ts";
import { addPut } from "./commands/put.ts";
import { addRm } from "./commands/rm.ts";
import { addServe } from "./commands/serve.ts";
import { CommandFailure, type ExitCode, toLine } from "./failure.ts";
import { version } from "./version.ts";

/**
 * Runs the command: `args` are those after its name. Answers the exit code and never rejects; what went wrong is
 * one line on stderr.
 */
export async function run(args: readonly string[]): Promise<ExitCode> {
  try {
    await createProgram().parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`longshore: ${toLine(error)}\n`);
    return error instanceof CommandFailure ? error.exitCode : 1;
  }
}

function createProgram(): Command {
  const program = new Command("longshore")
    .description("Serve, list, get and put files over FTP and TFTP.")
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "longshore: ")) })
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      "after",
      `
Examples:
  longshore serve                                   this directory, read-only, on this machine
  longshore ls ftp://127.0.0.1:2121/
  longshore get ftp://127.0.0.1:2121/welcome.txt
  longshore get tftp://127.0.0.1:6969/welcome.txt -

Exit codes: 0 done, 1 a transfer or a connection failed, 2 wrong usage.`,
    );
  for (const add of [addServe, addLs, addGet, addPut, addRm, addMkdir, addMv]) add(program);
  return program;
}
