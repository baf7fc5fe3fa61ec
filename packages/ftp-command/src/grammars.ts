import type { GrammarName } from "./arguments.ts";
import type { Grammars } from "./grammar.ts";
import { parameterGrammars } from "./parameters.ts";
import { pathGrammars } from "./paths.ts";
import { textGrammars } from "./texts.ts";

/** Every grammar that the command table names. */
export const grammars: Grammars<GrammarName> = /* @__PURE__ */ allGrammars();

function allGrammars(): Grammars<GrammarName> {
  return { ...textGrammars, ...parameterGrammars, ...pathGrammars };
}
