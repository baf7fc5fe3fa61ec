import type { FtpReply } from "@longshore/ftp-reply";
import { type Core, send } from "./core.ts";

/** An EPSV that was sent before its transfer was begun, so that a transfer need not wait for it. */
export type Ahead =
  /** It stands behind a command whose final reply is still to come. */
  | { readonly name: "behind" }
  /** The next reply is its own; `isVoid`: and no use any more. */
  | { readonly name: "due"; readonly isVoid: boolean }
  | { readonly name: "answered"; readonly reply: FtpReply; readonly until: number };

/** Milliseconds in which an address that was told ahead is used: servers and firewalls forget. */
const freshness = 5000;

/** Sends EPSV behind the command that was sent last, if transfers here go by it. */
export function sendAhead(core: Core): void {
  if (core.facts.ahead !== undefined || core.facts.dataMode !== "EPSV") return;
  const { command } = core;
  send(core, { verb: "EPSV" });
  // Errors name the command of the operation.
  core.command = command;
  core.facts.ahead = { name: "behind" };
}

/** Whether `reply` answers an EPSV that was sent ahead: replies come in the order of commands (RFC 959 §5.4). */
export function answersAhead(core: Core, reply: FtpReply): boolean {
  const { ahead } = core.facts;
  if (ahead?.name === "behind" && reply.code >= 200) core.facts.ahead = { name: "due", isVoid: false };
  if (ahead?.name !== "due") return false;
  const until = core.now + freshness;
  core.facts.ahead = ahead.isVoid ? undefined : { name: "answered", reply, until };
  return true;
}

/** What a transfer that begins finds of it: its answer, one that is to be awaited, or nothing. */
export function takeAhead(core: Core): FtpReply | "awaited" | undefined {
  const { ahead } = core.facts;
  if (ahead?.name === "answered") {
    core.facts.ahead = undefined;
    return ahead.until > core.now ? ahead.reply : undefined;
  }
  if (ahead?.name !== "due" || ahead.isVoid) return undefined;
  core.facts.ahead = undefined;
  return "awaited";
}

/** What follows may make the server listen elsewhere, or no longer. */
export function dropAhead(core: Core): void {
  core.facts.ahead = core.facts.ahead?.name === "due" ? { name: "due", isVoid: true } : undefined;
}
