import { codeOf, quote, shown } from "../answer.ts";
import type { Check } from "../check.ts";
import { fail, info, pass, warn } from "../finding.ts";

/** At the end: what the other checks have seen on their connections. */
export const unaskedCheck: Check = {
  id: "session.unasked",
  group: "session",
  title: "No reply comes without a command",
  source: "RFC 1123 §4.1.2.11",
  async run({ unasked }) {
    return unasked.length > 0 ? fail([...new Set(unasked)].join(", ")) : pass("none was seen");
  },
};

export const sessionChecks: readonly Check[] = [
  {
    id: "session.greeting",
    group: "session",
    title: "The greeting is 220",
    source: "RFC 959 §5.4",
    async run(visit) {
      const { wire, greeting } = await visit.greet();
      wire.close();
      if (greeting.faults.length > 0) return fail(`${shown(greeting)}: ${greeting.faults.join(", ")}`);
      return codeOf(greeting) === 220 ? pass(shown(greeting)) : fail(shown(greeting));
    },
  },
  {
    id: "session.login",
    group: "session",
    title: "The user can log in",
    source: "RFC 959 §5.4",
    async run(visit) {
      const wire = await visit.session();
      return pass(`${quote(visit.user)} logged in ${wire.secure === undefined ? "in clear" : "over TLS"}`);
    },
  },
  {
    id: "session.system",
    group: "session",
    title: "SYST names the operating system",
    source: "RFC 959 §4.1.3",
    async run(visit) {
      const answer = await (await visit.session()).ask("SYST");
      return codeOf(answer) === 215 ? info(shown(answer)) : warn(`SYST was answered ${shown(answer)}`);
    },
  },
  {
    id: "session.quit",
    group: "session",
    title: "QUIT is answered 221, and the connection closed",
    source: "RFC 959 §4.1.1",
    async run(visit) {
      const { wire } = await visit.greet();
      const answer = await wire.ask("QUIT");
      if (codeOf(answer) !== 221) return fail(`QUIT was answered ${shown(answer)}`);
      const after = await wire.answer(Math.max(visit.limits.quiet, 2000));
      wire.close();
      return after.ended === "closed" ? pass("closed") : warn("the server leaves the connection open");
    },
  },
];
