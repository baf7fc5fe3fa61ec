import { execFileSync } from "node:child_process";
import { cpus, release, totalmem } from "node:os";
import { versionsOfPeers } from "./versions.ts";

/** Where and when something was measured. */
export interface Machine {
  readonly date: string;
  readonly processor: string;
  readonly processors: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  readonly commit: string;
  /** Of everybody who can be measured, by name. */
  readonly versions?: Readonly<Record<string, string>>;
}

export function thisMachine(): Machine {
  const all = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: all[0]?.model ?? "unknown",
    processors: all.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.versions.node,
    commit: textOf("git", "rev-parse", "--short", "HEAD"),
    versions: versionsOfPeers(),
  };
}

function textOf(command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "unknown";
  }
}
