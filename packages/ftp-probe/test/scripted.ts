import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** What a verb is answered with: reply lines without their ends, or something that is done. */
export type Answers = Readonly<Record<string, string | ((talk: Talk) => void)>>;

/** One control connection of the scripted server. */
export interface Talk {
  readonly argument: string;
  readonly socket: Socket;
  readonly state: { user?: string; port?: number; listener?: Server; waiting: Socket[]; failures: number };
  say(...lines: readonly string[]): void;
  /** 150, this over the data connection (to PORT's target or from the listener), 226. */
  transfer(text: string): void;
  /** Opens a listener, on any port unless told, and says where. */
  passive(format: (port: number) => string): void;
}

/**
 * An FTP server that does what its script says and is right in everything else, except that it has no TLS. It believes
 * everybody: whom PORT names, and who comes first to the passive port.
 */
export async function scripted(answers: Answers = {}): Promise<{ port: number; close(): void }> {
  const server = createServer((socket) => {
    const state: Talk["state"] = { waiting: [], failures: 0 };
    let rest = "";
    const say = (...lines: readonly string[]): void => {
      if (!socket.destroyed) socket.write(lines.map((line) => `${line}\r\n`).join(""));
    };
    socket.on("error", () => {});
    socket.on("close", () => {
      state.listener?.close();
      for (const one of state.waiting) one.destroy();
    });
    const talk = (argument: string): Talk => ({
      argument,
      socket,
      state,
      say,
      transfer(text) {
        say("150 Here it comes.");
        void dataOf(state).then((data) => {
          if (data === undefined) say("425 Nobody came.");
          else data.end(text, () => say("226 Done."));
        });
      },
      passive(format) {
        state.listener?.close();
        for (const one of state.waiting.splice(0)) one.destroy();
        delete state.port;
        const listener = createServer((data) => {
          data.on("error", () => {});
          if (data.remoteAddress !== "127.0.0.1") data.destroy();
          else state.waiting.push(data);
        });
        state.listener = listener;
        listener.listen(0, "127.0.0.1", () => say(format((listener.address() as AddressInfo).port)));
      },
    });
    const all: Answers = { ...good, ...answers };
    greet(all.greeting, talk(""));
    socket.on("data", (chunk) => {
      rest += chunk.toString("latin1").replaceAll(/\xff[\xf0-\xff]/g, "");
      for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
        const line = rest.slice(0, end).replace(/\r$/, "");
        rest = rest.slice(end + 1);
        const [, verb = "", argument = ""] = /^(\S*) ?(.*)$/s.exec(line) ?? [];
        const answer = all[line] ?? all[verb.toUpperCase()] ?? "500 No such command.";
        if (typeof answer === "string") say(answer);
        else answer(talk(argument));
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

function greet(answer: Answers[string] | undefined, talk: Talk): void {
  if (typeof answer === "string") talk.say(answer);
  else answer?.(talk);
}

async function dataOf(state: Talk["state"]): Promise<Socket | undefined> {
  if (state.port !== undefined) {
    const socket = connect(state.port, "127.0.0.1");
    socket.on("error", () => {});
    await once(socket, "connect");
    return socket;
  }
  for (let count = 0; count < 100 && state.waiting.length === 0; count++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  return state.waiting.shift();
}

const octets = (port: number): string => `${port >> 8},${port & 255}`;

/** Passive replies, for scripts that change something else about them. */
export const pasv = (port: number): string => `227 Entering Passive Mode (127,0,0,1,${octets(port)})`;
export const epsv = (port: number): string => `229 Entering Extended Passive Mode (|||${port}|)`;

const choice =
  (...known: readonly string[]) =>
  ({ argument, say }: Talk): void =>
    say(known.includes(argument.toUpperCase()) ? "200 Set." : argument === "" ? "501 What?" : "504 No.");

const missing = ({ argument, say }: Talk): void => say(argument === "" ? "501 What?" : "550 Not there.");

/** PORT as RFC 2577 wants it. */
const port = ({ argument, say, state }: Talk): void => {
  const numbers = argument.split(",").map(Number);
  const target = (numbers[4] ?? 0) * 256 + (numbers[5] ?? 0);
  if (numbers.length !== 6 || numbers.some((number) => !(number >= 0 && number < 256))) say("501 What?");
  else if (!argument.startsWith("127,0,0,1,")) say("501 Not you.");
  else if (target < 1024) say("504 Not there.");
  else {
    state.port = target;
    say("200 Set.");
  }
};

const good: Answers = {
  greeting: "220 Ready.",
  USER: ({ say, state, argument }) => {
    state.user = argument;
    say(argument === "" ? "501 Who?" : "331 Password?");
  },
  PASS: ({ say, state, socket }) => {
    if (state.user === "anonymous") return say("230 In.");
    if (state.user === undefined) return say("503 USER first.");
    state.failures++;
    if (state.failures < 3) return say("530 No.");
    say("421 Bye.");
    socket.end();
  },
  QUIT: ({ say, socket }) => {
    say("221 Bye.");
    socket.end();
  },
  NOOP: "200 Here.",
  SYST: "215 UNIX Type: L8",
  FEAT: ({ say }) => say("211-Features:", " MDTM", " SIZE", " REST STREAM", "211 End"),
  PWD: '257 "/"',
  CWD: ({ say, argument }) => say(argument.includes("probe") ? "550 No." : "250 There."),
  TYPE: choice("A", "A N", "I", "L 8"),
  STRU: choice("F"),
  MODE: choice("S"),
  PASV: ({ passive }) => passive(pasv),
  EPSV: ({ passive, say, argument }) => (argument === "3" ? say("522 Use (1)") : passive(epsv)),
  "EPSV ALL": "501 No.",
  PORT: port,
  EPRT: "502 No.",
  LIST: ({ transfer }) => transfer("-rw-r--r-- 1 a b 3 Jan 1 2020 x\r\n"),
  NLST: ({ transfer }) => transfer("x\r\n"),
  MLSD: ({ transfer }) => transfer("type=file;size=3; x\r\n"),
  MLST: ({ say }) => say("250-Here", " type=dir; /", "250 End"),
  RNFR: missing,
  RNTO: "503 RNFR first.",
  DELE: missing,
  RMD: missing,
  SIZE: missing,
  MDTM: missing,
  RETR: missing,
  REST: ({ say, argument }) => say(/^\d+$/.test(argument) ? "350 Go on." : "501 What?"),
  ABOR: "226 Nothing runs.",
  STAT: "211 Fine.",
  HELP: "214 Help yourself.",
  POST: ({ socket }) => {
    socket.destroy();
  },
};
