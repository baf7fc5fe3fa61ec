import type { StoreContext } from "@longshore/file-store";
import type { HostPort } from "@longshore/ftp-address";
import {
  type CloseReason,
  type ServerEffect,
  type ServerEngine,
  storeFeatures,
} from "@longshore/ftp-session/server";
import type { Control } from "./control.ts";
import type { DataConnections } from "./data.ts";
import type { SessionEnvironment } from "./environment.ts";
import type { SessionInfo } from "./event.ts";
import type { ListingSource } from "./listing.ts";
import type { Login } from "./login.ts";
import type { Counted } from "./once.ts";
import type { Proxies } from "./proxy-connection.ts";
import type { SessionTls } from "./tls.ts";
import type { TransferRunner } from "./transfer-runner.ts";
import type { Host } from "./virtual-host.ts";

/**
 * One control session as its parts work on it; nobody outside sees it. Thousands of them may stand idle: what an idle
 * one has no need of is absent until it is asked for.
 */
export interface SessionState {
  readonly id: number;
  readonly environment: SessionEnvironment;
  readonly onClosed: () => void;
  readonly local: HostPort;
  readonly remote: HostPort;
  /** The address of this machine that the connection came to; `local` may be that of a proxy in front of it. */
  readonly boundHost: string;
  /** Who may bring its data connections besides the client. */
  readonly proxies: Proxies | undefined;
  /** When it began, by `performance.now()`. */
  readonly began: number;
  readonly engine: ServerEngine;
  readonly control: Control;
  /** TLS from the first byte on. */
  readonly isImplicit: boolean;
  /** Where HOST or the TLS handshake has led, or the server at large. */
  host: Host;
  /** The name by which it was chosen. */
  hostName: string | undefined;
  /** It counts among the sessions of that host. */
  hostCounted: Counted | undefined;
  login: Login | undefined;
  /** The control connection is TLS. */
  isSecure: boolean;
  tls: SessionTls | undefined;
  data: DataConnections | undefined;
  transfers: TransferRunner | undefined;
  /** Aborted when the control connection is closed, where anyone asked for its signal. */
  gone: AbortController | undefined;
  /** The store's operation under way. */
  request: AbortController | undefined;
  closeReason: CloseReason | undefined;
  timer: NodeJS.Timeout | undefined;
  timerAt: number;
  /** Effects that wait for the one that is carried out. */
  queue: ServerEffect[] | undefined;
  /** Operations under way, waited for before the session counts as closed. */
  busy: Set<Promise<void>> | undefined;
  isFinished: boolean;
}

/** The session, as events name it. */
export function infoOf({ id, remote, login }: SessionState): SessionInfo {
  if (login === undefined) return { id, remote };
  const { user, guest } = login;
  return guest === undefined ? { id, remote, user: user.name } : { id, remote, user: user.name, guest };
}

/** Aborted when the control connection is closed. */
export function goneSignal(session: SessionState): AbortSignal {
  session.gone ??= new AbortController();
  if (session.closeReason !== undefined) session.gone.abort();
  return session.gone.signal;
}

/** Who asks the store. */
export function contextOf(session: SessionState, signal: AbortSignal = goneSignal(session)): StoreContext {
  const { remote, isSecure: secure, login } = session;
  const context = { remoteAddress: remote.host, secure, signal };
  return login === undefined ? context : { ...context, user: login.user.name };
}

/** What the session lists and transfers from. */
export function sourceOf(session: SessionState, signal?: AbortSignal): ListingSource {
  const { options, anyStore } = session.host;
  const store = session.login?.store ?? anyStore;
  return {
    store,
    features: storeFeatures(store),
    context: contextOf(session, signal),
    uploads: {
      maxSize: options.limits?.uploadSize ?? 2 ** 40,
      keepsParts: session.login !== undefined && session.login.user.anonymous !== true,
    },
    options: {
      wildcardEntries: options.limits?.wildcardEntries ?? 100_000,
      ...(options.zoneOffset === undefined ? {} : { zoneOffset: options.zoneOffset }),
    },
  };
}
