import type { BlockList } from "node:net";
import { hexOf, isFrom, networkOf } from "../address.ts";
import { compilePattern, type Pattern, PatternError, type PatternMatch } from "./pattern.ts";

/** Rules that turn the names that clients ask for into others, in order. */
export interface RewriteRules {
  readonly rules: readonly RewriteRule[];
}

export interface RewriteRule {
  /** Its line in the text, from 1. */
  readonly line: number;
  readonly action: "replace" | "replace-all" | "refuse" | "stop";
  readonly pattern: Pattern;
  /** The new text, or the message of the refusal. */
  readonly text: readonly Piece[];
  /** Only requests of this kind; both unless told. */
  readonly operation?: "read" | "write";
  /** Only clients of this network. */
  readonly from?: BlockList;
  /** No rule after this one, where it matched. */
  readonly isLast: boolean;
}

export type RewriteRulesResult =
  | { readonly ok: true; readonly rules: RewriteRules }
  /** `line` counts from 1. */
  | { readonly ok: false; readonly line: number; readonly message: string };

/** What a rule looks at. */
export interface RewriteSubject {
  readonly filename: string;
  readonly operation: "read" | "write";
  /** The client's numeric address. */
  readonly address: string;
}

/** One rule that matched. */
export interface RewriteStep {
  readonly line: number;
  readonly action: RewriteRule["action"];
  readonly before: string;
  readonly after: string;
}

export type Rewriting =
  | { readonly type: "name"; readonly filename: string; readonly steps: readonly RewriteStep[] }
  | { readonly type: "refused"; readonly message: string; readonly steps: readonly RewriteStep[] };

/** Steps of all patterns together: what a name costs at most, times its length. */
const maxSize = 4000;
/** Characters of a name that came of a rule, and places that `replace-all` changes. */
const maxName = 1024;
const maxPlaces = 64;

/**
 * Reads rules, one a line: `ACTION [-FLAG …] PATTERN [TEXT]`. Empty lines and those that begin with `#` count for
 * nothing; a word with blanks stands in quotes, single or double, in which nothing is escaped.
 *
 * - `replace PATTERN TEXT` changes the first match, `replace-all PATTERN TEXT` each.
 * - `refuse PATTERN [MESSAGE]` answers ERROR 2.
 * - `stop PATTERN` leaves the name as it is by then.
 * - `-read`, `-write`: requests of that kind alone. `-from NETWORK`: clients of that network alone. `-ignore-case`.
 *   `-last`: no rule after it, where it matched.
 *
 * TEXT has `$0` to `$9` (or `$(1)`, `$(1:lower)`, `$(1:upper)`) for the match and its groups, `$(address)` for the
 * client's address, `$(address:hex)` for an IPv4 address as PXELINUX writes it (`C0000201`), `$$` for a dollar sign.
 *
 * @example parseRewriteRules("replace-all \\\\ /\nreplace ^/?(.*)$ boot/$1")
 */
export function parseRewriteRules(text: string): RewriteRulesResult {
  const rules: RewriteRule[] = [];
  let size = 0;
  for (const [index, written] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    if (/^\s*(?:#|$)/.test(written)) continue;
    try {
      const rule = parseRule(wordsOf(written), line);
      size += rule.pattern.size;
      if (size > maxSize) throw new PatternError("all patterns together are too large");
      rules.push(rule);
    } catch (error) {
      if (error instanceof PatternError) return { ok: false, line, message: error.message };
      throw error;
    }
  }
  return { ok: true, rules: { rules } };
}

/** What the rules make of a name. Linear in its length, whatever the patterns are. */
export function rewriteName({ rules }: RewriteRules, subject: RewriteSubject): Rewriting {
  const steps: RewriteStep[] = [];
  let filename = subject.filename;
  for (const rule of rules) {
    const { action, line, operation, from } = rule;
    if (operation !== undefined && operation !== subject.operation) continue;
    if (from !== undefined && !isFrom(from, subject.address)) continue;
    const [first] = find(rule, filename, 1);
    if (first === undefined) continue;
    if (action === "refuse")
      return {
        type: "refused",
        message: fillIn(rule.text, first, subject) || "Access violation",
        steps: [...steps, { line, action, before: filename, after: "" }],
      };
    const before = filename;
    if (action !== "stop") filename = replace(rule, filename, subject);
    steps.push({ line, action, before, after: filename });
    if (filename.length > maxName) return { type: "refused", message: "The name is too long", steps };
    if (rule.isLast || action === "stop") break;
  }
  return { type: "name", filename, steps };
}

function find({ pattern }: RewriteRule, name: string, most: number): readonly PatternMatch[] {
  const found: PatternMatch[] = [];
  for (let at = 0; found.length < most; ) {
    const match = pattern.search(name, at);
    if (match === undefined) break;
    found.push(match);
    // An empty match is taken once at its place.
    at = match.end > match.start ? match.end : match.end + lengthAt(name, match.end);
    if (at > name.length) break;
  }
  return found;
}

function replace(rule: RewriteRule, name: string, subject: RewriteSubject): string {
  let made = "";
  let at = 0;
  for (const match of find(rule, name, rule.action === "replace" ? 1 : maxPlaces)) {
    made += name.slice(at, match.start) + fillIn(rule.text, match, subject);
    at = match.end;
  }
  return made + name.slice(at);
}

/** Of the character there: a pattern looks at whole ones. */
function lengthAt(text: string, at: number): 1 | 2 {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

type Piece =
  | string
  | { readonly group: number; readonly as: "lower" | "upper" | undefined }
  | { readonly address: "plain" | "hex" };

function fillIn(pieces: readonly Piece[], { groups }: PatternMatch, { address }: RewriteSubject): string {
  return pieces
    .map((piece) => {
      if (typeof piece === "string") return piece;
      if ("address" in piece) return piece.address === "hex" ? hexOf(address) : address;
      const text = groups[piece.group] ?? "";
      return piece.as === "lower" ? text.toLowerCase() : piece.as === "upper" ? text.toUpperCase() : text;
    })
    .join("");
}

/** The words of a line; quotes hold one together. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  const word = /\s*(?:"([^"]*)"|'([^']*)'|([^\s"'][^\s]*))(?=\s|$)|\s*(\S)|\s+$/gy;
  for (let match = word.exec(line); match !== null; match = word.exec(line)) {
    if (match[4] !== undefined) throw new PatternError(`the quote ${match[4]} is not closed`);
    const text = match[1] ?? match[2] ?? match[3];
    if (text !== undefined) words.push(text);
    if (word.lastIndex >= line.length) break;
  }
  return words;
}

const actions: readonly string[] = ["replace", "replace-all", "refuse", "stop"];

function parseRule([action = "", ...words]: string[], line: number): RewriteRule {
  if (!isAction(action)) throw new PatternError(`there is no ${action}; there are ${actions.join(", ")}`);
  const flags: { operation?: "read" | "write"; from?: BlockList; ignoreCase?: true; isLast?: true } = {};
  while (words[0]?.startsWith("-")) {
    const flag = words.shift();
    if (flag === "-read" || flag === "-write") flags.operation = flag === "-read" ? "read" : "write";
    else if (flag === "-ignore-case") flags.ignoreCase = true;
    else if (flag === "-last") flags.isLast = true;
    else if (flag === "-from") flags.from = parseNetwork(words.shift() ?? "");
    else throw new PatternError(`there is no ${flag}; write [-] for a pattern that begins so`);
  }
  const [source, text, ...rest] = words;
  if (source === undefined) throw new PatternError(`${action} needs a pattern`);
  const wantsText = action === "replace" || action === "replace-all";
  if (wantsText && text === undefined) throw new PatternError(`${action} needs a text; write "" for none`);
  if (action === "stop" && text !== undefined) throw new PatternError("stop takes a pattern alone");
  if (rest.length > 0)
    throw new PatternError(`there is more than one text; put it into quotes: "${text} ${rest[0]}…"`);
  const { operation, from, ignoreCase = false, isLast = false } = flags;
  return {
    line,
    action,
    pattern: compilePattern(source, { ignoreCase }),
    text: piecesOf(text ?? ""),
    isLast,
    ...(operation === undefined ? {} : { operation }),
    ...(from === undefined ? {} : { from }),
  };
}

function isAction(word: string): word is RewriteRule["action"] {
  return actions.includes(word);
}

/** @throws {PatternError} */
function parseNetwork(text: string): BlockList {
  const network = networkOf(text);
  if (network === undefined)
    throw new PatternError(`${text || "nothing"} is no network; write it as 192.0.2.0/24`);
  return network;
}

function piecesOf(text: string): readonly Piece[] {
  return (text.match(/\$(?:\d|\$|\([^)]*\))|\$|[^$]+/g) ?? []).map((written): Piece => {
    if (!written.startsWith("$")) return written;
    if (written === "$$") return "$";
    const named = /^\$(?:(\d)|\((?:(\d)(?::(lower|upper))?|address(:hex)?)\))$/.exec(written);
    if (named === null)
      throw new PatternError(
        `${written} stands for nothing; write $$ for a dollar sign, or $0 to $9, $(1:lower), $(address)`,
      );
    const group = named[1] ?? named[2];
    if (group === undefined) return { address: named[4] === undefined ? "plain" : "hex" };
    const as = named[3];
    return { group: Number(group), as: as === "lower" || as === "upper" ? as : undefined };
  });
}
