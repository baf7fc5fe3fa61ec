import { FtpError } from "@longshore/ftp-session/client";
import type { DataEnd } from "../options.ts";

/**
 * One line of a recording: what was said on the control connection (`C: USER ann`, `S: 331 Password.`), and what
 * happened on the data connection.
 */
export type RecordedEvent =
  | { readonly type: "client"; readonly line: string }
  | { readonly type: "server"; readonly line: string }
  /** `D open` */
  | { readonly type: "open" }
  /** The server's bytes, each a character: `D < "hello\r\n"` */
  | { readonly type: "received"; readonly bytes: Uint8Array }
  /** So many bytes of the server's that were not kept: `D < 5000000` */
  | { readonly type: "skipped"; readonly count: number }
  /** So many bytes of the client's in all: `D > 1234` */
  | { readonly type: "sent"; readonly count: number }
  /** `D complete`, `D broken`, `D aborted` */
  | { readonly type: "end"; readonly how: DataEnd };

/** A recording as text: one event a line, and a first line that says what it is. */
export function formatRecording(events: readonly RecordedEvent[]): string {
  return `${[header, ...events.map(formatEvent)].join("\n")}\n`;
}

/**
 * The inversion; empty lines, and those that begin with `#`, are passed over.
 *
 * @throws {FtpError} `bad-argument`, with the line's number
 */
export function parseRecording(text: string): RecordedEvent[] {
  const events: RecordedEvent[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === "" || line.startsWith("#")) continue;
    const event = parseEvent(line);
    if (event === undefined)
      throw new FtpError(
        "bad-argument",
        `line ${index + 1} of the recording cannot be read: ${line.slice(0, 80)}`,
      );
    events.push(event);
  }
  return events;
}

const header = "# FTP session: C client, S server, D data connection (< to the client, > to the server)";

function formatEvent(event: RecordedEvent): string {
  switch (event.type) {
    case "client":
      return `C: ${event.line}`;
    case "server":
      return `S: ${event.line}`;
    case "open":
      return "D open";
    case "received":
      return `D < ${quote(event.bytes)}`;
    case "skipped":
      return `D < ${event.count}`;
    case "sent":
      return `D > ${event.count}`;
    default:
      return `D ${event.how}`;
  }
}

function parseEvent(line: string): RecordedEvent | undefined {
  if (line.startsWith("C: ")) return { type: "client", line: line.slice(3) };
  if (line.startsWith("S: ")) return { type: "server", line: line.slice(3) };
  if (line === "D open") return { type: "open" };
  const how = ends.find((end) => line === `D ${end}`);
  if (how !== undefined) return { type: "end", how };
  const [, way, count] = /^D ([<>]) (\d{1,15})$/.exec(line) ?? [];
  if (count !== undefined) return { type: way === "<" ? "skipped" : "sent", count: Number(count) };
  if (!line.startsWith('D < "')) return undefined;
  const bytes = unquote(line.slice(4));
  return bytes === undefined ? undefined : { type: "received", bytes };
}

const ends: readonly DataEnd[] = ["complete", "broken", "aborted"];

/** JSON's notation, with a character for each byte, so that text can be read and nothing is lost. */
function quote(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return JSON.stringify(text).replace(
    /[\u007f-\u00ff]/g,
    (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`,
  );
}

function unquote(text: string): Uint8Array | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "string" || /[^\u0000-\u00ff]/.test(value)) return undefined;
    return Uint8Array.from(value, (sign) => sign.charCodeAt(0));
  } catch {
    return undefined;
  }
}
