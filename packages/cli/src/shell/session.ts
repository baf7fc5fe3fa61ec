import { createInterface } from "node:readline";
import type { FtpUrl } from "@longshore/ftp-client";
import { CommandFailure, printable, ReaderGone, toLine } from "../failure.ts";
import { interruptible } from "../interrupt.ts";
import type { Editor } from "./editor.ts";
import { closeRemote, openRemote } from "./remote.ts";
import { runLine, telling } from "./run.ts";
import type { Shell } from "./shell.ts";

/** What the command line says is to be done first. */
export interface Beginning {
  /** The server to connect to. */
  readonly target: FtpUrl | undefined;
  readonly lines: readonly string[];
}

type Work = (signal: AbortSignal) => Promise<void>;

/** A person at a terminal: what fails is told, and the session goes on until it is ended. */
export async function runInteractive(
  shell: Shell,
  editor: Editor,
  { target, lines }: Beginning,
): Promise<void> {
  const ended = new AbortController();
  const end = (): void => ended.abort(new Error("ended"));
  process.once("SIGTERM", end);
  const over = aborted(ended.signal);
  try {
    const run = (line: string): Promise<boolean> =>
      attempt(shell, ended.signal, (signal) => runLine(shell, line, signal));
    const isOpen = target === undefined || (await attempt(shell, ended.signal, opening(shell, target)));
    if (isOpen) for (const line of lines) if (shell.isEnding || !(await run(line))) break;
    while (!shell.isEnding && !ended.signal.aborted) {
      const line = await Promise.race([editor.read(promptOf(shell)), over]);
      if (line === undefined) break;
      await run(line);
    }
  } finally {
    process.off("SIGTERM", end);
    editor.release();
    await closeRemote(shell);
  }
  if (ended.signal.aborted) throw new CommandFailure(1, "ended by a signal");
}

/** Runs `work`, which Ctrl-C gives up; a second Ctrl-C gives up the connection, too. */
async function attempt(shell: Shell, ended: AbortSignal, work: Work): Promise<boolean> {
  const interrupted = new AbortController();
  const interrupt = (): void => {
    if (shell.isLent) return;
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
  { target, lines }: Beginning,
  input: NodeJS.ReadableStream | undefined,
  keepsGoing: boolean,
): Promise<void> {
  let failure: CommandFailure | undefined;
  await interruptible(async (signal) => {
    const run = async (line: string, where = ""): Promise<void> => {
      try {
        await runLine(shell, line, signal);
      } catch (error) {
        if (!(error instanceof CommandFailure) || signal.aborted) throw error;
        const told = new CommandFailure(error.exitCode, where + error.message, { details: error.details });
        if (!keepsGoing) throw told;
        if (failure !== undefined) shell.tell(`longshore: ${toLine(failure)}`);
        failure = told;
      }
    };
    try {
      // Without a server, nothing that follows can be meant.
      if (target !== undefined) await opening(shell, target)(signal);
      for (const line of lines) if (!shell.isEnding) await run(line);
      if (input === undefined || shell.isEnding) return;
      let number = 0;
      for await (const line of createInterface({ input, terminal: false })) {
        await run(line, `line ${++number}: `);
        if (shell.isEnding) break;
      }
    } finally {
      await closeRemote(shell);
    }
  });
  if (failure !== undefined) throw failure;
}

function opening(shell: Shell, target: FtpUrl): Work {
  return (signal) => telling(signal, () => openRemote(shell, target, signal));
}
