import { redactLine } from "@longshore/ftp-command";
import { type FtpReply, matchesReply, parseNumber } from "@longshore/ftp-reply";
import { dropAhead, sendAhead } from "./ahead.ts";
import {
  askForRepresentation,
  type Core,
  close,
  desync,
  enter,
  errorAt,
  fail,
  lineOf,
  refusal,
  send,
  settle,
} from "./core.ts";
import { refuseInClear } from "./login.ts";
import type { CommandOperation, RenameOperation } from "./operation.ts";
import type { ClientState } from "./state.ts";
import type { ClientTarget } from "./table.ts";

type Command = Extract<ClientState, { readonly name: "command" }>;
type Rename = Extract<ClientState, { readonly name: "rename" }>;

export function beginCommand(core: Core, operation: CommandOperation): void {
  const line = lineOf(core, operation.command);
  // Whatever else it is, it may be one that has a data connection of its own.
  if (!("verb" in operation.command && harmless.has(operation.command.verb))) dropAhead(core);
  if (isSecret(line)) refuseInClear(core, redactLine(line));
  if (askForRepresentation(core, operation.representation)) {
    enter(core, { name: "command", wait: "representation", operation });
  } else sendCommand(core, operation);
}

export function command(core: Core, state: Command, target: ClientTarget, reply: FtpReply): void {
  const { operation } = state;
  const { expect = ["2"] } = operation;
  const verb = verbOf(operation);
  if (target === "typed") {
    core.facts.representation = operation.representation;
    sendCommand(core, operation);
    return;
  }
  // A line of the user's own may be one that has a 1yz, and ABOR's own replies are a transfer's elsewhere.
  const isFree = "line" in operation.command || verb === "ABOR";
  if (target === "restarting-session" || (isFree && reply.code < 200)) enter(core, state, operation.limit);
  else if (target === "desync" && !isFree) desync(core, reply);
  else if (target !== "settled" && !matchesReply(reply, ...expect)) {
    fail(core, refusal(core, "refused", reply));
  } else {
    note(core, verb);
    settle(core, { ok: true, reply });
    if (verb === "QUIT") close(core, undefined);
  }
}

/** Commands between two transfers of a tree. */
const harmless: ReadonlySet<string> = new Set(["SIZE", "MDTM", "MFMT", "NOOP"]);

function sendCommand(core: Core, operation: CommandOperation): void {
  send(core, operation.command);
  const wait = verbOf(operation) === "REIN" ? "restarting-session" : "reply";
  enter(core, { name: "command", wait, operation }, operation.limit);
}

export function beginRename(core: Core, operation: RenameOperation): void {
  lineOf(core, { verb: "RNTO", path: operation.to });
  const state = { name: "rename", operation, told: undefined } as const;
  if (operation.size === undefined || core.facts.representation !== "image") {
    renameFrom(core, { ...state, wait: "rename-from", isAsked: false });
    return;
  }
  send(core, { verb: "SIZE", path: operation.from });
  // ProFTPD refuses whatever is no RNTO behind RNFR: it must not be there where the size turns out to be wrong.
  const isAsked = core.facts.pipelining === "during";
  if (isAsked) send(core, { verb: "RNFR", path: operation.from });
  enter(core, { ...state, wait: "rename-size", isAsked });
}

export function rename(core: Core, state: Rename, target: ClientTarget, reply: FtpReply): void {
  if (target === "rename-from") renameFrom(core, { ...state, wait: "rename-from", told: reply });
  else if (target === "rename-to") renameTo(core, state);
  else if (target === "settled") {
    const size = sizeOf(state);
    settle(core, { ok: true, reply, ...(size === undefined ? {} : { size }) });
  } else fail(core, refusal(core, "refused", reply));
}

function renameFrom(core: Core, state: Rename): void {
  if (!state.isAsked) {
    if (refuseSize(core, state)) return;
    send(core, { verb: "RNFR", path: state.operation.from });
  }
  enter(core, { ...state, isAsked: true });
}

function renameTo(core: Core, state: Rename): void {
  if (refuseSize(core, state)) return;
  send(core, { verb: "RNTO", path: state.operation.to });
  if (state.operation.ahead === true && core.facts.pipelining !== "none") sendAhead(core);
  enter(core, { ...state, wait: "rename-to" });
}

/** What is not whole is not given its name. */
function refuseSize(core: Core, { operation, told }: Rename): boolean {
  const size = sizeOf({ told });
  const { size: wanted, from } = operation;
  if (size === undefined || wanted === undefined || size === wanted) return false;
  const code = wanted < size ? "short-transfer" : "size-mismatch";
  const message = `${wanted} bytes are there after the upload, and the server says that the file has ${size}`;
  const details = { phase: "conclude", command: `SIZE ${from}`, bytes: wanted } as const;
  fail(core, errorAt(core, code, message, { ...details, ...(told === undefined ? {} : { reply: told }) }));
  return true;
}

/** Replies that are due to an operation other than a transfer. */
export function owedOf(state: ClientState): number {
  return state.name === "rename" && state.wait === "rename-size" && state.isAsked ? 2 : 1;
}

function sizeOf({ told }: Pick<Rename, "told">): number | undefined {
  const size = told?.code === 213 ? parseNumber(told) : undefined;
  return size === undefined ? undefined : Number(size);
}

/** A login, or what is not to be shown in logs either. */
function isSecret(line: string): boolean {
  return redactLine(line) !== line || /^[^A-Za-z]*USER\b/i.test(line);
}

/** The verb of a command, in upper case; of a line of the user's own, its first word. */
function verbOf(operation: CommandOperation): string {
  const { command } = operation;
  if ("verb" in command) return command.verb;
  const [word = ""] = command.line.trim().split(/\s/, 1);
  return word.toUpperCase();
}

/** What a command of the user's own changes in what the engine knows of the server. */
function note(core: Core, verb: string): void {
  if (verb === "TYPE" || verb === "REIN" || verb === "USER") core.facts.representation = undefined;
  if (verb === "REST") core.facts.restartPending = true;
}
