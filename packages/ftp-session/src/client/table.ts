import type { ClientDecision } from "./decision.ts";
import type { FtpPhase } from "./error.ts";

/**
 * What a reply or an event does in each state of the client: RFC 959 §6 with what RFC 4217 and 3659 add, and
 * with the orders that occur in the field. The engine moves by this table alone, and the state diagram is drawn
 * from it.
 *
 * A key of `replies` is a code or its beginning; the longest that fits counts, and a reply that fits none is a
 * desync. `phase` names the deadline. Targets in `decisions` are no states: the engine goes on from them at once.
 */
export interface ClientRow {
  readonly phase: FtpPhase;
  /** The command whose reply is awaited, where it is always the same. */
  readonly awaits?: string;
  readonly replies?: Readonly<Record<string, ClientTarget>>;
  readonly events?: Readonly<Partial<Record<ClientEventName, ClientTarget>>>;
}

/** What the table calls the driver's reports and the clock. */
export type ClientEventName =
  | "connected"
  | "tls-started"
  | "tls-stopped"
  | "data-listening"
  | "data-listen-failed"
  | "data-open"
  | "data-failed"
  | "transfer-done"
  | "transfer-failed"
  | "expired";

/** Where an operation ends; the session goes on after the first two. */
export type ClientEnd = "settled" | "failed" | "closed" | "desync";

export type ClientTarget = ClientWait | ClientDecision | ClientEnd;

export type ClientWait =
  | "connecting"
  | "securing"
  | "greeting"
  | "authenticating"
  | "idle"
  | "user"
  | "password"
  | "account"
  | "buffer-size"
  | "protection"
  | "clearing"
  | "unsecuring"
  | "reply"
  | "restarting-session"
  | "rename-size"
  | "rename-from"
  | "rename-to"
  | "representation"
  | "passive"
  | "data-connecting"
  | "data-listening"
  | "port"
  | "restart"
  | "allocate"
  | "opening"
  | "transferring"
  | "draining"
  | "concluding"
  | "aborting"
  | "abort-reply"
  | "abort-transfer"
  | "resync"
  | "discarding";

/** Replies that only a transfer can have: before one, they are an earlier one's that come late. */
const late = { "1": "desync", "225": "desync", "226": "desync", "426": "desync" } as const;

/** The answer to a step of a sequence that has to be 2yz. */
const refusable = { "4": "failed", "5": "failed" } as const;

export const clientTable: Readonly<Record<ClientWait, ClientRow>> = {
  // Establishing the connection: RFC 959 §5.4, RFC 4217 §4
  connecting: { phase: "connect", events: { connected: "reached", expired: "closed" } },
  securing: { phase: "tls", events: { "tls-started": "secured", expired: "closed" } },
  greeting: {
    phase: "greeting",
    replies: { "120": "greeting", "2": "greeted", "4": "closed", "5": "closed" },
    events: { expired: "closed" },
  },
  authenticating: {
    phase: "tls",
    awaits: "AUTH",
    // 334 would begin an ADAT exchange, which RFC 4217 §4.2 rules out; required TLS that is refused ends it.
    replies: { "2": "securing", "3": "closed", "4": "closed", "5": "closed" },
    events: { expired: "closed" },
  },

  // Nothing is awaited: whatever comes is nobody's
  idle: { phase: "idle", replies: {} },

  // Login: RFC 959 §6, last diagram; RFC 4217 §9
  user: {
    phase: "login",
    awaits: "USER",
    replies: { "2": "authorized", "3": "password", "332": "account", ...refusable },
    events: { expired: "closed" },
  },
  password: {
    phase: "login",
    awaits: "PASS",
    replies: { "2": "authorized", "3": "account", ...refusable },
    events: { expired: "closed" },
  },
  account: {
    phase: "login",
    awaits: "ACCT",
    replies: { "2": "authorized", ...refusable },
    events: { expired: "closed" },
  },
  "buffer-size": {
    phase: "login",
    awaits: "PBSZ",
    // Some servers know PROT without PBSZ: what counts is the reply to PROT.
    replies: { "2": "protection", "4": "protection", "5": "protection" },
    events: { expired: "closed" },
  },
  protection: {
    phase: "login",
    awaits: "PROT",
    replies: { "2": "protected", ...refusable },
    events: { expired: "closed" },
  },

  // Commands in clear behind it: RFC 2228 §3, RFC 4217 §12.3
  clearing: {
    phase: "login",
    awaits: "CCC",
    replies: { "2": "unsecuring", "4": "kept", "5": "kept" },
    events: { expired: "closed" },
  },
  unsecuring: { phase: "tls", events: { "tls-stopped": "settled", expired: "closed" } },

  // One command, one final reply: RFC 959 §6, first diagram
  reply: {
    phase: "command",
    replies: { ...late, "2": "answered", "3": "answered", ...refusable },
    events: { expired: "closed" },
  },
  "restarting-session": {
    phase: "command",
    awaits: "REIN",
    replies: { "120": "restarting-session", "2": "settled", ...refusable },
    events: { expired: "closed" },
  },

  // Rename: RFC 959 §6, third diagram; before it the size, of which not every server tells
  "rename-size": {
    phase: "command",
    awaits: "SIZE",
    replies: { ...late, "2": "rename-from", "4": "rename-from", "5": "rename-from" },
    events: { expired: "closed" },
  },
  "rename-from": {
    phase: "command",
    awaits: "RNFR",
    replies: { "3": "rename-to", ...refusable },
    events: { expired: "closed" },
  },
  "rename-to": {
    phase: "command",
    awaits: "RNTO",
    replies: { ...late, "2": "settled", ...refusable },
    events: { expired: "closed" },
  },

  // TYPE comes first where a transfer, or SIZE (RFC 3659 §4.1), needs another than the server has
  representation: {
    phase: "command",
    awaits: "TYPE",
    replies: { ...late, "2": "typed", ...refusable },
    events: { expired: "closed" },
  },

  // A transfer's preparation: RFC 959 §3.2, RFC 2428, RFC 3659 §5
  passive: {
    phase: "command",
    replies: { ...late, "2": "addressed", "4": "next", "5": "next" },
    events: { expired: "closed" },
  },
  "data-connecting": {
    phase: "data-open",
    replies: {},
    events: { "data-open": "positioned", "data-failed": "next", expired: "next" },
  },
  "data-listening": {
    phase: "data-open",
    replies: {},
    events: { "data-listening": "port", "data-listen-failed": "next", expired: "next" },
  },
  port: {
    phase: "command",
    replies: { ...late, "2": "positioned", "4": "next", "5": "next" },
    events: { expired: "closed" },
  },
  restart: {
    phase: "command",
    awaits: "REST",
    replies: { ...late, "3": "opening", ...refusable },
    events: { expired: "closed" },
  },
  allocate: {
    phase: "command",
    awaits: "ALLO",
    replies: { ...late, "2": "opening", ...refusable },
    events: { expired: "closed" },
  },

  // The transfer: the reply and the data connection each come to their end, in any order
  opening: {
    phase: "command",
    // No 1yz at all happens: then 2yz is the end.
    replies: { "1": "transferring", "2": "ended", "4": "failed", "425": "fallback", "5": "failed" },
    events: {
      "data-open": "opening",
      "data-failed": "opening",
      "transfer-done": "opening",
      "transfer-failed": "opening",
      expired: "aborting",
    },
  },
  transferring: {
    phase: "transfer",
    // A second 150 happens, and 110 marks may come (RFC 1123 §4.1.3.4).
    replies: { "1": "transferring", "2": "ended", "4": "failed", "425": "fallback", "5": "failed" },
    events: {
      "data-open": "transferring",
      "data-failed": "concluding",
      "transfer-done": "concluding",
      "transfer-failed": "concluding",
      expired: "aborting",
    },
  },
  // 226 came before the last data byte
  draining: {
    phase: "transfer",
    replies: {},
    events: {
      "data-open": "draining",
      "data-failed": "failed",
      "transfer-done": "settled",
      "transfer-failed": "failed",
      expired: "settled",
    },
  },
  // The last data byte came before 226
  concluding: {
    phase: "conclude",
    replies: { "1": "concluding", "2": "ended", ...refusable },
    events: { expired: "aborting" },
  },

  // After ABOR two replies are due, the transfer's and its own, but many servers send one (RFC 959 §4.1.3)
  aborting: {
    phase: "abort",
    awaits: "ABOR",
    replies: {
      "1": "aborting",
      // One 2yz may be either's: NOOP tells whether another follows.
      "2": "resync",
      "4": "abort-reply",
      "500": "abort-transfer",
      "501": "abort-transfer",
      "502": "abort-transfer",
      "5": "abort-reply",
    },
    events: { expired: "resync" },
  },
  "abort-reply": {
    phase: "abort",
    awaits: "ABOR",
    replies: { "1": "abort-reply", "2": "idle", "4": "idle", "5": "idle" },
    events: { expired: "resync" },
  },
  // ABOR is not known there: the transfer's own reply is still due
  "abort-transfer": {
    phase: "abort",
    replies: { "1": "abort-transfer", "2": "idle", "4": "idle", "5": "idle" },
    events: { expired: "resync" },
  },
  resync: {
    phase: "abort",
    awaits: "NOOP",
    // Only what can answer NOOP ends it; everything else is an older reply that comes late.
    replies: {
      "200": "idle",
      "500": "idle",
      "502": "idle",
      "503": "idle",
      "530": "idle",
      "1": "resync",
      "2": "resync",
      "3": "resync",
      "4": "resync",
      "5": "resync",
    },
    events: { expired: "closed" },
  },

  // Replies to commands whose operation was given up
  discarding: {
    phase: "command",
    replies: { "1": "discarding", "2": "idle", "3": "idle", "4": "idle", "5": "idle" },
    events: { expired: "closed" },
  },
};

/** Where a reply with `code` leads from `wait`. */
export function targetOf(wait: ClientWait, code: number): ClientTarget {
  const { replies = {} } = clientTable[wait];
  const text = String(code);
  return replies[text] ?? replies[text.slice(0, 2)] ?? replies[text.slice(0, 1)] ?? "desync";
}

/** Where an event leads from `wait`; `undefined` when it changes nothing there. */
export function targetOfEvent(wait: ClientWait, event: ClientEventName): ClientTarget | undefined {
  return clientTable[wait].events?.[event];
}
