import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { environment } from "./programs.ts";

/** A server of someone else, running on loopback until `stop`. */
export interface Daemon {
  readonly name: string;
  readonly host: "127.0.0.1";
  readonly port: number;
  readonly pid: number | undefined;
  /** What it has printed so far, for a failed test's message. */
  output(): string;
  stop(): Promise<void>;
}

/** Starts a program and waits until `ready`; what it printed is in the error when it never is. */
export async function startDaemon(
  name: string,
  command: string,
  args: readonly string[],
  port: number,
  options: {
    readonly ready?: "tcp" | number;
    readonly env?: NodeJS.ProcessEnv;
    readonly cwd?: string;
    /** Where it is asked whether it is ready; 127.0.0.1 unless told. */
    readonly host?: string;
  } = {},
): Promise<Daemon> {
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...environment(), ...options.env },
    cwd: options.cwd,
    // A group of its own: daemons that fork a child a session are stopped whole.
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-20_000);
    });
  }
  let gone: string | undefined;
  child.on("error", (error) => {
    gone = error.message;
  });
  child.on("exit", (code, signal) => {
    gone = `it ended with ${code ?? signal}`;
  });
  const ready = options.ready ?? "tcp";
  for (let attempt = 0; ; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, typeof ready === "number" ? ready : 30));
    if (gone !== undefined) throw new Error(`${name} did not start: ${gone}\n${output}`);
    if (typeof ready === "number" || (await answers(port, options.host))) break;
    if (attempt > 300) {
      await stop(child);
      throw new Error(`${name} opened no port ${port} in ten seconds\n${output}`);
    }
  }
  return { name, host: "127.0.0.1", port, pid: child.pid, output: () => output, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = once(child, "exit");
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(-(child.pid ?? 0), name);
    } catch {
      // It is gone already.
    }
  };
  signal("SIGTERM");
  const timer = setTimeout(() => signal("SIGKILL"), 2000);
  await exited;
  clearTimeout(timer);
}

function answers(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** A TCP port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** A UDP port that is free now. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  await once(socket, "close");
  return port;
}
