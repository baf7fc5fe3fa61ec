import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generate } from "selfsigned";

export const longshore: string = fileURLToPath(new URL("../../packages/cli/dist/bin.js", import.meta.url));

/** `longshore serve` as its users run it: the built command in a process of its own. */
export interface Served {
  readonly process: ChildProcess;
  /** Ports by the scheme of the line that the command printed. */
  readonly ports: Readonly<Record<string, number>>;
  /** What it logged so far. */
  log(): string;
  stop(): Promise<{ readonly code: number | null }>;
}

/** Serves `folder` on free ports; ready when it answers. */
export function serve(folder: string, ...flags: string[]): Promise<Served> {
  return serveWith(longshoreCommand, [folder, "--ftp-port", "0", "--tftp-port", "0", ...flags]);
}

export const longshoreCommand: readonly string[] = [process.execPath, longshore];

/** The same with what stands before `serve` (programs that run it somewhere else), and with its own flags alone. */
export async function serveWith(
  [command = "", ...args]: readonly string[],
  flags: readonly string[],
): Promise<Served> {
  const child = spawn(command, [...args, "serve", "--log", "json", ...flags], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  let printed = "";
  const expected =
    Number(!flags.includes("--no-ftp")) +
    Number(!flags.includes("--no-tftp")) +
    Number(flags.includes("--ftps-port"));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log = (log + text).slice(-200_000);
  });
  child.stdout.setEncoding("utf8");
  const ports: Record<string, number> = {};
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (text: string) => {
      printed += text;
      const lines = [...printed.matchAll(/^(\w+):\/\/\S*:(\d+)\/?$/gm)];
      for (const [, scheme, port] of lines) ports[scheme ?? ""] = Number(port);
      if (lines.length >= expected) resolve();
    });
    child.on("exit", (code) => reject(new Error(`longshore serve ended with ${code}\n${printed}\n${log}`)));
  });
  return {
    process: child,
    ports,
    log: () => log,
    async stop() {
      if (child.exitCode === null) {
        const exited = once(child, "exit");
        child.kill("SIGTERM");
        await exited;
      }
      return { code: child.exitCode };
    },
  };
}

/** A certificate for a name in files, as a server's operator has it. */
export async function makeCertificate(host = "localhost"): Promise<{
  certificate: string;
  key: string;
  remove(): Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), "longshore-certificate-"));
  const made = await generate([{ name: "commonName", value: host }], {
    keySize: 2048,
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: host }] },
    ],
  });
  const certificate = join(folder, "certificate.pem");
  const key = join(folder, "key.pem");
  await writeFile(certificate, made.cert);
  await writeFile(key, made.private);
  return { certificate, key, remove: () => rm(folder, { recursive: true, force: true }) };
}
