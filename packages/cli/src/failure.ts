/** What the command ends with: 0 done, 1 a transfer or a connection failed, 2 wrong usage. */
export type ExitCode = 0 | 1 | 2;

/** Ends the command with one line on stderr that says what happened and what to do. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  readonly exitCode: 1 | 2;

  constructor(exitCode: 1 | 2, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** The caller typed something that cannot be meant. */
export function usageFailure(message: string): CommandFailure {
  return new CommandFailure(2, message);
}

/** One line of any error; line breaks and control characters of a peer's text do not reach the terminal. */
export function toLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s*[\r\n]+\s*/g, " / ").replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "�");
}
