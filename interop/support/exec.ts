import { spawn } from "node:child_process";
import { environment } from "../peers/programs.ts";

export interface Executed {
  readonly code: number;
  readonly stdout: Buffer;
  readonly text: string;
  /** Both streams in the order in which they came. */
  readonly output: string;
}

/** Runs a program to its end, killed after a minute; never rejects for an exit code. */
export function execute(
  command: string,
  args: readonly string[],
  options: {
    readonly input?: string;
    readonly cwd?: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly seconds?: number;
  } = {},
): Promise<Executed> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...environment(), ...options.env },
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), (options.seconds ?? 60) * 1000);
    const stdout: Buffer[] = [];
    let output = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      stdout.push(chunk);
      output += chunk;
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      output += chunk;
    });
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.input);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const whole = Buffer.concat(stdout);
      if (signal !== null) output += `\n(killed by ${signal})`;
      resolve({ code: code ?? 130, stdout: whole, text: whole.toString(), output });
    });
  });
}

/** The same, but a failure of the program is one of the caller's. */
export async function succeed(...args: Parameters<typeof execute>): Promise<Executed> {
  const done = await execute(...args);
  if (done.code !== 0)
    throw new Error(`${args[0]} ${args[1].join(" ")}\nexit code ${done.code}\n${done.output}`);
  return done;
}
