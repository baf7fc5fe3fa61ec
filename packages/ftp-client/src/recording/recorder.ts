import { type FtpReply, formatReply } from "@longshore/ftp-reply";
import type { FtpClientOptions, TraceEvent } from "../options.ts";
import { formatRecording, type RecordedEvent } from "./text.ts";

/** Writes down what happens in one session. */
export interface Recorder {
  /** To be given to `FtpClient.connect` beside the other options. */
  readonly options: Required<Pick<FtpClientOptions, "onTrace" | "traceData">>;
  readonly events: readonly RecordedEvent[];
  /** The session so far; passwords are `***` in it. */
  text(): string;
}

export interface RecorderOptions {
  /** Bytes that are kept of what comes on one data connection; the rest is counted. 1 MiB unless told. */
  readonly maxData?: number;
}

/**
 * @example
 * const recorder = createRecorder();
 * await using client = await FtpClient.connect({ host: "ftp.example.org", ...recorder.options });
 * await client.list("/").toArray();
 * await writeFile("session.txt", recorder.text());
 */
export function createRecorder({ maxData = 1 << 20 }: RecorderOptions = {}): Recorder {
  const events: RecordedEvent[] = [];
  let kept = 0;
  let skipped = 0;

  const onTrace = (event: TraceEvent): void => {
    switch (event.type) {
      case "command":
        events.push({ type: "client", line: event.text });
        return;
      case "reply":
        for (const line of linesOf(event.reply)) events.push({ type: "server", line });
        return;
      case "data-open":
        kept = skipped = 0;
        events.push({ type: "open" });
        return;
      case "data": {
        const bytes = Uint8Array.from(event.bytes.subarray(0, maxData - kept));
        kept += bytes.length;
        skipped += event.bytes.length - bytes.length;
        for (let at = 0; at < bytes.length; at += pieceSize)
          events.push({ type: "received", bytes: bytes.subarray(at, at + pieceSize) });
        return;
      }
      default:
        if (skipped > 0) events.push({ type: "skipped", count: skipped });
        if (event.direction === "send") events.push({ type: "sent", count: event.bytes });
        events.push({ type: "end", how: event.how });
    }
  };

  return { options: { onTrace, traceData: true }, events, text: () => formatRecording(events) };
}

/** As on the wire; what would break the line goes. */
function linesOf({ code, lines }: FtpReply): string[] {
  const clean = lines.map((line) => line.replace(/[\r\n\0]/g, "?"));
  return formatReply({ code, lines: clean }).split("\r\n").slice(0, -1);
}

/** Bytes on one line. */
const pieceSize = 4096;
