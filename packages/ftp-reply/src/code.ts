/**
 * Every reply code of RFC 959, 1123, 1639, 2228, 2389, 2428, 2640, 3659, 4217 and 7151: what it means, and
 * the verbs that it may answer by the command-reply sequences of those documents (RFC 959 §5.4, RFC 2228 §8.2).
 * `*` is any command, `greeting` the start of the connection.
 */
export const replyCodes = {
  // Preliminary: expect another reply (RFC 959 §4.2).
  110: ["Restart marker", "STOR STOU RETR APPE"],
  120: ["Service ready in some minutes", "greeting REIN"],
  125: ["Data connection already open; transfer starting", "STOR STOU RETR APPE LIST NLST MLSD"],
  150: ["File status okay; about to open data connection", "STOR STOU RETR APPE LIST NLST MLSD"],

  // Completion.
  200: ["Command okay", "CDUP PORT EPRT LPRT EPSV MODE TYPE STRU ALLO SITE NOOP PBSZ PROT CCC OPTS LANG"],
  202: ["Command not needed here", "PASS ACCT SMNT ALLO SITE"],
  211: ["System status or help", "STAT HELP FEAT"],
  212: ["Directory status", "STAT"],
  213: ["File status", "STAT SIZE MDTM"],
  214: ["Help message", "HELP"],
  215: ["System type", "SYST"],
  220: ["Service ready for new user", "greeting REIN HOST"],
  221: ["Service closing control connection", "QUIT"],
  225: ["Data connection open; no transfer in progress", "ABOR"],
  226: ["Closing data connection; action successful", "STOR STOU RETR APPE LIST NLST MLSD ABOR"],
  227: ["Entering Passive Mode", "PASV"],
  228: ["Entering Long Passive Mode", "LPSV"],
  229: ["Entering Extended Passive Mode", "EPSV"],
  230: ["User logged in, proceed", "USER PASS ACCT"],
  232: ["User logged in, authorized by security data exchange", "USER"],
  234: ["Security data exchange complete", "AUTH"],
  235: ["Security data accepted; exchange complete", "ADAT"],
  250: [
    "Requested file action okay, completed",
    "CWD CDUP SMNT STOR STOU RETR APPE LIST NLST RNTO DELE RMD MLST",
  ],
  257: ["Pathname", "MKD PWD"],

  // Intermediate: send the command that follows.
  331: ["User name okay, need password", "USER"],
  332: ["Need account for login", "USER PASS"],
  334: ["Security mechanism accepted, send data", "AUTH"],
  335: ["Security data accepted, send more", "ADAT"],
  336: ["User name okay, need password for challenge", "USER"],
  350: ["Requested file action pending further information", "REST RNFR"],

  // Transient failure: may be tried again.
  421: ["Service not available, closing control connection", "greeting *"],
  425: ["Can't open data connection", "STOR STOU RETR APPE LIST NLST MLSD"],
  426: ["Connection closed; transfer aborted", "STOR STOU RETR APPE LIST NLST MLSD"],
  431: ["Need some unavailable resource to process security", "AUTH PROT"],
  450: ["File unavailable, busy", "STOR STOU RETR APPE LIST NLST RNFR DELE STAT MDTM SIZE MLST MLSD"],
  451: ["Action aborted: local error", "STOR STOU RETR APPE LIST NLST MDTM SIZE MLST MLSD OPTS"],
  452: ["Insufficient storage space", "STOR STOU APPE"],

  // Permanent failure.
  500: ["Syntax error, command unrecognized", "*"],
  501: ["Syntax error in parameters or arguments", "*"],
  502: ["Command not implemented", "*"],
  503: ["Bad sequence of commands", "PASS ACCT RNTO ADAT PBSZ PROT CCC MIC CONF ENC HOST MLST MLSD"],
  504: ["Command not implemented for that parameter", "MODE TYPE STRU ALLO AUTH PROT LANG HOST MLST MLSD"],
  521: [
    "Not possible with this protocol, or with this PROT",
    "LPRT LPSV STOR STOU RETR APPE LIST NLST MLSD MKD",
  ],
  522: ["Network protocol, or TLS negotiation, not accepted", "EPRT EPSV STOR STOU RETR APPE LIST NLST MLSD"],
  530: ["Not logged in", "*"],
  532: ["Need account for storing files", "STOR STOU APPE RNTO"],
  533: ["Protection level denied for policy reasons", "*"],
  534: ["Request denied for policy reasons", "AUTH PROT CCC STOR STOU RETR APPE LIST NLST MLSD"],
  535: ["Failed security check", "ADAT MIC CONF ENC STOR STOU RETR APPE LIST NLST MLSD"],
  536: ["PROT level not supported by mechanism", "PROT"],
  537: ["Protection level not supported by mechanism", "MIC CONF ENC"],
  550: ["File unavailable", "CWD CDUP SMNT RETR APPE RNFR DELE RMD MKD PWD MDTM SIZE MLST MLSD"],
  551: ["Page type unknown", "STOR STOU APPE"],
  552: ["Exceeded storage allocation", "STOR STOU APPE"],
  553: ["File name not allowed", "STOR STOU APPE RNTO MLST MLSD"],
  554: ["Invalid REST parameter", "STOR STOU RETR APPE"],
  555: ["Type or structure mismatch", "STOR STOU RETR APPE"],

  // Protected replies (RFC 2228 §5.2), which hold another reply.
  631: ["Integrity protected reply", "*"],
  632: ["Confidentiality and integrity protected reply", "*"],
  633: ["Confidentiality protected reply", "*"],
} as const satisfies Readonly<Record<number, readonly [meaning: string, verbs: string]>>;

/** A code of the table. A server may send others (RFC 1123 §4.1.2.11), so `FtpReply.code` is any number. */
export type ReplyCode = keyof typeof replyCodes;

/** What the code means, or what its first digit does where the table has no such code. */
export function meaningOf(code: number): string {
  return rowOf(code)?.[0] ?? "Reply";
}

/**
 * Whether the standards let `code` answer `verb` (upper case; `"greeting"` for the start of the connection).
 * The X-verbs of RFC 775 are their successors' synonyms.
 */
export function mayAnswer(code: number, verb: string): boolean {
  const verbs = rowOf(code)?.[1].split(" ") ?? [];
  const name = verb === "XCUP" ? "CDUP" : verb.replace(/^X/, "");
  return verbs.includes(name) || (verbs.includes("*") && name !== "greeting");
}

function rowOf(code: number): readonly [string, string] | undefined {
  return (replyCodes as Readonly<Record<number, readonly [string, string]>>)[code];
}
