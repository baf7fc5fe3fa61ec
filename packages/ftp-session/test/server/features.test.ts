import { verbs } from "@longshore/ftp-command";
import { describe, expect, it } from "vitest";
import { capabilities, codes, createHarness, features, type Harness } from "./harness.ts";

/**
 * How each line of FEAT is tried, by its first words: what is sent, once logged in unless it says otherwise, and how the
 * last command must be answered.
 */
const trials: Readonly<
  Record<string, { readonly send: readonly string[]; readonly code: number; readonly from?: "greeting" }>
> = {
  // That it is so is the store's to keep; here, that the command is there.
  "STOR ATOMIC": { send: ["STOR"], code: 501 },
  "ALLO EXACT": { send: ["OPTS ALLO EXACT"], code: 200 },
  "REST STREAM": { send: ["REST 2"], code: 350 },
  "AUTH TLS": { send: ["AUTH TLS"], code: 234, from: "greeting" },
  PBSZ: { send: ["AUTH TLS", "PBSZ 0"], code: 200, from: "greeting" },
  PROT: { send: ["AUTH TLS", "PBSZ 0", "PROT P"], code: 200, from: "greeting" },
  CPSV: { send: ["CPSV"], code: 227 },
  SSCN: { send: ["SSCN ON"], code: 200 },
  ESTA: { send: ["PORT 192,0,2,7,8,0", "ESTA"], code: 225 },
  ESTP: { send: ["PASV", "ESTP"], code: 225 },
  EPRT: { send: ["EPRT |1|192.0.2.7|2048|"], code: 200 },
  EPSV: { send: ["EPSV"], code: 229 },
  LANG: { send: ["LANG EN"], code: 200 },
  MDTM: { send: ["MDTM a.txt"], code: 213 },
  SIZE: { send: ["SIZE a.txt"], code: 213 },
  MLST: { send: ["MLST a.txt"], code: 250 },
  HOST: { send: ["HOST ftp.example.com"], code: 220, from: "greeting" },
  HASH: { send: ["HASH a.txt"], code: 213 },
  MD5: { send: ["MD5 a.txt"], code: 251 },
  XCRC: { send: ["XCRC a.txt"], code: 250 },
  XMD5: { send: ["XMD5 a.txt"], code: 250 },
  XSHA1: { send: ["XSHA1 a.txt"], code: 250 },
  XSHA256: { send: ["XSHA256 a.txt"], code: 250 },
  XSHA512: { send: ["XSHA512 a.txt"], code: 250 },
  MFMT: { send: ["MFMT 20200102030405 a.txt"], code: 213 },
  MFCT: { send: ["MFCT 20200102030405 a.txt"], code: 213 },
  MFF: { send: [], code: 213 },
  "RANG STREAM": { send: ["RANG 0 1"], code: 350 },
  CSID: { send: ["CSID Name=x;"], code: 200 },
  CLNT: { send: ["CLNT x"], code: 200 },
  AVBL: { send: ["AVBL"], code: 213 },
  COMB: { send: ["COMB a.txt dir/b.txt"], code: 250 },
  DSIZ: { send: ["DSIZ"], code: 213 },
  RMDA: { send: ["RMDA dir"], code: 250 },
  UTF8: { send: ["OPTS UTF8 ON"], code: 200 },
  "SITE UTIME": { send: ["SITE UTIME 20200102030405 a.txt"], code: 200 },
  "SITE SYMLINK": { send: ["SITE SYMLINK a.txt dir"], code: 200 },
  "SITE COPY": { send: ["SITE CPFR a.txt", "SITE CPTO dir"], code: 250 },
  TVFS: { send: ["CWD //dir/./"], code: 250 },
};

const poor = {
  capabilities: { ...capabilities, writable: false, modified: "none", append: "none", randomWrite: "none" },
  setTimes: false,
  setMode: false,
  setCreated: false,
  makeLink: false,
  freeSpace: false,
} as const;

const policies: Readonly<Record<string, Parameters<typeof createHarness>[0]>> = {
  "connections established ahead": { allowEstablishing: true },
  "everything offered": { tls: "offered", hosts: true, who: "all" },
  "between servers": {
    tls: "offered",
    acceptForeignData: true,
    allowForeignDataAddress: true,
  },
  "TLS required": { tls: "required", hosts: true },
  "nothing offered": { dataModes: { active: false, passive: false } },
  "EPSV switched off": { quirks: { acceptExtendedPassiveOnIpv4: false } },
  "commands taken away": {
    without: verbs.filter((verb) => /^(?:X|HASH|SITE|MD5|RANG|COMB|RMDA)/.test(verb)),
  },
};

const stores = { "a store that can all": features, "a store that can little": poor };

function begin(
  policy: Parameters<typeof createHarness>[0],
  store: typeof features,
  isLoggedIn: boolean,
): Harness {
  const session = createHarness({ ...policy, store });
  session.userStore = store;
  session.run(session.engine.start(0));
  if (!isLoggedIn) return session;
  if (policy?.tls === "required") session.send("AUTH TLS");
  session.send("USER tester", "PASS secret");
  return session;
}

function linesOf(reply: string | undefined): string[] {
  return (reply ?? "")
    .split("\r\n")
    .slice(1, -1)
    .map((line) => line.slice(1));
}

describe("FEAT", () => {
  for (const [policyName, policy] of Object.entries(policies)) {
    for (const [storeName, store] of Object.entries(stores)) {
      it(`advertises nothing that is not so: ${policyName}, ${storeName}`, () => {
        const lines = linesOf(begin(policy, store, true).send("FEAT")[0]);
        expect(lines.length).toBeGreaterThan(8);
        for (const line of lines) {
          const [name, trial] =
            Object.entries(trials).find(([key]) => line === key || line.startsWith(`${key} `)) ?? [];
          if (trial === undefined) expect.fail(`nobody knows how to try ${line}`);
          const session = begin(policy, store, trial.from !== "greeting");
          if (name === "MFF") {
            for (const fact of line.slice(4).split(";").slice(0, -1)) {
              const value = fact === "UNIX.mode" ? "0644" : "20200102030405";
              expect(codes(session.send(`MFF ${fact}=${value}; a.txt`)), fact).toEqual([213]);
            }
            continue;
          }
          // One after the other: what is sent behind AUTH in one piece is dropped.
          const replies = trial.send.flatMap((command) => session.send(command));
          expect(codes(replies).at(-1), `${line}: ${replies.join(" | ")}`).toBe(trial.code);
        }
      });
    }
  }

  it("leaves out what this user's store cannot do, which differs from the store at large", () => {
    const session = createHarness({ store: poor });
    session.run(session.engine.start(0));
    expect(linesOf(session.send("FEAT")[0])).not.toContain("MFMT");
    expect(linesOf(session.send("FEAT")[0])).not.toContain("STOR ATOMIC");
    session.send("USER tester", "PASS secret");
    expect(linesOf(session.send("FEAT")[0])).toContain("MFMT");
  });

  it("says that uploads appear whole only of a store that writes aside", () => {
    const store = { ...features, capabilities: { ...capabilities, writes: "in-place" as const } };
    expect(linesOf(begin({}, features, true).send("FEAT")[0])).toContain("STOR ATOMIC");
    const inPlace = linesOf(begin({}, store, true).send("FEAT")[0]);
    expect(inPlace).not.toContain("STOR ATOMIC");
    expect(inPlace).not.toContain("ALLO EXACT");
    expect(codes(begin({}, store, true).send("OPTS ALLO EXACT"))).toEqual([504]);
  });

  it("marks what is selected: HASH, LANG and MLST", () => {
    const session = begin({}, features, true);
    session.send("OPTS HASH SHA-512", "OPTS MLST size;");
    const lines = linesOf(session.send("FEAT")[0]);
    expect(lines).toContain("HASH SHA-256;SHA-512*;SHA-1;MD5;CRC32");
    expect(lines).toContain("LANG EN*");
    expect(lines.find((line) => line.startsWith("MLST "))).toMatch(/^MLST type;size\*;modify;/);
    session.send("REIN", "USER tester", "PASS secret");
    expect(linesOf(session.send("FEAT")[0])).toContain("HASH SHA-256*;SHA-512;SHA-1;MD5;CRC32");
  });
});

describe("HELP and SITE HELP", () => {
  it("name what a policy leaves, each with its syntax", () => {
    for (const policy of Object.values(policies)) {
      const session = begin(policy, features, true);
      const help = (session.send("HELP")[0] ?? "").split("\r\n").slice(1, -1);
      const named = help.flatMap((line) => line.trim().split(/ +/));
      for (const verb of named) {
        expect(codes(session.send(`HELP ${verb}`)), verb).toEqual([214]);
        expect(codes(begin(policy, features, true).send(verb)), verb).not.toEqual([502]);
      }
      const site = session.send("SITE HELP")[0] ?? "";
      if (site.startsWith("502")) continue;
      for (const line of linesOf(site)) {
        const [verb, name = ""] = line.split(" ");
        expect(verb).toBe("SITE");
        expect(codes(session.send(`SITE HELP ${name}`)), name).toEqual([214]);
      }
    }
  });

  it("HELP before the login is general help, SITE HELP and STAT are 530 (RFC 959 §4.1.3, §5.4)", () => {
    const session = begin({}, features, false);
    expect(codes(session.send("HELP", "HELP RETR", "SITE HELP", "SITE", "STAT", "STAT a.txt"))).toEqual([
      214, 214, 530, 530, 530, 530,
    ]);
  });

  it("SITE without an argument answers", () => {
    expect(codes(begin({}, features, true).send("SITE", "SITE ", "SITE NONSENSE"))).toEqual([501, 501, 500]);
  });
});
