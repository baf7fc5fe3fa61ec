import type { Word } from "./line.ts";
import type { Shell } from "./shell.ts";

/** One command of the session. `help`, abbreviations, completion and what may go into the history follow from it. */
export interface ShellCommand {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** What stands behind the name, as `help` shows it. */
  readonly usage: string;
  readonly summary: string;
  /** Words behind the name, flags counted: at least, at most; any number unless told. */
  readonly least?: number;
  readonly most?: number;
  /** What the words are, for completion; the last is also that of all behind it. */
  readonly completes?: readonly Completes[];
  /** The words without those that nobody else should read; `undefined` where no part of the line may be kept. */
  readonly withoutSecrets?: (words: readonly string[]) => readonly string[] | undefined;
  readonly run: (call: Call) => Promise<void>;
}

export type Completes =
  | "remote"
  | "remote-directory"
  | "local"
  | "local-directory"
  | "command"
  | "on-off"
  | "nothing";

/** A command in the hands of the session. */
export interface Call {
  readonly shell: Shell;
  /** What stands behind the command's name. */
  readonly words: readonly Word[];
  /** The same without what only patterns need. */
  readonly texts: readonly string[];
  /** Ctrl-C. */
  readonly signal: AbortSignal;
}
