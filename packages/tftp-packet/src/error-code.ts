/**
 * The codes of an ERROR packet in order: RFC 1350 (appendix, "Error Codes") and 8 of RFC 2347. Codes beyond these
 * occur and are carried as they are.
 *
 * @example tftpErrors.fileNotFound.code // 1
 * @example Object.values(tftpErrors)[2]?.meaning // "Access violation"
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
} as const;

/** A code that a standard names, 0 to 8. */
export type TftpErrorCode = (typeof tftpErrors)[keyof typeof tftpErrors]["code"];
