import { CommandFailure } from "../../failure.ts";
import type { WorkerFailure } from "./message.ts";

/** An error as a message has it. */
export function toFailure(error: unknown): WorkerFailure {
  const { message, code } = Object(error) as { message?: unknown; code?: unknown };
  return {
    message: String(message ?? error),
    code: typeof code === "string" ? code : undefined,
    exitCode: error instanceof CommandFailure ? error.exitCode : undefined,
  };
}

/** The error that a message has. */
export function toError({ message, code, exitCode }: WorkerFailure): Error {
  if (exitCode !== undefined) return new CommandFailure(exitCode, message);
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}
