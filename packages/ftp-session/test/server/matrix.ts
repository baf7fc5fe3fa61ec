import { commandRow, type GrammarName, type Verb } from "@longshore/ftp-command";
import { createHarness, type Harness, loggedIn } from "./harness.ts";

/** Arguments of a grammar that are right, and those that are wrong for any command of it. */
interface Samples {
  readonly valid: readonly (string | undefined)[];
  /** 501, or 504 for a parameter that is well formed. */
  readonly wrong: readonly (string | undefined)[];
}

/** One row for every grammar of the command table: a new one does not compile without its samples. */
const samples: Readonly<Record<GrammarName, Samples>> = {
  none: { valid: [undefined, ""], wrong: ["x", "a b"] },
  ignored: { valid: [undefined, "x", "keep alive"], wrong: [] },
  text: { valid: ["Some client 1.0"], wrong: [undefined, ""] },
  optionalText: { valid: [], wrong: [undefined, "", "NONSENSE"] },
  topic: { valid: [undefined, "RETR", "retr"], wrong: ["NONSENSE"] },
  path: { valid: ["a.txt", "dir", "/dir/b.txt", "new name"], wrong: [undefined, ""] },
  optionalPath: { valid: [undefined, "", "a.txt", "dir", "-la", "-la dir"], wrong: [] },
  username: { valid: ["tester", "anonymous"], wrong: [undefined, ""] },
  password: { valid: ["secret", "wrong", undefined], wrong: [] },
  requiredPassword: { valid: ["secret"], wrong: [undefined] },
  account: { valid: ["project1"], wrong: [undefined] },
  address: {
    valid: ["192,0,2,7,8,0", "|1|192.0.2.7|2048|", "4,4,192,0,2,7,2,8,0"],
    wrong: [undefined, "999,1,1,1,1,1", "|9|x|y|", "1,2,3", "4,4,1,2,3,4,2,8,0,0"],
  },
  type: {
    valid: ["A", "a n", "I", "i", "L 8"],
    wrong: [undefined, "A X", "L 9", "E", "Z", "I N", "L", "nonsense"],
  },
  structure: { valid: ["F", "f"], wrong: [undefined, "R", "P", "Q", "FF"] },
  mode: { valid: ["S", "s"], wrong: [undefined, "B", "C", "Z", "Q", "stream"] },
  allocation: { valid: ["0", "100", "100 R 10"], wrong: [undefined, "-1", "x", "1 R", "1 2"] },
  restart: { valid: ["0", "2"], wrong: [undefined, "-1", "1e9", "marker", "18446744073709551616"] },
  mechanism: { valid: ["TLS", "tls", "TLS-C", "SSL", "TLS-P"], wrong: [undefined, "GSSAPI", "a b"] },
  securityData: { valid: ["AAAA"], wrong: [undefined, "not base64!"] },
  bufferSize: { valid: ["0", "16384"], wrong: [undefined, "-1", "4294967296", "x"] },
  protection: { valid: ["P", "p", "C"], wrong: [undefined, "S", "E", "Q", "private"] },
  switch: { valid: [undefined, "ON", "on"], wrong: ["MAYBE", "1"] },
  option: { valid: [], wrong: [undefined, "", "NONSENSE", "RETR x"] },
  protocol: { valid: [undefined, "1", "ALL", "all"], wrong: ["2", "9", "x", "-1"] },
  language: { valid: [undefined, "EN", "en-US"], wrong: ["tlh", "e_n", "en us"] },
  modificationTime: { valid: ["a.txt", "20200102030405 a.txt", "20209999 a"], wrong: [undefined] },
  host: { valid: ["ftp.example.com", "[2001:db8::1]"], wrong: [undefined, "a..b", "192.0.2.1:21", "-a"] },
  rangeOfPath: { valid: ["a.txt", "a.txt 1", "a.txt 1 3", '"a.txt" 0 5'], wrong: [undefined, "a.txt 4 1"] },
  timeOfPath: {
    valid: ["20200102030405 a.txt", "20200102030405.678 a.txt"],
    wrong: [undefined, "2020 a.txt", "20200230000000 a.txt"],
  },
  factsOfPath: {
    valid: ["Modify=20200102030405; a.txt", "create=20200102030405;UNIX.mode=0644; a.txt"],
    wrong: [
      undefined,
      "Modify=1; a.txt",
      "Size=5; a.txt",
      "X.y=1; a.txt",
      "UNIX.mode=9; a.txt",
      "a.txt",
      "Modify a.txt",
    ],
  },
  range: {
    valid: ["0 3", "1 0", "5 5", "0 9007199254740993"],
    wrong: [undefined, "3", "3 1", "-1 5", "a b"],
  },
  combination: {
    valid: ["new a.txt dir/b.txt", '"a b" "a.txt"'],
    wrong: [undefined, "new", "new new", "n a.txt a.txt", '"open'],
  },
  factNames: { valid: ["type;size;", ""], wrong: ["type", ";;"] },
  algorithm: { valid: [undefined, "SHA-1", "sha-512", "md5", "CRC32"], wrong: ["SHA-3", "CRC-37", "a b"] },
  sizeMeaning: { valid: ["EXACT", "exact"], wrong: [undefined, "ROUGH"] },
  modeOptions: { valid: [], wrong: [undefined, "Z", "Z LEVEL 9", "S"] },
  permissions: { valid: ["644 a.txt", "0755 dir"], wrong: [undefined, "644", "888 a.txt", "rwx a.txt"] },
  mask: { valid: [undefined, "022", "0"], wrong: ["9", "1777", "u=rwx"] },
  fileTimes: {
    valid: [
      "20200102030405 a.txt",
      "202001020304 a.txt",
      "a.txt 20200102030405 20200102030405 20200102030405 UTC",
    ],
    wrong: [undefined, "20200102030405", "2020 a.txt", "a.txt 1 2 3 UTC"],
  },
  link: { valid: ["a.txt new", '"dir/b.txt" "a link"'], wrong: [undefined, "a.txt", "a b c"] },
  seconds: { valid: [undefined, "30", "7200"], wrong: ["29", "7201", "-1", "x", "0"] },
};

/** What any command may be sent by someone who means ill. */
export const hostile: readonly string[] = [
  "../../etc/passwd",
  "/..//../a.txt",
  "a\\..\\b %n%s $(reboot) `id`",
  "\u0001\u007f\t",
  "\u0000",
  '"',
  "*?[ \ud83d\udca9 \u202e",
  "x".repeat(4000),
  "18446744073709551616",
  "9".repeat(50),
  " ",
  "  a.txt",
];

export function argumentsOf(verb: Verb): Samples {
  return samples[commandRow(verb).grammar];
}

/** A line of a verb with an argument. */
export function lineOf(verb: string, argument: string | undefined): string {
  return argument === undefined ? verb : `${verb} ${argument}`;
}

/** A session in some state, and how many final replies are still owed in it. */
export interface Situation {
  readonly session: Harness;
  readonly owed: number;
}

const everything = { tls: "offered", hosts: true, who: "all" } as const;

const foreign = { acceptForeignData: true, allowForeignDataAddress: true } as const;

const establishing = { ...everything, allowEstablishing: true } as const;

/** Every state in which a command can come. */
export const situations: Readonly<Record<string, () => Situation>> = {
  unidentified: () => at(greeted()),
  "unidentified, nothing offered": () => at(greeted({})),
  password: () => at(greeted(), "USER tester"),
  ready: () => at(loggedIn(everything)),
  "ready, nothing offered": () =>
    at(loggedIn({ dataModes: { active: false, passive: false }, without: ["HASH", "SITE CHMOD"] })),
  rename: () => at(loggedIn(everything), "RNFR a.txt"),
  copy: () => at(loggedIn(everything), "SITE CPFR a.txt"),
  "restart and allocation": () => at(loggedIn(), "REST 2", "ALLO 10"),
  range: () => at(loggedIn(), "RANG 1 3"),
  passive: () => at(loggedIn(), "PASV"),
  active: () => at(loggedIn(), "PORT 192,0,2,7,8,0"),
  "EPSV ALL": () => at(loggedIn(), "EPSV ALL"),
  ascii: () => at(loggedIn(), "TYPE A"),
  secured: () => at(greeted(), "AUTH TLS"),
  sized: () => at(at(greeted(), "AUTH TLS").session, "PBSZ 0", "USER tester", "PASS secret"),
  private: () => at(at(greeted(), "AUTH TLS").session, "PBSZ 0", "PROT P", "USER tester", "PASS secret"),
  "between servers": () => at(loggedIn({ ...everything, ...foreign }), "SSCN ON"),
  "passive, to be established": () => at(loggedIn(establishing), "PASV"),
  "active, to be established": () => at(loggedIn(establishing), "PORT 192,0,2,7,8,0"),
  "active, established": () => at(loggedIn(establishing), "PORT 192,0,2,7,8,0", "ESTA"),
  "passive, established": () => at(loggedIn(establishing), "PASV", "ESTP"),
  "TLS required": () => at(greeted({ ...everything, tls: "required" })),
  "TLS required, clear data": () =>
    at(at(greeted({ ...everything, tls: "required" }), "AUTH TLS").session, "USER tester", "PASS secret"),
  opening: () => held("transfer-start", "PASV", "RETR a.txt"),
  connecting: () => held("data-accept", "PASV", "RETR a.txt"),
  moving: () => held("moving", "PASV", "STOR new"),
  "moving a listing": () => held("moving", "EPSV", "MLSD"),
  "waiting for the store": () => held("store-request", "HASH a.txt"),
  "waiting for a listener": () => held("data-listen", "PASV"),
};

/** Lets what is held come to its end. */
export function settle(session: Harness): string[] {
  const replies: string[] = [];
  const { held } = session;
  held.clear();
  for (let turn = 0; turn < 4; turn++) {
    const { state } = session.engine;
    if (state.name === "transfer") {
      const { transfer, phase } = state;
      if (phase === "opening")
        replies.push(...session.complete({ type: "transfer-ready", transfer, size: 5 }));
      else if (phase === "connecting") replies.push(...session.complete({ type: "data-open", transfer }));
      else replies.push(...session.complete({ type: "transfer-done", transfer, bytes: 5 }));
    } else if (state.name === "waiting" && state.on === "store-request") {
      const answer = { result: "hash", digest: "cafe", end: 5 } as const;
      replies.push(...session.complete({ type: "store-answer", answer }));
    } else if (state.name === "waiting" && state.on === "data-listen") {
      const address = { family: 4, host: "192.0.2.1", port: 50_000 } as const;
      replies.push(...session.complete({ type: "data-listening", address }));
    }
  }
  return replies;
}

export function greeted(options: Parameters<typeof createHarness>[0] = everything): Harness {
  const session = createHarness(options);
  session.run(session.engine.start(0));
  return session;
}

function at(session: Harness, ...lines: string[]): Situation {
  session.send(...lines);
  return { session, owed: 0 };
}

/** What is sent last waits for something. */
function held(
  what: "transfer-start" | "data-accept" | "moving" | "store-request" | "data-listen",
  ...lines: string[]
): Situation {
  const session = loggedIn(everything);
  session.send(...lines.slice(0, -1));
  session.held.add(what);
  session.send(...lines.slice(-1));
  return { session, owed: 1 };
}
