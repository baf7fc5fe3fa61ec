/**
 * Every reply code of RFC 959, 1123, 1639, 2228, 2389, 2428, 2640, 3659, 4217 and 7151: what it means, and
 * the verbs that it may answer by the command-reply sequences of those documents (RFC 959 §5.4, RFC 2228 §8.2).
 * `*` is any command, `-VERB` leaves one out again, `greeting` is the start of the connection. MLSD (RFC 3659 §7.2.1)
 * stands with LIST wherever a reply is about its data connection.
 */
export const replyCodes = {
  // 1yz, preliminary: another reply follows (RFC 959 §4.2).
  110: ["Restart marker", "RETR STOR STOU APPE"],
  120: ["Service ready in some minutes", "greeting REIN"],
  125: ["Data connection already open; transfer starting", "RETR STOR STOU APPE LIST NLST"],
  150: ["File status okay; about to open data connection", "RETR STOR STOU APPE LIST NLST MLSD"],

  // 2yz, completion.
  200: ["Command okay", "CDUP PORT EPRT LPRT EPSV TYPE MODE STRU ALLO SITE NOOP PBSZ PROT CCC OPTS LANG"],
  202: ["Command not implemented, superfluous at this site", "PASS ACCT SMNT ALLO SITE"],
  211: ["System status, help or features", "STAT HELP FEAT"],
  212: ["Directory status", "STAT"],
  213: ["File status, size or time", "STAT SIZE MDTM"],
  214: ["Help message", "HELP"],
  215: ["Name of the system type", "SYST"],
  220: ["Service ready for new user", "greeting REIN HOST"],
  221: ["Service closing control connection", "QUIT"],
  225: ["Data connection open; no transfer in progress", "ABOR"],
  226: ["Closing data connection; action successful", "RETR STOR STOU APPE LIST NLST MLSD ABOR"],
  227: ["Entering Passive Mode", "PASV"],
  228: ["Entering Long Passive Mode", "LPSV"],
  229: ["Entering Extended Passive Mode", "EPSV"],
  230: ["User logged in, proceed", "USER PASS ACCT"],
  232: ["User logged in, authorized by security data exchange", "USER"],
  234: ["Security data exchange complete", "AUTH"],
  235: ["Security data accepted, exchange complete", "ADAT"],
  // CDUP: 200 in RFC 959 §5.4, the same as CWD in its appendix II. STOU: RFC 1123 §4.1.2.9 wants 226.
  250: ["Requested file action okay, completed", "CWD CDUP SMNT RETR STOR APPE LIST NLST RNTO DELE RMD MLST"],
  257: ["Pathname", "MKD PWD"],

  // 3yz, intermediate: another command has to follow.
  331: ["User name okay, need password", "USER"],
  332: ["Need account for login", "USER PASS"],
  334: ["Security mechanism accepted, need security data", "AUTH"],
  335: ["Security data accepted, need more", "ADAT"],
  336: ["User name okay, need password for the challenge", "USER"],
  350: ["Requested file action pending further information", "REST RNFR"],

  // 4yz, transient failure: it may be tried again.
  421: ["Service not available, closing control connection", "greeting *"],
  425: ["Cannot open data connection", "RETR STOR STOU APPE LIST NLST MLSD"],
  426: ["Connection closed; transfer aborted", "RETR STOR STOU APPE LIST NLST MLSD"],
  431: ["Unable to process security for want of a resource", "AUTH PROT"],
  450: ["File unavailable, as when busy", "RETR STOR STOU APPE LIST NLST MLSD MLST RNFR DELE STAT SIZE MDTM"],
  451: [
    "Action aborted: local error in processing",
    "RETR STOR STOU APPE LIST NLST MLSD MLST SIZE MDTM OPTS",
  ],
  452: ["Insufficient storage space in system", "STOR STOU APPE"],

  // 5yz, permanent failure. The 5yz of PWD leave 530 out in RFC 959 §5.4, though it needs a login like CWD.
  500: ["Syntax error, command unrecognized", "*"],
  501: ["Syntax error in parameters or arguments", "* -REIN -QUIT -NOOP"],
  502: [
    "Command not implemented",
    "* -USER -PASS -ACCT -QUIT -PORT -TYPE -MODE -STRU -ALLO -STOR -STOU -RETR -SITE -NOOP",
  ],
  503: ["Bad sequence of commands", "PASS ACCT RNTO ADAT PBSZ PROT CCC MIC CONF ENC HOST MLST MLSD"],
  504: ["Command not implemented for that parameter", "TYPE MODE STRU ALLO AUTH PROT LANG HOST MLST MLSD"],
  // RFC 1639 §4, RFC 4217 §10.2, RFC 959 appendix II.
  521: [
    "Address family, or PROT setting, not supported; or directory exists",
    "LPRT LPSV RETR STOR STOU APPE LIST NLST MLSD MKD",
  ],
  // RFC 2428 §2, RFC 4217 §10.2.
  522: [
    "Network protocol, or TLS negotiation, not acceptable",
    "EPRT EPSV RETR STOR STOU APPE LIST NLST MLSD",
  ],
  530: [
    "Not logged in",
    "* -REIN -QUIT -ABOR -SYST -HELP -NOOP -AUTH -ADAT -CCC -MIC -CONF -ENC -FEAT -OPTS -LANG -HOST",
  ],
  532: ["Need account for storing files", "STOR STOU APPE RNTO"],
  533: ["Command protection level denied for policy reasons", "*"],
  534: ["Request denied for policy reasons", "AUTH PROT CCC RETR STOR STOU APPE LIST NLST MLSD"],
  535: ["Failed security check", "ADAT MIC CONF ENC RETR STOR STOU APPE LIST NLST MLSD"],
  536: ["PROT level not supported by security mechanism", "PROT"],
  537: ["Command protection level not supported by security mechanism", "MIC CONF ENC"],
  550: [
    "File unavailable, as when not found or no access",
    "CWD CDUP SMNT RETR APPE RNFR DELE RMD MKD PWD SIZE MDTM MLST MLSD",
  ],
  551: ["Action aborted: page type unknown", "STOR STOU APPE"],
  552: ["Action aborted: exceeded storage allocation", "STOR STOU APPE"],
  553: ["File name not allowed", "STOR STOU APPE RNTO MLST MLSD"],
  // RFC 1123 §4.1.3.4.
  554: ["Action not taken: invalid REST parameter", "RETR STOR STOU APPE"],
  555: ["Action not taken: type or structure mismatch", "RETR STOR STOU APPE"],

  // 6yz, protected: the text holds another reply (RFC 2228 §5.2).
  631: ["Integrity protected reply", "*"],
  632: ["Confidentiality and integrity protected reply", "*"],
  633: ["Confidentiality protected reply", "*"],
} as const;

const rows: Readonly<Record<number, readonly [meaning: string, verbs: string]>> = replyCodes;

/** A code of the table. A server may send others (RFC 1123 §4.1.2.11), so `FtpReply.code` is any number. */
export type ReplyCode = keyof typeof replyCodes;

/** What the code means, or `undefined` for one that is not in the table. */
export function meaningOf(code: number): string | undefined {
  return rows[code]?.[0];
}

/**
 * Whether the standards let `code` answer `verb` (upper case; `"greeting"` for the start of the connection).
 * The X-verbs of RFC 775 are synonyms of their successors (RFC 1123 §4.1.3.1).
 *
 * @example mayAnswer(257, "XMKD") // true
 */
export function mayAnswer(code: number, verb: string): boolean {
  const verbs = rows[code]?.[1].split(" ") ?? [];
  const name = verb === "XCUP" ? "CDUP" : verb.replace(/^X(?=CWD$|PWD$|MKD$|RMD$)/, "");
  if (verbs.includes(name)) return true;
  return verbs.includes("*") && !verbs.includes(`-${name}`) && name !== "greeting";
}
