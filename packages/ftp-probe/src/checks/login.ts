import { codeOf, shown } from "../answer.ts";
import { type Check, once } from "../check.ts";
import { info, type Outcome, pass, unknown, warn } from "../finding.ts";
import { isAnonymous, type Visit } from "../visit.ts";

/** RFC 2577 §5 suggests 5 s. A tenth of it still takes a dictionary beyond reach on one connection. */
const leastDelay = 500;

interface Guesses {
  /** Milliseconds until each refusal. */
  readonly delays: readonly number[];
  /** What ended them: a 421, the end of the connection, a refusal of USER, or nothing. */
  readonly end: string;
  readonly isEnded: boolean;
  readonly saidGoodbye: boolean;
}

/** Refused passwords for somebody who does not exist: nobody's account is locked by it. */
const guesses = once("guesses", async (visit: Visit): Promise<Guesses> => {
  const { wire } = await visit.greet();
  if (visit.options.tls === "explicit") await visit.secure(wire);
  const delays: number[] = [];
  // Some make each wait longer than the one before.
  const patience = 4 * visit.limits.patience;
  try {
    for (let count = 0; count < visit.limits.guesses; count++) {
      const named = await wire.ask(`USER ${visit.nobody}`, { patience });
      if (codeOf(named) === 421 || named.ended === "closed")
        return { delays, end: shown(named), isEnded: true, saidGoodbye: codeOf(named) === 421 };
      if (codeOf(named) !== 331)
        return { delays, end: `USER was answered ${shown(named)}`, isEnded: false, saidGoodbye: false };
      const refused = await wire.ask(`PASS wrong-${count}`, { patience });
      delays.push(refused.milliseconds);
      const isBye = codeOf(refused) === 421;
      if (isBye || refused.ended === "closed")
        return { delays, end: shown(refused), isEnded: true, saidGoodbye: isBye };
      const after = wire.isClosed ? await wire.answer(1) : undefined;
      if (after !== undefined)
        return { delays, end: shown(after), isEnded: true, saidGoodbye: codeOf(after) === 421 };
    }
    // The end may come right behind the last refusal.
    const last = await wire.answer(visit.limits.quiet);
    const isBye = codeOf(last) === 421;
    return { delays, end: shown(last), isEnded: isBye || last.ended === "closed", saidGoodbye: isBye };
  } finally {
    wire.close();
  }
});

export const loginChecks: readonly Check[] = [
  {
    id: "login.delay",
    group: "login",
    title: "A refused password is answered late",
    source: "RFC 2577 §5",
    isAside: true,
    async run(visit) {
      const { delays, end } = await guesses(visit);
      if (delays.length === 0) return untried(visit, end);
      const shortest = Math.min(...delays);
      const list = `${delays.map((delay) => (delay / 1000).toFixed(1)).join(", ")} s`;
      return shortest >= leastDelay ? pass(list) : warn(`${list}: guesses are answered at once`);
    },
  },
  {
    id: "login.attempts",
    group: "login",
    title: "After three to five refused passwords the server closes, with 421",
    source: "RFC 2577 §5",
    isAside: true,
    async run(visit) {
      const { delays, end, isEnded, saidGoodbye } = await guesses(visit);
      if (delays.length === 0) return untried(visit, end);
      if (!isEnded)
        return delays.length >= 5
          ? warn(`the connection stands after ${delays.length} refused passwords`)
          : unknown(`the connection stands after ${delays.length}, and no more were tried`);
      return saidGoodbye
        ? pass(`after ${delays.length}: ${end}`)
        : info(`after ${delays.length}, without 421`);
    },
  },
  {
    id: "login.names",
    group: "login",
    title: "USER does not tell which users there are",
    source: "RFC 2577 §7",
    run: names,
  },
];

function untried(visit: Visit, end: string): Outcome {
  return visit.limits.guesses === 0
    ? unknown("no passwords are tried with limits.guesses 0")
    : info(`no password is asked of an unknown user: ${end}`);
}

/**
 * Two names that nobody has are answered alike; a name that somebody has should be, too. Besides the user's own, `root`
 * is looked at, which is there on most machines.
 */
async function names(visit: Visit): Promise<Outcome> {
  const { wire } = await visit.greet();
  if (visit.options.tls === "explicit") await visit.secure(wire);
  const said = async (name: string): Promise<string> => {
    const answer = await wire.ask(`USER ${name}`);
    return shown(answer).replaceAll(name, "…");
  };
  try {
    const strangers = [await said(visit.nobody), await said(`${visit.nobody}x`)];
    if (strangers[0] !== strangers[1]) return unknown("two unknown names are answered differently");
    for (const name of isAnonymous(visit.user) ? ["root"] : [visit.user, "root"]) {
      const answer = await said(name);
      if (answer !== strangers[0])
        return warn(
          `an unknown name is answered ${strangers[0]}, ${name === visit.user ? "the user's" : name} ${answer}`,
        );
    }
    return pass(`${strangers[0]} for each name`);
  } finally {
    wire.close();
  }
}
