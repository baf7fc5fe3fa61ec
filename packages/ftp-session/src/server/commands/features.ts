import { commandRow, type Verb } from "@longshore/ftp-command";
import { factNames, formatFactFeature } from "@longshore/ftp-listing";
import { reply } from "@longshore/ftp-reply";
import { featuresOf, type Session } from "../session.ts";
import { answer, type Step } from "../step.ts";
import { hashFeature } from "./hash.ts";
import { languageFeature } from "./language.ts";
import { modifyFactsFeature } from "./modify-facts.ts";
import { writesAside } from "./store.ts";

/**
 * RFC 2389 §3: computed from the commands that are there, the store and the policy. A command whose line depends
 * on one of these says so in {@link lines}; the others stand as in the command table.
 */
export function features(offered: readonly Verb[], session: Session): Step {
  const found = offered.flatMap((verb) => {
    const line = lines[verb];
    return (line === undefined ? commandRow(verb).feature : line(session, offered)) ?? [];
  });
  // RFC 3659 §6: paths are as VirtualPath has them.
  return answer(reply(211, "Features:", ...[...found, "TVFS"].map((line) => ` ${line}`), "End"));
}

function whenWritable(session: Session, line: string): string | undefined {
  return featuresOf(session).capabilities.writable ? line : undefined;
}

/** No RFC has a line for it: an upload's name has the old content until it has all of the new, and clients need no other. */
function whenWhole(session: Session, line: string): string | undefined {
  return writesAside(session) ? line : undefined;
}

const lines: {
  readonly [V in Verb]?: (session: Session, offered: readonly Verb[]) => string | undefined;
} = {
  AUTH: () => "AUTH TLS",
  STOR: (session) => whenWhole(session, "STOR ATOMIC"),
  MDTM: (session) => (featuresOf(session).capabilities.modified === "none" ? undefined : "MDTM"),
  MFMT: (session) => (featuresOf(session).setTimes ? "MFMT" : undefined),
  MFCT: (session) => (featuresOf(session).setCreated ? "MFCT" : undefined),
  MFF: modifyFactsFeature,
  HASH: hashFeature,
  LANG: languageFeature,
  AVBL: (session) => (featuresOf(session).freeSpace ? "AVBL" : undefined),
  COMB: (session) => whenWritable(session, "COMB"),
  RMDA: (session) => whenWritable(session, "RMDA"),
  "OPTS ALLO": (session, offered) =>
    offered.includes("ALLO") ? whenWhole(session, "ALLO EXACT") : undefined,
  // Commands that are there to say that what they are about is not.
  CCC: ({ options }) => (options.allowClearCommands ? "CCC" : undefined),
  "OPTS MODE": () => undefined,
  "SITE UTIME": (session) => (featuresOf(session).setTimes ? "SITE UTIME" : undefined),
  "SITE SYMLINK": (session) => (featuresOf(session).makeLink ? "SITE SYMLINK" : undefined),
  "SITE CPFR": (session) => whenWritable(session, "SITE COPY"),
  MLST: ({ parameters }) => formatFactFeature(factNames, parameters.facts),
};
