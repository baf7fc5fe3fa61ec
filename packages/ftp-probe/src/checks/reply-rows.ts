/** A command that changes nothing, and what the standards let it be answered with. */
export interface ReplyRow {
  /** Behind `replies.` the id of the check. */
  readonly id: string;
  readonly title: string;
  /** `NOTHING` becomes a name that stands nowhere. */
  readonly line: string;
  readonly verb: string;
  /**
   * Codes that are due; a single digit stands for every code of its kind that the tables of the standards give the verb
   * (`mayAnswer` of `@longshore/ftp-reply/codes`).
   */
  readonly codes: readonly string[];
  readonly source: string;
  /** On a new connection, before USER. */
  readonly isBeforeLogin?: true;
  /** Without TLS, whatever else was asked for. */
  readonly isInClear?: true;
  /** A data connection is opened first. */
  readonly isTransfer?: true;
  /** Every server has to have it (RFC 1123 §4.1.2.13): 500 and 502 are not due. */
  readonly isRequired?: true;
}

type Short = readonly [
  id: string,
  line: string,
  codes: string,
  source: string,
  title: string,
  flags?: Pick<ReplyRow, "isBeforeLogin" | "isInClear" | "isTransfer" | "isRequired">,
];

const before = { isBeforeLogin: true } as const;
const clear = { isBeforeLogin: true, isInClear: true } as const;
const transfer = { isTransfer: true, isRequired: true } as const;
const required = { isRequired: true } as const;

const table: readonly Short[] = [
  ["unknown", "LSPX", "500 502 530", "RFC 959 §4.2", "An unknown verb", before],
  ["pass-first", "PASS x", "503 530", "RFC 959 §5.4", "PASS before USER", before],
  ["pwd-first", "PWD", "530", "RFC 959 §5.4", "PWD before the login", before],
  ["list-first", "LIST", "530", "RFC 959 §5.4", "LIST before the login", before],
  ["pasv-first", "PASV", "530", "RFC 959 §5.4", "PASV before the login", before],
  ["retr-first", "RETR NOTHING", "530", "RFC 959 §5.4", "RETR before the login", before],
  ["stor-first", "STOR NOTHING", "530", "RFC 959 §5.4", "STOR before the login", before],
  ["auth-unknown", "AUTH LSPX", "504 534", "RFC 2228 §3", "AUTH with an unknown mechanism", clear],
  ["auth-bare", "AUTH", "501 504", "RFC 2228 §3", "AUTH without a mechanism", clear],
  ["pbsz-first", "PBSZ 0", "503 530", "RFC 2228 §3", "PBSZ before AUTH", clear],
  ["prot-first", "PROT P", "503 530", "RFC 2228 §3", "PROT before AUTH", clear],
  ["adat-first", "ADAT x", "503 501 530", "RFC 2228 §3", "ADAT before AUTH", clear],
  ["mic-first", "MIC x", "503 537 533 501 530", "RFC 2228 §3", "MIC before AUTH", clear],
  ["feat", "FEAT", "211", "RFC 2389 §3", "FEAT before the login", before],
  ["user-bare", "USER", "4 5", "RFC 959 §5.4", "USER without a name", before],

  ["noop", "NOOP", "200", "RFC 959 §5.4", "NOOP", required],
  ["syst", "SYST", "215", "RFC 959 §5.4", "SYST", required],
  ["help", "HELP", "211 214", "RFC 959 §5.4", "HELP", required],
  ["help-noop", "HELP NOOP", "211 214 502", "RFC 959 §5.4", "HELP of a verb", required],
  ["stat", "STAT", "211", "RFC 959 §5.4", "STAT", required],
  ["stat-missing", "STAT NOTHING", "2 450 550", "RFC 959 §5.4", "STAT of what is not there", required],
  ["pwd", "PWD", "257", "RFC 959 §5.4", "PWD", required],
  ["xpwd", "XPWD", "257", "RFC 1123 §4.1.3.1", "XPWD"],
  ["cwd", "CWD .", "250", "RFC 959 §5.4", "CWD to where one is", required],
  ["cwd-missing", "CWD NOTHING", "550", "RFC 959 §5.4", "CWD to what is not there", required],
  ["type", "TYPE I", "200", "RFC 959 §5.4", "TYPE I", required],
  ["type-bad", "TYPE Q", "500 501 504", "RFC 959 §5.4", "TYPE with an unknown type", required],
  ["type-bare", "TYPE", "500 501", "RFC 959 §5.4", "TYPE without a type", required],
  ["stru", "STRU F", "200", "RFC 959 §5.4", "STRU F", required],
  ["stru-bad", "STRU Q", "500 501 504", "RFC 959 §5.4", "STRU with an unknown structure", required],
  ["mode", "MODE S", "200", "RFC 959 §5.4", "MODE S", required],
  ["mode-bad", "MODE Q", "500 501 504", "RFC 959 §5.4", "MODE with an unknown mode", required],
  ["port-bad", "PORT 1,2,3", "500 501", "RFC 959 §5.4", "PORT with too few numbers", required],
  ["port-range", "PORT 256,1,1,1,1,1", "500 501", "RFC 959 §5.4", "PORT with a number over 255", required],
  ["eprt-bad", "EPRT ?", "500 501 522", "RFC 2428 §2", "EPRT with what is no address"],
  ["allo", "ALLO 0", "200 202", "RFC 959 §5.4", "ALLO"],
  ["allo-bad", "ALLO x", "500 501 504 202", "RFC 959 §5.4", "ALLO without a number"],
  ["rest", "REST 0", "350", "RFC 3659 §5.3", "REST 0"],
  ["rest-bad", "REST x", "500 501", "RFC 3659 §5.3", "REST without a number"],
  ["rnfr-missing", "RNFR NOTHING", "450 550", "RFC 959 §5.4", "RNFR of what is not there", required],
  ["rnto-first", "RNTO NOTHING", "503", "RFC 959 §5.4", "RNTO before RNFR", required],
  ["dele-missing", "DELE NOTHING", "450 550", "RFC 959 §5.4", "DELE of what is not there", required],
  ["rmd-missing", "RMD NOTHING", "550", "RFC 959 §5.4", "RMD of what is not there", required],
  ["size-missing", "SIZE NOTHING", "550", "RFC 3659 §4.1", "SIZE of what is not there"],
  ["mdtm-missing", "MDTM NOTHING", "550", "RFC 3659 §3.1", "MDTM of what is not there"],
  ["mlst-missing", "MLST NOTHING", "550", "RFC 3659 §7.2.1", "MLST of what is not there"],
  ["abor", "ABOR", "225 226", "RFC 959 §5.4", "ABOR when nothing runs"],
  ["site", "SITE", "2 5", "RFC 959 §5.4", "SITE without a command"],
  ["site-unknown", "SITE LSPX", "500 501 502 504", "RFC 959 §5.4", "SITE with an unknown command"],
  ["acct", "ACCT x", "230 202 5", "RFC 959 §5.4", "ACCT after the login"],
  ["smnt", "SMNT NOTHING", "202 5", "RFC 959 §5.4", "SMNT of what is not there"],
  ["opts-unknown", "OPTS LSPX", "501 451", "RFC 2389 §4", "OPTS of an unknown command"],
  ["opts-bare", "OPTS", "501", "RFC 2389 §4", "OPTS without a command"],
  ["lang-unknown", "LANG LSPX", "504 501", "RFC 2640 §4", "LANG of an unknown language"],
  ["host-late", "HOST localhost", "503", "RFC 7151 §3.2", "HOST after the login"],
  ["retr-bare", "RETR", "500 4 5", "RFC 959 §5.4", "RETR without a name", required],
  ["retr-missing", "RETR NOTHING", "450 550", "RFC 959 §5.4", "RETR of what is not there", transfer],
  [
    "list-missing",
    "LIST NOTHING",
    "226 250 450 550",
    "RFC 959 §5.4, RFC 1123 §4.1.2.11",
    "LIST of what is not there",
    transfer,
  ],
  [
    "nlst-missing",
    "NLST NOTHING",
    "226 250 450 550",
    "RFC 959 §5.4, RFC 1123 §4.1.2.11",
    "NLST of what is not there",
    transfer,
  ],
  ["list", "LIST", "226 250", "RFC 959 §5.4", "LIST", transfer],
  [
    "mlsd-missing",
    "MLSD NOTHING",
    "501 550",
    "RFC 3659 §7.2.1",
    "MLSD of what is not there",
    { isTransfer: true },
  ],
  ["user-again", "USER lspx", "2 3 5", "RFC 959 §4.1.1", "USER after the login"],
];

export const replyRows: readonly ReplyRow[] = table.map(([id, line, codes, source, title, flags]) => ({
  id,
  line,
  verb: line.split(" ")[0] ?? "",
  codes: codes.split(" "),
  source,
  title,
  ...flags,
}));
