import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FtpServerOptions } from "@longshore/ftp-server";
import { expect } from "vitest";
import { type Control, openControl } from "../support/control.ts";
import { newFolder } from "../support/files.ts";

/** Options of the server that JSON can carry. */
export type AttackedOptions = { readonly root: string } & Pick<
  FtpServerOptions,
  "host" | "users" | "anonymous" | "tls" | "limits" | "ban" | "active" | "passive"
>;

/** A server that is attacked, in a process of its own, over the folder `root` in which there is `hello.txt`. */
export interface Attacked {
  readonly port: number;
  readonly pid: number;
  readonly root: string;
  /** A folder beside the root, with `secret.txt`, that nobody may reach. */
  readonly outside: string;
  /** What it logged. */
  log(): string;
  /** Resident memory in bytes. */
  memory(): Promise<number>;
  /** What is in use of that for objects and buffers, in bytes: all others are collected first. */
  held(): Promise<number>;
  open(localAddress?: string): Promise<Control>;
  /** A control connection that has logged in. */
  login(): Promise<Control>;
  /** Ends the process, which has to end in order. */
  stop(): Promise<void>;
}

export const secretText = "the secret of the house";

/** `secret`, hashed so that it costs next to nothing to check. */
export const cheapSecret =
  "scrypt$2$8$1$c2FsdHNhbHRzYWx0c2FsdA==$C8Qfv4ojkS3eByZQsYeoSBBZRVMgZQqg/YbXEBfUu70=";

const script = fileURLToPath(new URL("./process.ts", import.meta.url));
const tsconfig = fileURLToPath(new URL("../../tsconfig.json", import.meta.url));

export async function attacked(options: Partial<AttackedOptions> = {}): Promise<Attacked> {
  const folder = await newFolder();
  const root = join(folder, "root");
  const outside = join(folder, "outside");
  await mkdir(root);
  await mkdir(outside);
  await writeFile(join(root, "hello.txt"), "hello\n");
  await writeFile(join(outside, "secret.txt"), secretText);
  const users = [{ name: "tester", password: cheapSecret, permission: "rw" }];
  const child = spawn(
    process.execPath,
    ["--import", "tsx", script, JSON.stringify({ root, users, ...options })],
    { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, TSX_TSCONFIG_PATH: tsconfig } },
  );
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  const port = await portOf(child, () => log);
  const open = (localAddress?: string): Promise<Control> => openControl(port, "127.0.0.1", localAddress);
  const login = async (): Promise<Control> => {
    const control = await open();
    await control.login();
    return control;
  };
  return {
    port,
    pid: child.pid ?? 0,
    root,
    outside,
    log: () => log,
    async memory() {
      const status = await readFile(`/proc/${child.pid}/status`, "latin1");
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
    },
    async held() {
      const answer = once(child.stdout, "data");
      child.stdin.write("\n");
      const [text] = await answer;
      return Number(text);
    },
    open,
    login,
    async stop() {
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      const [code] = await exited;
      expect(code, log.slice(-2000)).toBe(0);
    },
  };
}

function portOf(child: ChildProcess, log: () => string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.stdout?.setEncoding("utf8").on("data", (text: string) => resolve(Number(text)));
    child.on("exit", (code) => reject(new Error(`the server ended with ${code}\n${log()}`)));
  });
}
