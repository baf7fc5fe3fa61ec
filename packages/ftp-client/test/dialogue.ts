import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import type { FtpClientOptions } from "@longshore/ftp-client";
import { type Peer, received } from "./scripted-server.ts";

/** What is asked of the client, and what must come of it. */
export interface DialogueCall {
  readonly call: string;
  readonly with?: readonly unknown[];
  readonly gives?: unknown;
  readonly fails?: Readonly<Record<string, unknown>>;
}

/** A dialogue line by line; its language stands in `vectors/client-dialogues.json`. */
export interface Dialogue {
  readonly name: string;
  readonly source: string;
  /** Whether it begins behind 220, USER, PASS and 230. */
  readonly login?: boolean;
  readonly options?: Partial<FtpClientOptions>;
  readonly calls: readonly DialogueCall[];
  readonly lines: readonly string[];
}

/** A server that has one answer for each verb, whatever was said before. */
export interface TableServer {
  readonly name: string;
  readonly source: string;
  readonly replies: Readonly<Record<string, string>>;
  readonly unknown: string;
  /** What RETR, LIST and the like send. */
  readonly content?: Readonly<Record<string, string>>;
  readonly transferred: string;
  readonly options?: Partial<FtpClientOptions>;
  readonly calls: readonly DialogueCall[];
  /** Lines of commands that have to be among those that came. */
  readonly came?: readonly string[];
}

const file = JSON.parse(
  readFileSync(new URL("../../../vectors/client-dialogues.json", import.meta.url), "utf8"),
) as { readonly dialogues: readonly Dialogue[]; readonly servers: readonly TableServer[] };

export const dialogues: readonly Dialogue[] = file.dialogues;
export const tableServers: readonly TableServer[] = file.servers;

/** Plays the server's side. */
export async function play(peer: Peer, { lines, login = true }: Dialogue): Promise<void> {
  let said = "";
  let opened: Promise<Socket> | undefined;
  const say = async (): Promise<void> => {
    const text = said;
    said = "";
    if (text !== "") await peer.send(text);
  };
  const data = async (): Promise<Socket> => {
    if (opened === undefined) throw new Error("the dialogue has no data connection yet");
    return opened;
  };
  if (login) {
    await peer.send("220 Ready.\r\n");
    await peer.expect("USER", "331 Password.");
    await peer.expect("PASS", "230 In.");
  }
  for (const line of lines) {
    const text = line.slice(3);
    const act = line.slice(0, 2);
    if (act === "S:") said += `${text}\r\n`;
    else if (act === "S>") said += text;
    else if (act === "P:") {
      const { port, socket } = await peer.open();
      opened = socket;
      said += `${withAddress(text, port)}\r\n`;
    } else {
      await say();
      if (act === "C:") opened = reach(await awaitLine(peer, text)) ?? opened;
      else if (act === "D>") (await data()).end(Buffer.from(text, "latin1"));
      else if (act === "D+") (await data()).write(Buffer.from(text, "latin1"));
      else if (act === "D!") (await data()).resetAndDestroy();
      else if (act === "D<") expectData(await received(await data()), text);
      else if (act === "~~") await peer.pause(20);
      else if (act === "S!") peer.end();
      else throw new Error(`the dialogue has no line ${JSON.stringify(line)}`);
    }
  }
  await say();
}

/** Plays a server by its table. */
export async function serveByTable(peer: Peer, server: TableServer): Promise<void> {
  let opened: Promise<Socket> | undefined;
  await peer.send(`${server.replies.greeting ?? "220 Ready."}\r\n`);
  for (;;) {
    const line = await peer.line();
    const [verb = ""] = line.split(" ", 1);
    const reply = server.replies[line] ?? server.replies[verb] ?? server.unknown;
    if (/^22[79]/.test(reply)) {
      const { port, socket } = await peer.open();
      opened = socket;
      await peer.send(`${withAddress(reply, port)}\r\n`);
    } else await peer.send(`${reply}\r\n`);
    if (!reply.startsWith("1") || opened === undefined) continue;
    const socket = await opened;
    opened = undefined;
    if (/^(?:STOR|APPE|STOU)/.test(verb)) await received(socket);
    else {
      socket.end(server.content?.[verb] ?? "");
      if (!socket.closed) await once(socket, "close");
    }
    await peer.send(`${server.transferred}\r\n`);
  }
}

/** `{numbers}` and `{port}` of a listener's address. */
function withAddress(text: string, port: number): string {
  const ports = `${port >> 8},${port & 255}`;
  return text
    .replaceAll("{numbers}", `127,0,0,1,${ports}`)
    .replaceAll("{ports}", ports)
    .replaceAll("{high}", String(port >> 8))
    .replaceAll("{low}", String(port & 255))
    .replaceAll("{port}", String(port));
}

/** A line that ends in `*` only has to begin so; gives what came. */
async function awaitLine(peer: Peer, expected: string): Promise<string> {
  const line = await peer.line();
  const fits = expected.endsWith("*") ? line.startsWith(expected.slice(0, -1)) : line === expected;
  if (!fits) throw new Error(`${expected} was expected and ${line} came`);
  return line;
}

/** Connects to where PORT and EPRT say; no other line says anything. */
function reach(line: string): Promise<Socket> | undefined {
  const port = portOf(line);
  if (port === undefined) return undefined;
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  const connected = once(socket, "connect").then(() => socket);
  // Where the command is refused, nobody waits for it.
  connected.catch(() => {});
  return connected;
}

function portOf(line: string): number | undefined {
  const [, high, low] = /^PORT .*,(\d+),(\d+)$/.exec(line) ?? [];
  if (high !== undefined) return Number(high) * 256 + Number(low);
  const [, extended] = /^EPRT .*\|(\d+)\|$/.exec(line) ?? [];
  return extended === undefined ? undefined : Number(extended);
}

function expectData(came: Buffer, text: string): void {
  if (came.toString("latin1") !== text)
    throw new Error(`${JSON.stringify(text)} was expected as data and ${JSON.stringify(String(came))} came`);
}
