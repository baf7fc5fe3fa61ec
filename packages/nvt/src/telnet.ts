import { decodeLatin1, encodeLatin1 } from "./text.ts";

// The commands that mean something here, one character a byte (RFC 854, "TELNET COMMAND STRUCTURE").
const leastCommand = "\xf0";
const DM = "\xf2";
const IP = "\xf4";
const WILL = "\xfb";
const DO = "\xfd";
const IAC = "\xff";

export type TelnetEvent =
  /** The answer to WILL or DO, to be sent back: every option is refused (RFC 1123 §4.1.2.12). */
  | { readonly type: "telnet-answer"; readonly bytes: Uint8Array }
  /** `IAC IP`: the next line is a command that may come during a transfer (RFC 959 §4.1.3). */
  | { readonly type: "interrupt" }
  /** `IAC DM`: the end of a Synch (RFC 854). */
  | { readonly type: "synch" };

export interface TelnetQuirks {
  /**
   * After `IAC IP` the urgent byte of a Synch may be missing, because a receiver without `SO_OOBINLINE` does
   * not see it: a lone DM (tnftp and other BSD clients, which send the second IAC urgent) and a lone IAC (lftp,
   * which sends the DM urgent) then end the Synch. Default `true`.
   */
  readonly acceptLostUrgentByte?: boolean;
  /**
   * 0xFF before a byte that is no Telnet command is itself data: curl and other clients do not double it in
   * names that are not UTF-8. Default `true`; otherwise it is dropped.
   */
  readonly acceptSingleIac?: boolean;
}

/** Takes the Telnet commands out of a stream of text that has one character a byte. */
export interface TelnetFilter {
  push(run: string): void;
  /** Characters of an incomplete command. */
  readonly pending: number;
  reset(): void;
}

/**
 * A filter that hands data to `data` and the rest to `event`, in the order of the stream.
 *
 * Sub-negotiation comes only after an option was agreed to, which never happens here; what a peer sends all the
 * same is data, so that rubbish cannot make the session deaf.
 */
export function createTelnetFilter(
  data: (run: string) => void,
  event: (event: TelnetEvent) => void,
  { acceptLostUrgentByte = true, acceptSingleIac = true }: TelnetQuirks,
): TelnetFilter {
  let held = "";
  let isInterrupted = false;

  const pass = (run: string): void => {
    if (run === "") return;
    const isSynch = isInterrupted && run.startsWith(DM) && acceptLostUrgentByte;
    isInterrupted = false;
    if (isSynch) event({ type: "synch" });
    data(isSynch ? run.slice(1) : run);
  };

  const obey = (command: string, option: number): void => {
    const wasInterrupted = isInterrupted;
    isInterrupted = command === IP;
    if (isInterrupted) event({ type: "interrupt" });
    else if (command === IAC) pass(IAC);
    else if (command === DM) event({ type: "synch" });
    else if (command === WILL || command === DO)
      // DONT is WILL's answer, WONT is DO's.
      event({ type: "telnet-answer", bytes: Uint8Array.of(255, command === WILL ? 254 : 252, option) });
    else if (command < leastCommand) {
      if (wasInterrupted && acceptLostUrgentByte) event({ type: "synch" });
      else if (acceptSingleIac) pass(IAC);
      pass(command);
    }
  };

  return {
    push(run) {
      const text = held + run;
      let from = 0;
      // WILL to DONT are followed by the option; every other command is one byte.
      for (const found of text.matchAll(/\xff(?:[\xfb-\xfe][^]|[^\xfb-\xfe])/g)) {
        pass(text.slice(from, found.index));
        from = found.index + found[0].length;
        obey(found[0].charAt(1), found[0].charCodeAt(2));
      }
      held = /\xff[\xfb-\xfe]?$/.exec(text.slice(from))?.[0] ?? "";
      pass(text.slice(from, text.length - held.length));
    },
    get pending() {
      return held.length;
    },
    reset() {
      held = "";
      isInterrupted = false;
    },
  };
}

/**
 * What goes before ABOR, STAT or QUIT during a transfer: `IAC IP IAC DM` (RFC 959 §4.1.3, RFC 854). A user
 * may send no other Telnet command (RFC 1123 §4.1.2.12). Where the transport has urgent data, the last byte is
 * the urgent one.
 */
export function encodeTelnetAbort(): Uint8Array {
  return encodeLatin1(IAC + IP + IAC + DM);
}

/** `bytes` with each 0xFF doubled, so that it is data and no Telnet command (RFC 854). */
export function escapeTelnet(bytes: Uint8Array): Uint8Array {
  return bytes.includes(255) ? encodeLatin1(decodeLatin1(bytes).replaceAll(IAC, IAC + IAC)) : bytes;
}
