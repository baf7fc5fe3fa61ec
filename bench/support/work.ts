import { randomBytes } from "node:crypto";
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { succeed } from "../../interop/support/exec.ts";

/** Megabytes (10⁶) a second of a program that moves `bytes` and ends. */
export async function throughput(
  bytes: number,
  [command, args]: readonly [string, readonly string[]],
): Promise<number> {
  return bytes / 1e6 / (await seconds([command, args]));
}

/** How long a program runs. */
export async function seconds([command, args]: readonly [string, readonly string[]]): Promise<number> {
  const started = performance.now();
  await succeed(command, args, { seconds: 120 });
  return (performance.now() - started) / 1000;
}

/** A file of random mebibytes, the same one again and again: nothing to be won by compression or by holes. */
export function fill(path: string, bytes: number): void {
  const mebibyte = randomBytes(1 << 20);
  const file = openSync(path, "w");
  for (let written = 0; written < bytes; written += mebibyte.length)
    writeSync(file, mebibyte, 0, Math.min(mebibyte.length, bytes - written), written);
  ftruncateSync(file, bytes);
  closeSync(file);
}

/** Processor time of a process and of its ended and living children, in seconds (Linux counts in hundredths). */
export function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  // utime, stime, cutime, cstime: fields 14 to 17 of proc(5).
  const own = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / 100;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  return own + children.reduce((sum, child) => sum + timeOf(Number(child)), 0);
}

/**
 * Processor time of a process and of its children while `work` goes on, in seconds. It is looked at again and again: vsftpd's
 * processes end in any order, and what one took is lost where the one above it is gone already.
 */
export async function processorTimeDuring(pid: number, work: () => Promise<unknown>): Promise<number> {
  const before = processorTime(pid);
  let most = before;
  const look = (): void => {
    most = Math.max(most, processorTime(pid));
  };
  const looking = setInterval(look, 20);
  await work();
  // Who counts a child when it has reaped it does so now.
  await new Promise((resolve) => setTimeout(resolve, 500));
  clearInterval(looking);
  return most - before;
}

function timeOf(pid: number): number {
  try {
    return processorTime(pid);
  } catch {
    // It has ended in between and is counted with its parent.
    return 0;
  }
}

/** Resident memory of a process, in bytes. */
export function residentMemory(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kibibytes) * 1024;
}
