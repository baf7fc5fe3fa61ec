import { closeSync, openSync, writeSync } from "node:fs";
import { CommandFailure, toLine } from "../failure.ts";

/** A file that lines are appended to. */
export interface LogFile {
  /** Takes whole lines with their ends. */
  write(text: string): void;
  /** Goes on under the same name in a new file, where the old one has been moved away (logrotate). */
  reopen(): void;
  close(): void;
}

/**
 * Opens a file for appending, made where there is none. Each line is in the file when `write` is through, so that
 * nothing is left to be lost and a full disk holds nobody up: its lines are left out.
 *
 * @param onError told when writing begins to fail, once until it succeeds again
 * @throws {CommandFailure} it cannot be opened
 */
export function openLogFile(path: string, onError: (error: Error) => void): LogFile {
  let descriptor = open(path);
  let isFailing = false;
  const attempt = (work: () => void): void => {
    try {
      work();
      isFailing = false;
    } catch (error) {
      if (!isFailing) onError(new Error(`${path} cannot be written (${toLine(error)}); lines are left out`));
      isFailing = true;
    }
  };
  return {
    write: (text) => attempt(() => writeSync(descriptor, text)),
    reopen: () =>
      attempt(() => {
        const old = descriptor;
        descriptor = openSync(path, "a");
        closeSync(old);
      }),
    close: () => attempt(() => closeSync(descriptor)),
  };
}

function open(path: string): number {
  try {
    return openSync(path, "a");
  } catch (error) {
    const advice = "give a file in a directory that is there";
    throw new CommandFailure(1, `${path} cannot be written (${toLine(error)}); ${advice}`);
  }
}
