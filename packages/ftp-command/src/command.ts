import type { ArgumentsByGrammar } from "./arguments.ts";
import type { AliasOf, GrammarOf, Verb } from "./table.ts";

/** The command of one verb, derived from its row: `CommandOf<"RETR">` is `{ verb: "RETR", path: string }`. */
export type CommandOf<V extends Verb> = V extends Verb
  ? Flat<{ readonly verb: V } & ArgumentsByGrammar[GrammarOf<V>] & Naming<V>>
  : never;

/**
 * A command of the protocol, the same for both ends. `verb` is canonical; `alias` is there if it was, or is to
 * be, sent by another name (`XPWD`).
 */
export type FtpCommand = CommandOf<Verb>;

type Naming<V extends Verb> = [AliasOf<V>] extends [never] ? unknown : { readonly alias?: AliasOf<V> };

type Flat<T> = T extends unknown ? { readonly [K in keyof T]: T[K] } : never;
