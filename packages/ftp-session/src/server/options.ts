import type { HostPort } from "@longshore/ftp-address";
import type { Verb } from "@longshore/ftp-command";
import type { TransferType } from "../data.ts";
import type { ServerState } from "./state.ts";
import type { StoreFeatures } from "./user.ts";

/** What one control session is made with. */
export interface ServerEngineOptions extends CommonEngineOptions, EngineConnection {}

/** The control connection of one session. */
export interface EngineConnection {
  /** The client's end of the control connection, an IPv4-mapped IPv6 address already turned into IPv4. */
  readonly remote: HostPort;
  /** This end of it. */
  readonly local: HostPort;
  /** The connection is TLS from the first byte on (implicit TLS, RFC 4217 §3 calls it deprecated). */
  readonly secure?: boolean;
}

/** What all sessions of a server are made with. Times are milliseconds. */
export interface CommonEngineOptions {
  /** What the store can do as long as nobody is logged in; FEAT is computed from it. */
  readonly store: StoreFeatures;
  /**
   * `none`: AUTH is 502. `offered` (with a certificate). `required`: no USER and no data in clear.
   * `none` unless told.
   */
  readonly tls?: "none" | "offered" | "required";
  /** Whether CCC may take TLS off the control connection of who is logged in; `false` unless told (RFC 4217 §15.3). */
  readonly allowClearCommands?: boolean;
  /** Whether there are virtual hosts to choose from: HOST is 502 and not in FEAT otherwise; `false` unless told. */
  readonly hosts?: boolean;
  /** Lines of the greeting; `["FTP server ready."]` unless told: scanners and some clients look for the word. */
  readonly greeting?: readonly string[];
  /** Lines of the reply to a login; `["Logged in."]` unless told. */
  readonly welcome?: readonly string[];
  /** After `SYST`; `UNIX Type: L8` unless told: what clients need to parse LIST and to choose binary. */
  readonly system?: string;
  /**
   * The TYPE of a new session: `image` unless told. RFC 959 §5.1 says ASCII; clients that never send TYPE
   * expect their bytes untouched, and an upload is damaged by the other choice without anyone's notice.
   */
  readonly defaultType?: TransferType;
  /** How data connections may be made; both unless told. */
  readonly dataModes?: { readonly active?: boolean; readonly passive?: boolean };
  /** Whether PORT and EPRT may name another host than the client's (FXP); `false` unless told (RFC 2577 §3). */
  readonly allowForeignDataAddress?: boolean;
  /** Whether another host than the client's may connect to a passive port (FXP): CPSV is there then; `false` unless told. */
  readonly acceptForeignData?: boolean;
  /** Commands that are not offered, by their names in the command table: 502, and not in HELP or FEAT. None unless told. */
  readonly without?: readonly Verb[];
  /** Whether ESTA and ESTP make the data connection ahead of its transfer and tell its ends; `false` unless told: 502. */
  readonly allowEstablishing?: boolean;
  /** Whether SITE WHO tells of this user's sessions, of all, or is 502: `off` unless told. */
  readonly who?: "off" | "own" | "all";
  /** Whether SITE CHMOD and MFF may set the bits setuid, setgid and sticky; they are left out unless told. */
  readonly allowSpecialModeBits?: boolean;
  readonly limits?: ServerEngineLimits;
  readonly quirks?: ServerEngineQuirks;
  /** Told of every change of state, for diagnosis; must not call the engine. */
  readonly onState?: (from: ServerState, to: ServerState) => void;
}

/** Bounds on what a client can make the session hold or wait for. */
export interface ServerEngineLimits {
  /** Longest command line in bytes without its end; 4096 unless told. */
  readonly lineLength?: number;
  /** Commands that may wait before `wantsInput` turns false; 16 unless told. */
  readonly queuedCommands?: number;
  /** From the greeting to the login; 60 s unless told, 0: no limit. */
  readonly loginTimeout?: number;
  /** Between commands; does not run while a command or a transfer is under way; 300 s unless told, 0: no limit. */
  readonly idleTimeout?: number;
  /** The longest idle timeout that SITE IDLE grants; 7200 s unless told. */
  readonly idleMaximum?: number;
  /** From the 150 to the data connection, TLS included; 30 s unless told. */
  readonly dataTimeout?: number;
  /** For the TLS handshake of the control connection; 30 s unless told. */
  readonly handshakeTimeout?: number;
  /** Before a refused password is answered; 1 s unless told (RFC 2577 §5). */
  readonly failureDelay?: number;
  /** Refused passwords until 421; 5 unless told (RFC 2577 §5). */
  readonly loginFailures?: number;
  /** Entries that STAT lists; 1000 unless told. */
  readonly statusEntries?: number;
}

/** Leniencies and their reverse. */
export interface ServerEngineQuirks {
  /** LF alone ends a line: netcat, and clients in small devices. `true` unless told. */
  readonly acceptBareLineFeed?: boolean;
  /** EPSV is answered on IPv4: `true` unless told; some cameras hang after it and want 502 to go on with PASV. */
  readonly acceptExtendedPassiveOnIpv4?: boolean;
  /** HTTP's and SMTP's verbs end the session: a browser or mailer was led here (ALPACA). `true` unless told. */
  readonly closeOnForeignProtocol?: boolean;
}

/** {@link CommonEngineOptions} with every default in place. */
export interface ResolvedOptions {
  readonly store: StoreFeatures;
  readonly tls: "none" | "offered" | "required";
  readonly allowClearCommands: boolean;
  readonly hosts: boolean;
  readonly greeting: readonly string[];
  readonly welcome: readonly string[];
  readonly system: string;
  readonly defaultType: TransferType;
  readonly dataModes: { readonly active: boolean; readonly passive: boolean };
  readonly allowForeignDataAddress: boolean;
  readonly acceptForeignData: boolean;
  readonly without: ReadonlySet<Verb>;
  readonly allowEstablishing: boolean;
  readonly who: "off" | "own" | "all";
  readonly allowSpecialModeBits: boolean;
  readonly limits: Required<ServerEngineLimits>;
  readonly quirks: Required<ServerEngineQuirks>;
  readonly onState: ServerEngineOptions["onState"];
}

/** Every default stands once. */
const defaults = {
  greeting: ["FTP server ready."],
  welcome: ["Logged in."],
  dataModes: { active: true, passive: true },
  without: new Set<Verb>(),
  limits: {
    lineLength: 4096,
    queuedCommands: 16,
    loginTimeout: 60_000,
    idleTimeout: 300_000,
    idleMaximum: 7_200_000,
    dataTimeout: 30_000,
    handshakeTimeout: 30_000,
    failureDelay: 1000,
    loginFailures: 5,
    statusEntries: 1000,
  },
  quirks: {
    acceptBareLineFeed: true,
    acceptExtendedPassiveOnIpv4: true,
    closeOnForeignProtocol: true,
  },
};

export function resolveOptions(options: CommonEngineOptions): ResolvedOptions {
  return {
    store: options.store,
    tls: options.tls ?? "none",
    allowClearCommands: options.allowClearCommands ?? false,
    hosts: options.hosts ?? false,
    greeting: options.greeting ?? defaults.greeting,
    welcome: options.welcome ?? defaults.welcome,
    system: options.system ?? "UNIX Type: L8",
    defaultType: options.defaultType ?? "image",
    dataModes: { ...defaults.dataModes, ...options.dataModes },
    allowForeignDataAddress: options.allowForeignDataAddress ?? false,
    acceptForeignData: options.acceptForeignData ?? false,
    without: options.without === undefined ? defaults.without : new Set(options.without),
    allowEstablishing: options.allowEstablishing ?? false,
    who: options.who ?? "off",
    allowSpecialModeBits: options.allowSpecialModeBits ?? false,
    limits: { ...defaults.limits, ...options.limits },
    quirks: { ...defaults.quirks, ...options.quirks },
    onState: options.onState,
  };
}
