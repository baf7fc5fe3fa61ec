import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { program } from "../peers/programs.ts";
import { succeed } from "./exec.ts";

/** A terminal as a person sees it: tmux draws what a program writes to it, and types. */
export interface Terminal {
  /** Types text as it is. */
  type(text: string): Promise<void>;
  /** Presses keys by tmux's names: `Enter`, `Tab`, `C-c`. */
  press(...keys: string[]): Promise<void>;
  /** Waits until the screen, with what has scrolled off it, fits; answers it. */
  shows(pattern: RegExp): Promise<string>;
  close(): Promise<void>;
}

/** Milliseconds that a screen has to come to show what is waited for. */
const patience = 30_000;

/** Runs a program in a terminal of 120 columns. */
export async function openTerminal(
  command: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Terminal> {
  const folder = await mkdtemp(join(tmpdir(), "longshore-terminal-"));
  const env = { TMUX: "", TMUX_TMPDIR: folder, SHELL: "/bin/sh", ...options.env };
  const tmux = async (...args: readonly string[]): Promise<string> =>
    (await succeed(program("tmux"), ["-u", "-f", "/dev/null", ...args], { env, cwd: options.cwd })).text;
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  // Ctrl-C is the program's. What is shown stays to be looked at when it has ended.
  const line = `trap : INT; ${quoted}; echo "ended with $?"; exec sleep 600`;
  await tmux("new-session", "-d", "-x", "120", "-y", "50", "-c", options.cwd, line);
  const screen = (): Promise<string> => tmux("capture-pane", "-p", "-J", "-S", "-");
  return {
    async type(text) {
      await tmux("send-keys", "-l", "--", text);
    },
    async press(...keys) {
      await tmux("send-keys", ...keys);
    },
    async shows(pattern) {
      const until = Date.now() + patience;
      for (;;) {
        const shown = await screen();
        if (pattern.test(shown)) return shown;
        if (Date.now() > until)
          throw new Error(`the terminal never showed ${pattern}, but:\n${shown.trimEnd()}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async close() {
      await tmux("kill-server").catch(() => {});
      await rm(folder, { recursive: true, force: true });
    },
  };
}
