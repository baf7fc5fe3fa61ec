import { describe, expect, it } from "vitest";
import { listChecks, probeServer, type Verdict } from "../src/index.ts";
import { type Answers, epsv, pasv, scripted } from "./scripted.ts";

/** One check over a scripted server: quick to lose patience. */
async function verdict(id: string, answers: Answers = {}): Promise<{ verdict: Verdict; detail: string }> {
  const server = await scripted(answers);
  try {
    const limits = { patience: 1000, quiet: 100 };
    const card = await probeServer({ host: "127.0.0.1", port: server.port, only: [id], limits });
    const [finding] = card.findings;
    if (finding === undefined) throw new Error(`no finding of ${id}`);
    return { verdict: finding.verdict, detail: finding.detail };
  } finally {
    server.close();
  }
}

/** A stranger at the port is served, as the first who comes. */
const trusting: Answers = {
  LIST: ({ say, state }) => {
    say("150 Here it comes.");
    const [first, ...others] = state.waiting;
    for (const other of others) other.resetAndDestroy();
    first?.end("x\r\n", () => say("226 Done."));
  },
};

const accepts: Answers = {
  PORT: ({ say, state, argument }) => {
    const numbers = argument.split(",").map(Number);
    state.port = (numbers[4] ?? 0) * 256 + (numbers[5] ?? 0);
    say("200 Set.");
  },
};

let next = 40_000;

/** A check, the verdict on a server that is right, and on one that is wrong in one thing. */
const rows: readonly (readonly [
  id: string,
  right: Verdict,
  wrong: Verdict,
  script: Answers,
  says: RegExp,
])[] = [
  ["session.greeting", "pass", "fail", { greeting: "230 In already." }, /230/],
  ["session.system", "info", "warn", { SYST: "550 No." }, /550/],
  ["session.quit", "pass", "fail", { QUIT: "200 Okay." }, /200/],
  ["features.form", "pass", "warn", { FEAT: ({ say }) => say("211-Features:", "MDTM", "211 End") }, /“MDTM”/],
  ["features.there", "pass", "fail", { SIZE: "502 No." }, /SIZE/],
  ["features.told", "warn", "warn", { FEAT: ({ say }) => say("211-", " SIZE", "211 End") }, /MDTM/],
  ["tls.offer", "info", "info", {}, /in clear/],
  [
    "login.attempts",
    "pass",
    "warn",
    { PASS: ({ say, state }) => say(state.user === "anonymous" ? "230 In." : "530 No.") },
    /stands after 5/,
  ],
  ["login.names", "pass", "warn", { "USER root": "530 Not root." }, /root/],
  [
    "representation.types",
    "pass",
    "warn",
    { TYPE: ({ say, argument }) => say(argument === "I" ? "200 Set." : "504 No.") },
    /not A, A N, L 8/,
  ],
  ["representation.structures", "pass", "fail", { STRU: "200 Set." }, /STRU Q/],
  ["representation.modes", "pass", "warn", { MODE: "504 No." }, /not S/],
  ["representation.case", "pass", "fail", { "type i": "500 What?" }, /500/],
  ["passive.pasv", "pass", "fail", { PASV: "227 Somewhere." }, /227/],
  ["passive.epsv", "pass", "fail", { EPSV: "229 Somewhere." }, /229/],
  ["passive.protocols", "pass", "fail", { EPSV: ({ passive }) => passive(epsv) }, /EPSV 3/],
  ["passive.epsv-all", "info", "fail", { "EPSV ALL": "200 Okay." }, /PASV was answered/],
  [
    "passive.address",
    "pass",
    "warn",
    { PASV: ({ passive }) => passive((port) => pasv(port).replace("127,0,0,1", "192,0,2,9")) },
    /192\.0\.2\.9/,
  ],
  ["passive.ports", "pass", "fail", { EPSV: ({ say }) => say(epsv(next++)) }, /one after the other/],
  ["active.port", "pass", "info", { PORT: "502 No." }, /not offered/],
  [
    "active.third-host",
    "pass",
    "fail",
    { PORT: accepts.PORT ?? "", LIST: ({ say }) => say("150 Here.", "226 Done.") },
    /226|connected/,
  ],
  ["active.protocol", "info", "fail", { EPRT: "200 Set." }, /EPRT \|3\|/],
  ["listing.list", "pass", "warn", { LIST: ({ transfer }) => transfer("x\ny\n") }, /LF alone/],
  ["listing.nlst", "pass", "fail", { NLST: "226 Done." }, /without 150/],
  ["listing.mlsd", "pass", "warn", { MLSD: ({ transfer }) => transfer("x\r\n") }, /no such line/],
  [
    "listing.mlst",
    "pass",
    "fail",
    { MLST: ({ say }) => say("250-Here", "type=dir; /", "250 End") },
    /no such entry/,
  ],
  ["lines.fragments", "pass", "fail", { NOOP: "500 What?" }, /500/],
  ["lines.pipelined", "pass", "warn", { PWD: "550 No." }, /550/],
  ["lines.long", "pass", "warn", { NOOP: ({ say }) => say("500 Long.", "500 Long.") }, /2 replies/],
  ["lines.telnet", "pass", "warn", { ABOR: "500 What?" }, /500/],
  [
    "lines.reflection",
    "pass",
    "warn",
    { "<SCRIPT>ALERT(1)</SCRIPT>": "500 <script>alert(1)</script>?" },
    /script/,
  ],
  ["lines.http", "pass", "info", { POST: "500 No." }, /goes on/],
  ["replies.noop", "pass", "fail", { NOOP: ({ say }) => say("200 Okay.", "200 Okay again.") }, /and then/],
  ["replies.syst", "pass", "fail", { SYST: () => {} }, /no reply/],
  ["replies.help", "pass", "warn", { HELP: "502 No." }, /every server has to have it/],
  ["replies.stat", "pass", "fail", { STAT: "211" }, /no text/],
  ["replies.rest-bad", "pass", "fail", { REST: "350 Go on." }, /350/],
  ["replies.pwd", "pass", "warn", { PWD: "250 /" }, /250/],
  ["replies.retr-missing", "pass", "fail", { RETR: ({ transfer }) => transfer("") }, /226/],
];

describe("a check", () => {
  it.concurrent.each(rows)(
    "%s: %s where it is right, %s where not",
    async (id, right, wrong, script, says) => {
      expect(await verdict(id)).toMatchObject({ verdict: right });
      expect(await verdict(id, script)).toMatchObject({
        verdict: wrong,
        detail: expect.stringMatching(says),
      });
    },
  );

  it("of strangers: the listing must not go to whoever comes first", async () => {
    expect(await verdict("passive.strangers")).toMatchObject({ verdict: "pass" });
    const open: Answers = {
      ...trusting,
      EPSV: ({ say, state }) => {
        void import("node:net").then(({ createServer }) => {
          const listener = createServer((data) => {
            data.on("error", () => {});
            state.waiting.push(data);
          });
          state.listener = listener;
          listener.listen(0, "127.0.0.1", () => {
            const bound = listener.address();
            say(epsv(typeof bound === "object" ? (bound?.port ?? 0) : 0));
          });
        });
      },
    };
    expect(await verdict("passive.strangers", open)).toMatchObject({ verdict: "fail" });
  });

  it("of low ports: PORT to 1023 must not be taken", async () => {
    expect(await verdict("active.low-port")).toMatchObject({ verdict: "pass" });
    const taken = await verdict("active.low-port", accepts);
    expect(taken.verdict).toBe("fail");
  });

  it("of the delay asks the clock that it was given", async () => {
    const slow = { time: 0 };
    for (const [step, due] of [
      [0, "warn"],
      [2000, "pass"],
    ] as const) {
      const server = await scripted({
        PASS: ({ say, state }) => {
          slow.time += step;
          say(state.user === "anonymous" ? "230 In." : "530 No.");
        },
      });
      const { port } = server;
      const limits = { patience: 3000, quiet: 100 };
      const card = await probeServer({
        host: "127.0.0.1",
        port,
        only: ["login.delay"],
        limits,
        now: () => performance.now() + slow.time,
      });
      server.close();
      expect(card.findings[0]).toMatchObject({ verdict: due });
    }
  });

  it("has an id and a source of its own", () => {
    const checks = listChecks();
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
    for (const { id, group, source } of checks) {
      expect(id).toMatch(group === "session" ? /^session\./ : new RegExp(`^${group}\\.[a-z0-9-]+$`));
      expect(source).toMatch(/^(?:RFC|ALPACA) /);
    }
  });
});
