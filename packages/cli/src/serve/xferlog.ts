import { formatXferlog, type XferlogRecord, xferlogRecord } from "@longshore/ftp-server";
import type { TftpEvent } from "@longshore/tftp-endpoint";
import type { LogFile } from "./log-file.ts";
import type { EventSink } from "./sink.ts";

/** Writes a line for each transfer that ended, in the form that programs have read since wu-ftpd. */
export function createXferlog(file: Pick<LogFile, "write">, now: () => Date = () => new Date()): EventSink {
  const write = (record: XferlogRecord | undefined): void => {
    if (record !== undefined) file.write(`${formatXferlog(record)}\n`);
  };
  return {
    ftp: (event) => write(xferlogRecord(event, now())),
    tftp: (event) => write(tftpRecord(event, now())),
  };
}

/** TFTP asks nobody for a name: its clients are as good as anonymous. */
function tftpRecord(event: TftpEvent, time: Date): XferlogRecord | undefined {
  if (event.type !== "transfer-end" || event.outcome.type === "probed") return undefined;
  const { remote, filename, operation, mode, statistics, duration, outcome } = event;
  return {
    time,
    milliseconds: duration,
    remoteHost: remote.address,
    bytes: statistics.bytes,
    path: filename,
    type: mode === "octet" ? "binary" : "ascii",
    direction: operation === "read" ? "outgoing" : "incoming",
    access: "anonymous",
    user: "",
    service: "tftp",
    isComplete: outcome.type === "complete",
  };
}
