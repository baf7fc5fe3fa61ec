import { type Logger, pino } from "pino";
import pretty from "pino-pretty";
import { toLine } from "./failure.ts";

export const logForms = ["pretty", "json", "off"] as const;
export type LogForm = (typeof logForms)[number];

/** An event of a server: tagged, and free of secrets. */
interface ServerEvent {
  readonly type: string;
}

/** Event types that an operator should look at. */
const warnings: readonly string[] = [
  "refused",
  "dropped",
  "error",
  "socket-error",
  "login-failed",
  "authentication-failed",
];

/** Writes what the servers tell to stderr: one JSON object a line, or a line for people. */
export function createLog(form: LogForm): (protocol: "ftp" | "tftp", event: ServerEvent) => void {
  if (form === "off") return () => {};
  const logger: Logger =
    form === "json"
      ? pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2))
      : pino(
          { base: null },
          pretty({ destination: 2, sync: true, ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss.l" }),
        );
  return (protocol, { type, ...rest }) => {
    const level = warnings.includes(type) ? "warn" : "info";
    logger[level]({ protocol, event: type, ...plain(rest) }, `${protocol} ${type}`);
  };
}

/** Errors as one line, and numbers beyond JSON's as text. */
function plain(fields: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value instanceof Error ? toLine(value) : typeof value === "bigint" ? String(value) : value,
    ]),
  );
}
