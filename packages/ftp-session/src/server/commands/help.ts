import { helpText, isVerb, type Verb } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import { answer, type Step } from "../step.ts";

/** RFC 959 §4.1.3, from the command table: all commands, or the syntax of one. */
export function help(offered: readonly Verb[], topic: string | undefined): Step {
  if (topic !== undefined) return helpOn(offered, topic.toUpperCase());
  const plain = offered.filter((verb) => !verb.includes(" "));
  return answer(reply(214, "Commands:", ...columns(plain), "End"));
}

/** The same for SITE's subcommands. */
export function siteHelp(offered: readonly Verb[], topic: string | undefined): Step {
  if (topic !== undefined) return helpOn(offered, `SITE ${topic.toUpperCase()}`);
  const subcommands = offered.filter((verb) => verb.startsWith("SITE ")).map((verb) => helpText(verb));
  return answer(reply(214, "SITE commands:", ...subcommands.map((line) => ` ${line}`), "End"));
}

function helpOn(offered: readonly Verb[], topic: string): Step {
  if (!isVerb(topic) || !offered.includes(topic)) return answer(reply(502, "There is no such command."));
  return answer(reply(214, `Syntax: ${helpText(topic)}`));
}

function columns(words: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < words.length; at += 8) {
    lines.push(
      ` ${words
        .slice(at, at + 8)
        .map((word) => word.padEnd(8))
        .join("")
        .trimEnd()}`,
    );
  }
  return lines;
}
