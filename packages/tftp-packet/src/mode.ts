import { foldCase } from "./field.ts";

/** How the octets of the file are written on the wire (RFC 1350 §2). `mail` is obsolete. */
export type TftpMode = (typeof modes)[number];

const modes = ["netascii", "octet", "mail"] as const;

/**
 * The mode that `text` names "in any combination of upper and lower case" (RFC 1350 §5), or undefined for an
 * unknown one, which is answered with ERROR 4.
 */
export function parseMode(text: string): TftpMode | undefined {
  return modeNamed(text) ?? modeNamed(foldCase(text));
}

function modeNamed(text: string): TftpMode | undefined {
  for (const mode of modes) if (mode === text) return mode;
  return undefined;
}
