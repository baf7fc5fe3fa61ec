import { decodeLatin1, encodeLatin1 } from "./text.ts";

export type TelnetEvent =
  /** The answer to WILL or DO, to be sent back: every option is refused (RFC 1123 §4.1.2.12). */
  | { readonly type: "telnet-answer"; readonly bytes: Uint8Array }
  /** `IAC IP`: the next line is a command that may come during a transfer (RFC 959 §4.1.3). */
  | { readonly type: "interrupt" }
  /** `IAC DM`: the end of a Synch (RFC 854). */
  | { readonly type: "synch" };

/**
 * Cuts text that has one character a byte into data and, at the odd places, Telnet commands: three bytes for
 * WILL, WONT, DO and DONT, two for any other, fewer only for the last, which is then incomplete.
 *
 * Sub-negotiation comes only after an option was agreed to, which never happens here. What a peer sends of it all
 * the same is data, so that rubbish cannot make the session deaf.
 */
export function splitTelnet(text: string): readonly string[] {
  // Nearly always there is none, and asking is much cheaper than splitting.
  if (!text.includes("\xff")) return [text];
  return text.split(/(\xff(?:[\xfb-\xfe].|[^\xfb-\xfe]|[\xfb-\xfe]?$))/s);
}

/** What a command stands for: an event, or data; `""` for one that is ignored, `undefined` for an incomplete one. */
export function readTelnet(command: string): TelnetEvent | string | undefined {
  // RFC 854, "TELNET COMMAND STRUCTURE".
  const leastCommand = 240;
  const DM = 242;
  const IP = 244;
  const WILL = 251;
  const DO = 253;
  const IAC = 255;
  const code = command.charCodeAt(1);
  if (/^\xff[\xfb-\xfe]?$/.test(command)) return undefined;
  if (code === IAC) return "\xff";
  if (code < leastCommand) return command;
  if (code === IP) return { type: "interrupt" };
  if (code === DM) return { type: "synch" };
  if (code !== WILL && code !== DO) return "";
  // DONT answers WILL, and WONT answers DO: both pairs have the same sum.
  return { type: "telnet-answer", bytes: Uint8Array.of(IAC, 505 - code, command.charCodeAt(2)) };
}

/**
 * What goes before ABOR, STAT or QUIT during a transfer: `IAC IP IAC DM` (RFC 959 §4.1.3, RFC 854). A user
 * may send no other Telnet command (RFC 1123 §4.1.2.12). Where the transport has urgent data, the last byte is
 * the urgent one.
 */
export function encodeTelnetAbort(): Uint8Array {
  return encodeLatin1("\xff\xf4\xff\xf2");
}

/** `bytes` with each 0xFF doubled, so that it is data and no Telnet command (RFC 854). */
export function escapeTelnet(bytes: Uint8Array): Uint8Array {
  return bytes.includes(0xff) ? encodeLatin1(decodeLatin1(bytes).replaceAll("\xff", "\xff\xff")) : bytes;
}
