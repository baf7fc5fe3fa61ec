import type { FtpServerEvent } from "@longshore/ftp-server";
import type { TftpEvent } from "@longshore/tftp-endpoint";
import { destination, type Logger, pino } from "pino";
import { prettyFactory } from "pino-pretty";
import { toLine } from "../failure.ts";
import { formatBytes } from "../progress.ts";
import { openLogFile } from "./log-file.ts";
import type { EventSink } from "./sink.ts";

export type LogForm = "pretty" | "json" | "off";
export type LogLevel = "debug" | "info" | "warn";

export interface LogOptions {
  /** Pretty on a terminal, else JSON, unless told. */
  readonly form?: LogForm;
  /** The least that is written; `"info"` unless told. */
  readonly level?: LogLevel;
  /** Standard error unless told. */
  readonly file?: string;
}

/** What the servers tell, and what this process has to say of itself. */
export interface Log extends EventSink {
  note(level: "info" | "warn", message: string): void;
  /** Goes on in a new file, where it writes to one. */
  reopen(): void;
  close(): void;
}

/**
 * Writes an object a line with all there is to know, or a line for people.
 *
 * @param worker this process among several, in every line
 * @throws {CommandFailure} the file cannot be opened
 */
export function createLog({ form = defaultForm(), level = "info", file }: LogOptions, worker?: number): Log {
  if (form === "off") return { ftp() {}, tftp() {}, note() {}, reopen() {}, close() {} };
  const standardError = destination(2);
  const to =
    file === undefined
      ? { write: (line: string) => void standardError.write(line), reopen() {}, close() {} }
      : openLogFile(file, (error) => standardError.write(`longshore: ${toLine(error)}\n`));
  if (form === "json") {
    const base = worker === undefined ? null : { worker };
    const logger = pino({ base, level, timestamp: pino.stdTimeFunctions.isoTime }, to);
    const write = (protocol: string, { type, ...rest }: { readonly type: string }): void =>
      logger[levelOf(type)]({ protocol, event: type, ...plain(rest) });
    return {
      ftp: (event) => write("ftp", event),
      tftp: (event) => write("tftp", event),
      note: (how, message) => logger[how]({ event: "note", message }),
      reopen: to.reopen,
      close: to.close,
    };
  }
  const format = prettyFactory({
    colorize: file === undefined && process.stderr.isTTY,
    translateTime: file === undefined ? "SYS:HH:MM:ss" : "SYS:yyyy-mm-dd HH:MM:ss",
    ignore: "pid,hostname",
  });
  const logger: Logger = pino({ base: null, level }, { write: (line: string) => to.write(format(line)) });
  return {
    ftp: (event) => logger[levelOf(event.type)](tellFtp(event, worker)),
    tftp: (event) => logger[levelOf(event.type)](tellTftp(event)),
    note: (how, message) => logger[how](message),
    reopen: to.reopen,
    close: to.close,
  };
}

const defaultForm = (): LogForm => (process.stderr.isTTY ? "pretty" : "json");

/** Event types that an operator should look at. */
const warnings: readonly string[] = [
  ...[
    "ban",
    "connect-refused",
    "secure-failed",
    "hook-failed",
    "login-refused",
    "quota-exceeded",
    "stranger",
    "error",
    "refused",
    "dropped",
    "socket-error",
  ],
];

/** Event types that come again and again while nothing new happens. */
const details: readonly string[] = ["transfer-progress"];

const levelOf = (type: string): "warn" | "info" | "debug" =>
  warnings.includes(type) ? "warn" : details.includes(type) ? "debug" : "info";

function tellFtp(event: FtpServerEvent, worker: number | undefined): string {
  if (event.type === "listening")
    return `ftp   ${worker === undefined ? "" : `worker ${worker} `}listening on ${tellHost(event.address)}`;
  if (event.type === "connect-refused")
    return `ftp   ${tellHost(event.remote)} turned away: ${event.message ?? event.reason}`;
  if (event.type === "ban")
    return `ftp   ${event.address} banned for ${Math.round(event.milliseconds / 1000)} s: ${event.reason}`;
  if (event.type === "unban") return `ftp   ${event.address} no longer banned: ${event.reason}`;
  if (event.type === "users-reloaded") return `ftp   users file read again: ${event.users} users`;
  if (event.type === "reloaded") return `ftp   new ${event.what} in force`;
  const { session } = event;
  const who =
    session === undefined
      ? ""
      : ` #${worker === undefined ? "" : `${worker}-`}${session.id} ${session.user ?? session.remote.host}`;
  return `ftp  ${who}  ${tellSession(event)}`;
}

type SessionEvent = Exclude<
  FtpServerEvent,
  { readonly type: "listening" | "connect-refused" | "ban" | "unban" | "users-reloaded" | "reloaded" }
>;

function tellSession(event: SessionEvent): string {
  switch (event.type) {
    case "connect":
      return `connected from ${tellHost(event.session.remote)}`;
    case "secure":
      return `encrypted with ${event.protocol}, ${event.cipher}`;
    case "secure-failed":
      return `TLS failed: ${event.message}`;
    case "login":
      return event.password === undefined ? "logged in" : `logged in (${event.password})`;
    case "login-refused":
      return `login of ${event.username} refused: ${event.reason}`;
    case "logout":
      return "logged out";
    case "command":
      return `> ${event.text}`;
    case "reply":
      return `< ${event.code} ${event.text}`;
    case "transfer-start":
      return `${event.transfer.kind} ${event.transfer.path} begins`;
    case "transfer-progress":
      return `${event.transfer.kind} ${event.transfer.path}: ${tellAmount(event.bytes, event.milliseconds)} so far`;
    case "commit":
      return `${event.transfer.path} is stored${event.size === undefined ? "" : `, ${formatBytes(event.size)}`}`;
    case "hook-failed":
      return `the hook ${event.hook} failed: ${toLine(event.error)}`;
    case "transfer-end":
      return `${event.transfer.kind} ${event.transfer.path}: ${event.outcome}, ${tellAmount(event.bytes, event.milliseconds)}${tellKept(event.kept)}`;
    case "no-public-address":
      return `${event.advice} (this end is ${event.own})`;
    case "quota-exceeded":
      return `no room for ${event.path}: ${tellUse(event.what, event.used)} of ${tellUse(event.what, event.limit)} used`;
    case "stranger":
      return `${event.remote} came to the data port and was dropped`;
    case "error":
      return toLine(event.error);
    case "disconnect":
      return `disconnected: ${event.reason}`;
  }
}

function tellTftp(event: TftpEvent): string {
  switch (event.type) {
    case "listening":
      return `tftp  listening on ${tellHost({ host: event.local.address, port: event.local.port })}`;
    case "request":
      return `tftp  #${event.id} ${event.remote.address}  ${event.operation} ${event.filename} (${event.mode})`;
    case "transfer-start":
      return `tftp  #${event.id} ${event.remote.address}  blocks of ${event.blockSize}, windows of ${event.windowSize}`;
    case "transfer-end":
      return `tftp  #${event.id} ${event.remote.address}  ${event.operation} ${event.filename}: ${event.outcome.type}, ${tellAmount(event.statistics.bytes, event.duration)}`;
    case "refused":
      return `tftp  ${event.remote.address}  refused ${event.filename ?? "a request"}: ${event.message}`;
    case "dropped":
      return `tftp  ${event.remote.address}  dropped a datagram: ${event.reason}`;
    case "socket-error":
      return `tftp  ${toLine(event.error)}`;
  }
}

const tellUse = (what: "bytes" | "files", amount: number): string =>
  what === "bytes" ? formatBytes(amount) : `${amount} files`;

const tellKept = (kept = 0): string => (kept === 0 ? "" : `; ${formatBytes(kept)} kept to go on from`);

const tellAmount = (bytes: number, milliseconds: number): string =>
  `${formatBytes(bytes)} in ${(milliseconds / 1000).toFixed(2)} s`;

const tellHost = ({ host, port }: { readonly host: string; readonly port: number }): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;

/** Errors as one line, and numbers beyond JSON's as text. */
function plain(fields: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value instanceof Error ? toLine(value) : typeof value === "bigint" ? String(value) : value,
    ]),
  );
}
