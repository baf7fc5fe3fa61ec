import askInTerminal from "@inquirer/password";
import { usageFailure } from "./failure.ts";

/** A password from the environment (`LONGSHORE_PASSWORD`), else from the person at the terminal. */
export async function askPassword(question: string): Promise<string> {
  const given = process.env.LONGSHORE_PASSWORD;
  if (given !== undefined) return given;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw usageFailure(`${question}: set LONGSHORE_PASSWORD, there is no terminal to ask at`);
  }
  return askInTerminal({ message: question }, { output: process.stderr });
}
