import type { ConnectionOptions } from "node:tls";
import { codeOf, isGood, shown } from "../answer.ts";
import { type Check, once } from "../check.ts";
import { ProbeError } from "../error.ts";
import { fail, info, type Outcome, pass, unknown, warn } from "../finding.ts";
import type { Visit } from "../visit.ts";
import type { Wire } from "../wire.ts";

/** Whether there is TLS at all, and what AUTH TLS was answered. */
const offer = once(
  "TLS",
  async (visit: Visit): Promise<{ readonly isThere: boolean; readonly said: string }> => {
    const { wire } = await visit.greet();
    try {
      if (wire.secure !== undefined) return { isThere: true, said: "implicit" };
      const answer = await wire.ask("AUTH TLS");
      return { isThere: codeOf(answer) === 234, said: shown(answer) };
    } finally {
      wire.close();
    }
  },
);

/** A check that needs TLS. */
export function withTls(look: (visit: Visit) => Promise<Outcome>): (visit: Visit) => Promise<Outcome> {
  return async (visit) => ((await offer(visit)).isThere ? look(visit) : info("there is no TLS"));
}

/** A greeted connection under TLS. */
export async function openSecure(visit: Visit, tls: ConnectionOptions = {}): Promise<Wire> {
  const { wire } = await visit.greet(tls);
  try {
    if (wire.secure === undefined) await visit.secure(wire, tls);
    return wire;
  } catch (error) {
    wire.close();
    throw error;
  }
}

export const tlsChecks: readonly Check[] = [
  {
    id: "tls.offer",
    group: "tls",
    title: "TLS is offered",
    source: "RFC 4217 §4, RFC 2577 §6",
    async run(visit) {
      const { isThere, said } = await offer(visit);
      if (!isThere) return info(`names, passwords and files go in clear: AUTH TLS was answered ${said}`);
      if (said === "implicit") return pass("implicit TLS");
      const told = (await visit.features().catch(() => [])).some((line) => /^AUTH\b.*\bTLS\b/i.test(line));
      return told ? pass("AUTH TLS, and FEAT says so") : pass("AUTH TLS; FEAT does not name it");
    },
  },
  {
    id: "tls.clear-login",
    group: "tls",
    title: "Where there is TLS, a login in clear is refused",
    source: "RFC 4217 §12.1",
    run: withTls(async (visit) => {
      if (visit.options.tls === "implicit") return pass("the port knows TLS alone");
      const { wire } = await visit.greet();
      const answer = await wire.ask(`USER ${visit.nobody}`);
      wire.close();
      return isGood(answer)
        ? info(`the server leaves it to its clients: USER in clear was answered ${shown(answer)}`)
        : pass(shown(answer));
    }),
  },
  {
    id: "tls.injection",
    group: "tls",
    title: "What stands behind AUTH TLS in clear is not run inside TLS",
    source: "RFC 4217 §15.1",
    run: withTls(injection),
  },
  {
    id: "tls.buffer-size",
    group: "tls",
    title: "PROT comes after PBSZ",
    source: "RFC 2228 §3, RFC 4217 §8",
    run: withTls(async (visit) => {
      const wire = await openSecure(visit);
      const early = await wire.ask("PROT P");
      const size = await wire.ask("PBSZ 0");
      const late = await wire.ask("PROT P");
      wire.close();
      if (codeOf(size) === 530 || codeOf(late) === 530)
        return info(`only after the login: PBSZ 0 was answered ${shown(size)}`);
      if (codeOf(size) !== 200) return fail(`PBSZ 0 was answered ${shown(size)}`);
      if (codeOf(late) !== 200) return fail(`PROT P after PBSZ 0 was answered ${shown(late)}`);
      return codeOf(early) === 503
        ? pass("503 before, 200 after")
        : warn(`PROT P before PBSZ was answered ${shown(early)}`);
    }),
  },
  {
    id: "tls.protection",
    group: "tls",
    title: "PROT refuses the levels that TLS has not, with 536",
    source: "RFC 2228 §3, RFC 4217 §9",
    run: withTls(async (visit) => {
      const wire = await visit.login(true);
      const levels = {
        S: await wire.ask("PROT S"),
        E: await wire.ask("PROT E"),
        C: await wire.ask("PROT C"),
      };
      wire.close();
      if (isGood(levels.S) || isGood(levels.E))
        return fail(`PROT S: ${shown(levels.S)}, PROT E: ${shown(levels.E)}`);
      const clear = isGood(levels.C) ? "PROT C is taken" : `PROT C: ${shown(levels.C)}`;
      return [536, 504, 534].includes(codeOf(levels.S))
        ? pass(`${codeOf(levels.S)}; ${clear}`)
        : warn(`PROT S was answered ${shown(levels.S)}; ${clear}`);
    }),
  },
];

/**
 * NOOP behind AUTH in the same segment; inside TLS another NOOP and QUIT, and then the replies are counted up to the
 * end of the connection. Nothing has to be guessed from how long the server is silent.
 */
async function injection(visit: Visit): Promise<Outcome> {
  const { wire } = await visit.greet();
  try {
    if (wire.secure !== undefined) return info("implicit TLS has no AUTH");
    wire.write("AUTH TLS\r\nNOOP\r\n");
    const answer = await wire.answer();
    if (codeOf(answer) !== 234)
      return pass(`AUTH TLS with something behind it was answered ${shown(answer)}`);
    const inClear = await wire.answer(visit.limits.quiet);
    if (inClear.final !== undefined && (await wire.answer(visit.limits.quiet)).ended === "closed")
      return pass(`the server ends the connection: ${shown(inClear)}`);
    if (inClear.final !== undefined)
      return warn(
        `the command behind AUTH TLS was answered in clear before the handshake: ${shown(inClear)}`,
      );
    if (inClear.ended === "closed") return pass("the server ends the connection");
    try {
      await wire.startTls(visit.tlsOptions());
    } catch (error) {
      if (ProbeError.isInstance(error) && error.code === "tls")
        return pass("the server takes it for the handshake, which fails");
      throw error;
    }
    wire.write("NOOP\r\nQUIT\r\n");
    const codes: number[] = [];
    for (let count = 0; count < 4; count++) {
      const reply = await wire.answer();
      if (reply.final === undefined) break;
      codes.push(reply.final.code);
      if (reply.final.code === 221) break;
    }
    if (codes.length <= 2 && codes.at(-1) === 221) return pass("thrown away");
    return codes.length > 2
      ? fail(
          `a command sent in clear behind AUTH TLS was run inside TLS (replies to two commands: ${codes.join(", ")})`,
        )
      : unknown(`after the handshake there came ${codes.join(", ") || "nothing"}`);
  } finally {
    wire.close();
  }
}
