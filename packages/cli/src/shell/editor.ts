import { createInterface, type Interface } from "node:readline";
import { type History, historySize } from "./history.ts";

/** The terminal between commands. While one runs, the terminal is its own: Ctrl-C is a signal, children may read. */
export interface Editor {
  /** The next line; `undefined` when there is none any more (Ctrl-D). Ctrl-C clears the line. */
  read(prompt: string): Promise<string | undefined>;
  /** An answer, which no history has; `undefined` for Ctrl-C and Ctrl-D. */
  ask(question: string): Promise<string | undefined>;
  /** Lets go of the terminal until the next line, for somebody who reads it by keys. */
  release(): void;
}

interface EditorOptions {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly history: History;
  /** What the history may have of a line. */
  readonly memorable: (line: string) => string | undefined;
  readonly complete: (line: string) => Promise<[offered: string[], replaced: string]>;
}

export function createEditor(options: EditorOptions): Editor {
  const { input, output, history } = options;
  /** Lines that came before anybody wanted them: pasted. */
  const early: string[] = [];
  let terminal: Interface | undefined;
  let hasEnded = false;
  let waiting:
    | { readonly isAnswer: boolean; readonly resolve: (line: string | undefined) => void }
    | undefined;

  const settle = (line: string | undefined): void => {
    const settled = waiting;
    waiting = undefined;
    terminal?.pause();
    input.setRawMode(false);
    settled?.resolve(line);
  };

  const open = (): Interface => {
    const opened = createInterface({
      input,
      output,
      terminal: true,
      historySize,
      history: history.lines.toReversed(),
      removeHistoryDuplicates: true,
      completer: (line: string, done: (error: null, result: [string[], string]) => void) => {
        const isAnswer = waiting?.isAnswer === true;
        const offered: Promise<[string[], string]> = isAnswer
          ? Promise.resolve([[], line])
          : options.complete(line);
        offered.then(
          (result) => done(null, result),
          () => done(null, [[], line]),
        );
      },
    });
    opened.on("line", (line) => {
      if (waiting === undefined) early.push(line);
      else settle(line);
    });
    opened.on("SIGINT", () => {
      if (waiting?.isAnswer === true) {
        output.write("^C\n");
        settle(undefined);
      } else {
        opened.write(null, { ctrl: true, name: "e" });
        opened.write(null, { ctrl: true, name: "u" });
      }
    });
    // It has put the line there by itself: answers too, and secrets.
    opened.on("history", (lines) => {
      const [line] = lines;
      const kept = line === undefined || waiting?.isAnswer === true ? undefined : options.memorable(line);
      if (kept !== undefined) history.add(kept);
      lines.splice(0, lines.length, ...history.lines.toReversed());
    });
    opened.on("close", () => {
      if (terminal !== opened) return;
      terminal = undefined;
      output.write("\n");
      if (waiting?.isAnswer !== true) hasEnded = true;
      settle(undefined);
    });
    return opened;
  };

  const next = (prompt: string, isAnswer: boolean): Promise<string | undefined> => {
    const line = early.shift();
    if (line !== undefined) {
      output.write(`${prompt}${line}\n`);
      return Promise.resolve(line);
    }
    if (hasEnded) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      waiting = { isAnswer, resolve };
      if (terminal === undefined) terminal = open();
      else input.setRawMode(true);
      terminal.setPrompt(prompt);
      terminal.prompt();
    });
  };

  return {
    read: (prompt) => next(prompt, false),
    ask: (question) => next(question, true),
    release() {
      const closing = terminal;
      terminal = undefined;
      closing?.close();
    },
  };
}
