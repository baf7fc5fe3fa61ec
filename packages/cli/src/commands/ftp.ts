import type { Command } from "commander";
import { addConnectionFlags, type ConnectionFlags, urlHelp } from "../connection.ts";
import { printable } from "../failure.ts";
import { amountOf } from "../option.ts";
import { complete } from "../shell/complete.ts";
import { createEditor, type Editor } from "../shell/editor.ts";
import { historyFile, memorable, openHistory } from "../shell/history.ts";
import { createNameSource } from "../shell/names.ts";
import { runInteractive, runScript } from "../shell/session.ts";
import { createShell, type Shell } from "../shell/shell.ts";
import { shellCommands } from "../shell/table.ts";
import { targetOf } from "../shell/target.ts";

interface FtpFlags extends ConnectionFlags {
  readonly command?: string;
  readonly execute?: string;
  readonly keepGoing?: true;
  readonly debug?: true;
}

export function addFtp(program: Command): void {
  addConnectionFlags(
    program
      .command("ftp")
      .summary("hold a session with an FTP server")
      .description(
        "An interactive session with an FTP server, with the commands of ftp(1) and lftp(1): help lists them. Without " +
          "a terminal, commands are read from standard input.",
      )
      .argument("[URL]", "ftp://[user@]host[:port]/path, or [user@]host[:port]"),
  )
    .option("-c, --command <commands>", "run these, parted by ; and end")
    .option("-e, --execute <commands>", "run these before anything is typed")
    .option("--keep-going", "go on in a script when a command fails; the exit code tells it all the same")
    .option("--limit-rate <rate>", "bytes a second, such as 500k or 2MiB", amountOf)
    .option("-d, --debug", "show every line that is sent and comes, without passwords")
    .addHelpText(
      "after",
      `
Commands may be shortened as far as no other begins so. Names with blanks go
into quotes. Tab completes names here and on the server, Ctrl-C gives up what
is under way and keeps the session, Ctrl-D ends it. A server that has closed
an idle session is connected to again. History is kept in
$XDG_STATE_HOME/longshore/ftp-history, without passwords.

A script (-c, or standard input that is no terminal) ends at the first command
that fails, with exit code 1 or 2; one behind a - may fail: -mkdir a; cd a
${urlHelp}

Examples:
  longshore ftp ftp://ada@127.0.0.1:2121/
  longshore ftp -c 'cd pub; mget *.txt' ftp://127.0.0.1:2121/
  longshore ftp ftp://ada@127.0.0.1:2121/ < nightly.ftp`,
    )
    .action(ftp);
}

async function ftp(address: string | undefined, flags: FtpFlags): Promise<void> {
  const isScript = flags.command !== undefined || !process.stdin.isTTY;
  const target = address === undefined ? undefined : targetOf(address);
  const lines = [flags.execute, flags.command].filter((line) => line !== undefined);
  const input = flags.command === undefined ? process.stdin : undefined;
  if (isScript) {
    const shell = createShell(shellCommands, flags, undefined);
    shell.settings.debug = flags.debug === true;
    await runScript(shell, { target, lines }, input, flags.keepGoing === true);
    return;
  }
  const editor = openEditor(() => shell);
  const shell = createShell(shellCommands, flags, editor);
  shell.settings.debug = flags.debug === true;
  await runInteractive(shell, editor, { target, lines });
}

/** What is typed, with what was typed before and what may come next. */
function openEditor(shell: () => Shell): Editor {
  const history = openHistory(historyFile(), (message) => {
    process.stderr.write(`${printable(message)}\n`);
  });
  const names = createNameSource(shell);
  return createEditor({
    input: process.stdin,
    output: process.stdout.isTTY ? process.stdout : process.stderr,
    history,
    memorable(line) {
      names.forget();
      return memorable(line, shellCommands);
    },
    complete: (line) => complete(line, names, shellCommands),
  });
}
