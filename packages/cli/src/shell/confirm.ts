import { interruption } from "../interrupt.ts";
import type { Shell } from "./shell.ts";

/** Asks before each of several: `y`, `n`, `a` for all that are left, `q` for none of them. */
export function createConfirmation(shell: Shell): (question: string) => Promise<"yes" | "no" | "quit"> {
  const { editor } = shell;
  let asks = shell.settings.prompt;
  return async (question) => {
    while (asks && editor !== undefined) {
      const answer = await editor.ask(`${question}? [y/n/a/q] `);
      if (answer === undefined) throw interruption();
      const letter = answer.trim().toLowerCase().slice(0, 1);
      if (letter === "n") return "no";
      if (letter === "q") return "quit";
      if (letter === "a") asks = false;
      if (letter === "a" || letter === "y" || letter === "") return "yes";
      shell.tell("write y for yes, n for no, a for this and all that follow, q to stop");
    }
    return "yes";
  };
}
