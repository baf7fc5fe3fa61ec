import { createInterface } from "node:readline";
import { CommandFailure, printable, ReaderGone, toLine } from "../failure.ts";
import { interruptible } from "../interrupt.ts";
import type { Editor } from "./editor.ts";
import { closeRemote } from "./remote.ts";
import { runLine } from "./run.ts";
import type { Shell } from "./shell.ts";

/** Something to be done before anything is typed: a line, or the server of the command line. */
export type Begin = (signal: AbortSignal) => Promise<void>;

/** A person at a terminal: what fails is told, and the session goes on until it is ended. */
export async function runInteractive(shell: Shell, editor: Editor, begin: readonly Begin[]): Promise<void> {
  const ended = new AbortController();
  const end = (): void => ended.abort(new Error("ended"));
  process.once("SIGTERM", end);
  const over = aborted(ended.signal);
  try {
    for (const work of begin) if (!shell.isEnding && !(await attempt(shell, ended.signal, work))) break;
    while (!shell.isEnding && !ended.signal.aborted) {
      const line = await Promise.race([editor.read(promptOf(shell)), over]);
      if (line === undefined) break;
      await attempt(shell, ended.signal, (signal) => runLine(shell, line, signal));
    }
  } finally {
    process.off("SIGTERM", end);
    editor.release();
    await closeRemote(shell);
  }
  if (ended.signal.aborted) throw new CommandFailure(1, "ended by a signal");
}

/** Runs `work`, which Ctrl-C gives up; a second Ctrl-C gives up the connection, too. */
async function attempt(shell: Shell, ended: AbortSignal, work: Begin): Promise<boolean> {
  const interrupted = new AbortController();
  const interrupt = (): void => {
    if (interrupted.signal.aborted) shell.remote?.client.destroy();
    interrupted.abort(new Error("interrupted"));
  };
  process.on("SIGINT", interrupt);
  try {
    await work(AbortSignal.any([interrupted.signal, ended]));
    return true;
  } catch (error) {
    if (error instanceof ReaderGone) throw error;
    shell.tell(toLine(error));
    return false;
  } finally {
    process.off("SIGINT", interrupt);
  }
}

function promptOf({ remote, place }: Shell): string {
  if (remote === undefined || place === undefined) return "ftp> ";
  const user = remote.options.user ?? "anonymous";
  return printable(`${user}@${place.host}:${remote.directory ?? ""}> `);
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}

/** A script: the first failure ends it, unless it is to go on; whatever failed is the exit code. */
export async function runScript(
  shell: Shell,
  begin: readonly Begin[],
  input: NodeJS.ReadableStream | undefined,
  keepsGoing: boolean,
): Promise<void> {
  let failure: CommandFailure | undefined;
  await interruptible(async (signal) => {
    const step = async (work: Begin, where = ""): Promise<void> => {
      try {
        await work(signal);
      } catch (error) {
        if (!(error instanceof CommandFailure) || signal.aborted) throw error;
        const told = new CommandFailure(error.exitCode, where + error.message, { details: error.details });
        if (!keepsGoing || shell.place === undefined) throw told;
        if (failure !== undefined) shell.tell(`longshore: ${toLine(failure)}`);
        failure = told;
      }
    };
    try {
      for (const work of begin) if (!shell.isEnding) await step(work);
      if (input === undefined || shell.isEnding) return;
      let number = 0;
      const lines = createInterface({ input, terminal: false });
      for await (const line of lines) {
        number++;
        await step((inner) => runLine(shell, line, inner), `line ${number}: `);
        if (shell.isEnding) break;
      }
      lines.close();
    } finally {
      await closeRemote(shell);
    }
  });
  if (failure !== undefined) throw failure;
}
