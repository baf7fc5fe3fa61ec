import type { ArgumentFault } from "./error.ts";
import { type Grammars, splitOnce, token, upper } from "./grammar.ts";
import { formatOctal, parseNumber, parseOctal, parseOctets } from "./numbers.ts";

/** Arguments of letters and numbers. */
export const parameterGrammars: Grammars<
  | "type"
  | "structure"
  | "mode"
  | "allocation"
  | "restart"
  | "bufferSize"
  | "protection"
  | "switch"
  | "protocol"
  | "range"
  | "sizeMeaning"
  | "modeOptions"
  | "mask"
  | "seconds"
> = {
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
  protocol: {
    syntax: "[1|2|ALL]",
    parse: (text) => {
      if (text === "") return {};
      const protocol = upper(text) === "ALL" ? "ALL" : parseNumber(text, 0, 65535);
      return protocol === undefined ? "bad-argument" : { protocol };
    },
    format: ({ protocol }) => (protocol === undefined ? "" : `${protocol}`),
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
  sizeMeaning: {
    syntax: "EXACT",
    parse: (text) => {
      const meaning = letter(text, ["EXACT"]);
      return meaning === undefined ? letterFault(text) : { meaning };
    },
    format: (argument) => argument.meaning,
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
  mask: {
    syntax: "[octal-mask]",
    parse: (text) => {
      if (text === "") return {};
      const mask = parseOctal(text);
      return mask === undefined ? "bad-argument" : { mask };
    },
    format: ({ mask }) => (mask === undefined ? "" : formatOctal(mask)),
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

function letter<Letter extends string>(text: string, letters: readonly Letter[]): Letter | undefined {
  const wanted = upper(text);
  return letters.find((candidate) => candidate === wanted);
}

/** A letter that is not in the grammar may be a parameter of some extension; anything else is an error. */
function letterFault(text: string): ArgumentFault {
  if (text === "") return "missing-argument";
  return /^[A-Za-z]$/.test(text) ? "unsupported-parameter" : "bad-argument";
}
