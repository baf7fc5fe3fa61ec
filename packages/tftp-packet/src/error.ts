import { dataHeaderLength, writeHeader } from "./data.ts";
import type { PacketDecodeResult } from "./fault.ts";
import { joinFields, splitFields } from "./field.ts";
import { defaultMaxRequestLength, type PacketDecodeOptions } from "./limits.ts";
import { errorOpcode } from "./opcode.ts";

/** Ends a transfer, or says why none begins (RFC 1350 §5). Nothing ever answers it. */
export interface ErrorPacket {
  readonly type: "error";
  /** 0 to 65535; 0 to 8 have a meaning, see {@link tftpErrors}. */
  readonly code: number;
  readonly message: string;
}

/**
 * RFC 1350 §5, figure 5-4. The message may be missing or lack its NUL, since firmware sends it so, and nothing is
 * answered either way; what follows the NUL, or stands beyond the limit, is not looked at.
 */
export function decodeError(
  datagram: Uint8Array,
  code: number,
  { maxRequestLength = defaultMaxRequestLength }: PacketDecodeOptions,
): PacketDecodeResult<ErrorPacket> {
  const [message = ""] = splitFields(datagram.subarray(dataHeaderLength, maxRequestLength), 0);
  return { ok: true, packet: { type: "error", code, message } };
}

export function encodeError({ code, message }: ErrorPacket): Uint8Array {
  return writeHeader(errorOpcode, code, joinFields(errorOpcode, dataHeaderLength, [message]));
}
