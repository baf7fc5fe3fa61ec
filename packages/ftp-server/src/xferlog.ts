import type { FtpServerEvent } from "./event.ts";

/** One transfer, as wu-ftpd's log of transfers has it (xferlog(5)). */
export interface XferlogRecord {
  /** When it ended. */
  readonly time: Date;
  readonly milliseconds: number;
  readonly remoteHost: string;
  /** Moved on the wire. */
  readonly bytes: number;
  readonly path: string;
  readonly type: "ascii" | "binary";
  /** As the server sees it. */
  readonly direction: "incoming" | "outgoing";
  /** `guest` is a real user who is held in a directory; this server calls nobody so. */
  readonly access: "anonymous" | "guest" | "real";
  /** The user's name, or what the anonymous user gave for a password. */
  readonly user: string;
  /** `ftp`, `tftp`. */
  readonly service: string;
  readonly isComplete: boolean;
}

/**
 * The record of a transfer that has ended, of a file and not of a listing; `undefined` for every other event.
 *
 * @param time when the event came
 */
export function xferlogRecord(event: FtpServerEvent, time: Date): XferlogRecord | undefined {
  if (event.type !== "transfer-end" || event.transfer.kind === "list") return undefined;
  const { session, transfer, bytes, milliseconds, outcome } = event;
  const { guest, user = "", remote } = session;
  return {
    time,
    milliseconds,
    remoteHost: remote.host,
    bytes,
    path: transfer.path,
    type: transfer.representation === "image" ? "binary" : "ascii",
    direction: transfer.kind === "retrieve" ? "outgoing" : "incoming",
    access: guest === undefined ? "real" : "anonymous",
    user: guest ?? user,
    service: "ftp",
    isComplete: outcome === "done",
  };
}

/** One line of an xferlog without its end: local time, whole seconds, fields parted by single spaces. */
export function formatXferlog(record: XferlogRecord): string {
  return [
    formatTime(record.time),
    Math.round(record.milliseconds / 1000),
    field(record.remoteHost),
    record.bytes,
    field(record.path),
    record.type === "binary" ? "b" : "a",
    // No special action: nothing was compressed, uncompressed or packed.
    "_",
    record.direction === "incoming" ? "i" : "o",
    record.access[0],
    field(record.user),
    field(record.service),
    // No RFC 931 authentication, hence no user by it.
    "0 *",
    record.isComplete ? "c" : "i",
  ].join(" ");
}

/** As wu-ftpd and those after it: what would part or end a field is `_`. */
function field(text: string): string {
  const safe = text.replace(/[\s\u0000-\u001f\u007f-\u009f]|\p{Cs}/gu, "_");
  return safe === "" ? "_" : safe;
}

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** `Thu Sep  2 09:52:02 2026`, as ctime(3) writes it. */
function formatTime(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
  const day = String(time.getDate()).padStart(2, " ");
  return `${weekdays[time.getDay()]} ${months[time.getMonth()]} ${day} ${clock} ${time.getFullYear()}`;
}
