import { dataHeaderLength, writeHeader } from "./data.ts";
import { checkUint16, type PacketDecodeResult, refuse } from "./fault.ts";
import { encodeFields } from "./field.ts";
import type { PacketDecodeOptions } from "./limits.ts";
import { decodeText } from "./text.ts";

/** Ends a transfer, or says why none begins (RFC 1350 §5). Nothing ever answers it. */
export interface ErrorPacket {
  readonly type: "error";
  /** 0 to 65535; 0 to 8 have a meaning, see {@link tftpErrors}. */
  readonly code: number;
  readonly message: string;
}

/** RFC 1350 §5, figure 5-4. What follows the NUL after the message is not looked at. */
export function decodeError(
  datagram: Uint8Array,
  code: number,
  options: PacketDecodeOptions,
): PacketDecodeResult<ErrorPacket> {
  const nul = datagram.indexOf(0, dataHeaderLength);
  if (nul < 0 && options.quirks?.acceptBareError === false)
    return refuse("missing-nul", "no NUL ends the message of ERROR", 5);
  const message = decodeText(datagram.subarray(dataHeaderLength, nul < 0 ? undefined : nul));
  return { ok: true, packet: { type: "error", code, message } };
}

export function encodeError(packet: ErrorPacket): Uint8Array {
  const code = checkUint16("the error code", packet.code);
  return writeHeader(5, code, encodeFields(dataHeaderLength, [packet.message]), 0);
}
