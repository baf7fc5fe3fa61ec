import { createServer, type Socket } from "node:net";
import { redactLine } from "@longshore/ftp-command";
import { FtpError } from "@longshore/ftp-session/client";
import { createLineDecoder, encodeText, escapeTelnet } from "@longshore/nvt";
import { createReplayedData, listen, type ReplayedData } from "./replayed-data.ts";
import { parseRecording, type RecordedEvent } from "./text.ts";

/** A server that says what a recording says, to a client that does what the recording's did. */
export interface ReplayServer extends AsyncDisposable {
  readonly host: "127.0.0.1";
  readonly port: number;
  /**
   * Resolves when the recording was played to its end.
   *
   * @throws {FtpError} `desync`: the client did something else, which is told with the recording's line, or left early
   */
  finished(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Plays a recording to one client, in clear. What the client sends has to be what was recorded, but for secrets, which no
 * recording holds; for the addresses of data connections, which are new each time; and for AUTH, PBSZ and PROT, which
 * are passed over where the client sends none.
 *
 * @throws {FtpError} `bad-argument` for a recording that cannot be read
 * @example
 * await using server = await startReplay(await readFile("session.txt", "utf8"));
 * await using client = await FtpClient.connect({ host: server.host, port: server.port });
 */
export async function startReplay(recording: string | readonly RecordedEvent[]): Promise<ReplayServer> {
  const events = typeof recording === "string" ? parseRecording(recording) : recording;
  const open = new Set<{ destroy(): void }>();
  let isTaken = false;
  let settle: (result: Promise<void>) => void = () => {};
  const finished = new Promise<void>((resolve) => {
    settle = resolve;
  });
  // Who never asks is not to be killed by it.
  finished.catch(() => {});
  const server = createServer((socket) => {
    socket.on("error", () => {});
    open.add(socket);
    if (isTaken) {
      socket.end("421 This recording is of one session.\r\n");
      return;
    }
    isTaken = true;
    const data = createReplayedData(open);
    settle(
      play(events, socket, data).finally(() => {
        data.close();
        socket.end();
      }),
    );
  });
  const port = await listen(server);
  const close = async (): Promise<void> => {
    server.close();
    for (const each of open) each.destroy();
    if (!isTaken) settle(Promise.reject(new FtpError("desync", "no client came")));
    await Promise.allSettled([finished]);
  };
  return { host: "127.0.0.1", port, finished: () => finished, close, [Symbol.asyncDispose]: close };
}

async function play(events: readonly RecordedEvent[], socket: Socket, data: ReplayedData): Promise<void> {
  const lines = createLines(socket);
  let said = "";
  for (let at = 0; at < events.length; at++) {
    const event = events[at];
    if (event === undefined) return;
    if (event.type === "client") {
      if (isTelnet(event.line)) continue;
      said = await lines.next();
      // The recorded client was asked for TLS and this one is not.
      while (isSecurity(events[at]) && !fits(events[at], said)) at = nextOfClient(events, at);
      if (!fits(events[at], said)) throw different(at, events[at], said);
      data.command(said);
    } else if (event.type === "server") {
      const line = await data.address(event.line, said, isOpened(events, at));
      socket.write(escapeTelnet(encodeText(`${line}\r\n`)));
    } else {
      const problem = await data.play(event);
      if (problem !== undefined) throw different(at, event, problem);
    }
  }
}

/** The client's next line in the recording after `at`; what the server said in between is not said. */
function nextOfClient(events: readonly RecordedEvent[], at: number): number {
  const next = events.findIndex((event, index) => index > at && event.type === "client");
  return next < 0 ? events.length : next;
}

/** Whether the recorded client got a data connection before it said anything else. */
function isOpened(events: readonly RecordedEvent[], at: number): boolean {
  const next = events.find(
    (event, index) => index > at && (event.type === "client" || event.type === "open"),
  );
  return next?.type === "open";
}

function fits(event: RecordedEvent | undefined, said: string): boolean {
  if (event?.type !== "client") return false;
  const verb = verbOf(said);
  if (verb === "PORT" || verb === "EPRT") return verbOf(event.line) === verb;
  return event.line === redactLine(said);
}

function isSecurity(event: RecordedEvent | undefined): boolean {
  return event?.type === "client" && ["AUTH", "PBSZ", "PROT"].includes(verbOf(event.line));
}

/** IAC IP IAC DM, and answers to options: they are no lines. */
function isTelnet(line: string): boolean {
  return line.startsWith("IAC ");
}

function verbOf(line: string): string {
  return line.split(" ", 1)[0]?.toUpperCase() ?? "";
}

function different(at: number, event: RecordedEvent | undefined, what: string): FtpError {
  const expected =
    event?.type === "client" ? event.line : event === undefined ? "the end" : `data: ${event.type}`;
  const message = `event ${at + 1} of the recording is "${expected}", and what came is "${redactLine(what)}"`;
  return new FtpError("desync", message);
}

/** The client's lines, one at a time. */
function createLines(socket: Socket): { next(): Promise<string> } {
  const decoder = createLineDecoder();
  const lines: string[] = [];
  let isOver = false;
  let wake = (): void => {};
  socket.on("data", (bytes: Uint8Array) => {
    for (const event of decoder.push(bytes)) if (event.type === "line") lines.push(event.text);
    wake();
  });
  socket.on("close", () => {
    isOver = true;
    wake();
  });
  return {
    async next() {
      for (;;) {
        const line = lines.shift();
        if (line !== undefined) return line;
        if (isOver) throw new FtpError("desync", "the client left before the recording's end");
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
