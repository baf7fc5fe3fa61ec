import type { FtpReply } from "@longshore/ftp-reply";
import type { ClientEvent } from "@longshore/ftp-session/client";
import type { DataMover } from "./data.ts";
import type { FtpClientOptions, TraceEvent } from "./options.ts";

/** What a session tells `onTrace`. */
interface Trace {
  command(text: string): void;
  reply(reply: FtpReply, isAmbiguous: boolean): void;
  /** What the driver reports to the engine: of interest is what it says of the data connection. */
  event(event: ClientEvent): void;
  /** The mover, with what it is about to receive shown. */
  watch(mover: DataMover, direction: "receive" | "send"): DataMover;
  /** This side drops the data connection. */
  dropped(): void;
}

/** @param redact hides the secrets that a server echoes */
export function createTrace(
  { onTrace, traceData = false }: FtpClientOptions,
  redact: (text: string) => string,
): Trace | undefined {
  if (onTrace === undefined) return undefined;
  let direction: "receive" | "send" = "receive";
  let bytes = 0;
  let isOpen = false;

  const end = (how: Extract<TraceEvent, { readonly type: "data-end" }>["how"]): void => {
    if (isOpen) onTrace({ type: "data-end", direction, bytes, how });
    isOpen = false;
  };

  return {
    command: (text) => onTrace({ type: "command", text }),
    reply({ code, lines }, isAmbiguous) {
      const reply = { code, lines: lines.map(redact) };
      onTrace({ type: "reply", reply, ...(isAmbiguous ? { isAmbiguous } : {}) });
    },
    event(event) {
      if (event.type === "data-open") {
        isOpen = true;
        bytes = 0;
        direction = "receive";
        onTrace({ type: "data-open" });
      } else if (event.type === "transfer-done") {
        bytes = event.bytes;
        end("complete");
      } else if (event.type === "transfer-failed") {
        bytes = event.bytes;
        end(
          event.reason === "reset" || event.reason === "truncated" || event.reason === "tls"
            ? "broken"
            : "aborted",
        );
      } else if (event.type === "data-failed") end("broken");
    },
    watch(mover, way) {
      direction = way;
      if (!traceData || way === "send") return mover;
      return (socket, control) => {
        socket.on("data", (chunk: Uint8Array) => {
          bytes += chunk.length;
          onTrace({ type: "data", bytes: chunk });
        });
        return mover(socket, control);
      };
    },
    dropped: () => end("aborted"),
  };
}
