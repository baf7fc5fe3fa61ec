import type { GrammarName } from "./arguments.ts";

/**
 * When a command may come:
 * `any` from the greeting on; `before-user` until USER (RFC 7151 §3); `after-user` right after USER;
 * `account` after USER or PASS, or when a transfer asked for it with 332; `logged-in`; `after-rename-from` and
 * `after-copy-from` right after RNFR and SITE CPFR; `after-auth` during the exchange that AUTH began;
 * `secured` when that exchange is complete (RFC 2228 §3); `after-buffer-size` when PBSZ was accepted too.
 * Out of its time a command is 503, or 530 where it wants a login.
 */
export type CommandWhen =
  | "any"
  | "before-user"
  | "after-user"
  | "account"
  | "logged-in"
  | "after-rename-from"
  | "after-copy-from"
  | "after-auth"
  | "secured"
  | "after-buffer-size";

/**
 * What becomes of a command that comes while data moves. `at-once`: it is answered then. `deferred`: it may be
 * sent then and is carried out when the transfer has ended (RFC 959 §4.1.1: USER, REIN, QUIT). `queued`: it should
 * not be sent then, and waits in its order until the transfer has ended.
 */
export type CommandDuring = "at-once" | "deferred" | "queued";

/**
 * A leniency of {@link import("./parse.ts").parseCommand}, on unless switched off:
 * `acceptNoopArgument`: `NOOP x`, which keep-alive scripts send; `acceptBareCwd`: `CWD` alone, the root in
 * pyftpdlib and to its users; `acceptBarePass`: `PASS` with nothing behind it is the empty password, as curl
 * sends it; `acceptStouName`: `STOU name`, as BSD's ftp and NuttX send it (RFC 959 gives STOU no argument).
 */
export type CommandQuirk = "acceptNoopArgument" | "acceptBareCwd" | "acceptBarePass" | "acceptStouName";

export interface CommandRow {
  /** The grammar of the argument: a key of `grammars`. */
  readonly grammar: GrammarName;
  /** The grammar to the letter of the source, and the quirk that stands for the difference. */
  readonly strict?: { readonly grammar: GrammarName; readonly unless: CommandQuirk };
  /** Absent: `logged-in`. */
  readonly when?: CommandWhen;
  /** Absent: `queued`. */
  readonly during?: CommandDuring;
  /** The direction of the data connection that it opens, if it opens one. */
  readonly data?: "to-client" | "to-server";
  /** Its line in FEAT (RFC 2389 §3.2); a server appends what it knows alone: mechanisms, facts, languages. */
  readonly feature?: string;
  /** Document and section. */
  readonly source: string;
}

/** Another name of a command: RFC 775's X-verbs and their like. */
export interface AliasRow {
  readonly aliasOf: string;
  readonly source: string;
}

/**
 * Every command: the parser, the formatter, the types, HELP, FEAT and the engines' tables are read from here.
 * Subcommands of SITE and OPTS are rows of their own, `SITE CHMOD`.
 */
export const commandTable = {
  // Access control, RFC 959 §4.1.1
  USER: { grammar: "username", when: "any", during: "deferred", source: "RFC 959 §4.1.1" },
  PASS: {
    grammar: "password",
    strict: { grammar: "requiredPassword", unless: "acceptBarePass" },
    when: "after-user",
    source: "RFC 959 §4.1.1",
  },
  ACCT: { grammar: "account", when: "account", source: "RFC 959 §4.1.1" },
  CWD: {
    grammar: "optionalPath",
    strict: { grammar: "path", unless: "acceptBareCwd" },
    source: "RFC 959 §4.1.1",
  },
  CDUP: { grammar: "none", source: "RFC 959 §4.1.1" },
  SMNT: { grammar: "path", source: "RFC 959 §4.1.1" },
  REIN: { grammar: "none", when: "any", during: "deferred", source: "RFC 959 §4.1.1" },
  QUIT: { grammar: "none", when: "any", during: "deferred", source: "RFC 959 §4.1.1" },

  // Transfer parameters, RFC 959 §4.1.2
  PORT: { grammar: "address", source: "RFC 959 §4.1.2" },
  PASV: { grammar: "none", source: "RFC 959 §4.1.2" },
  TYPE: { grammar: "type", source: "RFC 959 §4.1.2" },
  STRU: { grammar: "structure", source: "RFC 959 §4.1.2" },
  MODE: { grammar: "mode", source: "RFC 959 §4.1.2" },

  // Service, RFC 959 §4.1.3
  RETR: { grammar: "path", data: "to-client", source: "RFC 959 §4.1.3" },
  STOR: { grammar: "path", data: "to-server", source: "RFC 959 §4.1.3" },
  STOU: {
    grammar: "optionalPath",
    strict: { grammar: "none", unless: "acceptStouName" },
    data: "to-server",
    source: "RFC 959 §4.1.3; RFC 1123 §4.1.2.9",
  },
  APPE: { grammar: "path", data: "to-server", source: "RFC 959 §4.1.3" },
  ALLO: { grammar: "allocation", source: "RFC 959 §4.1.3" },
  REST: { grammar: "restart", feature: "REST STREAM", source: "RFC 959 §4.1.3; RFC 3659 §5" },
  RNFR: { grammar: "path", source: "RFC 959 §4.1.3" },
  RNTO: { grammar: "path", when: "after-rename-from", source: "RFC 959 §4.1.3" },
  ABOR: { grammar: "none", during: "at-once", source: "RFC 959 §4.1.3" },
  DELE: { grammar: "path", source: "RFC 959 §4.1.3" },
  RMD: { grammar: "path", source: "RFC 959 §4.1.3" },
  MKD: { grammar: "path", source: "RFC 959 §4.1.3" },
  PWD: { grammar: "none", source: "RFC 959 §4.1.3" },
  LIST: { grammar: "optionalPath", data: "to-client", source: "RFC 959 §4.1.3" },
  NLST: { grammar: "optionalPath", data: "to-client", source: "RFC 959 §4.1.3" },
  SYST: { grammar: "none", when: "any", source: "RFC 959 §4.1.3" },
  STAT: { grammar: "optionalPath", during: "at-once", source: "RFC 959 §4.1.3" },
  HELP: { grammar: "topic", when: "any", source: "RFC 959 §4.1.3" },
  NOOP: {
    grammar: "ignored",
    strict: { grammar: "none", unless: "acceptNoopArgument" },
    when: "any",
    during: "at-once",
    source: "RFC 959 §4.1.3",
  },

  // The directory commands' first names
  XCWD: { aliasOf: "CWD", source: "RFC 775; RFC 1123 §4.1.3.1" },
  XCUP: { aliasOf: "CDUP", source: "RFC 775; RFC 1123 §4.1.3.1" },
  XPWD: { aliasOf: "PWD", source: "RFC 775; RFC 1123 §4.1.3.1" },
  XMKD: { aliasOf: "MKD", source: "RFC 775; RFC 1123 §4.1.3.1" },
  XRMD: { aliasOf: "RMD", source: "RFC 775; RFC 1123 §4.1.3.1" },

  // Security
  AUTH: { grammar: "mechanism", when: "any", feature: "AUTH", source: "RFC 2228 §3; RFC 4217 §4" },
  ADAT: { grammar: "securityData", when: "after-auth", source: "RFC 2228 §3" },
  PBSZ: { grammar: "bufferSize", when: "secured", feature: "PBSZ", source: "RFC 2228 §3" },
  PROT: {
    grammar: "protection",
    when: "after-buffer-size",
    feature: "PROT",
    source: "RFC 2228 §3; RFC 4217 §9",
  },
  CCC: { grammar: "none", when: "secured", feature: "CCC", source: "RFC 2228 §3" },
  MIC: { grammar: "securityData", when: "secured", source: "RFC 2228 §3" },
  CONF: { grammar: "securityData", when: "secured", source: "RFC 2228 §3" },
  ENC: { grammar: "securityData", when: "secured", source: "RFC 2228 §3" },
  CPSV: { grammar: "none", feature: "CPSV", source: "glFTPd, for FXP" },
  SSCN: { grammar: "switch", feature: "SSCN", source: "RaidenFTPD, for FXP" },

  // Extensions on the standards track
  FEAT: { grammar: "none", when: "any", source: "RFC 2389 §3" },
  OPTS: { grammar: "option", when: "any", source: "RFC 2389 §4" },
  EPRT: { grammar: "address", feature: "EPRT", source: "RFC 2428 §2" },
  EPSV: { grammar: "protocol", feature: "EPSV", source: "RFC 2428 §3" },
  LPRT: { grammar: "address", source: "RFC 1639 §2" },
  LPSV: { grammar: "none", source: "RFC 1639 §3" },
  LANG: { grammar: "language", when: "any", feature: "LANG", source: "RFC 2640 §4.1" },
  MDTM: { grammar: "modificationTime", feature: "MDTM", source: "RFC 3659 §3; the set form by custom" },
  SIZE: { grammar: "path", feature: "SIZE", source: "RFC 3659 §4" },
  MLST: { grammar: "optionalPath", feature: "MLST", source: "RFC 3659 §7" },
  MLSD: { grammar: "optionalPath", data: "to-client", source: "RFC 3659 §7" },
  HOST: { grammar: "host", when: "before-user", feature: "HOST", source: "RFC 7151 §3" },

  // Hashes
  HASH: { grammar: "path", feature: "HASH", source: "draft-bryan-ftpext-hash-02 §3" },
  MD5: { grammar: "path", feature: "MD5", source: "draft-twine-ftpmd5-00" },
  XCRC: { grammar: "rangeOfPath", feature: "XCRC", source: "by custom" },
  XMD5: { grammar: "rangeOfPath", feature: "XMD5", source: "by custom" },
  XSHA: { aliasOf: "XSHA1", source: "by custom" },
  XSHA1: { grammar: "rangeOfPath", feature: "XSHA1", source: "by custom" },
  XSHA256: { grammar: "rangeOfPath", feature: "XSHA256", source: "by custom" },
  XSHA512: { grammar: "rangeOfPath", feature: "XSHA512", source: "by custom" },

  // Drafts and customs
  MFMT: { grammar: "timeOfPath", feature: "MFMT", source: "draft-somers-ftp-mfxx-04 §3" },
  MFCT: { grammar: "timeOfPath", feature: "MFCT", source: "draft-somers-ftp-mfxx-04 §4" },
  MFF: { grammar: "factsOfPath", feature: "MFF", source: "draft-somers-ftp-mfxx-04 §5" },
  RANG: { grammar: "range", feature: "RANG STREAM", source: "draft-bryan-ftp-range-08 §3" },
  CSID: { grammar: "text", when: "any", feature: "CSID", source: "draft-peterson-streamlined-ftp" },
  CLNT: { grammar: "text", when: "any", feature: "CLNT", source: "by custom" },
  AVBL: { grammar: "optionalPath", feature: "AVBL", source: "draft-peterson-streamlined-ftp" },
  COMB: { grammar: "combination", feature: "COMB", source: "GlobalSCAPE EFT" },
  DSIZ: { grammar: "optionalPath", feature: "DSIZ", source: "draft-peterson-streamlined-ftp" },
  RMDA: { grammar: "path", feature: "RMDA", source: "draft-peterson-streamlined-ftp" },
  ESTA: { grammar: "none", feature: "ESTA", source: "Pure-FTPd" },
  ESTP: { grammar: "none", feature: "ESTP", source: "Pure-FTPd" },

  // OPTS by its subject, RFC 2389 §4
  "OPTS UTF8": {
    grammar: "switch",
    when: "any",
    feature: "UTF8",
    source: "RFC 2640 §3.2; draft-ietf-ftpext-utf-8-option-00",
  },
  "OPTS UTF-8": { aliasOf: "OPTS UTF8", source: "by custom" },
  "OPTS MLST": { grammar: "factNames", when: "any", source: "RFC 3659 §7.9" },
  "OPTS HASH": { grammar: "algorithm", when: "any", source: "draft-bryan-ftpext-hash-02 §3.2" },
  "OPTS ALLO": { grammar: "sizeMeaning", source: "Longshore: sizes that uploads have to have" },
  "OPTS MODE": {
    grammar: "modeOptions",
    when: "any",
    feature: "MODE Z",
    source: "draft-preston-ftpext-deflate",
  },

  // SITE, RFC 959 §4.1.3: what is common among servers
  SITE: { grammar: "optionalText", source: "RFC 959 §4.1.3" },
  "SITE CHMOD": { grammar: "permissions", source: "WU-FTPD" },
  "SITE UMASK": { grammar: "mask", source: "WU-FTPD" },
  "SITE UTIME": { grammar: "fileTimes", feature: "SITE UTIME", source: "NcFTPd; ProFTPD" },
  "SITE SYMLINK": { grammar: "link", feature: "SITE SYMLINK", source: "ProFTPD" },
  "SITE CPFR": { grammar: "path", feature: "SITE COPY", source: "ProFTPD" },
  "SITE CPTO": { grammar: "path", when: "after-copy-from", source: "ProFTPD" },
  "SITE IDLE": { grammar: "seconds", source: "WU-FTPD" },
  "SITE WHO": { grammar: "none", source: "ProFTPD; glFTPd" },
  "SITE HELP": { grammar: "topic", source: "RFC 959 §4.1.3" },
} as const;

type Table = typeof commandTable;

/** The canonical verbs, subcommands of SITE and OPTS with their command before them. */
export type Verb = { [K in keyof Table]: Table[K] extends AliasRow ? never : K }[keyof Table];

/** The other names. */
export type Alias = Exclude<keyof Table, Verb>;

/** The other names of `V`. */
export type AliasOf<V extends Verb> = {
  [K in Alias]: Table[K]["aliasOf"] extends V ? K : never;
}[Alias];

/** The name of `V`'s grammar. */
export type GrammarOf<V extends Verb> = Table[V]["grammar"];

/** All canonical verbs, in the table's order. */
export const verbs: readonly Verb[] = /* @__PURE__ */ canonicalVerbs();

/** A row with nothing left out. */
export type FullCommandRow = CommandRow & Required<Pick<CommandRow, "when" | "during">>;

/** The row of a canonical verb. */
export function commandRow(verb: Verb): FullCommandRow {
  const row: CommandRow = commandTable[verb];
  return { when: "logged-in", during: "queued", ...row };
}

/** Whether `text` is a canonical verb of the table, in upper case (`RETR`, `SITE CHMOD`); not an alias. */
export function isVerb(text: string): text is Verb {
  return Object.hasOwn(commandTable, text) && !("aliasOf" in commandTable[text as keyof Table]);
}

/** The canonical verb that `text` (a verb or an alias, in upper case) stands for. */
export function canonicalVerb(text: string): Verb | undefined {
  canonical ??= new Map(Object.keys(commandTable).map((name) => [name, verbOf(name as keyof Table)]));
  return canonical.get(text);
}

/** A map, since a name from the wire is found in an object only after the engine has made it a name of its own. */
let canonical: ReadonlyMap<string, Verb> | undefined;

function verbOf(name: keyof Table): Verb {
  const row = commandTable[name];
  return "aliasOf" in row ? row.aliasOf : (name as Verb);
}

function canonicalVerbs(): readonly Verb[] {
  return Object.keys(commandTable).filter(isVerb);
}
