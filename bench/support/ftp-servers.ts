import { linkSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type FtpServerName, ftpServers, startFtpServer } from "../../interop/peers/ftp-servers.ts";
import { type Daemon, freePort, startDaemon } from "../../interop/peers/process.ts";
import { find, program } from "../../interop/peers/programs.ts";
import { makeCertificate, serve } from "../../interop/support/longshore.ts";

/** A server that runs, ours or another's, over a directory in memory, with explicit TLS. */
export interface BenchServer {
  readonly name: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** On disk. */
  readonly directory: string;
  /** The directory as clients name it, without a slash at its end. */
  readonly path: string;
  /** Processor time that it and its children took so far, in seconds. */
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/** `longshore serve`, writable. */
export async function startLongshore(...flags: string[]): Promise<BenchServer> {
  const directory = mkdtempSync(join(tmpdir(), "longshore-served-"));
  const { certificate, key, remove } = await makeCertificate();
  const served = await serve(
    directory,
    ...["--no-tftp", "--user", "tester:secret:rw", "--log", "off"],
    ...[
      "--tls-cert",
      certificate,
      "--tls-key",
      key,
      "--max-sessions",
      "0",
      "--max-sessions-per-address",
      "0",
    ],
    ...flags,
  );
  return {
    name: "longshore",
    port: served.ports.ftp ?? 0,
    user: "tester",
    password: "secret",
    directory,
    path: "",
    pid: served.process.pid,
    async stop() {
      await served.stop();
      await remove();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** One of the distribution's; undefined, with a note, where it is not to be had. */
export async function startPeer(
  name: FtpServerName,
  note: (text: string) => void,
): Promise<BenchServer | undefined> {
  const missing = ftpServers[name].needs.filter((need) => find(need) === undefined);
  if (missing.length > 0) {
    note(`${name} was not to be had here: ${missing.join(", ")} missing`);
    return undefined;
  }
  return { ...(await startFtpServer(name)), name };
}

/** npm's `ftp-srv`. */
export async function startFtpSrv(): Promise<BenchServer> {
  const directory = mkdtempSync(join(tmpdir(), "longshore-ftp-srv-"));
  const port = await freePort();
  const script = fileURLToPath(new URL("../programs/ftp-srv.mjs", import.meta.url));
  const daemon = await startDaemon("ftp-srv", process.execPath, [script, directory, String(port)], port);
  return {
    name: "ftp-srv",
    port,
    user: "tester",
    password: "secret",
    directory,
    path: "",
    pid: daemon.pid,
    async stop() {
      await daemon.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/**
 * What a server comes to that does nothing but send this one file, by sendfile(2), by copies through a buffer, or without
 * reading it at all: who asks for more asks more than the client takes.
 */
export async function startBare(
  how: keyof typeof bareNames,
  file: string,
  note: (text: string) => void,
): Promise<BenchServer | undefined> {
  const python = find("python3");
  if (python === undefined) {
    note("the bare loop was not to be had here: python3 missing");
    return undefined;
  }
  const port = await freePort();
  return bareServer(
    await startDaemon(bareNames[how], python, [bareScript, "serve", String(port), file, how], port),
  );
}

const bareNames = { sendfile: "bare sendfile", copy: "bare copies", none: "bare, no file read" } as const;

/** A server of node:net that gives a fixed reply to each line, for sessions without a transfer. */
export async function startBareSessions(): Promise<BenchServer> {
  const port = await freePort();
  const script = fileURLToPath(new URL("../programs/bare-sessions.mjs", import.meta.url));
  return bareServer(await startDaemon("bare node:net", process.execPath, [script, String(port)], port));
}

/** It lets in anybody and has no directory. */
function bareServer({ name, port, pid, stop }: Daemon): BenchServer {
  return { name, port, user: "any", password: "any", directory: "", path: "", pid, stop };
}

/** What moves one file as {@link startBare} does, and prints its seconds. */
export const bareScript: string = fileURLToPath(new URL("../programs/bare.py", import.meta.url));

/** The same file for all of them, once in memory. */
export function share(file: string, name: string, servers: readonly BenchServer[]): void {
  for (const { directory } of servers) linkSync(file, join(directory, name));
}

export function url({ port, path }: BenchServer, name: string, host = "127.0.0.1"): string {
  return `ftp://${host}:${port}${path}/${name}`;
}

/** curl's command line for one of them. */
export function curl(
  { user, password }: BenchServer,
  ...args: string[]
): readonly [string, readonly string[]] {
  return [program("curl"), ["--silent", "--show-error", "--user", `${user}:${password}`, ...args]];
}
