/** What the command ends with: 0 done, 1 a transfer or a connection failed, 2 wrong usage. */
export type ExitCode = 0 | 1 | 2;

/** Ends the command with one line on stderr that says what happened and what to do. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  readonly exitCode: 1 | 2;
  /** Lines of their own behind the message. */
  readonly details: readonly string[];

  constructor(
    exitCode: 1 | 2,
    message: string,
    options?: { readonly cause?: unknown; readonly details?: readonly string[] },
  ) {
    super(message, options);
    this.exitCode = exitCode;
    this.details = options?.details ?? [];
  }
}

/** Whoever read stdout has had enough (`| head`): the command ends, and that is no failure. */
export class ReaderGone extends Error {
  override readonly name = "ReaderGone";
}

/** The first of all causes: what the libraries were told by this command, or by the system. */
export function rootCause(error: unknown): unknown {
  let cause = error;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  return cause;
}

/** The caller typed something that cannot be meant. */
export function usageFailure(message: string): CommandFailure {
  return new CommandFailure(2, message);
}

/** One line of any error. */
export function toLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return printable(text.trim().replaceAll(/\s*[\r\n]+\s*/g, " / "));
}

/** Text from elsewhere, without what would move the cursor or colour the terminal of whoever looks at it. */
export function printable(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "�");
}
