import { isIP } from "node:net";
import { isSecret, type Secret } from "@longshore/ftp-command";
import { ProbeError } from "./error.ts";
import type { Finding } from "./finding.ts";

export interface ProbeOptions {
  /** Name or address. */
  readonly host: string;
  /** 21 unless told, 990 with implicit TLS. */
  readonly port?: number;
  /** `anonymous` unless told. */
  readonly user?: string;
  /** For `anonymous`, an address of sorts is made up (RFC 1635). */
  readonly password?: string | Secret;
  /**
   * How the probe itself logs in: `"off"` (the default), in clear; `"explicit"`, AUTH TLS first; `"implicit"`. What TLS
   * the server can do is examined in each case, and never with the user's name and password in clear where TLS was asked for.
   */
  readonly tls?: "off" | "explicit" | "implicit";
  /** Certificates to trust, in PEM, in place of those that Node knows. */
  readonly ca?: string;
  /** Send the password also where the certificate is not trusted; `false` unless told. */
  readonly insecure?: boolean;
  /** The name that the certificate is to have; `host` unless told. */
  readonly servername?: string;
  /** Connect over IPv4 or IPv6 alone; as the name resolves unless told. */
  readonly family?: 4 | 6;
  /** The directory to look around in, from the one after login; that one unless told. Nothing is written there. */
  readonly directory?: string;
  /**
   * A directory on the server in which the probe may make files and directories of its own, all named `longshore-probe-…` and
   * removed again; absent (the default), nothing is written anywhere.
   */
  readonly write?: string;
  readonly limits?: Partial<ProbeLimits>;
  /** Only these checks or groups, by their ids; all unless told. */
  readonly only?: readonly string[];
  readonly signal?: AbortSignal;
  /** Is told of each finding as it is made. */
  readonly onFinding?: (finding: Finding) => void;
  /** Milliseconds of a clock that never goes back; `performance.now` unless told. */
  readonly now?: () => number;
}

/** What a probe may cost the server at most. What is left to be seen is then `unknown`. */
export interface ProbeLimits {
  /** For the whole probe; 120 unless told. */
  readonly seconds: number;
  /** Control connections in all; 100 unless told. Two at the same time at most, and one more to follow a limit. */
  readonly connections: number;
  /** Commands in all; 1,000 unless told. */
  readonly commands: number;
  /** Refused passwords in all, for a user who does not exist; 5 unless told, 0 to try none. */
  readonly guesses: number;
  /** Bytes read of a listing; 256 KiB unless told. */
  readonly listingBytes: number;
  /** Milliseconds to wait for a reply or a connection; 10,000 unless told. */
  readonly patience: number;
  /** Milliseconds after which nothing more is expected to come; 400 unless told. */
  readonly quiet: number;
}

const defaults: ProbeLimits = {
  seconds: 120,
  connections: 100,
  commands: 1000,
  guesses: 5,
  listingBytes: 256 * 1024,
  patience: 10_000,
  quiet: 400,
};

/**
 * The limits with their defaults.
 *
 * @throws {ProbeError} `bad-argument` for what is no whole number, or 0 where there has to be some, for a line break
 * in what goes into a command, and for an address of another family than the one that is asked for
 */
export function limitsOf(options: ProbeOptions): ProbeLimits {
  const { limits = {}, user = "", password = "", directory = "", write = "" } = options;
  const texts = { user, password: isSecret(password) ? password.reveal() : password, directory, write };
  for (const [name, text] of Object.entries(texts))
    if (/[\r\n\0]/.test(text))
      throw new ProbeError("bad-argument", `${name} holds CR, LF or NUL: take it out`);
  checkFamily(options);
  const whole = { ...defaults, ...limits };
  for (const [name, value] of Object.entries(whole)) {
    if (!Number.isSafeInteger(value) || value < (name === "guesses" ? 0 : 1))
      throw new ProbeError("bad-argument", `limits.${name} is ${value}: give a whole number from 1 up`);
  }
  return whole;
}

/** An address is of one family, whatever is asked for: the other one cannot be had, and is not to be passed over. */
function checkFamily({ host, family }: ProbeOptions): void {
  const own = isIP(host);
  if (family === undefined || own === 0 || own === family) return;
  const message = `${host} is an address of IPv${own}: it cannot be reached over IPv${family}; give a name, or leave the family out`;
  throw new ProbeError("bad-argument", message);
}
