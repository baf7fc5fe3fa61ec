import { commandRow, type Verb } from "@longshore/ftp-command";
import { factNames, formatFactFeature } from "@longshore/ftp-listing";
import { reply } from "@longshore/ftp-reply";
import { featuresOf, type Session } from "../session.ts";
import { answer, type Step } from "../step.ts";

/**
 * RFC 2389 §3: computed from the commands that are there, the store and the policy. A command whose line depends
 * on one of these says so in {@link lines}; the others stand as in the command table.
 */
export function features(offered: readonly Verb[], session: Session): Step {
  const found = offered.flatMap((verb) => {
    const line = lines[verb];
    return (line === undefined ? commandRow(verb).feature : line(session)) ?? [];
  });
  // RFC 3659 §6: paths are as VirtualPath has them.
  return answer(reply(211, "Features:", ...[...found, "TVFS"].map((line) => ` ${line}`), "End"));
}

const lines: { readonly [V in Verb]?: (session: Session) => string | undefined } = {
  AUTH: () => "AUTH TLS",
  MDTM: (session) => (featuresOf(session).capabilities.modified === "none" ? undefined : "MDTM"),
  MFMT: (session) => (featuresOf(session).setTimes ? "MFMT" : undefined),
  MLST: ({ parameters }) => formatFactFeature(factNames, parameters.facts),
};
