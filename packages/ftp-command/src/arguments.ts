import type { ArgumentFault } from "./error.ts";
import { formatOctal, type Octets, parseNumber, parseOctal, parseOctets } from "./numbers.ts";
import { createSecret, type Secret } from "./secret.ts";
import { isTimeVal, type TimeVal } from "./time-val.ts";
import { joinWords, quote, readQuoted, splitWords } from "./words.ts";

/** A fact with its value: `Modify=20260102030405`, `UNIX.mode=0644` (RFC 3659 §7.2). */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** What each grammar makes of an argument. Texts are as sent, without CR, LF and NUL. */
export interface ArgumentsByGrammar {
  readonly none: unknown;
  /** None, but one that came is passed over. */
  readonly ignored: unknown;
  readonly text: { readonly text: string };
  readonly optionalText: { readonly text?: string };
  readonly topic: { readonly topic?: string };
  /** Everything behind the one space, leading and trailing spaces too (RFC 2640 §3.1). */
  readonly path: { readonly path: string };
  readonly optionalPath: { readonly path?: string };
  readonly username: { readonly username: string };
  readonly password: { readonly password: Secret };
  readonly requiredPassword: { readonly password: Secret };
  readonly account: { readonly account: Secret };
  /** The argument as it is: `@longshore/ftp-address` reads it. */
  readonly address: { readonly address: string };
  /** `byteSize` in bits, 1 to 255. */
  readonly type:
    | { readonly type: "A" | "E"; readonly form?: "N" | "T" | "C" }
    | { readonly type: "I" }
    | { readonly type: "L"; readonly byteSize: number };
  readonly structure: { readonly structure: "F" | "R" | "P" };
  readonly mode: { readonly mode: "S" | "B" | "C" | "Z" };
  /** In logical bytes. */
  readonly allocation: { readonly size: Octets; readonly recordSize?: Octets };
  /**
   * Digits are an offset in octets (RFC 3659 §5.3), other printable text a marker of block or compressed mode
   * (RFC 959 §3.5), which stream mode answers with 501. A marker of digits alone arrives as an offset.
   */
  readonly restart: { readonly offset: Octets } | { readonly marker: string };
  readonly mechanism: { readonly mechanism: string };
  /** Base64, not decoded. */
  readonly securityData: { readonly data: Secret };
  /** 0 to 2^32 - 1. */
  readonly bufferSize: { readonly size: number };
  readonly protection: { readonly level: "C" | "S" | "E" | "P" };
  readonly switch: { readonly state?: "ON" | "OFF" };
  readonly option: { readonly name: string; readonly parameters?: string };
  /** 1 IPv4, 2 IPv6, and whatever number else was asked for. */
  readonly protocol: { readonly protocol?: number | "ALL" };
  readonly language: { readonly language?: string };
  /**
   * `time` present: the set form. A path that looks like a time, a space and a name cannot be asked for;
   * where no such file stands, a server may try the two joined by a space.
   */
  readonly modificationTime: { readonly path: string; readonly time?: TimeVal };
  /** As sent; compare without regard to case. An IPv6 address keeps its brackets. */
  readonly host: { readonly host: string };
  readonly rangeOfPath: { readonly path: string; readonly start?: Octets; readonly end?: Octets };
  readonly timeOfPath: { readonly time: TimeVal; readonly path: string };
  readonly factsOfPath: { readonly facts: readonly Fact[]; readonly path: string };
  /** Both inclusive, in octets; 1 and 0 take the range back. */
  readonly range: { readonly start: Octets; readonly end: Octets };
  readonly combination: { readonly target: string; readonly parts: readonly string[] };
  readonly factNames: { readonly facts: readonly string[] };
  readonly algorithm: { readonly algorithm?: string };
  /** `level` 0 to 9. */
  readonly modeOptions: { readonly mode: "Z"; readonly level?: number };
  /** 0 to 0o7777. */
  readonly permissions: { readonly permissions: number; readonly path: string };
  readonly mask: { readonly mask?: number };
  readonly fileTimes:
    | { readonly path: string; readonly modified: TimeVal }
    | {
        readonly path: string;
        readonly modified: TimeVal;
        readonly accessed: TimeVal;
        readonly created: TimeVal;
      };
  readonly link: { readonly target: string; readonly path: string };
  readonly seconds: { readonly seconds?: number };
}

export type GrammarName = keyof ArgumentsByGrammar;

/** A named grammar: the parser beside the formatter. `format` need not check: formatting ends in parsing. */
export interface Grammar<Argument> {
  /** As HELP shows it; empty for no argument. */
  readonly syntax: string;
  /** `text` is what stands behind the space, empty if there is nothing. */
  readonly parse: (text: string) => Argument | ArgumentFault;
  readonly format: (argument: Argument) => string;
}

const path: Grammar<{ readonly path: string }> = {
  syntax: "path",
  parse: (text) => (text === "" ? "missing-argument" : { path: text }),
  format: (argument) => argument.path,
};

const text: Grammar<{ readonly text: string }> = {
  syntax: "text",
  parse: (text) => (text === "" ? "missing-argument" : { text }),
  format: (argument) => argument.text,
};

const password: Grammar<{ readonly password: Secret }> = {
  syntax: "password",
  parse: (text) => ({ password: createSecret(text) }),
  format: (argument) => argument.password.reveal(),
};

/** Every grammar that the command table names. */
export const grammars: { readonly [G in GrammarName]: Grammar<ArgumentsByGrammar[G]> } = {
  none: { syntax: "", parse: (text) => (text === "" ? {} : "unexpected-argument"), format: () => "" },
  ignored: { syntax: "", parse: () => ({}), format: () => "" },
  text,
  optionalText: {
    syntax: "[text]",
    parse: (text) => (text === "" ? {} : { text }),
    format: (argument) => argument.text ?? "",
  },
  topic: {
    syntax: "[command]",
    parse: (text) => (text === "" ? {} : { topic: text }),
    format: (argument) => argument.topic ?? "",
  },
  path,
  optionalPath: {
    syntax: "[path]",
    parse: (text) => (text === "" ? {} : { path: text }),
    format: (argument) => argument.path ?? "",
  },
  username: {
    syntax: "username",
    parse: (text) => (text === "" ? "missing-argument" : { username: text }),
    format: (argument) => argument.username,
  },
  password,
  requiredPassword: {
    ...password,
    parse: (text) => (text === "" ? "missing-argument" : password.parse(text)),
  },
  account: {
    syntax: "account",
    parse: (text) => (text === "" ? "missing-argument" : { account: createSecret(text) }),
    format: (argument) => argument.account.reveal(),
  },
  address: {
    syntax: "address",
    parse: (text) => (text === "" ? "missing-argument" : { address: text }),
    format: (argument) => argument.address,
  },
  type: {
    syntax: "A [N|T|C] | E [N|T|C] | I | L byte-size",
    parse: (text) => {
      if (text === "") return "missing-argument";
      const [type = "", parameter, more] = upper(text).split(" ");
      if (more !== undefined) return "bad-argument";
      if (type === "I") return parameter === undefined ? { type } : "unexpected-argument";
      if (type === "L") {
        if (parameter === undefined) return "missing-argument";
        const byteSize = parseNumber(parameter, 1, 255);
        return byteSize === undefined ? "bad-argument" : { type, byteSize };
      }
      if (type !== "A" && type !== "E") return letterFault(type);
      if (parameter === undefined) return { type };
      const form = letter(parameter, ["N", "T", "C"]);
      return form === undefined ? letterFault(parameter) : { type, form };
    },
    format: (argument) => {
      if (argument.type === "L") return `L ${argument.byteSize}`;
      return "form" in argument && argument.form !== undefined
        ? `${argument.type} ${argument.form}`
        : argument.type;
    },
  },
  structure: {
    syntax: "F|R|P",
    parse: (text) => {
      const structure = letter(text, ["F", "R", "P"]);
      return structure === undefined ? letterFault(text) : { structure };
    },
    format: (argument) => argument.structure,
  },
  mode: {
    syntax: "S|B|C|Z",
    parse: (text) => {
      const mode = letter(text, ["S", "B", "C", "Z"]);
      return mode === undefined ? letterFault(text) : { mode };
    },
    format: (argument) => argument.mode,
  },
  allocation: {
    syntax: "size [R record-size]",
    parse: (text) => {
      if (text === "") return "missing-argument";
      const [first = "", letter, second, more] = text.split(" ");
      const size = parseOctets(first);
      if (size === undefined) return "bad-argument";
      if (letter === undefined) return { size };
      const recordSize = second === undefined ? undefined : parseOctets(second);
      if (upper(letter) !== "R" || recordSize === undefined || more !== undefined) return "bad-argument";
      return { size, recordSize };
    },
    format: ({ size, recordSize }) => (recordSize === undefined ? `${size}` : `${size} R ${recordSize}`),
  },
  restart: {
    syntax: "offset | marker",
    parse: (text) => {
      if (text === "") return "missing-argument";
      const offset = parseOctets(text);
      if (offset !== undefined) return { offset };
      return /^[!-~]+$/.test(text) && /[^0-9]/.test(text) ? { marker: text } : "bad-argument";
    },
    format: (argument) => ("offset" in argument ? `${argument.offset}` : argument.marker),
  },
  mechanism: {
    syntax: "mechanism",
    parse: (text) => {
      if (text === "") return "missing-argument";
      return /^[\w-]+$/.test(text) ? { mechanism: upper(text) } : "bad-argument";
    },
    format: (argument) => argument.mechanism,
  },
  securityData: {
    syntax: "base64",
    parse: (text) => {
      if (text === "") return "missing-argument";
      return text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text)
        ? { data: createSecret(text) }
        : "bad-argument";
    },
    format: (argument) => argument.data.reveal(),
  },
  bufferSize: {
    syntax: "size",
    parse: (text) => {
      if (text === "") return "missing-argument";
      const size = parseNumber(text, 0, 0xffff_ffff);
      return size === undefined ? "bad-argument" : { size };
    },
    format: (argument) => `${argument.size}`,
  },
  protection: {
    syntax: "C|S|E|P",
    parse: (text) => {
      const level = letter(text, ["C", "S", "E", "P"]);
      return level === undefined ? letterFault(text) : { level };
    },
    format: (argument) => argument.level,
  },
  switch: {
    syntax: "[ON|OFF]",
    parse: (text) => {
      if (text === "") return {};
      const state = letter(text, ["ON", "OFF"]);
      return state === undefined ? "bad-argument" : { state };
    },
    format: (argument) => argument.state ?? "",
  },
  option: {
    syntax: "command [options]",
    parse: (text) => {
      const [name, parameters] = splitOnce(text);
      if (name === "") return text === "" ? "missing-argument" : "bad-argument";
      return parameters === "" ? { name } : { name, parameters };
    },
    format: ({ name, parameters }) => (parameters === undefined ? name : `${name} ${parameters}`),
  },
  protocol: {
    syntax: "[1|2|ALL]",
    parse: (text) => {
      if (text === "") return {};
      const protocol = upper(text) === "ALL" ? "ALL" : parseNumber(text, 0, 65535);
      return protocol === undefined ? "bad-argument" : { protocol };
    },
    format: ({ protocol }) => (protocol === undefined ? "" : `${protocol}`),
  },
  language: {
    syntax: "[language-tag]",
    parse: (text) => {
      if (text === "") return {};
      return /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/.test(text) ? { language: text } : "bad-argument";
    },
    format: (argument) => argument.language ?? "",
  },
  modificationTime: {
    syntax: "[YYYYMMDDhhmmss] path",
    parse: (text) => {
      if (text === "") return "missing-argument";
      const [time, path] = splitOnce(text);
      return path !== "" && isTimeVal(time) ? { time, path } : { path: text };
    },
    format: ({ time, path }) => (time === undefined ? path : `${time} ${path}`),
  },
  host: {
    syntax: "host-name",
    parse: (text) => {
      if (text === "") return "missing-argument";
      const literal = /^\[[0-9A-Fa-f:.]+\]$/.test(text) && text.includes(":");
      return text.length <= 255 && (literal || text.split(".").every((part) => label.test(part)))
        ? { host: text }
        : "bad-argument";
    },
    format: (argument) => argument.host,
  },
  rangeOfPath: {
    syntax: "path [start [end]]",
    parse: parseRangeOfPath,
    format: ({ path, start, end }) => {
      if (start === undefined) {
        const plain = parseRangeOfPath(path);
        return typeof plain === "string" || plain.path !== path ? quote(path) : path;
      }
      const range = end === undefined ? `${start}` : `${start} ${end}`;
      return `${joinWords([path])} ${range}`;
    },
  },
  timeOfPath: {
    syntax: "YYYYMMDDhhmmss path",
    parse: (text) => {
      const [time, path] = splitOnce(text);
      if (path === "") return "missing-argument";
      return isTimeVal(time) ? { time, path } : "bad-argument";
    },
    format: ({ time, path }) => `${time} ${path}`,
  },
  factsOfPath: {
    syntax: "fact=value; ... path",
    parse: (text) => {
      const [list, path] = splitOnce(text);
      if (path === "") return "missing-argument";
      if (!list.endsWith(";")) return "bad-argument";
      const facts: Fact[] = [];
      for (const item of list.slice(0, -1).split(";")) {
        const equals = item.indexOf("=");
        const fact = { name: item.slice(0, Math.max(equals, 0)), value: item.slice(equals + 1) };
        if (!token.test(fact.name)) return "bad-argument";
        if (/^(?:modify|create)$/i.test(fact.name) && !isTimeVal(fact.value)) return "bad-argument";
        facts.push(fact);
      }
      return { facts, path };
    },
    format: ({ facts, path }) => `${facts.map(({ name, value }) => `${name}=${value};`).join("")} ${path}`,
  },
  range: {
    syntax: "start end",
    parse: (text) => {
      if (text === "") return "missing-argument";
      const [first, second] = splitOnce(text);
      const start = parseOctets(first);
      const end = parseOctets(second);
      if (start === undefined || end === undefined) return "bad-argument";
      return start <= end || (start === 1 && end === 0) ? { start, end } : "bad-argument";
    },
    format: ({ start, end }) => `${start} ${end}`,
  },
  combination: {
    syntax: "target part ...",
    parse: (text) => {
      const [target, ...parts] = splitWords(text) ?? [];
      if (target === undefined) return text === "" ? "missing-argument" : "bad-argument";
      return parts.length === 0 ? "missing-argument" : { target, parts };
    },
    format: ({ target, parts }) => joinWords([target, ...parts]),
  },
  factNames: {
    syntax: "[fact; ...]",
    parse: (text) => {
      if (text === "") return { facts: [] };
      const facts = text.split(";");
      return facts.pop() === "" && facts.every((fact) => token.test(fact)) ? { facts } : "bad-argument";
    },
    format: (argument) => argument.facts.map((fact) => `${fact};`).join(""),
  },
  algorithm: {
    syntax: "[algorithm]",
    parse: (text) => {
      if (text === "") return {};
      return /^[\w/-]+$/.test(text) ? { algorithm: upper(text) } : "bad-argument";
    },
    format: (argument) => argument.algorithm ?? "",
  },
  modeOptions: {
    syntax: "Z [LEVEL 0-9]",
    parse: (text) => {
      const [mode = "", name, value = "", more] = upper(text).split(" ");
      if (mode !== "Z") return letterFault(mode);
      if (name === undefined) return { mode };
      if (name !== "LEVEL") return token.test(name) ? "unsupported-parameter" : "bad-argument";
      const level = parseNumber(value, 0, 9);
      return level === undefined || more !== undefined ? "bad-argument" : { mode, level };
    },
    format: ({ mode, level }) => (level === undefined ? mode : `${mode} LEVEL ${level}`),
  },
  permissions: {
    syntax: "octal-mode path",
    parse: (text) => {
      const [digits, path] = splitOnce(text);
      if (path === "") return "missing-argument";
      const permissions = parseOctal(digits);
      return permissions === undefined ? "bad-argument" : { permissions, path };
    },
    format: ({ permissions, path }) => `${formatOctal(permissions)} ${path}`,
  },
  mask: {
    syntax: "[octal-mask]",
    parse: (text) => {
      if (text === "") return {};
      const mask = parseOctal(text);
      return mask === undefined ? "bad-argument" : { mask };
    },
    format: ({ mask }) => (mask === undefined ? "" : formatOctal(mask)),
  },
  fileTimes: {
    syntax: "YYYYMMDDhhmm[ss] path | path accessed modified created UTC",
    parse: parseFileTimes,
    format: (times) => {
      if (!("accessed" in times)) return `${times.modified} ${times.path}`;
      return `${times.path} ${times.accessed} ${times.modified} ${times.created} UTC`;
    },
  },
  link: {
    syntax: "target path",
    parse: (text) => {
      const [target, path, more] = splitWords(text) ?? [];
      if (target === undefined) return text === "" ? "missing-argument" : "bad-argument";
      if (path === undefined) return "missing-argument";
      return more === undefined ? { target, path } : "bad-argument";
    },
    format: ({ target, path }) => joinWords([target, path]),
  },
  seconds: {
    syntax: "[seconds]",
    parse: (text) => {
      if (text === "") return {};
      const seconds = parseNumber(text, 0, 0x7fff_ffff);
      return seconds === undefined ? "bad-argument" : { seconds };
    },
    format: ({ seconds }) => (seconds === undefined ? "" : `${seconds}`),
  },
};

/** RFC 3659 §7.2: a fact's name. */
const token = /^[A-Za-z0-9._-]+$/;

/** RFC 7151 §3: `sub-domain`. */
const label = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** In upper case as far as ASCII goes: `toUpperCase` alone makes S of U+017F. */
export function upper(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text.toUpperCase();
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/** What stands before the first space, and behind it; the second is empty if there is none. */
export function splitOnce(text: string): [before: string, behind: string] {
  const space = text.indexOf(" ");
  return space === -1 ? [text, ""] : [text.slice(0, space), text.slice(space + 1)];
}

function letter<Letter extends string>(text: string, letters: readonly Letter[]): Letter | undefined {
  const wanted = upper(text);
  return letters.find((candidate) => candidate === wanted);
}

/** A letter that is not in the grammar may be a parameter of some extension; anything else is an error. */
function letterFault(text: string): ArgumentFault {
  if (text === "") return "missing-argument";
  return /^[A-Za-z]$/.test(text) ? "unsupported-parameter" : "bad-argument";
}

/**
 * Quotes keep a path apart from the numbers behind it. Without them numbers are read as such only behind a
 * path that holds no space: `XCRC my file 2` asks for the file "my file 2".
 */
function parseRangeOfPath(text: string): ArgumentsByGrammar["rangeOfPath"] | ArgumentFault {
  if (text === "") return "missing-argument";
  const quoted = text.startsWith('"') ? readQuoted(text, 0) : undefined;
  const end = quoted?.end ?? text.indexOf(" ");
  const path = quoted?.word ?? text.slice(0, end);
  if (path === "") return { path: text };
  if (end === text.length) return { path };
  const numbers = /^ ([0-9]+)(?: ([0-9]+))?$/.exec(end === -1 ? "" : text.slice(end));
  if (numbers === null) return { path: text };
  const [, first = "", second] = numbers;
  const start = parseOctets(first);
  if (start === undefined) return "bad-argument";
  if (second === undefined) return { path, start };
  const last = parseOctets(second);
  return last === undefined ? "bad-argument" : { path, start, end: last };
}

/** NcFTP and lftp send the long form, ProFTPD documents the short one; both go without seconds at times. */
function parseFileTimes(text: string): ArgumentsByGrammar["fileTimes"] | ArgumentFault {
  if (text === "") return "missing-argument";
  const long = / ([0-9.]{12,33}) ([0-9.]{12,33}) ([0-9.]{12,33}) UTC$/i.exec(text);
  if (long !== null && long.index > 0) {
    const [accessed, modified, created] = long.slice(1).map(withSeconds);
    if (accessed === undefined || modified === undefined || created === undefined) return "bad-argument";
    return { path: text.slice(0, long.index), accessed, modified, created };
  }
  const [first, path] = splitOnce(text);
  if (path === "") return "missing-argument";
  const modified = withSeconds(first);
  return modified === undefined ? "bad-argument" : { path, modified };
}

function withSeconds(text: string): TimeVal | undefined {
  const time = /^[0-9]{12}$/.test(text) ? `${text}00` : text;
  return isTimeVal(time) ? time : undefined;
}
