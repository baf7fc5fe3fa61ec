import { readFile } from "node:fs/promises";
import { FtpClient, type FtpClientOptions, type FtpUrl } from "@longshore/ftp-client";
import type { Command } from "commander";
import { toLine, usageFailure } from "./failure.ts";
import { interruptible } from "./interrupt.ts";
import { askPassword } from "./password.ts";

/** Flags of every command that connects to an FTP server. */
export interface ConnectionFlags {
  readonly tls?: true;
  readonly ca?: string;
  readonly insecure?: true;
}

export function addConnectionFlags(command: Command): Command {
  return command
    .option("--tls", "encrypt with explicit TLS (AUTH TLS), or do not go on; ftps:// is implicit TLS")
    .option("--ca <file>", "certificates to trust, in PEM, in place of the system's")
    .option("--insecure", "take any certificate: whoever is in between can read and change everything");
}

/** What the help of those commands says about URLs and passwords. */
export const urlHelp = `
URLs may be percent-encoded (%20 is a space, %25 a percent sign); other
characters stand for themselves. An FTP path begins in the directory after
login, or with // (ftp://host//etc) at the server's root. Without a user the
login is anonymous. A password may stand in the URL, though others can see it
there; else it comes from LONGSHORE_PASSWORD or a prompt.`;

/**
 * Connects and logs in, hands the client to `use`, and closes it whatever happened. Ctrl-C gives up what is under way.
 */
export async function withClient<T>(
  url: FtpUrl,
  flags: ConnectionFlags,
  use: (client: FtpClient, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const options = await optionsOf(url, flags);
  return interruptible(async (signal) => {
    await using client = await FtpClient.connect({ ...options, signal });
    return await use(client, signal);
  });
}

/** TFTP has no TLS: whoever asked for it must not get something else. */
export function refuseTls({ tls, ca, insecure }: ConnectionFlags): void {
  if (tls === true || ca !== undefined || insecure === true)
    throw usageFailure("TFTP cannot encrypt: take away --tls, --ca and --insecure, or use FTP");
}

/** What the URL and the flags say, with a password asked for where one is missing. */
export async function optionsOf(url: FtpUrl, flags: ConnectionFlags): Promise<FtpClientOptions> {
  const { host, port, user } = url;
  const isImplicit = url.scheme === "ftps";
  if (isImplicit && flags.tls === true)
    throw usageFailure("--tls is explicit TLS, ftps:// implicit: take away one of them");
  const mode: "implicit" | "explicit" | undefined = isImplicit
    ? "implicit"
    : flags.tls === true
      ? "explicit"
      : undefined;
  if (mode === undefined && (flags.ca !== undefined || flags.insecure === true)) {
    throw usageFailure("--ca and --insecure say how to encrypt: add --tls, or use an ftps:// URL");
  }
  const tls = mode === undefined ? undefined : { mode, ...(await trustOf(flags)) };
  return {
    host,
    ...(port === undefined ? {} : { port }),
    ...(user === undefined ? {} : { user, password: await passwordOf(url, user) }),
    ...(tls === undefined ? {} : { tls }),
  };
}

async function passwordOf(
  { host, password }: FtpUrl,
  user: string,
): Promise<NonNullable<FtpClientOptions["password"]>> {
  if (password !== undefined) return password;
  // RFC 1635: whoever logs in as nobody in particular is asked for nothing.
  if (/^(?:anonymous|ftp)$/i.test(user)) return "anonymous@";
  return askPassword(`Password for ${user} at ${host}`);
}

async function trustOf({ ca, insecure }: ConnectionFlags): Promise<{
  readonly ca?: string;
  readonly rejectUnauthorized?: false;
}> {
  return {
    ...(ca === undefined ? {} : { ca: await certificates(ca) }),
    ...(insecure === true ? { rejectUnauthorized: false } : {}),
  };
}

async function certificates(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw usageFailure(`--ca: ${file} cannot be read (${toLine(error)}); give a file in PEM form`);
  });
  // Without this, a file of another form would trust nobody and blame the server.
  if (!text.includes("-----BEGIN ")) throw usageFailure(`--ca: ${file} holds no certificate in PEM form`);
  return text;
}
