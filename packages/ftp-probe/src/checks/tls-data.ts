import { codeOf, isGood, shown } from "../answer.ts";
import type { Check } from "../check.ts";
import { dataOver, dial, fetch, passivePort, type Resume } from "../data.ts";
import { ProbeError } from "../error.ts";
import { fail, info, type Outcome, pass, unknown, warn } from "../finding.ts";
import type { Visit } from "../visit.ts";
import { withTls } from "./tls.ts";

export const tlsDataChecks: readonly Check[] = [
  {
    id: "tls.data",
    group: "tls",
    title: "A listing comes over a protected data connection",
    source: "RFC 4217 §12.4",
    run: withTls(async (visit) => {
      const { answer, flow, attempt } = await listed(visit, "LIST", "offer");
      if (!isGood(answer)) return fail(`LIST after PROT P was answered ${shown(answer)}`);
      if (flow?.ended !== "end")
        return fail(
          `${shown(answer)}, but the data connection ended otherwise (${flow?.ended ?? "never opened"})`,
        );
      const said = `${flow.bytes.length} bytes, ${shown(answer)}`;
      return attempt > 1 ? warn(`${said}, at the second attempt; the first one broke`) : pass(said);
    }),
  },
  {
    id: "tls.data-in-clear",
    group: "tls",
    title: "After PROT P nothing goes in clear",
    source: "RFC 4217 §9",
    run: withTls(dataInClear),
  },
  {
    id: "tls.resumption",
    group: "tls",
    title: "Whether data connections have to resume the control connection's TLS session",
    source: "RFC 2577 §8",
    run: withTls(resumption),
  },
];

/** A client that starts no handshake after PROT P: it must not be given the listing. */
async function dataInClear(visit: Visit): Promise<Outcome> {
  const wire = await visit.login(true);
  try {
    if (!wire.isPrivate) return unknown("PROT P is refused after the login");
    const socket = await dial(visit, wire, await passivePort(wire));
    wire.isPrivate = false;
    const data = dataOver(visit, wire, socket);
    const flow = data.read();
    wire.write("NLST\r\n");
    // The server waits for a handshake: the end of the connection is all that it gets.
    setTimeout(() => socket.end(), visit.limits.quiet);
    const answer = await wire.answer();
    data.close();
    const { bytes } = await flow;
    // 0x16 and 0x15 begin a TLS record of a handshake or an alert (RFC 8446 §5.1).
    const isClear = bytes.length > 0 && bytes[0] !== 0x16 && bytes[0] !== 0x15;
    if (isClear) return fail(`${bytes.length} bytes came in clear`);
    return isGood(answer)
      ? warn(`no bytes came in clear, but NLST was answered ${shown(answer)}`)
      : pass(shown(answer));
  } finally {
    wire.close();
  }
}

/** A listing under PROT P in a session of its own; once more where it breaks, which may be an accident. */
async function listed(
  visit: Visit,
  verb: "LIST" | "NLST",
  resume: Resume,
): Promise<Awaited<ReturnType<typeof fetch>> & { readonly attempt: number }> {
  for (let attempt = 1; ; attempt++) {
    const wire = await visit.login(true);
    try {
      if (!wire.isPrivate) throw new ProbeError("refused", "PROT P is refused after the login");
      const got = await fetch(visit, wire, verb, resume);
      if (isGood(got.answer) || got.answer.ended === undefined || attempt > 1) return { ...got, attempt };
    } finally {
      wire.close();
    }
  }
}

async function resumption(visit: Visit): Promise<Outcome> {
  const offered = await listed(visit, "NLST", "offer");
  if (!isGood(offered.answer) && !isNothing(codeOf(offered.answer)))
    return fail(`with its session offered, NLST was answered ${shown(offered.answer)}`);
  const without = await listed(visit, "NLST", "none");
  const isTaken = isGood(without.answer) && without.flow?.ended === "end";
  const resumes = offered.flow?.isResumed === true ? "resumed where offered" : "not resumed where offered";
  return isTaken || isNothing(codeOf(without.answer))
    ? info(`not required: whoever is faster at the port may get the data; ${resumes}`)
    : pass(`required: without it NLST was answered ${shown(without.answer)}`);
}

/** NLST in an empty directory is 450 or 550 at some servers, when the connection has been opened. */
function isNothing(code: number): boolean {
  return code === 450 || code === 550;
}
