import { spawn } from "node:child_process";
import { once } from "node:events";
import { linkSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freeUdpPort, startDaemon } from "../../interop/peers/process.ts";
import { find, program } from "../../interop/peers/programs.ts";
import { startTftpServer, type TftpServerName, tftpServers } from "../../interop/peers/tftp-servers.ts";
import { succeed } from "../../interop/support/exec.ts";
import { serve } from "../../interop/support/longshore.ts";
import { seconds } from "./work.ts";

/** A TFTP server that runs, ours or another's, over a directory in memory. */
export interface BenchTftpServer {
  readonly name: string;
  readonly port: number;
  readonly directory: string;
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/** `longshore serve`, for one address with as many transfers as it likes. */
export async function startLongshoreTftp(): Promise<BenchTftpServer> {
  const directory = mkdtempSync(join(tmpdir(), "longshore-served-"));
  const served = await serve(directory, "--no-ftp", "--writable", "--log", "off");
  return {
    name: "longshore",
    port: served.ports.tftp ?? 0,
    directory,
    pid: served.process.pid,
    async stop() {
      await served.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** One of the distribution's; undefined, with a note, where it is not to be had. */
export async function startTftpPeer(
  name: TftpServerName,
  note: (text: string) => void,
): Promise<BenchTftpServer | undefined> {
  const missing = tftpServers[name].needs.filter((need) => find(need) === undefined);
  if (missing.length === 0) return { ...(await startTftpServer(name)), name };
  note(`${name} was not to be had here: ${missing.join(", ")} missing`);
  return undefined;
}

/** npm's `tftp`, as it comes, or told to grant whatever is asked for. */
export async function startNodeTftp(grants: "little" | "all"): Promise<BenchTftpServer> {
  const directory = mkdtempSync(join(tmpdir(), "longshore-npm-tftp-"));
  const port = await freeUdpPort();
  const args = [programFile("npm-tftp.mjs"), directory, String(port), grants];
  const daemon = await startDaemon("npm tftp", process.execPath, args, port, { ready: 500 });
  return {
    name: grants === "all" ? "npm tftp, granting all" : "npm tftp",
    port,
    directory,
    pid: daemon.pid,
    async stop() {
      await daemon.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A relay in a process of its own that loses datagrams by a seed; clients ask at its port. */
export async function startLossyRelay(
  to: number,
  lost: number,
  seed: number,
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const args = ["--import", "tsx", programFile("lossy-relay.ts"), String(to), String(lost), String(seed)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  return {
    port: Number(port),
    async stop() {
      const exited = once(child, "exit");
      child.kill();
      await exited;
    },
  };
}

/** The same file for all of them, once in memory. */
export function shareTftp(file: string, name: string, servers: readonly BenchTftpServer[]): void {
  for (const { directory } of servers) linkSync(file, join(directory, name));
}

/** Megabytes (10⁶) a second of atftp, which gets a file of `bytes` bytes. */
export async function atftpGet(
  port: number,
  name: string,
  bytes: number,
  { blockSize, windowSize }: { readonly blockSize: number; readonly windowSize: number },
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "longshore-atftp-"));
  const local = join(folder, name);
  try {
    const time = await seconds([
      program("atftp"),
      [
        ...["--option", "mode octet", "--option", `blksize ${blockSize}`],
        ...(windowSize === 1 ? [] : ["--option", `windowsize ${windowSize}`]),
        ...["--get", "--remote-file", name, "--local-file", local, "127.0.0.1", String(port)],
      ],
    ]);
    // It ends with 0 whatever happened.
    const { size } = statSync(local);
    if (size !== bytes) throw new Error(`atftp got ${size} bytes of ${bytes}`);
    return bytes / 1e6 / time;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type TftpGet = typeof atftpGet;

/** Megabytes (10⁶) a second of a reader that does no more than it has to. */
export function bareTftpGet(python: string): TftpGet {
  return async (port, name, bytes, { blockSize, windowSize }) => {
    const args = [port, name, blockSize, windowSize].map(String);
    const { text } = await succeed(python, [programFile("bare-tftp.py"), ...args], { seconds: 120 });
    const [octets, time = 0] = text.split(" ").map(Number);
    if (octets !== bytes) throw new Error(`the bare reader got ${octets} bytes of ${bytes}`);
    return bytes / 1e6 / time;
  };
}

export function programFile(name: string): string {
  return fileURLToPath(new URL(`../programs/${name}`, import.meta.url));
}
