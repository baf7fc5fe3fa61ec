import { encodeText } from "@longshore/nvt";
import { type Answer, codeOf, quote, shown } from "../answer.ts";
import type { Check } from "../check.ts";
import { fail, info, type Outcome, pass, warn } from "../finding.ts";
import type { Visit } from "../visit.ts";

/** How NOOP is sent; the small pauses keep the pieces apart on the way. */
const fragments = [
  ["N", "O", "O", "P", "\r\n"],
  ["NOOP\r", "\n"],
] as const;

export const lineChecks: readonly Check[] = [
  {
    id: "lines.fragments",
    group: "lines",
    title: "A command that comes in pieces is one command",
    source: "RFC 854, RFC 959 §4",
    async run(visit) {
      for (const pieces of fragments) {
        const wire = await visit.session();
        for (const piece of pieces) {
          wire.write(piece);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        const answer = await wire.answer();
        if (codeOf(answer) !== 200) return fail(`NOOP sent as ${JSON.stringify(pieces)}: ${shown(answer)}`);
      }
      return pass("in five pieces, and with CR and LF apart");
    },
  },
  {
    id: "lines.pipelined",
    group: "lines",
    title: "Commands that come together are answered in order",
    source: "RFC 959 §5.4, RFC 1123 §4.1.2.11",
    async run(visit) {
      const wire = await visit.session();
      wire.write("PWD\r\nSYST\r\nTYPE I\r\n");
      const answers: Answer[] = [];
      for (let count = 0; count < 3; count++) answers.push(await wire.answer());
      const codes = answers.map(codeOf).join(", ");
      return /^257, \d+, 200$/.test(codes)
        ? pass(codes)
        : warn(`PWD, SYST and TYPE I together: ${answers.map(shown).join(", ")}`);
    },
  },
  {
    id: "lines.bare-lf",
    group: "lines",
    title: "Whether LF alone ends a command",
    source: "RFC 959 §5.3",
    async run(visit) {
      const wire = await visit.session();
      wire.write("NOOP\n");
      const answer = await wire.answer(visit.limits.quiet);
      if (answer.final !== undefined) return info(`it does: ${shown(answer)}`);
      // The line is still open: it is ended, whatever that is answered.
      wire.write("\r\n");
      await wire.answer();
      return info("it does not");
    },
  },
  {
    id: "lines.long",
    group: "lines",
    title: "A line of 20,000 characters costs one reply, or the connection",
    source: "RFC 1123 §4.1.2.11",
    run: long,
  },
  {
    id: "lines.telnet",
    group: "lines",
    title: "ABOR behind Telnet's Synch is understood",
    source: "RFC 959 §4.1.3, RFC 854",
    async run(visit) {
      const wire = await visit.session();
      wire.write(Uint8Array.of(0xff, 0xf4, 0xff, 0xf2, ...encodeText("ABOR\r\n")));
      const answer = await wire.answer();
      return [225, 226].includes(codeOf(answer))
        ? pass(shown(answer))
        : warn(`IAC IP, IAC DM, ABOR were answered ${shown(answer)}`);
    },
  },
  {
    id: "lines.reflection",
    group: "lines",
    title: "A reply does not give back what the client sent",
    source: "ALPACA (USENIX Security 2021) §5",
    async run(visit) {
      const { wire } = await visit.greet();
      const sent = "<script>alert(1)</script>";
      const answer = await wire.ask(sent);
      wire.close();
      const text = answer.final?.lines.join("\n") ?? "";
      return text.toLowerCase().includes("<script>")
        ? warn(`a browser that is led here is sent its script back: ${shown(answer)}`)
        : pass(shown(answer));
    },
  },
  {
    id: "lines.http",
    group: "lines",
    title: "A request of HTTP ends the connection",
    source: "ALPACA (USENIX Security 2021) §7",
    async run(visit) {
      const { wire } = await visit.greet();
      wire.write("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      const said: string[] = [];
      for (let count = 0; count < 5; count++) {
        const answer = await wire.answer(visit.limits.quiet * 2);
        if (answer.ended === "closed") return pass(said.join(", ") || "closed at once");
        if (answer.final === undefined) break;
        said.push(String(codeOf(answer)));
      }
      wire.close();
      return info(`it goes on: its lines were answered ${said.join(", ")}`);
    },
  },
];

async function long(visit: Visit): Promise<Outcome> {
  const { wire } = await visit.greet();
  try {
    wire.write(`NOOP ${"x".repeat(20_000)}\r\n`);
    const answer = await wire.answer();
    if (answer.ended === "closed") return pass("the connection is closed");
    if (answer.final === undefined) return fail(`no reply: ${quote(answer.faults.join(", "))}`);
    wire.write("QUIT\r\n");
    const codes: number[] = [];
    for (let count = 0; count < 30; count++) {
      const next = await wire.answer();
      if (next.final === undefined || codeOf(next) === 221) break;
      codes.push(codeOf(next));
    }
    return codes.length === 0
      ? pass(shown(answer))
      : warn(`${codes.length + 1} replies: ${[codeOf(answer), ...codes].slice(0, 8).join(", ")}`);
  } finally {
    wire.close();
  }
}
