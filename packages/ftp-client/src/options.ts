import type { ConnectionOptions } from "node:tls";
import type { Secret } from "@longshore/ftp-command";
import type { FtpReply } from "@longshore/ftp-reply";
import type { DataMode, DataProtection } from "@longshore/ftp-session";
import type { ClearControl, ClientQuirks, ClientTimeouts } from "@longshore/ftp-session/client";
import type { Dial } from "./dial.ts";
import type { ConnectionMemory } from "./memory.ts";
import type { ConnectionPlan } from "./plan.ts";
import type { ProxyOptions } from "./proxy.ts";
import type { RateLimit } from "./rate.ts";

export interface FtpClientOptions {
  /** Name or address. */
  readonly host: string;
  /** 21 unless told, 990 with implicit TLS. */
  readonly port?: number;
  /** `anonymous` unless told. */
  readonly user?: string;
  /** For `anonymous`, an address of sorts is made up (RFC 1635). */
  readonly password?: string | Secret;
  /** For the servers that ask for one with 332. */
  readonly account?: string | Secret;
  /**
   * `"off"` unless told. `"explicit"` (AUTH TLS, RFC 4217) and `"implicit"` are required: a server that refuses is
   * an error, and nothing goes in clear. With options of one's own, see {@link FtpTlsOptions}.
   */
  readonly tls?: "off" | "explicit" | "implicit" | FtpTlsOptions;
  /**
   * How data connections are opened, in the order in which they are tried: `"passive"` (the default) is
   * `["EPSV", "PASV"]`, `"active"` is `["EPRT", "PORT"]`. The next is tried when the server refuses one and when its
   * connection does not come to stand. What had to be passed over once is tried last from then on, see `memory`.
   */
  readonly dataModes?: readonly DataMode[] | "passive" | "active";
  /**
   * Ways to the server, tried in this order until one leads to a session: each says what it does differently from the
   * options beside it. Nothing goes in clear that is not declared here: `[{ tls: "explicit" }, { tls: "implicit" }]`
   * never does.
   */
  readonly plans?: readonly ConnectionPlan[];
  /** What worked with which host, to be begun with next time: share one between clients. One of its own unless told. */
  readonly memory?: ConnectionMemory;
  /**
   * Whether a 227 may send this client elsewhere: `"control"` (the default) goes to the control connection's peer
   * whatever it says, `"same"` refuses another host, `"reply"` believes it.
   */
  readonly passiveHost?: "control" | "same" | "reply";
  /** For the active modes EPRT and PORT. */
  readonly active?: ActiveOptions;
  /** Milliseconds for each phase; 0 is no limit. */
  readonly timeouts?: Partial<FtpTimeouts>;
  /** Ends the attempt to connect. */
  readonly signal?: AbortSignal;
  /** Milliseconds for all of it: connecting, securing, greeting and login; no limit unless told. */
  readonly timeout?: number;
  /** Milliseconds of idleness after which NOOP is sent; 0 (the default) never. */
  readonly keepAlive?: number;
  /** Milliseconds between NOOPs while a transfer runs; 0 (the default) never. */
  readonly transferKeepAlive?: number;
  /**
   * Whether commands that need not wait for each other are sent together: `known` (unless told), to servers that are known by their
   * greeting to take that (vsftpd, ProFTPD, Pure-FTPd, pyftpdlib); `never`.
   */
  readonly pipelining?: "known" | "never";
  /** How names go over the wire; `utf-8` unless told. */
  readonly encoding?: "utf-8" | "latin1";
  /** Whether FEAT, and OPTS UTF8 where it is offered, follow the login; `true` unless told. */
  readonly negotiate?: boolean;
  /** How fast the transfers of this session may go, or of a whole pool; as fast as they can unless told. */
  readonly rateLimit?: RateLimit;
  /** Put IAC IP, IAC DM before ABOR; off unless told. */
  readonly telnetSynch?: boolean;
  readonly quirks?: ClientQuirks & FtpClientQuirks;
  /**
   * Control and data connections go through it: `"socks5://user:password@host:1080"` (or `socks5h:`, `http:`, `https:`),
   * or the same in parts. Data connections are passive ones then.
   */
  readonly proxy?: string | ProxyOptions;
  /** Opens the connections in a way of one's own, in place of `proxy`. Data connections are passive ones then. */
  readonly dial?: Dial;
  /** The local address to connect from. */
  readonly localAddress?: string;
  /** IPv4 or IPv6 alone, where `host` is a name with both; what the system prefers unless told. An address must be of it. */
  readonly family?: 4 | 6;
  /** Sees each command and each reply, both without secrets, and how data connections begin and end. */
  readonly onTrace?: (event: TraceEvent) => void;
  /** Whether `onTrace` sees the bytes that come in on data connections too, which slows them; `false` unless told. */
  readonly traceData?: boolean;
}

/** Leniencies of the driver, each with the product that needs it. */
export interface FtpClientQuirks {
  /** LIST is sent as `LIST -a`, so that hidden files show: `true` unless told. Servers that take `-a` for a name. */
  readonly listHidden?: boolean;
  /**
   * Downloads and listings over TLS whose connection ends without close_notify count as complete: `false` unless told,
   * because anybody on the way can cut them so (RFC 8446 §6.1). Servers that close the socket and nothing else.
   */
  readonly acceptMissingCloseNotify?: boolean;
}

export interface FtpTlsOptions
  extends Pick<
    ConnectionOptions,
    | "ca"
    | "cert"
    | "key"
    | "pfx"
    | "passphrase"
    | "ciphers"
    | "minVersion"
    | "maxVersion"
    | "servername"
    | "rejectUnauthorized"
    | "checkServerIdentity"
  > {
  readonly mode: "explicit" | "implicit";
  /** PROT P or PROT C; `private` unless told. */
  readonly dataProtection?: DataProtection;
  /**
   * CCC behind the login (RFC 4217 §12.3): commands and replies go on in clear, for a NAT or a firewall that has to read
   * the addresses in them; data connections stay as `dataProtection` says. It costs: from then on anybody on the way
   * reads every path, and can change commands and replies (say, have another file deleted). A password is not sent any
   * more. `"off"` unless told. `"after-login"`: a server that refuses is the error `clear-refused`. `"if-offered"`: the
   * control connection then stays encrypted.
   */
  readonly clearControl?: ClearControl;
  /** Offer the control connection's TLS session on data connections, as many servers require; `true` unless told. */
  readonly resumeSession?: boolean;
}

export interface ActiveOptions {
  /** Listen on a port of this range, both ends inclusive; any free one unless told. */
  readonly ports?: readonly [first: number, last: number];
  /** The address to tell the server, where it is not this side's own (NAT). */
  readonly address?: string;
}

export type FtpTimeouts = ClientTimeouts & {
  /** While a transfer runs: the peer moves no byte. Waiting for one's own disk or consumer does not count. 60,000 unless told. */
  readonly stall: number;
  /** A server makes the hash of a file, which may be long. 3,600,000 unless told. */
  readonly hash: number;
};

export type TraceEvent =
  | { readonly type: "command"; readonly text: string }
  /** `isAmbiguous`: it ended at another code than its own, and may be two (`quirks.lenientMultiline`). */
  | { readonly type: "reply"; readonly reply: FtpReply; readonly isAmbiguous?: true }
  | { readonly type: "data-open" }
  /** What came in, with `traceData`; valid during the call. */
  | { readonly type: "data"; readonly bytes: Uint8Array }
  /** `complete`: the sender's end of file. `bytes`: moved in all. */
  | {
      readonly type: "data-end";
      readonly direction: "receive" | "send";
      readonly bytes: number;
      readonly how: DataEnd;
    };

/** How a data connection came to its end; `aborted` by this side. */
export type DataEnd = "complete" | "broken" | "aborted";

/** What every operation takes. */
export interface CallOptions {
  /** Gives the operation up; a transfer is aborted with ABOR, and the session stays usable. */
  readonly signal?: AbortSignal;
  /** Milliseconds for the whole operation, its time in the queue included; no limit unless told. */
  readonly timeout?: number;
}

export interface Progress {
  /** Bytes moved by this transfer so far. */
  readonly bytes: number;
  /** Where in the file the transfer began. */
  readonly offset: number;
  /** The file's size, where it is known. */
  readonly total?: number;
  /** Bytes a second, lately. */
  readonly rate: number;
}

export interface TransferCallOptions extends CallOptions {
  readonly onProgress?: (progress: Progress) => void;
  /** How fast this transfer may go, beside the session's own limit; as fast as it can unless told. */
  readonly rateLimit?: RateLimit;
  /** `image` unless told; `ascii` turns line ends into this system's (RFC 959 §3.1.1.1) and cannot be verified. */
  readonly representation?: "image" | "ascii";
  /**
   * `"size"` (the default): SIZE is asked where nothing else tells how long the file is. `"hash"`: besides, the
   * server's hash of the file is compared with this side's, if it has one (see `verified` in the report).
   */
  readonly verify?: "size" | "hash" | "none";
}
