import { mayAnswer } from "@longshore/ftp-reply/codes";
import { type Answer, codeOf, isNotOffered, shown } from "../answer.ts";
import type { Check } from "../check.ts";
import { fetch } from "../data.ts";
import { fail, info, type Outcome, pass, unknown, warn } from "../finding.ts";
import type { Visit } from "../visit.ts";
import type { Wire } from "../wire.ts";
import { type ReplyRow, replyRows } from "./reply-rows.ts";

/** A check for each row of the table of commands. */
export const replyChecks: readonly Check[] = replyRows.map((row) => ({
  id: `replies.${row.id}`,
  group: "replies",
  title: row.title,
  source: row.source,
  run: (visit) => conformance(visit, row),
}));

async function conformance(visit: Visit, row: ReplyRow): Promise<Outcome> {
  const line = row.line.replaceAll("NOTHING", visit.nothing);
  if (row.isBeforeLogin === true) {
    if (visit.options.tls === "implicit" && row.isInClear === true) return info("implicit TLS has no AUTH");
    const { wire } = await visit.greet();
    if (visit.options.tls === "explicit" && row.isInClear !== true) await visit.secure(wire);
    const answer = await wire.ask(line);
    const outcome = judge(row, { answer, strays: await straysBeforeQuit(wire) });
    wire.close();
    return outcome;
  }
  const wire = await visit.session();
  const seen = visit.unasked.length;
  if (row.isTransfer === true) {
    const { answer } = await fetch(visit, wire, line);
    const strays = await straysAfter(wire);
    return judge(row, { answer, strays: [...visit.unasked.slice(seen), ...strays] });
  }
  const { answer, strays } = await askOnce(wire, line);
  return judge(row, { answer, strays: [...visit.unasked.slice(seen), ...strays] });
}

interface Asked {
  readonly answer: Answer;
  /** Replies that came for nothing. */
  readonly strays: readonly string[];
}

async function askOnce(wire: Wire, line: string): Promise<Asked> {
  const answer = await wire.ask(line);
  return { answer, strays: answer.final === undefined || wire.isClosed ? [] : await straysAfter(wire) };
}

/** Whatever comes before the 221 that QUIT is answered. */
async function straysBeforeQuit(wire: Wire): Promise<readonly string[]> {
  const strays: string[] = [];
  wire.write("QUIT\r\n");
  for (let count = 0; count < 10; count++) {
    const answer = await wire.answer();
    if (answer.final === undefined || codeOf(answer) === 221) break;
    strays.push(shown(answer));
  }
  return strays;
}

/**
 * Replies that came before the one to a command whose reply cannot be mistaken: a verb that nobody has. So it need not
 * be guessed how long a second reply may take.
 */
async function straysAfter(wire: Wire): Promise<readonly string[]> {
  const first = await wire.ask("PWD LSPF");
  const again = await wire.ask("PWD LSPF");
  if (first.final === undefined || again.final === undefined || shown(first) === shown(again)) return [];
  // The first of the two was the stray, and the reply to the second is still to come.
  await wire.answer();
  return [shown(first)];
}

function judge(row: ReplyRow, { answer, strays }: Asked): Outcome {
  const said = shown(answer);
  if (answer.faults.length > 0) return fail(`${said}: ${answer.faults.join(", ")}`);
  if (answer.final === undefined)
    return answer.ended === "closed"
      ? fail(`${row.line}: the server closed the connection`)
      : fail(`${row.line}: no reply`);
  if (strays.length > 0) return fail(`${said}, and then ${strays.join(", ")}`);
  const code = codeOf(answer);
  if (code === 421) return unknown(said);
  if (isNotOffered(answer) && !row.codes.includes(String(code)))
    return row.isRequired === true
      ? warn(`every server has to have it (RFC 1123 §4.1.2.13): ${said}`)
      : info(`not offered: ${said}`);
  const fits = row.codes.some((prefix) =>
    prefix.length === 3
      ? String(code) === prefix
      : String(code).startsWith(prefix) && mayAnswer(code, row.verb),
  );
  if (fits) return pass(said);
  const isError = code >= 400;
  const wantsError = row.codes.some((prefix) => /^[45]/.test(prefix));
  const wantsSuccess = row.codes.some((prefix) => /^[23]/.test(prefix));
  if ((isError && !wantsError) || (!isError && !wantsSuccess))
    return fail(`${said}, where ${row.codes.map(spelled).join(" or ")} is due`);
  return warn(`${said}, where ${row.codes.map(spelled).join(" or ")} is due`);
}

/** `5` is any 5yz that the standards give the command. */
function spelled(prefix: string): string {
  return prefix.length === 3 ? prefix : `a ${prefix}yz of the command's own`;
}
