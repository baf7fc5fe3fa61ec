import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "tsup";

const here = fileURLToPath(new URL("..", import.meta.url));
/** Below the package, so that what it depends on is found; one for each test file, which run at the same time. */
const folder = `${here}node_modules/.cache/longshore-cli-test-${process.pid}`;
const bin = `${folder}/dist/bin.js`;

/** Bundles the command from the sources, so that nothing has to be built before the tests. */
export async function buildCommand(): Promise<void> {
  await mkdir(folder, { recursive: true });
  await copyFile(`${here}package.json`, `${folder}/package.json`);
  await build({
    config: false,
    entry: { bin: `${here}src/bin.ts` },
    outDir: `${folder}/dist`,
    format: "esm",
    platform: "node",
    target: "node20",
    noExternal: [/^@longshore\//],
    skipNodeModulesBundle: true,
    splitting: true,
    tsconfig: `${here}../../tsconfig.json`,
    dts: false,
    silent: true,
  });
}

export async function removeCommand(): Promise<void> {
  for (const { pid } of running) if (pid !== undefined) process.kill(-pid, "SIGKILL");
  await rm(folder, { recursive: true, force: true });
}

export interface Ran {
  readonly code: number | null;
  readonly bytes: Buffer;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** A socket's descriptor that is handed over as systemd does it. */
  readonly socket?: number;
  /** Sees the process when it has been started. */
  readonly started?: (child: ChildProcess) => void;
}

const running = new Set<ChildProcess>();

/** Runs `longshore` with `args` to its end. */
export function longshore(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return finish(start(process.execPath, [bin, ...args], options), options);
}

/** Runs a shell's line, in which `$longshore` is the command. */
export function shell(line: string, options: RunOptions = {}): Promise<Ran> {
  const env = { longshore: `${process.execPath} ${bin}`, ...options.env };
  return finish(start("/bin/sh", ["-c", line], { ...options, env }), options);
}

/**
 * Runs a shell's line in a terminal of its own (`script` of util-linux) and answers all that it showed; `type` is
 * called with everything shown so far and answers what to type next.
 */
export async function inTerminal(
  line: string,
  type: (shown: string) => string | undefined = () => undefined,
  options: RunOptions = {},
): Promise<{ readonly code: number | null; readonly shown: string }> {
  const env = {
    longshore: `${process.execPath} ${bin}`,
    SHELL: "/bin/sh",
    TERM: "xterm",
    ...options.env,
  };
  const child = start("script", ["-q", "-e", "-c", `stty cols 100; ${line}`, "/dev/null"], {
    ...options,
    env,
  });
  let shown = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
    const typed = type(shown);
    if (typed !== undefined) child.stdin?.write(typed);
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, shown };
}

/** Not in the terminal of whoever runs the tests: without a session of its own a prompt would go there. */
function start(
  command: string,
  args: readonly string[],
  { cwd, env, socket, started }: RunOptions,
): ChildProcess {
  const { LONGSHORE_PASSWORD: _, ...inherited } = process.env;
  const options = { cwd, env: { ...inherited, ...env }, detached: true } as const;
  // Whom sockets are meant for is known only once the process is there.
  const handing = ["-c", 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@"', command, ...args];
  const child =
    socket === undefined
      ? spawn(command, args, options)
      : spawn("/bin/sh", handing, { ...options, stdio: ["pipe", "pipe", "pipe", socket] });
  running.add(child);
  child.on("close", () => running.delete(child));
  child.stdin?.on("error", () => {});
  started?.(child);
  return child;
}

async function finish(child: ChildProcess, { input }: RunOptions): Promise<Ran> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
  child.stdin?.end(input);
  const patience = setTimeout(() => child.kill("SIGKILL"), 20_000);
  child.once("close", () => clearTimeout(patience));
  const [code] = (await once(child, "close")) as [number | null];
  const bytes = Buffer.concat(out);
  return { code, bytes, stdout: bytes.toString(), stderr: Buffer.concat(err).toString() };
}

export interface Serving {
  /** The lines that it printed. */
  readonly lines: readonly string[];
  /** The URL of a listener, without the slash at its end. */
  url(scheme: "ftp" | "ftps" | "tftp"): string;
  port(scheme: "ftp" | "ftps" | "tftp"): number;
  readonly stderr: string;
  readonly isRunning: boolean;
  signal(name: "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGKILL"): void;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>;
}

/** Starts `longshore serve` and waits until it has printed `listeners` lines. */
export async function serve(
  args: readonly string[],
  { listeners = 2, ...options }: RunOptions & { readonly listeners?: number } = {},
): Promise<Serving> {
  const child = start(process.execPath, [bin, "serve", ...args], options);
  let printed = "";
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = once(child, "close").then(([code]) => code as number | null);
  await new Promise<void>((resolve, reject) => {
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
      if (printed.split("\n").length > listeners) resolve();
    });
    void ended.then((code) => reject(new Error(`serve ended with ${code}: ${stderr}`)));
  });
  const lines = printed.trimEnd().split("\n");
  const url = (scheme: string): string => {
    const line = lines.find((one) => one.startsWith(`${scheme}://`));
    if (line === undefined) throw new Error(`no ${scheme} in ${printed}`);
    return line.slice(0, -1);
  };
  return {
    lines,
    url,
    port: (scheme) => Number(/\d+$/.exec(url(scheme))?.[0]),
    get stderr() {
      return stderr;
    },
    get isRunning() {
      return running.has(child);
    },
    signal: (name) => child.kill(name),
    ended,
    stop() {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

export const anyPorts = ["--ftp-port", "0", "--tftp-port", "0"] as const;
