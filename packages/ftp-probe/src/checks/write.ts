import { parsePathReply } from "@longshore/ftp-reply";
import { encodeText } from "@longshore/nvt";
import { type Answer, codeOf, isGood, isNotOffered, shown } from "../answer.ts";
import { type Check, once } from "../check.ts";
import { fetch, openPassive } from "../data.ts";
import { fail, info, type Outcome, pass, unknown, warn } from "../finding.ts";
import type { Visit } from "../visit.ts";
import type { Wire } from "../wire.ts";

/** Everything here happens in a directory of the probe's own below the one that it was given, which goes at the end. */
export const writeChecks: readonly Check[] = [
  {
    id: "write.directory",
    group: "write",
    title: "MKD makes a directory, and its 257 tells the path",
    source: "RFC 959 §5.4, appendix II",
    async run(visit) {
      const { made } = await workplace(visit);
      if (codeOf(made) !== 257) return warn(`MKD was answered ${shown(made)}`);
      const path = made.final === undefined ? undefined : parsePathReply(made.final);
      return path?.includes(visit.nothing) === true ? pass(shown(made)) : warn(`no path in ${shown(made)}`);
    },
  },
  {
    id: "write.store",
    group: "write",
    title: "STOR stores every byte: 150, 226, and SIZE says so",
    source: "RFC 959 §5.4",
    run: inWorkplace(async (visit, wire) => {
      const stored = await store(visit, wire, "STOR stored", "0123456789");
      const got = await fetch(visit, wire, "RETR stored");
      if (!isGood(stored)) return fail(`STOR was answered ${shown(stored)}`);
      const text = String(got.flow === undefined ? "" : new TextDecoder().decode(got.flow.bytes));
      return text === "0123456789"
        ? pass(shown(stored))
        : fail(`ten bytes were stored, RETR gave ${text.length}`);
    }),
  },
  {
    id: "write.append",
    group: "write",
    title: "APPE adds to a file and takes nothing away",
    source: "RFC 959 §4.1.3",
    run: inWorkplace(async (visit, wire) => {
      await store(visit, wire, "STOR appended", "01234");
      const answer = await store(visit, wire, "APPE appended", "56789");
      return content(visit, wire, "appended", "0123456789", answer);
    }),
  },
  {
    id: "write.restart",
    group: "write",
    title: "REST and STOR keep what stands before",
    source: "RFC 3659 §5",
    run: inWorkplace(async (visit, wire) => {
      await store(visit, wire, "STOR restarted", "01234");
      const rest = await wire.ask("REST 3");
      if (codeOf(rest) !== 350) return info(`not offered: REST 3 was answered ${shown(rest)}`);
      const answer = await store(visit, wire, "STOR restarted", "abcd");
      if (!isGood(answer)) return info(`not offered: STOR after REST 3 was answered ${shown(answer)}`);
      return content(visit, wire, "restarted", "012abcd", answer);
    }),
  },
  {
    id: "write.unique",
    group: "write",
    title: "STOU tells the name that it chose",
    source: "RFC 1123 §4.1.2.9",
    run: inWorkplace(async (visit, wire) => {
      const answer = await store(visit, wire, "STOU", "x");
      if (isNotOffered(answer)) return info(`there is no STOU: ${shown(answer)}`);
      if (!isGood(answer)) return warn(`STOU was answered ${shown(answer)}`);
      const said = answer.preliminary.map(({ code, lines }) => `${code} ${lines.join(" ")}`).join(", ");
      const name = /FILE: ?(\S+)/.exec(said)?.[1];
      if (name !== undefined) await wire.ask(`DELE ${name}`);
      return name === undefined ? warn(`no “FILE: name” in ${JSON.stringify(said)}`) : pass(said);
    }),
  },
  {
    id: "write.broken",
    group: "write",
    title: "An upload whose connection is reset is no success",
    source: "RFC 959 §5.4",
    run: inWorkplace(broken),
  },
  {
    id: "write.rename",
    group: "write",
    title: "RNFR and RNTO: 350, 250",
    source: "RFC 959 §5.4",
    run: inWorkplace(async (visit, wire) => {
      await store(visit, wire, "STOR renamed", "x");
      const from = await wire.ask("RNFR renamed");
      const to = await wire.ask("RNTO stored-too");
      return codeOf(from) === 350 && codeOf(to) === 250
        ? pass(shown(to))
        : warn(`RNFR: ${shown(from)}, RNTO: ${shown(to)}`);
    }),
  },
  {
    id: "write.removed",
    group: "write",
    title: "DELE and RMD: 250, and nothing is left",
    source: "RFC 959 §5.4",
    run: clearAway,
  },
];

const names = ["stored", "appended", "restarted", "broken", "renamed", "stored-too"] as const;

const workplace = once("workplace", async (visit: Visit): Promise<{ wire: Wire; made: Answer }> => {
  const wire = await visit.login();
  await wire.ask("TYPE I");
  const moved = await wire.ask(`CWD ${visit.options.write ?? ""}`);
  if (!isGood(moved)) return { wire, made: moved };
  const made = await wire.ask(`MKD ${visit.nothing}`);
  if (isGood(made)) await wire.ask(`CWD ${visit.nothing}`);
  return { wire, made };
});

function inWorkplace(look: (visit: Visit, wire: Wire) => Promise<Outcome>): Check["run"] {
  return async (visit) => {
    const { wire, made } = await workplace(visit);
    if (!isGood(made)) return unknown(`there is no directory to write in: ${shown(made)}`);
    return look(visit, wire);
  };
}

async function store(visit: Visit, wire: Wire, line: string, text: string): Promise<Answer> {
  const data = await openPassive(visit, wire);
  try {
    data.send(encodeText(text));
    return await wire.ask(line, { onPreliminary: data.begin });
  } finally {
    data.close();
  }
}

async function content(
  visit: Visit,
  wire: Wire,
  name: string,
  expected: string,
  answer: Answer,
): Promise<Outcome> {
  if (!isGood(answer)) return fail(shown(answer));
  const { flow } = await fetch(visit, wire, `RETR ${name}`);
  const text = new TextDecoder().decode(flow?.bytes);
  return text === expected
    ? pass(shown(answer))
    : fail(`the file holds ${JSON.stringify(text)} instead of ${JSON.stringify(expected)}`);
}

async function broken(visit: Visit, wire: Wire): Promise<Outcome> {
  const before = await store(visit, wire, "STOR broken", "the old file");
  if (!isGood(before)) return unknown(`STOR was answered ${shown(before)}`);
  const data = await openPassive(visit, wire);
  const answer = await wire.ask("STOR broken", {
    onPreliminary() {
      data.begin();
      data.breakOff(encodeText("half"));
    },
  });
  data.close();
  const { flow } = await fetch(visit, wire, "RETR broken");
  const stands = new TextDecoder().decode(flow?.bytes) === "the old file";
  const file = stands ? "the old file stands" : "the old file is lost";
  if (isGood(answer)) return fail(`${shown(answer)}, ${file}`);
  return stands ? pass(`${shown(answer)}, ${file}`) : warn(`${shown(answer)}, ${file}`);
}

async function clearAway(visit: Visit): Promise<Outcome> {
  const { wire, made } = await workplace(visit);
  if (!isGood(made)) return unknown(`there is no directory to write in: ${shown(made)}`);
  const answers: Answer[] = [];
  for (const name of names) answers.push(await wire.ask(`DELE ${name}`));
  const up = await wire.ask("CDUP");
  const removed = await wire.ask(`RMD ${visit.nothing}`);
  wire.close();
  if (!isGood(up) || codeOf(removed) !== 250)
    return warn(`RMD ${visit.nothing} was answered ${shown(removed)}: look what is left`);
  const odd = answers.find((answer) => isGood(answer) && codeOf(answer) !== 250);
  return odd === undefined ? pass(shown(removed)) : warn(`DELE was answered ${shown(odd)}`);
}
