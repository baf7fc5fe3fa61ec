import { readFile } from "node:fs/promises";
import {
  FtpClient,
  type FtpClientOptions,
  FtpPool,
  type FtpTimeouts,
  type FtpTlsOptions,
  type FtpUrl,
} from "@longshore/ftp-client";
import type { Command } from "commander";
import { toLine, usageFailure } from "./failure.ts";
import { escapePattern } from "./glob.ts";
import { interruptible } from "./interrupt.ts";
import { askNetrc } from "./netrc.ts";
import { secondsOf } from "./option.ts";
import { askPassword } from "./password.ts";

/** Flags of every command that connects to an FTP server. */
export interface ConnectionFlags {
  readonly tls?: true;
  readonly ca?: string;
  readonly insecure?: true;
  readonly active?: true;
  /** `socks5://` or `http://`, with a user and password where it wants some. */
  readonly proxy?: string;
  /** Seconds that the server may be silent. */
  readonly timeout?: number;
  /** A file, or empty for the usual one. */
  readonly netrc?: string;
  /** Bytes a second. */
  readonly limitRate?: number;
  /** Sessions at most. */
  readonly parallel?: number;
}

/** Those that say how to encrypt. */
export function addTlsFlags(command: Command): Command {
  return command
    .option("--tls", "encrypt with explicit TLS (AUTH TLS), or do not go on; ftps:// is implicit TLS")
    .option("--ca <file>", "certificates to trust, in PEM, in place of the system's")
    .option("--insecure", "take any certificate: whoever is in between can read and change everything");
}

export function addConnectionFlags(command: Command): Command {
  return addTlsFlags(command)
    .option("--active", "let the server open the data connections (EPRT, PORT)")
    .option("--proxy <url>", "connect through socks5://[user:password@]host[:port], or http:// (CONNECT)")
    .option("--timeout <seconds>", "give up when the server is silent for that long", secondsOf)
    .option("--netrc [file]", "users and passwords from a file; $NETRC or ~/.netrc unless told");
}

/** What the help of those commands says about URLs and passwords. */
export const urlHelp = `
URLs may be percent-encoded (%20 is a space, %25 a percent sign); other
characters stand for themselves. An FTP path begins in the directory after
login, or with // (ftp://host//etc) at the server's root. Without a user the
login is anonymous. A password may stand in the URL, though others can see it
there; else it comes from --netrc, LONGSHORE_PASSWORD or a prompt.`;

/** What it says about patterns. */
export const patternHelp = `
*, ?, [a-z], {a,b} and ** (any directories) in a path stand for names, as in a
shell; a name with brackets of its own goes first. Quote them, so that the shell
leaves them alone; percent-encoded (%2A) they stand for themselves.`;

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

/** A server, over one session or several. */
export interface Remote {
  readonly ftp: FtpClient | FtpPool;
  /** Calls that make sense at a time. */
  readonly parallel: number;
  /** A path and a pattern of a URL as `ftp` takes them. */
  pathOf(path: string): string;
  patternOf(pattern: string): string;
}

/** The same with a pool of sessions, 4 unless told; with one session where the server's paths do not begin with `/`. */
export async function withRemote<T>(
  url: FtpUrl,
  flags: ConnectionFlags,
  use: (remote: Remote, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const options = await optionsOf(url, flags);
  const { parallel = 4 } = flags;
  return interruptible(async (signal) => {
    {
      await using pool = await FtpPool.connect({ ...options, signal, maxSessions: parallel });
      // Each session has a working directory of its own, and a pool only absolute paths therefore.
      const home = await pool.use((client) => client.pwd({ signal }), { signal, repeatable: true });
      if (home.startsWith("/")) {
        const below = (base: string, path: string): string =>
          path.startsWith("/") ? path : `${base.replace(/\/+$/, "")}/${path}`;
        const pathOf = (path: string): string => below(home, path);
        const patternOf = (pattern: string): string => below(escapePattern(home), pattern);
        return await use({ ftp: pool, parallel, pathOf, patternOf }, signal);
      }
    }
    await using client = await FtpClient.connect({ ...options, signal });
    return await use({ ftp: client, parallel: 1, pathOf: same, patternOf: same }, signal);
  });
}

const same = (path: string): string => path;

/**
 * What the flags say about connecting to a URL's server; a password that is wanted and not given is asked for.
 *
 * @throws {CommandFailure} wrong usage
 */
export async function optionsOf(url: FtpUrl, flags: ConnectionFlags): Promise<FtpClientOptions> {
  const { host, port } = url;
  const { timeout = 0, active, proxy, limitRate = 0 } = flags;
  const tls = await tlsOf(url, flags);
  return {
    host,
    ...(port === undefined ? {} : { port }),
    ...(await loginOf(url, flags)),
    ...(tls === undefined ? {} : { tls }),
    ...(active === true ? { dataModes: "active" } : {}),
    ...(proxy === undefined ? {} : { proxy: proxyOf(proxy, flags) }),
    ...(timeout === 0 ? {} : { timeouts: patience(timeout * 1000) }),
    ...(limitRate === 0 ? {} : { rateLimit: limitRate }),
  };
}

/** TFTP has none of these: whoever asked for one must not get something else. */
export function refuseFtpFlags(flags: object): void {
  const given = Object.keys(flags).filter((name) => ftpFlags.has(name));
  if (given.some((name) => /^(?:tls|ca|insecure)$/.test(name)))
    throw usageFailure("TFTP cannot encrypt: take away --tls, --ca and --insecure, or use FTP");
  const [first] = given;
  if (first === undefined) return;
  const flag = first.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw usageFailure(`--${flag} is for ftp:// and ftps:// URLs: take it away`);
}

/** Flags of `get`, `put` and `cat` that have nothing to do with TFTP. */
const ftpFlags: ReadonlySet<string> = new Set([
  "tls",
  "ca",
  "insecure",
  "active",
  "proxy",
  "netrc",
  "limitRate",
  "parallel",
  "recursive",
  "resume",
  "verify",
  "temporary",
  "dryRun",
  "encodeNames",
]);

/** @throws {CommandFailure} wrong usage, without the URL: there may be a password in it */
function proxyOf(text: string, { active }: ConnectionFlags): string {
  if (!/^(?:socks5h?|https?):\/\//i.test(text) || !URL.canParse(text))
    throw usageFailure(
      "--proxy: write socks5://[USER:PASSWORD@]HOST[:PORT], socks5h://, http:// or https://",
    );
  if (active === true)
    throw usageFailure(
      "--proxy and --active do not go together: no server can connect to this side of a proxy",
    );
  return text;
}

/** All that the server may take its time for. */
function patience(milliseconds: number): Partial<FtpTimeouts> {
  const phases = [
    "connect",
    "tls",
    "greeting",
    "login",
    "command",
    "data-open",
    "stall",
    "conclude",
  ] as const;
  return Object.fromEntries(phases.map((phase) => [phase, milliseconds]));
}

async function tlsOf(url: FtpUrl, flags: ConnectionFlags): Promise<FtpTlsOptions | undefined> {
  const isImplicit = url.scheme === "ftps";
  if (isImplicit && flags.tls === true)
    throw usageFailure("--tls is explicit TLS, ftps:// implicit: take away one of them");
  if (!isImplicit && flags.tls !== true) {
    if (flags.ca === undefined && flags.insecure !== true) return undefined;
    throw usageFailure("--ca and --insecure say how to encrypt: add --tls, or use an ftps:// URL");
  }
  return { mode: isImplicit ? "implicit" : "explicit", ...(await trustOf(flags)) };
}

/** The URL goes before the netrc file, that before the environment and the prompt. */
async function loginOf(
  url: FtpUrl,
  { netrc }: ConnectionFlags,
): Promise<Pick<FtpClientOptions, "user" | "password" | "account">> {
  const isKnown = url.user !== undefined && url.password !== undefined;
  const entry =
    netrc === undefined || isKnown ? undefined : await askNetrc(netrc || undefined, url.host, url.user);
  const user = url.user ?? entry?.login;
  if (user === undefined) return {};
  const password = url.password ?? entry?.password ?? (await passwordOf(url, user));
  return { user, password, ...(entry?.account === undefined ? {} : { account: entry.account }) };
}

async function passwordOf({ host }: FtpUrl, user: string): Promise<string> {
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
