import type { HostPort } from "@longshore/ftp-address";
import { type FtpCommand, formatCommand, redactLine } from "@longshore/ftp-command";
import type { FtpReply } from "@longshore/ftp-reply";
import { encodeLatin1, encodeLine, encodeText } from "@longshore/nvt";
import type { DataMode, DataProtection, TransferType } from "../data.ts";
import type { Ahead } from "./ahead.ts";
import type { ClientEffect } from "./effect.ts";
import { FtpError, type FtpErrorCode, type FtpErrorDetails } from "./error.ts";
import type { ClientOutcome, RawCommand } from "./operation.ts";
import {
  type ClearControl,
  type ClientEngineOptions,
  type ClientTimeouts,
  defaultTimeouts,
} from "./options.ts";
import type { Pipelining } from "./pipelining.ts";
import type { ClientState } from "./state.ts";
import { type ClientRow, clientTable } from "./table.ts";
import { createTranscript, type Transcript } from "./transcript.ts";

/** What the parts of the engine share: the state, the clocks, and the ways to tell the driver something. */
export interface Core {
  readonly settings: Settings;
  readonly facts: SessionFacts;
  state: ClientState;
  now: number;
  readonly timers: Timers;
  /** Effects of the present call. */
  effects: ClientEffect[];
  /** The last command sent, without secrets: for messages. */
  command: string | undefined;
  /** The command that an operation checked before it began, as it is sent when its turn has come. */
  checked: CheckedCommand | undefined;
  /** Commands sent so far. */
  sent: number;
  readonly transcript: Transcript;
}

interface CheckedCommand {
  readonly command: FtpCommand | RawCommand;
  readonly line: string;
  readonly bytes: Uint8Array;
}

/** The options with nothing left out. */
interface Settings {
  readonly security: "none" | "explicit" | "implicit";
  readonly dataProtection: DataProtection;
  readonly clearControl: ClearControl;
  readonly dataModes: readonly DataMode[];
  readonly passiveHost: "control" | "same" | "reply";
  readonly timeouts: ClientTimeouts;
  readonly startWithoutMark: number;
  readonly ignoreUnsolicitedReplies: boolean;
  readonly telnetSynch: boolean;
  readonly transferKeepAlive: number;
  readonly pipelining: "known" | "never";
  readonly encode: (text: string) => Uint8Array;
}

/** What the client knows of the session between operations. */
interface SessionFacts {
  remote: HostPort | undefined;
  local: HostPort | undefined;
  /** The control connection is encrypted. */
  secure: boolean;
  /** It was, until CCC: data connections go on by PROT. */
  cleared: boolean;
  /** The greeting was 230: nobody asks for a login (RFC 959 §5.4 has it for USER alone, servers for the greeting too). */
  greetedIn: boolean;
  /** What the server's TYPE is, as far as it is known. */
  representation: TransferType | undefined;
  /** Whether several commands may be sent together. */
  pipelining: Pipelining;
  ahead: Ahead | undefined;
  /** A REST was sent that no transfer command has used up: the next transfer has to take it back. */
  restartPending: boolean;
  /** Modes that did not work while a later one did; they are tried last. */
  readonly demotedModes: Set<DataMode>;
  /** The mode that opened the last data connection. */
  dataMode: DataMode | undefined;
  /** Numbers data connections. */
  transfers: number;
  /** The control connection has ended, and only a transfer that was already confirmed goes on. */
  lost: FtpError | undefined;
}

/** When each clock is due; `undefined` when it does not run. */
export interface Timers {
  /** The phase of the state's row. */
  phase: number | undefined;
  /** An upload starts without a 1yz. */
  mark: number | undefined;
  /** The next NOOP of a running transfer. */
  keepAlive: number | undefined;
  /** The whole operation. */
  operation: number | undefined;
}

export function createCore(options: ClientEngineOptions): Core {
  return {
    settings: settingsOf(options),
    facts: {
      remote: undefined,
      local: undefined,
      secure: false,
      cleared: false,
      greetedIn: false,
      representation: undefined,
      pipelining: "none",
      ahead: undefined,
      restartPending: false,
      demotedModes: options.demotedModes ?? new Set(),
      dataMode: undefined,
      transfers: 0,
      lost: undefined,
    },
    state: { name: "new" },
    now: 0,
    timers: { phase: undefined, mark: undefined, keepAlive: undefined, operation: undefined },
    effects: [],
    command: undefined,
    checked: undefined,
    sent: 0,
    transcript: createTranscript(),
  };
}

function settingsOf(options: ClientEngineOptions): Settings {
  const { quirks = {} } = options;
  return {
    security: options.security ?? "none",
    dataProtection: options.dataProtection ?? "private",
    clearControl: options.clearControl ?? "off",
    dataModes: options.dataModes ?? defaultDataModes,
    passiveHost: options.passiveHost ?? "control",
    timeouts: { ...defaultTimeouts, ...options.timeouts },
    startWithoutMark: quirks.startWithoutMark ?? 5000,
    ignoreUnsolicitedReplies: quirks.ignoreUnsolicitedReplies ?? false,
    telnetSynch: options.telnetSynch ?? false,
    transferKeepAlive: options.transferKeepAlive ?? 0,
    pipelining: options.pipelining ?? "known",
    encode: options.encoding === "latin1" ? encodeLatin1 : encodeText,
  };
}

const defaultDataModes: readonly DataMode[] = ["EPSV", "PASV"];

/** Goes to `state` and starts the clock of its phase, or one of `limit` milliseconds. */
export function enter(core: Core, state: ClientState, limit: number = limitOf(core, state)): void {
  core.state = state;
  core.timers.phase = limit > 0 ? core.now + limit : undefined;
  core.timers.mark = undefined;
}

function limitOf(core: Core, state: ClientState): number {
  if (!("wait" in state)) return 0;
  const { phase }: ClientRow = clientTable[state.wait];
  return phase === "idle" || phase === "transfer" ? 0 : core.settings.timeouts[phase as keyof ClientTimeouts];
}

/** A command as a line; it throws at the caller while nothing has been sent. */
export function lineOf(core: Core, command: FtpCommand | RawCommand): string {
  core.checked = check(core, command);
  return core.checked.line;
}

function check(core: Core, command: FtpCommand | RawCommand): CheckedCommand {
  const line = "line" in command ? command.line : formatCommand(command);
  return { command, line, bytes: encodeLine(line, core.settings.encode) };
}

export function send(core: Core, command: FtpCommand | RawCommand): void {
  const { line, bytes } = core.checked?.command === command ? core.checked : check(core, command);
  core.sent++;
  core.command = redactLine(line);
  core.transcript.command(core.command);
  core.effects.push({ type: "command-send", bytes, text: core.command });
}

/** Sends TYPE where the server has another representation than `wanted`; whether its reply is to be awaited. */
export function askForRepresentation(core: Core, wanted: TransferType | undefined): boolean {
  if (wanted === undefined || wanted === core.facts.representation) return false;
  // Unknown until the reply is in: the operation may be given up before.
  core.facts.representation = undefined;
  send(core, { verb: "TYPE", type: wanted === "image" ? "I" : "A" });
  return true;
}

/** An error that knows where the session stands. */
export function errorAt(
  core: Core,
  code: FtpErrorCode,
  message: string,
  details: FtpErrorDetails = {},
): FtpError {
  const { state } = core;
  const phase = "wait" in state ? clientTable[state.wait].phase : "idle";
  return new FtpError(code, message, {
    phase,
    ...(core.command !== undefined && phase !== "connect" && phase !== "greeting"
      ? { command: core.command }
      : {}),
    transcript: core.transcript.tail,
    ...details,
  });
}

/** The server said no. */
export function refusal(
  core: Core,
  code: FtpErrorCode,
  reply: FtpReply,
  details: FtpErrorDetails = {},
): FtpError {
  const what = core.command === undefined ? "" : ` to ${core.command}`;
  return errorAt(core, code, `the server answered${what} with "${core.transcript.textOf(reply)}"`, {
    reply,
    ...details,
  });
}

/** Ends the operation under way. The session is idle again, or awaits `owed` replies that belong to it. */
export function settle(core: Core, outcome: ClientOutcome, owed = 0): void {
  core.timers.operation = core.timers.keepAlive = undefined;
  if (owed === 0) enter(core, { name: "idle", wait: "idle" });
  else enter(core, { name: "recovering", wait: "discarding", owed });
  core.effects.push({ type: "settled", outcome });
  if (core.facts.lost !== undefined) close(core, core.facts.lost);
}

export function fail(core: Core, error: FtpError, owed = 0): void {
  settle(core, { ok: false, error }, owed);
}

/** Ends the session, and with it the operation under way. */
export function close(core: Core, error: FtpError | undefined): void {
  const { state } = core;
  if (state.name === "closed") return;
  core.state = { name: "closed", error };
  for (const name of Object.keys(core.timers) as (keyof Timers)[]) core.timers[name] = undefined;
  if (state.name === "transfer" && "transfer" in state.data) {
    core.effects.push({ type: "data-close", transfer: state.data.transfer });
  }
  if (isBusy(state)) {
    core.effects.push({
      type: "settled",
      outcome: { ok: false, error: error ?? new FtpError("closed", "the session was closed") },
    });
  }
  core.effects.push({ type: "connection-close", error });
}

/** Whether an operation is under way whose end the driver awaits. */
export function isBusy(state: ClientState): boolean {
  return (
    state.name === "login" || state.name === "command" || state.name === "rename" || state.name === "transfer"
  );
}

/** A reply that nobody asked for: a later command would take it for its own. */
export function desync(core: Core, reply: FtpReply): void {
  if (core.state.name === "idle" && core.settings.ignoreUnsolicitedReplies) return;
  const what = isBusy(core.state) ? `cannot answer ${core.command ?? "the command"}` : "answers no command";
  close(core, errorAt(core, "desync", `"${core.transcript.textOf(reply)}" ${what}`, { reply }));
}
