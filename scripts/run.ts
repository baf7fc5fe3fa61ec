import { spawn } from "node:child_process";

export interface Ran {
  readonly code: number;
  readonly output: string;
}

/** Runs a command to its end. With `quiet` its output is kept and given back, else it goes to the terminal. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly quiet?: boolean; readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ["ignore", options.quiet ? "pipe" : "inherit", options.quiet ? "pipe" : "inherit"],
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
    });
    let output = "";
    child.stdout?.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr?.on("data", (chunk) => {
      output += chunk;
    });
    child.on("error", (error) => resolve({ code: 127, output: `${command}: ${error.message}` }));
    child.on("close", (code, signal) => resolve({ code: code ?? (signal === null ? 1 : 130), output }));
  });
}

/** A tool of the project, from its own `node_modules/.bin`. */
export function tool(name: string): string {
  return new URL(`../node_modules/.bin/${name}`, import.meta.url).pathname;
}
