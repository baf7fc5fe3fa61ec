import { type ArgumentFault, createSecret, type Verb } from "../src/index.ts";

/** What one verb makes of its arguments. */
export interface Cases {
  /** The verb alone: the command's fields beside `verb`, or the fault. */
  readonly bare: object | ArgumentFault;
  /** Argument and the fields that it gives. */
  readonly valid: readonly (readonly [argument: string, fields: object])[];
  readonly wrong: readonly (readonly [argument: string, fault: ArgumentFault])[];
}

const path: Cases = {
  bare: "missing-argument",
  valid: [
    ["file", { path: "file" }],
    ["a name with spaces", { path: "a name with spaces" }],
    ["  two before, two behind  ", { path: "  two before, two behind  " }],
    [" ", { path: " " }],
    ["-la", { path: "-la" }],
    ["/ä/日本/\t\x7f", { path: "/ä/日本/\t\x7f" }],
    ["../../etc/passwd", { path: "../../etc/passwd" }],
  ],
  wrong: [],
};
const optionalPath: Cases = { ...path, bare: {} };
const none: Cases = {
  bare: {},
  valid: [],
  wrong: [
    ["x", "unexpected-argument"],
    [" ", "unexpected-argument"],
  ],
};
const address: Cases = {
  bare: "missing-argument",
  valid: [
    ["192,0,2,1,4,1", { address: "192,0,2,1,4,1" }],
    ["|2|2001:db8::1|1025|", { address: "|2|2001:db8::1|1025|" }],
  ],
  wrong: [],
};
const securityData: Cases = {
  bare: "missing-argument",
  valid: [
    ["dGVzdA==", { data: createSecret("dGVzdA==") }],
    ["AAAA", { data: createSecret("AAAA") }],
  ],
  wrong: [
    ["not base64", "bad-argument"],
    ["AAA", "bad-argument"],
    ["====", "bad-argument"],
    ["AA=A", "bad-argument"],
  ],
};
const onOff: Cases = {
  bare: {},
  valid: [
    ["ON", { state: "ON" }],
    ["off", { state: "OFF" }],
  ],
  wrong: [
    ["maybe", "bad-argument"],
    ["ON OFF", "bad-argument"],
    ["ON ", "bad-argument"],
  ],
};
const text: Cases = {
  bare: "missing-argument",
  valid: [["FileZilla 3.66 ", { text: "FileZilla 3.66 " }]],
  wrong: [],
};
const topic: Cases = { bare: {}, valid: [["retr", { topic: "retr" }]], wrong: [] };
const rangeOfPath: Cases = {
  bare: "missing-argument",
  valid: [
    ["file", { path: "file" }],
    ["file 7", { path: "file", start: 7 }],
    ["file 7 9007199254740993", { path: "file", start: 7, end: 9007199254740993n }],
    ['"a file" 0 10', { path: "a file", start: 0, end: 10 }],
    ['"file 7"', { path: "file 7" }],
    ['"say ""hi""" 1', { path: 'say "hi"', start: 1 }],
    ["my file 7", { path: "my file 7" }],
    ["file x", { path: "file x" }],
    ["file 1 2 3", { path: "file 1 2 3" }],
    ["file ", { path: "file " }],
    [" 7", { path: " 7" }],
    ['"open', { path: '"open' }],
    ['"a" b', { path: '"a" b' }],
    ['"a"1', { path: '"a"1' }],
    ['""', { path: '""' }],
  ],
  wrong: [
    ["file 99999999999999999999", "bad-argument"],
    ["file 0 99999999999999999999", "bad-argument"],
  ],
};
const timeOfPath: Cases = {
  bare: "missing-argument",
  valid: [
    ["20261121030405 a file", { time: "20261121030405", path: "a file" }],
    ["20261121030405.25  x", { time: "20261121030405.25", path: " x" }],
    ["20240229235960 x", { time: "20240229235960", path: "x" }],
  ],
  wrong: [
    ["20261121030405", "missing-argument"],
    ["20261121030405 ", "missing-argument"],
    ["2026112103040 x", "bad-argument"],
    ["20261321030405 x", "bad-argument"],
    ["20230229030405 x", "bad-argument"],
    ["20261121240405 x", "bad-argument"],
    ["20261121036005 x", "bad-argument"],
    ["20261121030461 x", "bad-argument"],
    ["20261121030405. x", "bad-argument"],
    ["now x", "bad-argument"],
  ],
};
const number = (field: string, most: string): Cases => ({
  bare: "missing-argument",
  valid: [
    ["0", { [field]: 0 }],
    ["00016384", { [field]: 16384 }],
    [most, { [field]: Number(most) }],
  ],
  wrong: [
    [String(BigInt(most) + 1n), "bad-argument"],
    ["-1", "bad-argument"],
    ["+1", "bad-argument"],
    ["1.5", "bad-argument"],
    ["0x10", "bad-argument"],
    ["1e3", "bad-argument"],
    [" 1", "bad-argument"],
    ["1 ", "bad-argument"],
    ["1 2", "bad-argument"],
    ["٣", "bad-argument"],
  ],
});

/** One entry a verb: the compiler sees to it that none is left out. */
export const cases: { readonly [V in Verb]: Cases } = {
  USER: {
    bare: "missing-argument",
    valid: [
      ["anonymous", { username: "anonymous" }],
      [" a b ", { username: " a b " }],
    ],
    wrong: [],
  },
  PASS: {
    bare: { password: createSecret("") },
    valid: [
      ["secret", { password: createSecret("secret") }],
      ["  ", { password: createSecret("  ") }],
    ],
    wrong: [],
  },
  ACCT: { bare: "missing-argument", valid: [["a 1", { account: createSecret("a 1") }]], wrong: [] },
  CWD: optionalPath,
  CDUP: none,
  SMNT: path,
  REIN: none,
  QUIT: none,
  PORT: address,
  PASV: none,
  TYPE: {
    bare: "missing-argument",
    valid: [
      ["A", { type: "A" }],
      ["i", { type: "I" }],
      ["a n", { type: "A", form: "N" }],
      ["A T", { type: "A", form: "T" }],
      ["E c", { type: "E", form: "C" }],
      ["L 8", { type: "L", byteSize: 8 }],
      ["l 255", { type: "L", byteSize: 255 }],
    ],
    wrong: [
      ["X", "unsupported-parameter"],
      ["A X", "unsupported-parameter"],
      ["AN", "bad-argument"],
      ["A  N", "bad-argument"],
      ["A N N", "bad-argument"],
      ["I N", "unexpected-argument"],
      ["L", "missing-argument"],
      ["L 0", "bad-argument"],
      ["L 256", "bad-argument"],
      ["L8", "bad-argument"],
      ["L x", "bad-argument"],
      // U+0131, whose upper case is I.
      ["ı", "bad-argument"],
    ],
  },
  STRU: {
    bare: "missing-argument",
    valid: [
      ["F", { structure: "F" }],
      ["r", { structure: "R" }],
      ["P", { structure: "P" }],
    ],
    wrong: [
      ["X", "unsupported-parameter"],
      ["FF", "bad-argument"],
      ["F ", "bad-argument"],
    ],
  },
  MODE: {
    bare: "missing-argument",
    valid: [
      ["S", { mode: "S" }],
      ["b", { mode: "B" }],
      ["C", { mode: "C" }],
      ["z", { mode: "Z" }],
    ],
    wrong: [
      ["X", "unsupported-parameter"],
      ["1", "bad-argument"],
      // U+017F, whose upper case is S.
      ["ſ", "bad-argument"],
    ],
  },
  RETR: path,
  STOR: path,
  STOU: optionalPath,
  APPE: path,
  ALLO: {
    bare: "missing-argument",
    valid: [
      ["1024", { size: 1024 }],
      ["1024 R 80", { size: 1024, recordSize: 80 }],
      ["18446744073709551615 r 1", { size: 18446744073709551615n, recordSize: 1 }],
    ],
    wrong: [
      ["x", "bad-argument"],
      ["-1", "bad-argument"],
      ["1024 80", "bad-argument"],
      ["1024 R", "bad-argument"],
      ["1024 R x", "bad-argument"],
      ["1024 X 80", "bad-argument"],
      ["1024 R 80 1", "bad-argument"],
      ["18446744073709551616", "bad-argument"],
    ],
  },
  REST: {
    bare: "missing-argument",
    valid: [
      ["0", { offset: 0 }],
      ["0042", { offset: 42 }],
      ["9007199254740991", { offset: 9007199254740991 }],
      ["9007199254740992", { offset: 9007199254740992n }],
      ["18446744073709551615", { offset: 18446744073709551615n }],
      ["-1", { marker: "-1" }],
      ["1e3", { marker: "1e3" }],
      ["block-7", { marker: "block-7" }],
    ],
    wrong: [
      ["18446744073709551616", "bad-argument"],
      ["1 2", "bad-argument"],
      ["1 ", "bad-argument"],
      ["ä", "bad-argument"],
    ],
  },
  RNFR: path,
  RNTO: path,
  ABOR: none,
  DELE: path,
  RMD: path,
  MKD: path,
  PWD: none,
  LIST: { ...optionalPath, valid: [...optionalPath.valid, ["-la sub dir", { path: "-la sub dir" }]] },
  NLST: optionalPath,
  SYST: none,
  STAT: optionalPath,
  HELP: topic,
  NOOP: {
    bare: {},
    valid: [
      ["x", {}],
      [" still here", {}],
    ],
    wrong: [],
  },
  AUTH: {
    bare: "missing-argument",
    valid: [
      ["tls", { mechanism: "TLS" }],
      ["TLS-P", { mechanism: "TLS-P" }],
      ["Kerberos_v4", { mechanism: "KERBEROS_V4" }],
    ],
    wrong: [
      ["TLS ", "bad-argument"],
      ["TLS 1", "bad-argument"],
      ["TLſ", "bad-argument"],
    ],
  },
  ADAT: securityData,
  PBSZ: number("size", "4294967295"),
  PROT: {
    bare: "missing-argument",
    valid: [
      ["p", { level: "P" }],
      ["C", { level: "C" }],
      ["S", { level: "S" }],
      ["e", { level: "E" }],
    ],
    wrong: [
      ["X", "unsupported-parameter"],
      ["PP", "bad-argument"],
    ],
  },
  CCC: none,
  MIC: securityData,
  CONF: securityData,
  ENC: securityData,
  CPSV: none,
  SSCN: onOff,
  FEAT: none,
  OPTS: {
    bare: "missing-argument",
    valid: [
      ["RETR Parallelism=4;", { name: "RETR", parameters: "Parallelism=4;" }],
      ["nothing", { name: "nothing" }],
    ],
    wrong: [
      [" MLST type;", "bad-argument"],
      [" ", "bad-argument"],
    ],
  },
  EPRT: address,
  EPSV: {
    bare: {},
    valid: [
      ["1", { protocol: 1 }],
      ["2", { protocol: 2 }],
      ["3", { protocol: 3 }],
      ["all", { protocol: "ALL" }],
    ],
    wrong: [
      ["ANY", "bad-argument"],
      ["-1", "bad-argument"],
      ["65536", "bad-argument"],
      ["1 2", "bad-argument"],
    ],
  },
  LPRT: address,
  LPSV: none,
  LANG: {
    bare: {},
    valid: [
      ["en", { language: "en" }],
      ["FR-ca", { language: "FR-ca" }],
    ],
    wrong: [
      ["en_GB", "bad-argument"],
      ["en-", "bad-argument"],
      ["verylonglanguage", "bad-argument"],
    ],
  },
  MDTM: {
    bare: "missing-argument",
    valid: [
      ["file", { path: "file" }],
      ["20261121030405 a file", { path: "a file", time: "20261121030405" }],
      ["20261121030405.125 x", { path: "x", time: "20261121030405.125" }],
      // A name of digits, and what only looks like a time.
      ["20261121030405", { path: "20261121030405" }],
      ["20261121030405 ", { path: "20261121030405 " }],
      ["20261321030405 x", { path: "20261321030405 x" }],
      ["20261121030405+60 x", { path: "20261121030405+60 x" }],
    ],
    wrong: [],
  },
  SIZE: path,
  MLST: optionalPath,
  MLSD: optionalPath,
  HOST: {
    bare: "missing-argument",
    valid: [
      ["ftp.example.com", { host: "ftp.example.com" }],
      ["Localhost", { host: "Localhost" }],
      ["192.0.2.1", { host: "192.0.2.1" }],
      ["[::1]", { host: "[::1]" }],
      ["[2001:db8::c000:201]", { host: "[2001:db8::c000:201]" }],
    ],
    wrong: [
      ["::1", "bad-argument"],
      ["[]", "bad-argument"],
      ["[::1", "bad-argument"],
      ["[fe80::1%25eth0]", "bad-argument"],
      ["ftp.example.com:21", "bad-argument"],
      ["-x.example", "bad-argument"],
      ["a..b", "bad-argument"],
      ["a b", "bad-argument"],
      [`${"a.".repeat(127)}ab`, "bad-argument"],
    ],
  },
  HASH: path,
  MD5: path,
  XCRC: rangeOfPath,
  XMD5: rangeOfPath,
  XSHA1: rangeOfPath,
  XSHA256: rangeOfPath,
  XSHA512: rangeOfPath,
  MFMT: timeOfPath,
  MFCT: timeOfPath,
  MFF: {
    bare: "missing-argument",
    valid: [
      [
        "Modify=20261121030405;UNIX.mode=0644; a file",
        {
          facts: [
            { name: "Modify", value: "20261121030405" },
            { name: "UNIX.mode", value: "0644" },
          ],
          path: "a file",
        },
      ],
      ["X.note=; x", { facts: [{ name: "X.note", value: "" }], path: "x" }],
      ["X.a=b=c; x", { facts: [{ name: "X.a", value: "b=c" }], path: "x" }],
    ],
    wrong: [
      ["Modify=20261121030405;", "missing-argument"],
      ["Modify=20261121030405 x", "bad-argument"],
      ["modify=today; x", "bad-argument"],
      ["Create=20261321030405; x", "bad-argument"],
      ["Modify; x", "bad-argument"],
      ["=1; x", "bad-argument"],
      ["; x", "bad-argument"],
      [" x", "bad-argument"],
    ],
  },
  RANG: {
    bare: "missing-argument",
    valid: [
      ["0 0", { start: 0, end: 0 }],
      ["802816 1000000", { start: 802816, end: 1000000 }],
      ["1 0", { start: 1, end: 0 }],
      ["9007199254740993 9007199254740994", { start: 9007199254740993n, end: 9007199254740994n }],
    ],
    wrong: [
      ["1", "bad-argument"],
      ["2 1", "bad-argument"],
      ["2 0", "bad-argument"],
      ["-1 0", "bad-argument"],
      ["0 1 2", "bad-argument"],
      ["x y", "bad-argument"],
    ],
  },
  CSID: text,
  CLNT: text,
  AVBL: optionalPath,
  COMB: {
    bare: "missing-argument",
    valid: [
      ["whole a b", { target: "whole", parts: ["a", "b"] }],
      ['"the whole" "part 1" part2', { target: "the whole", parts: ["part 1", "part2"] }],
      ['a "b""c"', { target: "a", parts: ['b"c'] }],
    ],
    wrong: [
      ["whole", "missing-argument"],
      ['"whole a', "bad-argument"],
      ['"whole"a b', "bad-argument"],
      ["whole  a", "bad-argument"],
      ["whole a ", "bad-argument"],
      ['whole ""', "bad-argument"],
    ],
  },
  DSIZ: optionalPath,
  RMDA: path,
  ESTA: none,
  ESTP: none,
  "OPTS UTF8": onOff,
  "OPTS MLST": {
    bare: { facts: [] },
    valid: [
      ["Type;size;", { facts: ["Type", "size"] }],
      ["UNIX.mode;", { facts: ["UNIX.mode"] }],
    ],
    wrong: [
      ["type", "bad-argument"],
      ["type;size", "bad-argument"],
      ["type ;", "bad-argument"],
      [";", "bad-argument"],
      ["type;;size;", "bad-argument"],
      ["*", "bad-argument"],
    ],
  },
  "OPTS HASH": {
    bare: {},
    valid: [
      ["sha-256", { algorithm: "SHA-256" }],
      ["SHA-512/256", { algorithm: "SHA-512/256" }],
    ],
    wrong: [["SHA 1", "bad-argument"]],
  },
  "OPTS ALLO": {
    bare: "missing-argument",
    valid: [
      ["EXACT", { meaning: "EXACT" }],
      ["exact", { meaning: "EXACT" }],
    ],
    wrong: [
      ["ROUGH", "bad-argument"],
      ["EXACT 1", "bad-argument"],
    ],
  },
  "OPTS MODE": {
    bare: "missing-argument",
    valid: [
      ["Z", { mode: "Z" }],
      ["z level 6", { mode: "Z", level: 6 }],
      ["Z LEVEL 0", { mode: "Z", level: 0 }],
    ],
    wrong: [
      ["B", "unsupported-parameter"],
      ["Z ENGINE ZLIB", "unsupported-parameter"],
      ["Z LEVEL", "bad-argument"],
      ["Z LEVEL 10", "bad-argument"],
      ["Z LEVEL x", "bad-argument"],
      ["Z LEVEL 1 2", "bad-argument"],
      ["Z ", "bad-argument"],
      ["ZZ", "bad-argument"],
    ],
  },
  SITE: { bare: {}, valid: [["QUOTA all ", { text: "QUOTA all " }]], wrong: [] },
  "SITE CHMOD": {
    bare: "missing-argument",
    valid: [
      ["644 a file", { permissions: 0o644, path: "a file" }],
      ["0755 x", { permissions: 0o755, path: "x" }],
      ["0 x", { permissions: 0, path: "x" }],
      ["7777 x", { permissions: 0o7777, path: "x" }],
    ],
    wrong: [
      ["644", "missing-argument"],
      ["644 ", "missing-argument"],
      ["888 x", "bad-argument"],
      ["10000 x", "bad-argument"],
      ["u+x x", "bad-argument"],
      ["-644 x", "bad-argument"],
    ],
  },
  "SITE UMASK": {
    bare: {},
    valid: [["022", { mask: 0o022 }]],
    wrong: [
      ["9", "bad-argument"],
      ["022 x", "bad-argument"],
    ],
  },
  "SITE UTIME": {
    bare: "missing-argument",
    valid: [
      ["20261121030405 a file", { modified: "20261121030405", path: "a file" }],
      ["202611210304 x", { modified: "20261121030400", path: "x" }],
      [
        "a file 20260101000000 20260102000000 20260103000000 UTC",
        {
          path: "a file",
          accessed: "20260101000000",
          modified: "20260102000000",
          created: "20260103000000",
        },
      ],
      ["20261121030405.5 x", { modified: "20261121030405.5", path: "x" }],
    ],
    wrong: [
      ["20261121030405", "missing-argument"],
      ["x 20261121030405", "bad-argument"],
      ["20261321030405 x", "bad-argument"],
      ["x 20260101000000 20261302000000 20260103000000 UTC", "bad-argument"],
      ["x 2026010100000 20260102000000 20260103000000 UTC", "bad-argument"],
      ["x 20260101000000 20260102000000 20260103000000 CET", "bad-argument"],
    ],
  },
  "SITE SYMLINK": {
    bare: "missing-argument",
    valid: [
      ["old new", { target: "old", path: "new" }],
      ['"../old name" new', { target: "../old name", path: "new" }],
    ],
    wrong: [
      ["old", "missing-argument"],
      ["a b c", "bad-argument"],
      ['"a b', "bad-argument"],
    ],
  },
  "SITE CPFR": path,
  "SITE CPTO": path,
  "SITE IDLE": { ...number("seconds", "2147483647"), bare: {} },
  "SITE WHO": none,
  "SITE HELP": topic,
};
