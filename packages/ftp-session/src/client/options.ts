import type { DataMode, DataProtection } from "../data.ts";
import type { FtpPhase } from "./error.ts";

/** Milliseconds that each phase may take; 0 is no limit. */
export type ClientTimeouts = Readonly<Record<Exclude<FtpPhase, "idle" | "transfer">, number>> & {
  /** After a 120 greeting ("ready in nnn minutes", RFC 959 §5.4), which asks for patience. */
  readonly delayedGreeting: number;
};

/** The limits of {@link ClientEngineOptions.timeouts} unless told. A transfer's own stall clock is the driver's. */
export const defaultTimeouts: ClientTimeouts = {
  connect: 30_000,
  tls: 30_000,
  greeting: 30_000,
  delayedGreeting: 300_000,
  login: 60_000,
  command: 60_000,
  // Short, because a firewall that swallows EPSV's connection must not keep PASV from its turn for long.
  "data-open": 15_000,
  // Long, because a server may copy or hash the whole upload before it says 226.
  conclude: 120_000,
  abort: 10_000,
};

/** Leniencies, each with the product that needs it. */
export interface ClientQuirks {
  /** Drop replies that no command asked for instead of ending the session. Servers with spontaneous broadcasts. */
  readonly ignoreUnsolicitedReplies?: boolean;
  /**
   * Milliseconds after which an upload starts although no 1yz has come; 5000 unless told, 0 never. Embedded
   * servers that leave the 150 out and wait for bytes.
   */
  readonly startWithoutMark?: number;
  /** A code other than the first line's ends a multi-line reply too (glFTPd's `230-…250 `); off unless told. */
  readonly lenientMultiline?: boolean;
}

/** Whether CCC follows the login: never, as a must, or where the server goes along. */
export type ClearControl = "off" | "after-login" | "if-offered";

export interface ClientEngineOptions {
  /** TLS on the control connection. `explicit` (AUTH TLS, RFC 4217) and `implicit` are required once asked for. */
  readonly security?: "none" | "explicit" | "implicit";
  /** PROT P or PROT C, where there is TLS; `private` unless told. */
  readonly dataProtection?: DataProtection;
  /**
   * Whether CCC follows PROT, so that commands go on in clear (RFC 4217 §12.3), where there is TLS; `off` unless told.
   * No password and no other secret is sent after it.
   */
  readonly clearControl?: ClearControl;
  /** How data connections are opened, tried in this order; `["EPSV", "PASV"]` unless told. */
  readonly dataModes?: readonly DataMode[];
  /**
   * Modes that did not work while another one did: they are tried last. The engine adds to the set and takes from it;
   * engines that are given the same one learn from each other. One of its own unless told.
   */
  readonly demotedModes?: Set<DataMode>;
  /**
   * Where passive data connections go. `control` (the default): to the control connection's peer, whatever host
   * 227 names (CVE-2020-8284 and its kin). `same`: a 227 that names another host is refused. `reply`: wherever
   * the server says.
   */
  readonly passiveHost?: "control" | "same" | "reply";
  readonly timeouts?: Partial<ClientTimeouts>;
  readonly quirks?: ClientQuirks;
  /** Put IAC IP, IAC DM before ABOR (RFC 959 §4.1.3); off unless told, because some servers take it for text. */
  readonly telnetSynch?: boolean;
  /** Milliseconds between NOOPs while a transfer runs, for firewalls that forget quiet connections; 0 (the default) never. */
  readonly transferKeepAlive?: number;
  /**
   * Whether commands that do not depend on each other are sent together: `known` (unless told), to the servers that are known by
   * their greeting to take that; `never`, each when the one before is answered.
   */
  readonly pipelining?: "known" | "never";
  /** How names go over the wire; `utf-8` (RFC 2640) unless told. Bytes that are not UTF-8 are kept either way. */
  readonly encoding?: "utf-8" | "latin1";
  /** Characters of one reply; the decoder's default unless told. */
  readonly maxReplyLength?: number;
}
