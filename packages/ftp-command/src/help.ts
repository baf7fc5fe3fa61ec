import { grammars } from "./grammars.ts";
import { commandRow, type Verb } from "./table.ts";

/** The syntax of a command in one line, `RETR path`, as HELP and SITE HELP show it. */
export function helpText(verb: Verb): string {
  const { syntax } = grammars[commandRow(verb).grammar];
  return syntax === "" ? verb : `${verb} ${syntax}`;
}
