import { parseCommand, type Verb, verbs } from "@longshore/ftp-command";
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
import { codes, createHarness, type Harness, loggedIn } from "./harness.ts";

/** Arguments of every kind; each goes behind every verb. */
const valid = [
  "a.txt",
  "dir",
  "A N",
  "I",
  "L 8",
  "F",
  "S",
  "P",
  "0",
  "12",
  "1",
  "2",
  "ALL",
  "TLS",
  "UTF8 ON",
  "MLST type;size;",
  "192,0,2,7,8,0",
  "|1|192.0.2.7|2048|",
  "20200102030405 a.txt",
  "CHMOD 644 a.txt",
  "HELP",
  "RETR",
  "644 a.txt",
  "ON",
  "tester",
  "secret",
  "dir/b.txt",
];
const wrong = [
  "Z",
  "-1",
  "1e9",
  "none",
  "999,1,1,1,1,1",
  "|9|x|y|",
  "20209999 a",
  "A X",
  "L 9",
  "E",
  "B",
  "nonsense here",
];
const hostile = [
  "../../etc/passwd",
  "/..//../a.txt",
  "a\\..\\b",
  "%n%s%x",
  "\u0001\u007f",
  "\u0000",
  "$(reboot)",
  "`id`",
  "-la",
  "*?[",
  '"',
  "\ud83d\udca9",
  "\u202e",
  "x".repeat(4000),
  "18446744073709551616",
  "9".repeat(50),
  " ",
  "  a.txt",
];
const args: readonly (string | undefined)[] = [undefined, "", ...valid, ...wrong, ...hostile];

const isFinal = (code: number): boolean => code >= 200;

/** Every state in which a command can come, and how many final replies are still owed in it. */
const states: Readonly<Record<string, () => { readonly session: Harness; readonly owed: number }>> = {
  unidentified: () => ({ session: greeted(), owed: 0 }),
  password: () => ({ session: after(greeted(), "USER tester"), owed: 0 }),
  ready: () => ({ session: loggedIn({ tls: "offered" }), owed: 0 }),
  rename: () => ({ session: after(loggedIn(), "RNFR a.txt"), owed: 0 }),
  restart: () => ({ session: after(loggedIn(), "REST 2", "ALLO 10"), owed: 0 }),
  passive: () => ({ session: after(loggedIn(), "PASV"), owed: 0 }),
  active: () => ({ session: after(loggedIn(), "PORT 192,0,2,7,8,0"), owed: 0 }),
  "EPSV ALL": () => ({ session: after(loggedIn(), "EPSV ALL"), owed: 0 }),
  ascii: () => ({ session: after(loggedIn(), "TYPE A"), owed: 0 }),
  secured: () => ({ session: after(greeted(), "AUTH TLS"), owed: 0 }),
  sized: () => ({ session: after(greeted(), "AUTH TLS", "PBSZ 0", "USER tester", "PASS secret"), owed: 0 }),
  "TLS required": () => ({ session: greeted("required"), owed: 0 }),
  connecting: () => {
    const session = loggedIn();
    session.held.add("data-accept");
    return { session: after(session, "PASV", "RETR a.txt"), owed: 1 };
  },
  moving: () => {
    const session = loggedIn();
    session.held.add("moving");
    return { session: after(session, "PASV", "STOR new"), owed: 1 };
  },
};

describe("every verb × every argument × every state", () => {
  const unknown = ["XYZZY", "RETRX", "", " ", "\u00ff\u00fe", "STOR\u0000"];
  for (const [name, make] of Object.entries(states)) {
    it(`${name}: exactly one final reply, and the session lives`, () => {
      for (const verb of [...verbs, "XPWD", "XCWD", "OPTS UTF-8", ...unknown]) {
        for (const arg of args) {
          const line = arg === undefined ? verb : `${verb} ${arg}`;
          const { session, owed } = make();
          session.changes.length = 0;
          const replies = codes([...session.send(line), ...settle(session)]);
          // One `expect` for each of the 70,000 cases would take longer than all the rest.
          const finals = replies.filter(isFinal).length;
          const lost = session.changes.find(([from, to]) => !isTransition(from, to));
          const isClosed = session.engine.state.name === "closed";
          const mayClose = isClosed && isQuit(line);
          const lives = isClosed ? mayClose : codes(session.send("NOOP"))[0] === 200;
          if (finals !== 1 + owed || replies.length > 2 + owed || lost !== undefined || !lives) {
            expect.fail(
              `${name}: ${JSON.stringify(line).slice(0, 80)} → ${replies}; lives: ${lives}; ${lost}`,
            );
          }
        }
      }
    });
  }
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
    const session = loggedIn({ tls: "offered", hosts: true });
    const help = session.send("HELP")[0] ?? "";
    const named = help
      .split("\r\n")
      .slice(1, -1)
      .flatMap((line) => line.trim().split(/ +/));
    expect(named).toEqual(offeredVerbs.filter((verb) => !verb.includes(" ")));
    for (const verb of named) expect(codes(session.send(`HELP ${verb}`))).toEqual([214]);
    expect(loggedIn().send("HELP")[0]).not.toMatch(/AUTH|PBSZ|PROT|HOST/);
    expect(loggedIn().send("FEAT")[0]).not.toMatch(/AUTH|PBSZ|PROT|HOST|LANG|HASH/);
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

function isQuit(line: string): boolean {
  const parsed = parseCommand(line);
  return parsed.ok && parsed.command.verb === "QUIT";
}

function greeted(tls: "offered" | "required" = "offered"): Harness {
  const session = createHarness({ tls });
  session.run(session.engine.start(0));
  return session;
}

function after(session: Harness, ...lines: string[]): Harness {
  session.send(...lines);
  return session;
}

/** Lets a transfer that is held end. */
function settle(session: Harness): string[] {
  const { state } = session.engine;
  if (state.name !== "transfer") return [];
  session.held.clear();
  if (state.phase === "connecting") session.complete({ type: "data-open", transfer: state.transfer });
  return session.complete({ type: "transfer-done", transfer: state.transfer, bytes: 5 });
}
