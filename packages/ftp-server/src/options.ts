import type { FileStore } from "@longshore/file-store";
import type { ServerEngineOptions } from "@longshore/ftp-session/server";
import type { Admission, AdmissionLimits, SharedAdmission } from "./admission.ts";
import type { AnonymousOptions, Authenticator, ServerUser } from "./authenticator.ts";
import type { BanOptions } from "./ban.ts";
import type { Certificate, CertificateSource } from "./certificate.ts";
import type { ClientCertificateOptions } from "./client-certificate.ts";
import type { FtpServerEvent } from "./event.ts";
import type { FtpServerHooks } from "./hooks.ts";
import type { HttpAuthenticatorOptions } from "./http-authenticator.ts";
import type { ListenerOptions } from "./listener.ts";
import type { PublicAddress } from "./public-address.ts";
import type { Quotas } from "./quotas.ts";
import type { UserEntry } from "./users.ts";
import type { UsersFileOptions } from "./users-file.ts";

/** How a server is made. Times are milliseconds. */
export interface FtpServerOptions {
  /** Where files live: one store for all, or one for each who logs in. */
  readonly store: FileStore | ((user: ServerUser) => FileStore | Promise<FileStore>);
  /** An address to listen on; `127.0.0.1` unless told, `::` for all of both families. */
  readonly host?: string;
  /** 0, the default, picks a free one. */
  readonly port?: number;
  /** Several places to listen at, in the place of `host`, `port` and `tls.implicit`; all limits are common to them. */
  readonly listeners?: readonly ListenerOptions[];
  /** Where HOST (RFC 7151) or the name in the TLS handshake (SNI) leads; who names none is at the server at large. */
  readonly hosts?: readonly VirtualHostOptions[];

  /** Who may log in by name. */
  readonly users?: readonly UserEntry[];
  /** Who may log in by a users file, which is watched while the server listens. */
  readonly usersFile?: UsersFileOptions;
  /** Who may log in by a service that is asked over HTTP. */
  readonly http?: HttpAuthenticatorOptions;
  /** Whether `anonymous` may; `false` unless told, read-only where `true`. */
  readonly anonymous?: boolean | AnonymousOptions;
  /** Other ways to know users, asked after all of these. */
  readonly authenticators?: readonly Authenticator[];

  readonly passive?: PassiveOptions;
  readonly active?: ActiveOptions;
  readonly tls?: TlsOptions;
  readonly limits?: FtpServerLimits;
  /** Addresses from which too many logins are refused are banned for a time, unless `false`. */
  readonly ban?: false | BanOptions;
  /** Asked of each connection before anything else, with its address; `false` turns it away. */
  readonly mayConnect?: (host: string) => boolean;
  /** The table of who is there and who is banned, where several servers share one; else made from `limits` and `ban`. */
  readonly admission?: Admission | SharedAdmission;
  /** What counts against users' quotas, where several servers share it; else this server's own. */
  readonly quotas?: Quotas;
  readonly quirks?: ServerEngineOptions["quirks"];
  /** Lines of the 220. */
  readonly greeting?: readonly string[];
  /** Lines of the 230. */
  readonly welcome?: readonly string[];
  /** The TYPE of a new session, see {@link ServerEngineOptions.defaultType}. */
  readonly defaultType?: ServerEngineOptions["defaultType"];
  /** Commands that are not offered, by their names in the command table; none unless told. */
  readonly without?: ServerEngineOptions["without"];
  /**
   * Whether ESTA and ESTP make the data connection ahead of its transfer and tell from where it comes, as Pure-FTPd
   * does; `false` unless told.
   */
  readonly allowEstablishing?: boolean;
  /** Whether SITE WHO tells of this user's sessions, of all, or is not there; `"off"` unless told. */
  readonly who?: ServerEngineOptions["who"];
  /** Whether clients may set the bits setuid, setgid and sticky; `false` unless told. */
  readonly allowSpecialModeBits?: boolean;
  /** Minutes east of UTC of the times in LIST, fixed or for each instant; UTC unless told. */
  readonly zoneOffset?: number | ((instant: number) => number);
  /** Gets every event as it happens; what it throws is passed over. */
  readonly onEvent?: (event: FtpServerEvent) => void;
  /** Least time between two `transfer-progress` events of a transfer; 1 s unless told, 0: none. */
  readonly progressInterval?: number;
  /** What is called at a login, an upload and so on. */
  readonly hooks?: FtpServerHooks;
}

/**
 * A virtual host: what is another there than on the server at large. What is absent is the same, users included.
 */
export interface VirtualHostOptions
  extends Partial<
    Pick<
      FtpServerOptions,
      "store" | "users" | "usersFile" | "http" | "anonymous" | "authenticators" | "greeting" | "welcome"
    >
  > {
  /** `ftp.example.com`, or `*.example.org` for all that differ in their first label. */
  readonly names: readonly string[];
  /** For the handshakes of clients that have named it; without one, a certificate of `tls` that has the name. */
  readonly certificate?: Certificate | CertificateSource;
  /** As {@link TlsOptions.required}. */
  readonly tlsRequired?: boolean;
  /** `sessions` are those that have chosen this host. */
  readonly limits?: Pick<
    FtpServerLimits,
    "sessions" | "sessionsPerUser" | "stallTimeout" | "asciiSize" | "wildcardEntries"
  >;
}

/** PASV and EPSV. `false` in the place of the options switches them off. */
export type PassiveOptions =
  | false
  | {
      /** First and last port to listen on for data; any free ones unless told. */
      readonly ports?: readonly [first: number, last: number];
      /**
       * The IPv4 address that PASV tells, where clients reach this server through another (NAT). The control
       * connection's own unless told; a private one is never told to a public client, which gets 425 instead and can
       * still use EPSV.
       */
      readonly publicAddress?: PublicAddress;
      /**
       * Whether another host than the client's may connect (FXP, CPSV); `false` unless told: whoever is faster gets the
       * data (RFC 2577 §8).
       */
      readonly allowForeignAddress?: boolean;
    };

/** PORT and EPRT. `false` in the place of the options switches them off. */
export type ActiveOptions =
  | false
  | {
      /** The address that data connections come from; the control connection's own unless told. */
      readonly localAddress?: string;
      /**
       * The port that they come from; any unless told. `"adjacent"` is the one below the control connection's, 20 for
       * 21, as RFC 959 §3.2 has it. Below 1024 that needs privileges: where the system does not permit it, or the port
       * is in use towards the client, it is any after all.
       */
      readonly localPort?: number | "adjacent";
      /** Whether the client may name another host than its own (FXP); `false` unless told (RFC 2577 §3). */
      readonly allowForeignAddress?: boolean;
    };

/** `cert` and `key`, or `certificate` where it may change while the server runs. */
export interface TlsOptions extends Partial<Certificate> {
  readonly certificate?: Certificate | CertificateSource;
  /** Further ones, picked by the name that the client gives (SNI) from the names that stand in them. */
  readonly certificates?: readonly (Certificate | CertificateSource)[];
  /**
   * What names clients may give in the handshake (SNI): `"any"`, the default; `"known"`: one of a certificate or
   * virtual host, or none; `"required"`: one of those. Otherwise the connection is closed, so that clients that were
   * led here on the way to another server get no answer (ALPACA).
   */
  readonly serverNames?: "any" | "known" | "required";
  readonly clientCertificates?: ClientCertificateOptions;
  /** No USER and no data in clear; `false` unless told. */
  readonly required?: boolean;
  /** TLS from the first byte on (port 990 by custom) instead of AUTH TLS; `false` unless told. */
  readonly implicit?: boolean;
  /**
   * Whether a data connection must resume the TLS session of its control connection, which shows that both come
   * from one client. `"prefer"`, the default, resumes where the client can; `"off"`: sessions are not resumed, for
   * clients that cannot cope with it.
   */
  readonly sessionReuse?: "off" | "prefer" | "require";
  /**
   * Whether CCC may take TLS off the control connection of who is logged in, for firewalls that have to read along;
   * `false` unless told (RFC 4217 §15.3).
   */
  readonly allowClearCommands?: boolean;
  /**
   * An upload counts as whole although its TLS ended without close_notify; `false` unless told: somebody in between
   * may have cut it. Some uploaders in small devices just close.
   */
  readonly acceptMissingCloseNotify?: boolean;
  /** `"TLSv1.2"` unless told. */
  readonly minVersion?: "TLSv1.2" | "TLSv1.3";
  readonly maxVersion?: "TLSv1.2" | "TLSv1.3";
  /**
   * In OpenSSL's language, TLS 1.3's among them. Unless told: TLS 1.3's, and of TLS 1.2's those with forward secrecy
   * (ECDHE) alone; whoever must serve a device without any may name others.
   */
  readonly ciphers?: string;
}

export interface FtpServerLimits extends AdmissionLimits {
  /** From the greeting to the login; 60 s unless told, 0: no limit. */
  readonly loginTimeout?: number;
  /** Between commands; does not run while data moves; 300 s unless told, 0: no limit. */
  readonly idleTimeout?: number;
  /** From the 150 to the data connection; 30 s unless told. */
  readonly dataTimeout?: number;
  /** Without a byte moved by the client during a transfer; 300 s unless told, 0: no limit. */
  readonly stallTimeout?: number;
  /**
   * Longest wait between the end of an upload and its commit, where there is no TLS; 10 ms unless told. The end of a
   * connection is all that stream mode has to say "that was all" (RFC 959 §3.4.1), and the system of a client that is
   * killed says it too: the control connection then ends some tens of microseconds later, more on a busy machine,
   * and the upload is void. A tenth of the upload's own time is waited, 2 ms at least.
   */
  readonly vanishGrace?: number;
  /** Longest wait for the hook `beforeUpload`, which then counts as a refusal; 30 s unless told, 0: no limit. */
  readonly hookTimeout?: number;
  /** Before a refused password is answered; 1 s unless told. */
  readonly failureDelay?: number;
  /** Refused passwords until the session ends; 5 unless told. */
  readonly loginFailures?: number;
  /** Longest command line in bytes; 4096 unless told. */
  readonly lineLength?: number;
  /**
   * Longest file that can be uploaded, in bytes; 1 TiB unless told, 0: no limit. What ALLO announces beyond it is
   * refused at once, what comes unannounced when it gets there (552).
   */
  readonly uploadSize?: number;
  /** Largest file that SIZE counts in ASCII, in bytes; 16 MiB unless told. */
  readonly asciiSize?: number;
  /** Most bytes that one HASH, XCRC, SITE CPTO or COMB goes over; 64 GiB unless told, 0: no limit. */
  readonly contentSize?: number;
  /** Most entries that DSIZ counts; 100,000 unless told, 0: no limit. */
  readonly treeEntries?: number;
  /** Longest idle time that a client may choose by SITE IDLE; 7200 s unless told. */
  readonly idleMaximum?: number;
  /** Directory entries that a wildcard in LIST or NLST is tried on; 100,000 unless told. */
  readonly wildcardEntries?: number;
}
