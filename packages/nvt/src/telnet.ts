/** The Telnet commands that mean something on a control connection (RFC 854, "TELNET COMMAND STRUCTURE"). */
const SE = 240;
const DM = 242;
const IP = 244;
const SB = 250;
const WILL = 251;
const WONT = 252;
const DO = 253;
const DONT = 254;
const IAC = 255;
const LF = 10;

/**
 * What goes before ABOR, STAT or QUIT during a transfer: `IAC IP IAC DM` (RFC 959 §4.1.3, RFC 854). A user
 * may send no other Telnet command (RFC 1123 §4.1.2.12). Where the transport has urgent data, the last byte is
 * the urgent one.
 */
export function encodeTelnetAbort(): Uint8Array {
  return Uint8Array.of(IAC, IP, IAC, DM);
}

/** `bytes` with each 0xFF doubled, so that it is data and no Telnet command (RFC 854). */
export function escapeTelnet(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(IAC)) return bytes;
  return Uint8Array.from(Array.from(bytes).flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte])));
}

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

/** Takes the Telnet commands out of a stream; see {@link createTelnetFilter}. */
export interface TelnetFilter {
  push(chunk: Uint8Array): void;
  /** Whether the stream stands inside a Telnet command. */
  readonly isInside: boolean;
  reset(): void;
}

/**
 * A filter that hands what is data to `data`, in runs that alias the chunk, and the rest to `event`, in the
 * order of the stream. It holds no bytes, only its place in a command.
 *
 * Sub-negotiation is never agreed to, so a peer that starts one anyway loses its bytes up to `IAC SE`, but
 * no more than up to the end of the line: rubbish must not make the session deaf.
 */
export function createTelnetFilter(
  data: (run: Uint8Array) => void,
  event: (event: TelnetEvent) => void,
  { acceptLostUrgentByte = true, acceptSingleIac = true }: TelnetQuirks,
): TelnetFilter {
  /** 0 in data, else the command that wants a byte more: IAC, WILL to DONT, SB, or SE for an IAC inside SB. */
  let inside = 0;
  let isInterrupted = false;

  const push = (chunk: Uint8Array): void => {
    let from = 0;
    for (let at = 0; at < chunk.length; ) {
      if (inside === 0 && !isInterrupted) {
        const iac = chunk.indexOf(IAC, at);
        if (iac < 0) break;
        if (iac > from) data(chunk.subarray(from, iac));
        from = at = iac + 1;
        inside = IAC;
        continue;
      }
      const byte = chunk[at++] ?? 0;
      const was = inside;
      inside = 0;
      // Whatever follows is data, unless a case below says otherwise.
      from = at;
      if (was === 0) {
        isInterrupted = false;
        if (byte === IAC) {
          inside = IAC;
          isInterrupted = true;
        } else if (byte === DM && acceptLostUrgentByte) event({ type: "synch" });
        else from = at - 1;
      } else if (was === IAC) {
        const afterInterrupt = isInterrupted;
        isInterrupted = false;
        if (byte === IAC) from = at - 1;
        else if (byte < SE) {
          if (afterInterrupt && acceptLostUrgentByte) event({ type: "synch" });
          else if (acceptSingleIac) data(Uint8Array.of(IAC));
          from = at - 1;
        } else if (byte === IP) {
          isInterrupted = true;
          event({ type: "interrupt" });
        } else if (byte === DM) event({ type: "synch" });
        else if (byte >= SB) inside = byte;
      } else if (was === SB || was === SE) {
        if (byte === LF) from = at - 1;
        else if (was === SB) inside = byte === IAC ? SE : SB;
        else if (byte !== SE) inside = SB;
      } else if (was === WILL || was === DO) {
        event({ type: "telnet-answer", bytes: Uint8Array.of(IAC, was === WILL ? DONT : WONT, byte) });
      }
    }
    if (inside === 0 && from < chunk.length) data(from === 0 ? chunk : chunk.subarray(from));
  };

  return {
    push,
    get isInside() {
      return inside !== 0;
    },
    reset() {
      inside = 0;
      isInterrupted = false;
    },
  };
}
