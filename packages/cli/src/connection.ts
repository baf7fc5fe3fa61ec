import { readFile } from "node:fs/promises";
import { FtpClient, type FtpClientOptions, type FtpUrl } from "@longshore/ftp-client";
import type { Command } from "commander";
import { toLine, usageFailure } from "./failure.ts";
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

/** What the help of those commands says about passwords. */
export const passwordHelp = `
A password may stand in the URL, though others can see it there; else it comes from LONGSHORE_PASSWORD or a prompt.`;

/**
 * Connects and logs in, hands the client to `use`, and closes it whatever happened. Ctrl-C gives up what is under way.
 */
export async function withClient<T>(
  url: FtpUrl,
  flags: ConnectionFlags,
  use: (client: FtpClient, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort(new Error("interrupted"));
  process.once("SIGINT", interrupt);
  try {
    await using client = await FtpClient.connect({
      ...(await optionsOf(url, flags)),
      signal: interrupted.signal,
    });
    return await use(client, interrupted.signal);
  } finally {
    process.off("SIGINT", interrupt);
  }
}

async function optionsOf(url: FtpUrl, flags: ConnectionFlags): Promise<FtpClientOptions> {
  const isImplicit = url.scheme === "ftps";
  if (isImplicit && flags.tls === true)
    throw usageFailure("--tls is explicit TLS, ftps:// implicit: take away one of them");
  const mode = isImplicit ? "implicit" : flags.tls === true ? "explicit" : undefined;
  if (mode === undefined && (flags.ca !== undefined || flags.insecure === true)) {
    throw usageFailure("--ca and --insecure say how to encrypt: add --tls, or use an ftps:// URL");
  }
  const password =
    url.user === undefined
      ? undefined
      : (url.password ?? (await askPassword(`Password for ${url.user} at ${url.host}`)));
  return {
    host: url.host,
    ...(url.port === undefined ? {} : { port: url.port }),
    ...(url.user === undefined ? {} : { user: url.user }),
    ...(password === undefined ? {} : { password }),
    ...(mode === undefined
      ? {}
      : {
          tls: {
            mode,
            ...(flags.ca === undefined ? {} : { ca: await certificates(flags.ca) }),
            ...(flags.insecure === true ? { rejectUnauthorized: false } : {}),
          },
        }),
  };
}

async function certificates(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw usageFailure(`--ca: ${file} cannot be read (${toLine(error)}); give a file in PEM form`);
  }
}
