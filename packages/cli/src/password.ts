import { openSync } from "node:fs";
import { ReadStream, WriteStream } from "node:tty";
import { usageFailure } from "./failure.ts";
import { interruption } from "./interrupt.ts";

/** A password from the environment (`LONGSHORE_PASSWORD`), else from the person at the terminal. */
export async function askPassword(question: string): Promise<string> {
  const given = process.env.LONGSHORE_PASSWORD;
  if (given !== undefined) return given;
  const terminal = openTerminal();
  if (terminal === undefined)
    throw usageFailure(`${question}: set LONGSHORE_PASSWORD, there is no terminal to ask at`);
  const { default: ask } = await import("@inquirer/password");
  try {
    return await ask({ message: question }, terminal);
  } catch (error) {
    throw error instanceof Error && error.name === "ExitPromptError" ? interruption() : error;
  } finally {
    terminal.close();
  }
}

/** The same for a new password, which a person is asked for twice. */
export async function askNewPassword(question: string): Promise<string> {
  const password = await askPassword(question);
  if (process.env.LONGSHORE_PASSWORD !== undefined) return password;
  if ((await askPassword("The same again")) !== password)
    throw usageFailure("the two passwords differ: try again");
  return password;
}

interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  close(): void;
}

/** Where the person sits: also when what goes in and out of this process is piped. */
function openTerminal(): Terminal | undefined {
  if (process.stdin.isTTY && process.stderr.isTTY)
    return { input: process.stdin, output: process.stderr, close: () => {} };
  try {
    const input = new ReadStream(openSync("/dev/tty", "r+"));
    const output = new WriteStream(openSync("/dev/tty", "r+"));
    return {
      input,
      output,
      close: () => {
        input.destroy();
        output.destroy();
      },
    };
  } catch {
    return undefined;
  }
}
