import { fileURLToPath } from "node:url";
import { succeed } from "../../interop/support/exec.ts";
import type { Contender, Scenario } from "../support/scenario.ts";

const script = fileURLToPath(new URL("../programs/codecs.mjs", import.meta.url));

/** What is decoded or encoded, who does it too, and how much faster ours is to be. */
const works = [
  { what: "replies", title: "Replies decoded", other: "basic-ftp", goal: 3 },
  { what: "listing", title: "Lines of LIST read", other: "basic-ftp", goal: 3 },
  { what: "machine listing", title: "Lines of MLSD read", other: "basic-ftp", goal: 3 },
  { what: "TFTP decode", title: "TFTP packets decoded", other: "tftp", goal: 3 },
  { what: "TFTP encode", title: "TFTP packets encoded", other: "tftp", goal: 3 },
  { what: "commands", title: "Commands parsed", other: undefined, goal: undefined },
] as const;

const scenario: Scenario = {
  title: "Codecs: how many a second of processor time",
  async run(bench) {
    bench.note(
      "from the bytes of a socket to what a caller is handed: basic-ftp's with the StringDecoder of its socket",
    );
    bench.note(
      "TFTP: a DATA, an ACK and a request (an OACK) by turns, with the request's options read by both",
    );
    bench.note("of a reply's 185 ns, 70 to 85 are turning its bytes into text, which both have to");
    bench.note(
      "TFTP: of 520 ns for the three, 61 are the view of DATA, which is not a copy (npm's: 76), and 140 the request's text and strings; 3 times npm's would leave 160 for all else",
    );
    const measured = (name: string, what: string): Contender => ({
      name,
      async measure() {
        const args = ["--no-deprecation", script, name, what];
        return Number((await succeed(process.execPath, args)).text);
      },
    });
    for (const { what, title, other, goal } of works) {
      await bench.compare({
        title,
        unit: "1/s",
        better: "more",
        ours: measured("longshore", what),
        theirs: other === undefined ? [] : [{ ...measured(other, what), goal }],
      });
    }
  },
};

export default scenario;
