import type { ArgumentsByGrammar, Fact } from "./arguments.ts";
import type { ArgumentFault } from "./error.ts";
import { type Grammars, splitOnce, token } from "./grammar.ts";
import { formatOctal, parseOctal, parseOctets } from "./numbers.ts";
import { isTimeVal, type TimeVal } from "./time-val.ts";
import { joinWords, quote, readQuoted, splitWords } from "./words.ts";

/** Arguments with a path, or with what is said of files. */
export const pathGrammars: Grammars<
  | "path"
  | "optionalPath"
  | "modificationTime"
  | "rangeOfPath"
  | "timeOfPath"
  | "factsOfPath"
  | "combination"
  | "factNames"
  | "permissions"
  | "fileTimes"
  | "link"
> = {
  path: {
    syntax: "path",
    parse: (text) => (text === "" ? "missing-argument" : { path: text }),
    format: (argument) => argument.path,
  },
  optionalPath: {
    syntax: "[path]",
    parse: (text) => (text === "" ? {} : { path: text }),
    format: (argument) => argument.path ?? "",
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
};

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
