import { foldCase } from "./field.ts";

/** How the octets of the file are written on the wire (RFC 1350 §2). `mail` is obsolete. */
export type TftpMode = "netascii" | "octet" | "mail";

/**
 * The mode that `text` names "in any combination of upper and lower case" (RFC 1350 §5), or undefined for an
 * unknown one, which is answered with ERROR 4.
 */
export function parseMode(text: string): TftpMode | undefined {
  const mode = foldCase(text);
  return mode === "netascii" || mode === "octet" || mode === "mail" ? mode : undefined;
}
