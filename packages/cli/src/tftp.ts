import { createHash, getHashes } from "node:crypto";
import type { TftpTransferOptions } from "@longshore/tftp-endpoint";
import { type Command, InvalidArgumentError, Option } from "commander";
import { printable, usageFailure } from "./failure.ts";
import { writeOut } from "./output.ts";

/** Flags that only TFTP knows. */
export interface TftpFlags {
  readonly blksize?: number;
  readonly windowsize?: number;
  /** Seconds: nothing is sent again sooner. */
  readonly timeout?: number;
  readonly mode?: "octet" | "netascii";
  readonly checksum?: string;
}

export function addTftpFlags(command: Command): Command {
  return command
    .option(
      "--blksize <bytes>",
      "TFTP: block size to ask for, 8 to 65464; 0 asks for none",
      rangeOf("a block size", 8, 65_464),
    )
    .option(
      "--windowsize <blocks>",
      "TFTP: blocks a window to ask for, 1 to 65534; 0 asks for none",
      rangeOf("a window", 1, 65_534),
    )
    .addOption(
      new Option("--mode <mode>", "TFTP: the same as ;mode= in the URL").choices(["octet", "netascii"]),
    )
    .option("--checksum <name>", "TFTP: print a checksum of the file, such as sha256", hashOf);
}

/**
 * What the flags ask of a transfer.
 *
 * @throws {CommandFailure} wrong usage: RFC 2349 has no such timeout
 */
export function tftpOptionsOf(
  flags: TftpFlags,
): Pick<TftpTransferOptions, "blksize" | "windowsize" | "timeout" | "mode" | "checksum"> {
  const { blksize, windowsize, timeout = 0, mode, checksum } = flags;
  if (timeout > 255) throw usageFailure("--timeout: over TFTP it is a number from 1 to 255");
  return {
    ...(blksize === undefined ? {} : { blksize }),
    ...(windowsize === undefined ? {} : { windowsize }),
    ...(timeout === 0 ? {} : { timeout }),
    ...(mode === undefined ? {} : { mode }),
    ...(checksum === undefined ? {} : { checksum }),
  };
}

/** @throws {CommandFailure} wrong usage: FTP has none of these */
export function refuseTftpFlags(flags: TftpFlags): void {
  const given = (["blksize", "windowsize", "mode", "checksum"] as const).find(
    (name) => flags[name] !== undefined,
  );
  if (given !== undefined) throw usageFailure(`--${given} is for tftp:// URLs: take it away`);
}

/** A checksum as `sha256sum` writes it; beside content on standard output it goes to stderr. */
export async function tellChecksum(checksum: string, path: string): Promise<void> {
  const line = `${checksum}  ${printable(path)}\n`;
  if (path === "-") process.stderr.write(line);
  else await writeOut(line);
}

function rangeOf(what: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value === 0 || (value >= min && value <= max)) return value;
    throw new InvalidArgumentError(`${what} is a number from ${min} to ${max}`);
  };
}

function hashOf(text: string): string {
  try {
    createHash(text);
    return text;
  } catch {
    const usual = ["md5", "sha1", "sha256", "sha512"].filter((name) => getHashes().includes(name));
    throw new InvalidArgumentError(`there is no checksum ${printable(text)}; take ${usual.join(", ")}`);
  }
}
