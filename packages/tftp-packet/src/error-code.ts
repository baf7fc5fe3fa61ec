/**
 * The codes of an ERROR packet: RFC 1350 (appendix, "Error Codes") and 8 of RFC 2347. Codes beyond these occur
 * and are carried as they are.
 */
export const tftpErrors = {
  notDefined: { code: 0, meaning: "Not defined" },
  fileNotFound: { code: 1, meaning: "File not found" },
  accessViolation: { code: 2, meaning: "Access violation" },
  diskFull: { code: 3, meaning: "Disk full or allocation exceeded" },
  illegalOperation: { code: 4, meaning: "Illegal TFTP operation" },
  unknownTransferId: { code: 5, meaning: "Unknown transfer ID" },
  fileExists: { code: 6, meaning: "File already exists" },
  noSuchUser: { code: 7, meaning: "No such user" },
  optionRefused: { code: 8, meaning: "Option negotiation failed" },
} as const satisfies Record<string, { readonly code: number; readonly meaning: string }>;

/** A code that a standard names, 0 to 8. */
export type TftpErrorCode = (typeof tftpErrors)[keyof typeof tftpErrors]["code"];

/** What an error code means, or undefined for one that no standard names. */
export function errorMeaning(code: number): string | undefined {
  return Object.values(tftpErrors).find((error) => error.code === code)?.meaning;
}
