import { CommandFailure, ReaderGone, toLine } from "./failure.ts";

/** Writes to stdout; done when the reader or the disk has it, so that the buffer may be used again. */
export function writeOut(text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error == null) resolve();
      else if ("code" in error && error.code === "EPIPE") reject(new ReaderGone());
      else reject(new CommandFailure(1, `standard output cannot be written (${toLine(error)})`));
    });
  });
}

/** One object for a program that reads the output. */
export async function writeJson(value: object): Promise<void> {
  await writeOut(`${JSON.stringify(value)}\n`);
}
