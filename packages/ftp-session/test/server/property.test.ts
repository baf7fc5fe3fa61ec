import { commandRow, parseCommand, type Verb, verbs } from "@longshore/ftp-command";
import { mayAnswer } from "@longshore/ftp-reply/codes";
import {
  isTransition,
  legality,
  legalityTable,
  offeredVerbs,
  stateDiagram,
  transitions,
  verdictOn,
} from "@longshore/ftp-session/server";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codes, type Harness, loggedIn } from "./harness.ts";
import { argumentsOf, hostile, lineOf, settle, situations } from "./matrix.ts";

/** Arguments of every kind, for dialogues without a plan. */
const args: readonly (string | undefined)[] = [
  ...new Set([
    ...verbs.flatMap((verb) => [...argumentsOf(verb).valid, ...argumentsOf(verb).wrong]),
    ...hostile,
  ]),
];

const isFinal = (code: number): boolean => code >= 200;

describe("every verb × every argument × every state", () => {
  const unknown = ["XYZZY", "RETRX", "", " ", "\u00ff\u00fe", "STOR\u0000"];
  for (const [name, make] of Object.entries(situations)) {
    it(`${name}: exactly one final reply, and the session lives`, () => {
      const lines = [
        ...verbs.flatMap((verb) => {
          const { valid, wrong } = argumentsOf(verb);
          return [undefined, "", ...valid, ...wrong, ...hostile].map((argument) => lineOf(verb, argument));
        }),
        ...["XPWD", "XCWD dir", "XMKD new", "XSHA a.txt", "OPTS UTF-8", ...unknown],
      ];
      for (const line of new Set(lines)) {
        const { session, owed } = make();
        session.changes.length = 0;
        const texts = [...session.send(line), ...settle(session)];
        const replies = codes(texts);
        // One `expect` for each of the 100,000 cases would take longer than all the rest.
        const finals = replies.filter(isFinal).length;
        const lost = session.changes.find(([from, to]) => !isTransition(from, to));
        const isClosed = session.engine.state.name === "closed";
        const mayClose = isClosed && isQuit(line);
        const lives = isClosed ? mayClose : codes(session.send("NOOP"))[0] === 200;
        // RFC 959 §4.2: the code, a space or a hyphen, and text; nothing that a terminal or another protocol obeys.
        const isClean = texts.every((text) => /^[1-5]\d\d[ -]\S/.test(text) && !/[^\P{Cc}\r\n]/u.test(text));
        const verb = verbOf(line);
        const strange = replies.find(
          (code) => verb !== undefined && owed === 0 && !mayAnswerHere(code, verb),
        );
        if (
          finals !== 1 + owed ||
          replies.length > 2 + 2 * owed ||
          lost !== undefined ||
          !lives ||
          !isClean ||
          strange
        ) {
          expect.fail(
            `${name}: ${JSON.stringify(line).slice(0, 80)} → ${texts.join("|").slice(0, 200)}; lives: ${lives}; ${lost}; ${strange}`,
          );
        }
      }
    });
  }

  it("a right argument is carried out, a wrong one is 501 or 504, and what is unknown 500", () => {
    for (const verb of verbs) {
      const { valid, wrong } = argumentsOf(verb);
      for (const argument of valid) {
        const line = lineOf(verb, argument);
        const [code = 0] = codes(situation("ready").send(line));
        if (code !== 501 || !misfits.test(line)) expect([500, 501, 504], line).not.toContain(code);
      }
      for (const argument of wrong) {
        const { session } = (situations[legalIn(verb)] ?? missing)();
        const [code = 0] = codes(session.send(lineOf(verb, argument)));
        expect(wrongCodes[verb] ?? [501, 504], `${lineOf(verb, argument)} → ${code}`).toContain(code);
      }
    }
    expect(codes(situation("ready").send("XYZZY", "RETRX a.txt", ""))).toEqual([500, 500, 500]);
  });
});

describe("any dialogue", () => {
  it("answers each line once, in whatever order lines come and however they are cut", () => {
    const line = fc.oneof(
      fc
        .tuple(fc.constantFrom(...verbs), fc.constantFrom(...args))
        .map(([verb, arg]) => (arg === undefined ? verb : `${verb} ${arg}`)),
      fc.string({ maxLength: 40 }).map((text) => text.replace(/[\r\n\0\u00ff]/g, "")),
    );
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 30 }),
        fc.array(fc.nat(400), { maxLength: 5 }),
        (lines, cuts) => {
          const session = loggedIn();
          const plain = lines.filter(
            (text) =>
              !/^(?:quit|auth|get|post|put|head|delete|options|trace|connect|patch|pri|ehlo|helo|lhlo|mail|rcpt|data|bdat)\b/i.test(
                text,
              ),
          );
          const bytes = new TextEncoder().encode(plain.map((text) => `${text}\r\n`).join(""));
          const places = [...cuts.map((cut) => Math.min(cut, bytes.length)), 0, bytes.length].sort(
            (a, b) => a - b,
          );
          const replies = places
            .slice(1)
            .flatMap((end, index) => session.bytes(bytes.subarray(places[index], end)));
          // Five wrong passwords end the session with 421.
          if (session.engine.state.name === "closed") return codes(replies).includes(421);
          return codes(replies).filter(isFinal).length === plain.length;
        },
      ),
      { numRuns: 300, seed: 20_261_121 },
    );
  });

  it("survives 100,000 chunks of rubbish with replies only", () => {
    let seed = 1;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % below;
    };
    const words = [
      ...verbs,
      "\r\n",
      "\n",
      "\r",
      " ",
      "a.txt",
      "\u0000",
      "PASV\r\n",
      "RETR a.txt\r\n",
      "ABOR\r\n",
    ];
    let session = loggedIn();
    for (let round = 0; round < 100_000; round++) {
      const bytes =
        random(2) === 0
          ? Uint8Array.from({ length: random(24) }, () => random(256))
          : new TextEncoder().encode(`${words[random(words.length)]}${words[random(words.length)]}\r\n`);
      for (const reply of session.bytes(bytes)) if (!/^[1-5]\d\d[ -]/.test(reply)) expect.fail(reply);
      session.effects.length = 0;
      session.changes.length = 0;
      if (session.engine.state.name === "closed") session = loggedIn();
    }
  });
});

describe("the tables", () => {
  it("give every verb of the command table a place, and offer what FTP cannot do without", () => {
    for (const verb of verbs) {
      for (const login of ["unidentified", "password", "ready", "rename"] as const) {
        expect(["accept", 503, 530]).toContain(verdictOn(verb, login, "clear"));
      }
    }
    // RFC 1123 §4.1.2.13, the minimum.
    const minimum: Verb[] = ["USER", "PASS", "QUIT", "PORT", "TYPE", "MODE", "STRU", "RETR", "STOR", "NOOP"];
    const more: Verb[] = [
      "APPE",
      "RNFR",
      "RNTO",
      "DELE",
      "CWD",
      "CDUP",
      "RMD",
      "MKD",
      "PWD",
      "LIST",
      "NLST",
      "SYST",
      "STAT",
      "HELP",
      "PASV",
      "ABOR",
      "SITE",
      "REST",
      "STOU",
      "ALLO",
      "ACCT",
      "REIN",
    ];
    expect(offeredVerbs).toEqual(expect.arrayContaining([...minimum, ...more]));
  });

  it("name in HELP and FEAT only what is offered", () => {
    const session = loggedIn({
      tls: "offered",
      hosts: true,
      acceptForeignData: true,
      allowEstablishing: true,
    });
    const help = session.send("HELP")[0] ?? "";
    const named = help
      .split("\r\n")
      .slice(1, -1)
      .flatMap((line) => line.trim().split(/ +/));
    expect(named).toEqual(offeredVerbs.filter((verb) => !verb.includes(" ")));
    for (const verb of named) expect(codes(session.send(`HELP ${verb}`))).toEqual([214]);
    expect(loggedIn().send("HELP")[0]).not.toMatch(/AUTH|PBSZ|PROT|HOST/);
    expect(loggedIn().send("FEAT")[0]).not.toMatch(/ (?:AUTH|PBSZ|PROT|HOST|CCC|MODE Z|SSCN|CPSV|ESTA|ESTP)/);
    expect(loggedIn({ tls: "offered" }).send("FEAT")[0]).toContain("\r\n AUTH TLS\r\n PBSZ\r\n PROT\r\n");
  });

  it("draw the diagram", () => {
    const text = stateDiagram();
    expect(text.startsWith("stateDiagram-v2\n")).toBe(true);
    for (const { from, to } of transitions) if (to !== "closed") expect(text).toContain(`${from} --> ${to}`);
    const table = legalityTable(offeredVerbs);
    for (const when of Object.keys(legality)) expect(table).toContain(`| ${when} |`);
    for (const verb of offeredVerbs) expect(table).toContain(verb);
  });
});

function situation(name: string): Harness {
  return (situations[name] ?? missing)().session;
}

function missing(): never {
  throw new Error("there is no such situation");
}

/** A state in which the verb is in its sequence. */
function legalIn(verb: Verb): string {
  const { when } = commandRow(verb);
  if (when === "before-user") return "unidentified";
  if (when === "after-user") return "password";
  if (when === "after-rename-from") return "rename";
  if (when === "after-copy-from") return "copy";
  return when === "secured" || when === "after-buffer-size" ? "private" : "ready";
}

/** Each form of an address is right for one verb; MLSD wants a directory (RFC 3659 §7.2.1). */
const misfits = /^(?:PORT [|4]|EPRT \d|LPRT (?:1|\|)|MLSD a\.txt)/;

/** Where a wrong argument has an answer of its own: RFC 2428 §3, RFC 1639 §4, RFC 4217 §9, RFC 959 §4.1.3 and the 502s. */
const wrongCodes: { readonly [V in Verb]?: readonly number[] } = {
  EPRT: [501, 522],
  LPRT: [501, 521],
  EPSV: [501, 522],
  PROT: [501, 504, 536],
  HELP: [502],
  "SITE HELP": [502],
  SITE: [500, 501],
  PASS: [501],
  ADAT: [502],
  MIC: [502],
  CONF: [502],
  ENC: [502],
  CPSV: [502],
  SSCN: [502],
  ESTA: [501, 502],
  ESTP: [501, 502],
};

/**
 * The codes that a verb may be answered with: RFC 959 §5.4 and its successors (`mayAnswer`), and what stands here with its
 * reason.
 */
function mayAnswerHere(code: number, verb: Verb): boolean {
  const [first = "", second] = verb.split(" ");
  if (mayAnswer(code, first === "SITE" || first === "OPTS" ? first : verb)) return true;
  if (second !== undefined && mayAnswer(code, second)) return true;
  return anyVerb.has(code) || (beyond[verb] ?? []).includes(code);
}

/** 503: out of sequence (RFC 959 §4.2.1, for every command that has one). 530 before the login. 502: not offered. */
const anyVerb: ReadonlySet<number> = new Set([502, 503, 530]);

/** What the standards' lists leave out: commands of drafts, and refusals of the store that a list of 1985 did not foresee. */
const beyond: { readonly [V in Verb]?: readonly number[] } = {
  // RFC 959 §5.4 lists no refusals of the store for these.
  LIST: [550],
  NLST: [550],
  STAT: [550],
  // Nor an argument where none is meant to be.
  REIN: [501],
  QUIT: [501],
  NOOP: [501],
  MFMT: [213, 550],
  MFCT: [213, 550],
  MFF: [213, 504, 550],
  // draft-bryan-ftpext-hash-02 §3.5.
  HASH: [213, 550, 553, 556],
  MD5: [251, 550],
  XCRC: [250, 550],
  XMD5: [250, 550],
  XSHA1: [250, 550],
  XSHA256: [250, 550],
  XSHA512: [250, 550],
  RANG: [350],
  CSID: [200],
  CPSV: [227, 425, 501],
  SSCN: [200],
  ESTA: [225, 425, 501],
  ESTP: [225, 425, 501],
  CLNT: [200],
  AVBL: [213, 550],
  DSIZ: [213, 550],
  COMB: [250, 550, 553],
  RMDA: [250, 550],
  // RFC 959 §5.4 has 200, 202 and syntax errors for SITE.
  "SITE CHMOD": [550],
  "SITE UTIME": [550],
  "SITE SYMLINK": [550],
  "SITE CPFR": [350, 550],
  "SITE CPTO": [250, 550],
  "SITE HELP": [214],
};

function verbOf(line: string): Verb | undefined {
  const parsed = parseCommand(line);
  return parsed.ok ? parsed.command.verb : parsed.error.verb;
}

function isQuit(line: string): boolean {
  const parsed = parseCommand(line);
  return parsed.ok && parsed.command.verb === "QUIT";
}
