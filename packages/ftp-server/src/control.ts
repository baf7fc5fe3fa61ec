import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { createTlsLayer, type TlsLayer } from "@longshore/ftp-data";
import { encodeReply, type FtpReply, formatReply } from "@longshore/ftp-reply";
import { type ServerNameChoice, type SessionTls, startTls } from "./tls.ts";

/** What the control connection tells its owner, the session. */
export interface ControlHandlers<Owner> {
  /** Whether more should be read. */
  wantsInput(owner: Owner): boolean;
  onBytes(owner: Owner, bytes: Uint8Array): void;
  /** The client sends nothing more. */
  onEnd(owner: Owner): void;
  /** The connection is gone; called once. */
  onClose(owner: Owner): void;
}

/**
 * The control connection of one session: bytes in and out, the change to TLS and back. Nearly all sessions are idle
 * nearly all of the time, so that this is a value and functions on it, not a set of functions for each.
 */
export interface Control {
  readonly plain: Socket;
  /** TLS, where it has begun. */
  layer: TlsLayer | undefined;
  /** What is read from and written to: the socket, or TLS on it. */
  socket: Socket;
  /** Received and not yet given to the session. */
  pending: Uint8Array | undefined;
  state: "open" | "changing" | "ending" | "closed";
  hasEnded: boolean;
  isPumping: boolean;
  update: () => void;
}

/** How much is given to the engine at once: what comes of it can fill the client's side before the next. */
const pieceLength = 1024;

/** How long a client may take to close its side after ours, in milliseconds. */
const lingerTime = 5000;

export function createControl(plain: Socket): Control {
  return {
    plain,
    layer: undefined,
    socket: plain,
    pending: undefined,
    state: "open",
    hasEnded: false,
    isPumping: false,
    update: () => {},
  };
}

/** Begins to read, for `owner`. */
export function openControl<Owner>(control: Control, owner: Owner, handlers: ControlHandlers<Owner>): void {
  const { plain } = control;
  control.update = () => pump(control, owner, handlers);
  plain.on("data", (chunk: Uint8Array) => {
    if (control.layer === undefined) receive(control, chunk);
    else control.layer.push(chunk);
  });
  plain.on("drain", control.update);
  plain.on("end", () => {
    if (control.layer === undefined) end(control);
    else control.layer.end();
  });
  plain.on("close", () => {
    if (control.state === "closed") return;
    control.state = "closed";
    control.pending = undefined;
    control.layer?.destroy();
    handlers.onClose(owner);
  });
  plain.on("error", ignore);
}

/** As text where that is one byte a character: no bytes are made of it then. */
export function sendReply(control: Control, reply: FtpReply): void {
  const text = formatReply(reply);
  if (!isAscii(text)) writeControl(control, encodeReply(reply));
  else if (isWritable(control)) control.socket.write(text, "latin1");
}

function isAscii(text: string): boolean {
  let bits = 0;
  for (let at = 0; at < text.length; at++) bits |= text.charCodeAt(at);
  return bits < 0x80;
}

export function writeControl(control: Control, bytes: Uint8Array): void {
  if (isWritable(control)) control.socket.write(bytes);
}

function isWritable({ state, socket }: Control): boolean {
  return state !== "closed" && socket.writable;
}

/** Drops what was received, then shakes hands; answers what went wrong, or the secured socket. */
export async function secureControl(
  control: Control,
  tls: SessionTls,
  timeout: number,
  choose: ServerNameChoice,
): Promise<TLSSocket | string> {
  const { plain } = control;
  control.pending = undefined;
  control.state = "changing";
  const layer = createTlsLayer(plain, (wire) => startTls(wire, tls, timeout, choose));
  control.layer = layer;
  control.hasEnded = false;
  if (plain.readableEnded) layer.end();
  else plain.resume();
  const failure = await layer.secured;
  if (failure !== undefined) {
    plain.destroy();
    return failure;
  }
  control.socket = layer.socket;
  if (control.state === "changing") control.state = "open";
  layer.socket.on("data", (chunk: Uint8Array) => receive(control, chunk));
  layer.socket.on("drain", control.update);
  layer.socket.on("end", () => end(control));
  return layer.socket;
}

/** Takes TLS off again; answers whether the client is still there. What it sent in TLS and is not yet read is dropped. */
export async function clearControl(control: Control): Promise<boolean> {
  const { layer, plain } = control;
  if (layer === undefined) return false;
  control.pending = undefined;
  control.state = "changing";
  layer.socket.removeAllListeners("data");
  layer.socket.removeAllListeners("end");
  const rest = await layer.stop();
  if (rest === undefined) {
    plain.destroy();
    return false;
  }
  control.layer = undefined;
  control.socket = plain;
  if (control.state === "changing") control.state = "open";
  if (rest.length > 0) receive(control, rest);
  if (plain.readableEnded) end(control);
  return true;
}

/** Ends the connection when everything has been sent. */
export function endControl(control: Control): void {
  const { plain, socket } = control;
  if (control.state === "closed" || control.state === "ending") return;
  // What still comes in is read away: unread, it would reset the connection and take the last reply with it.
  control.state = "ending";
  control.pending = undefined;
  socket.resume();
  plain.resume();
  socket.end();
  const timer = setTimeout(() => plain.destroy(), lingerTime);
  plain.once("close", () => clearTimeout(timer));
}

function receive(control: Control, chunk: Uint8Array): void {
  if (control.state === "ending" || control.state === "closed") return;
  control.pending = control.pending === undefined ? chunk : Buffer.concat([control.pending, chunk]);
  control.update();
}

function end(control: Control): void {
  control.hasEnded = true;
  control.update();
}

/** Reads as long as the session keeps up and the client takes the replies: a flood waits in the network. */
function pump<Owner>(control: Control, owner: Owner, handlers: ControlHandlers<Owner>): void {
  if (control.isPumping || control.state !== "open") return;
  control.isPumping = true;
  while (isReady(control, owner, handlers) && control.pending !== undefined) {
    const { pending } = control;
    control.pending = pending.length > pieceLength ? pending.subarray(pieceLength) : undefined;
    handlers.onBytes(owner, pending.subarray(0, pieceLength));
  }
  control.isPumping = false;
  if (isOpen(control) && control.pending === undefined && control.hasEnded) {
    control.hasEnded = false;
    handlers.onEnd(owner);
  }
  // What came of it may have begun a change, or the end.
  if (!isOpen(control)) return;
  const { socket } = control;
  const mayRead = control.pending === undefined && isReady(control, owner, handlers);
  if (mayRead && socket.isPaused()) socket.resume();
  else if (!mayRead && !socket.isPaused()) socket.pause();
}

function isReady<Owner>(control: Control, owner: Owner, handlers: ControlHandlers<Owner>): boolean {
  return isOpen(control) && handlers.wantsInput(owner) && !control.socket.writableNeedDrain;
}

function isOpen({ state }: Control): boolean {
  return state === "open";
}

function ignore(): void {}
