import { rootPath, type VirtualPath } from "@longshore/file-store";
import type { HostPort } from "@longshore/ftp-address";
import type { CommandDecodeError, FtpCommand, Verb } from "@longshore/ftp-command";
import type { FactName } from "@longshore/ftp-listing";
import type { FtpReply } from "@longshore/ftp-reply";
import { createLineDecoder, type LineDecoder } from "@longshore/nvt";
import type { DataProtection, TransferType } from "../data.ts";
import type {
  AuthenticationAnswer,
  EstablishAnswer,
  HashAlgorithm,
  HostAnswer,
  ListenAnswer,
  ServerEffect,
  SessionSummary,
  StoreAnswer,
} from "./effect.ts";
import type { EngineConnection, ResolvedOptions } from "./options.ts";
import type { LoginState, ServerState } from "./state.ts";
import type { Security } from "./states.ts";
import type { Step } from "./step.ts";
import type { StoreFeatures, VirtualHost } from "./user.ts";

/** What REIN and AUTH set back: the transfer parameters of RFC 959 §4.1.2 and their kin. */
export interface SessionParameters {
  workingDirectory: VirtualPath;
  type: TransferType;
  /** REST, for the next transfer only. */
  restart: number;
  /** RANG, for the next transfer or HASH only; `end` is the first byte that is not meant any more. */
  range: { readonly start: number; readonly end: number } | undefined;
  /** ALLO, for the next upload only. */
  allocated: number | undefined;
  /** OPTS ALLO EXACT: an upload has that size, or is none. */
  isExact: boolean;
  data: DataChannel;
  /** EPSV ALL was sent: nothing else may set up data connections (RFC 2428 §4). */
  extendedPassiveOnly: boolean;
  /** PBSZ was accepted. */
  sized: boolean;
  protection: DataProtection;
  /** The facts that OPTS MLST selected. */
  facts: readonly FactName[];
  /** What OPTS HASH selected. */
  hash: HashAlgorithm;
  /** What SITE UMASK set; absent: what the store does by itself. */
  mask: number | undefined;
  /** SSCN: this server is the TLS client of its data connections. */
  secureClient: boolean;
}

/** How the next data connection is made; used once. */
export type DataChannel =
  /** Nothing was said: to the port from which the control connection comes (RFC 959 §3.2). */
  | { readonly kind: "default" }
  /** PORT, EPRT; `from`: this end of a connection that ESTA has made already. */
  | { readonly kind: "active"; readonly address: HostPort; readonly from?: HostPort }
  /** PASV, EPSV. */
  | { readonly kind: "passive" };

/** A line that was read and not yet answered. */
export type QueuedLine =
  | { readonly kind: "command"; readonly command: FtpCommand; readonly text: string }
  | { readonly kind: "fault"; readonly error: CommandDecodeError; readonly text: string }
  | { readonly kind: "too-long"; readonly text: string };

/** What goes on when the completion that `state` waits for is there. */
export type Pending =
  | {
      readonly on: "authenticate";
      readonly verb: Verb;
      readonly next: (answer: AuthenticationAnswer) => Step;
    }
  | {
      readonly on: "store-request";
      readonly verb: Verb;
      /** ABOR gives it up. */
      readonly abortable: boolean;
      readonly next: (answer: StoreAnswer) => Step;
    }
  | {
      readonly on: "sessions-request";
      readonly verb: Verb;
      readonly next: (sessions: readonly SessionSummary[]) => Step;
    }
  | { readonly on: "host-select"; readonly verb: Verb; readonly next: (answer: HostAnswer) => Step }
  | { readonly on: "data-listen"; readonly verb: Verb; readonly next: (answer: ListenAnswer) => Step }
  | {
      readonly on: "data-establish";
      readonly verb: Verb;
      /** When it is given up. */
      readonly until: number;
      readonly next: (answer: EstablishAnswer) => Step;
    };

/** One control session. The engine's functions work on it; nobody outside sees it. */
export interface Session {
  readonly options: ResolvedOptions;
  readonly connection: EngineConnection;
  state: ServerState;
  parameters: SessionParameters;
  /** The control connection is TLS, or was until CCC (RFC 2228 §3: what was agreed on before stays). */
  secure: boolean;
  /** CCC was accepted: commands are in clear. */
  cleared: boolean;
  /** The client's certificate may stand for a user. */
  certified: boolean;
  /** What the client named in the handshake of implicit TLS. */
  firstHost: VirtualHost | undefined;
  /** The virtual host that was chosen by HOST or in the TLS handshake. */
  host: VirtualHost | undefined;
  /** While a line is under way. */
  decoder: LineDecoder | undefined;
  queue: QueuedLine[];
  pending: Pending | undefined;
  /** STAT waits for `transfer-progress`. */
  querying: boolean;
  /** Refused passwords; REIN does not forgive them. */
  failures: number;
  /** Number of the latest transfer. */
  transfers: number;
  /** The client sends nothing more. */
  ended: boolean;
  /** The server is going down. */
  draining: boolean;
  /** What SITE IDLE set, in milliseconds. */
  idleTimeout: number | undefined;
  /** When the login clock began. */
  loginSince: number;
  /** When the client last did something. */
  activeSince: number;
  now: number;
  /** What the call under way has to answer. */
  effects: ServerEffect[] | undefined;
}

/** The facts of MLSx that are given unless OPTS MLST says otherwise (RFC 3659 §7.9). */
export const defaultFacts: readonly FactName[] = ["type", "size", "modify", "perm", "unique", "UNIX.mode"];

export function createSession(options: ResolvedOptions, connection: EngineConnection): Session {
  return {
    options,
    connection,
    state: { name: "new" },
    parameters: initialParameters(options),
    secure: connection.secure === true,
    cleared: false,
    certified: false,
    firstHost: undefined,
    host: undefined,
    decoder: undefined,
    queue: [],
    pending: undefined,
    querying: false,
    failures: 0,
    transfers: 0,
    ended: false,
    draining: false,
    idleTimeout: undefined,
    loginSince: 0,
    activeSince: 0,
    now: 0,
    effects: undefined,
  };
}

export function initialParameters(options: ResolvedOptions): SessionParameters {
  return {
    workingDirectory: rootPath,
    type: options.defaultType,
    restart: 0,
    range: undefined,
    allocated: undefined,
    isExact: false,
    data: { kind: "default" },
    extendedPassiveOnly: false,
    sized: false,
    protection: "clear",
    facts: defaultFacts,
    hash: "SHA-256",
    mask: undefined,
    secureClient: false,
  };
}

/**
 * A decoder for what has come. One that holds nothing back is as new, so that all sessions of a server borrow the same
 * one for the time of a chunk, and only who has begun a line keeps one.
 */
export function borrowDecoder({ limits, quirks }: ResolvedOptions): LineDecoder {
  if (spare?.limits === limits && spare.quirks === quirks) {
    const { decoder } = spare;
    spare = undefined;
    return decoder;
  }
  return createLineDecoder({
    maxLineLength: limits.lineLength,
    quirks: { acceptBareLineFeed: quirks.acceptBareLineFeed },
  });
}

/** Gives back one that holds nothing. */
export function returnDecoder({ limits, quirks }: ResolvedOptions, decoder: LineDecoder): void {
  spare = { limits, quirks, decoder };
}

/** With the limits and quirks that it was made for, which all sessions of a server share. */
let spare: (Pick<ResolvedOptions, "limits" | "quirks"> & { readonly decoder: LineDecoder }) | undefined;

/**
 * Sets back what REIN and AUTH set back; who was logged in is logged out. Only then the time for the login begins
 * anew: who never logs in must not put its end off.
 */
export function resetSession(session: Session): void {
  dropData(session);
  if (userOf(session) !== undefined) {
    emit(session, { type: "logout" });
    session.loginSince = session.now;
  }
  session.parameters = initialParameters(session.options);
}

/** Forgets what PORT or PASV set up. */
export function dropData(session: Session): void {
  const { data } = session.parameters;
  if (isUnderWay(data)) emit(session, { type: "data-close" });
  session.parameters.data = { kind: "default" };
}

/** Whether the driver has a listener or a connection for it. */
export function isUnderWay(data: DataChannel): boolean {
  return data.kind === "passive" || (data.kind === "active" && data.from !== undefined);
}

/** The one place where the state changes. */
export function enter(session: Session, next: ServerState): void {
  const before = session.state;
  session.state = next;
  session.options.onState?.(before, next);
}

export function emit(session: Session, effect: ServerEffect): void {
  session.effects?.push(effect);
}

export function send(session: Session, reply: FtpReply): void {
  emit(session, { type: "reply-send", reply });
}

/** How far the login is, in whatever state. */
export function loginOf({ state }: Session): LoginState {
  return "login" in state ? state.login : { name: "unidentified" };
}

/** Whether somebody is logged in. */
export function isLogin(
  login: LoginState,
): login is Extract<LoginState, { name: "ready" | "rename" | "copy" }> {
  return login.name === "ready" || login.name === "rename" || login.name === "copy";
}

export function userOf(session: Session): Extract<LoginState, { name: "ready" }>["user"] | undefined {
  const login = loginOf(session);
  return isLogin(login) ? login.user : undefined;
}

/** What the store of this session can do. */
export function featuresOf(session: Session): StoreFeatures {
  return userOf(session)?.store ?? session.host?.store ?? session.options.store;
}

/** Whether TLS is there, on this host. */
export function tlsOf({ host, options }: Session): "none" | "offered" | "required" {
  return host?.tls ?? options.tls;
}

export function securityOf({ secure, parameters }: Session): Security {
  if (!secure) return "clear";
  return parameters.sized ? "sized" : "secured";
}
