import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { Upload } from "@longshore/ftp-server";
import type { UploadCommand } from "../config/operation.ts";
import { printable } from "../failure.ts";

/** Runs a program for each upload that is complete. */
export interface UploadRunner {
  /** Resolves when it has ended well; rejects with what became of it else. */
  run(upload: Pick<Upload, "user" | "path" | "size" | "bytes" | "session" | "hash">): Promise<void>;
  /** Ends those that run, and starts none of those that wait. */
  close(): void;
}

/**
 * The program learns all there is to know from its environment and is started without a shell, so that no name that a
 * client has chosen is ever read as a command: `LONGSHORE_PATH` (as clients see it), `LONGSHORE_FILE` (here on the
 * disk; absent where the name is not UTF-8), `LONGSHORE_USER`, `LONGSHORE_SIZE`, `LONGSHORE_BYTES`,
 * `LONGSHORE_REMOTE`, and `LONGSHORE_HASH` where one is asked for.
 *
 * @param root the directory that is served
 */
export function createUploadRunner(options: UploadCommand, root: string): UploadRunner {
  const { parallel = 4, waiting: most = 1000, timeout = 60_000, hash } = options;
  const running = new Set<ChildProcess>();
  const waiting: (() => void)[] = [];
  let free = parallel;
  let isClosed = false;

  async function turn(): Promise<void> {
    if (free > 0) {
      free--;
      return;
    }
    if (waiting.length >= most) throw new Error(`${most} uploads wait already for their program`);
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function release(): void {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  }

  return {
    async run(upload) {
      await turn();
      try {
        if (isClosed) throw new Error("this process ends, the program was not started");
        const digest = hash === undefined ? {} : { LONGSHORE_HASH: await upload.hash(hash) };
        await start(options.command, { ...environmentOf(upload, root), ...digest }, timeout, running);
      } finally {
        release();
      }
    },
    close() {
      isClosed = true;
      for (const child of running) end(child, "SIGTERM");
      for (const go of waiting.splice(0)) go();
    },
  };
}

function environmentOf(
  { user, path, size, bytes, session }: Parameters<UploadRunner["run"]>[0],
  root: string,
): Readonly<Record<string, string>> {
  return {
    LONGSHORE_PATH: path,
    // A half of a character stands for a byte that is not UTF-8, and an environment cannot carry it.
    ...(!/\p{Cs}/u.test(path) ? { LONGSHORE_FILE: join(root, path) } : {}),
    LONGSHORE_USER: user,
    ...(size === undefined ? {} : { LONGSHORE_SIZE: String(size) }),
    LONGSHORE_BYTES: String(bytes),
    LONGSHORE_REMOTE: session.remote.host,
  };
}

/** What a program says of its failure, in characters. */
const mostOutput = 300;

function start(
  [program = "", ...args]: readonly string[],
  variables: Readonly<Record<string, string>>,
  timeout: number,
  running: Set<ChildProcess>,
): Promise<void> {
  const { LONGSHORE_PASSWORD: _, ...inherited } = process.env;
  return new Promise((resolve, reject) => {
    const fail = (what: string): void =>
      reject(new Error(`${program} ${what}${said === "" ? "" : `: ${printable(said.trim())}`}`));
    let said = "";
    let isLate = false;
    const child = spawn(program, args, {
      env: { ...inherited, ...variables },
      stdio: ["ignore", "ignore", "pipe"],
      // A group of its own, so that what it has started ends with it.
      detached: true,
    });
    running.add(child);
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-mostOutput);
    });
    const alarm = setTimeout(() => {
      isLate = true;
      end(child, "SIGKILL");
    }, timeout || longest);
    const settle = (): void => {
      running.delete(child);
      clearTimeout(alarm);
      child.stderr.destroy();
    };
    child.once("error", (error) => {
      settle();
      fail(`cannot be run (${error.message}); give a program that can`);
    });
    child.once("exit", (code, signal) => {
      // What it said last may still be on its way; what its children say later is nobody's.
      setTimeout(() => {
        settle();
        if (code === 0) resolve();
        else if (isLate) fail(`took more than ${timeout} ms and was ended`);
        else fail(code === null ? `was ended by ${signal}` : `ended with ${code}`);
      }, 10);
    });
  });
}

/** As long as a timer can be set to. */
const longest = 2_147_483_647;

function end({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has just ended by itself.
  }
}
