import { spawn } from "node:child_process";
import { once } from "node:events";
import { CommandFailure, toLine } from "../failure.ts";

/** `!`: a command of the shell here, or the shell itself. It has the terminal, and Ctrl-C, until it ends. */
export async function runHere(command: string): Promise<void> {
  const shell = process.env.SHELL || "/bin/sh";
  const child = spawn(shell, command === "" ? [] : ["-c", command], { stdio: "inherit" });
  try {
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    if (code !== 0) throw new CommandFailure(1, `${command || shell} ended with ${code ?? signal}`);
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(1, `${shell} cannot be run (${toLine(error)}): set SHELL`);
  }
}
