import { type Grammars, splitOnce, upper } from "./grammar.ts";
import { createSecret } from "./secret.ts";

/** Arguments that are a text or nothing. */
export const textGrammars: Grammars<
  | "none"
  | "ignored"
  | "text"
  | "optionalText"
  | "topic"
  | "username"
  | "password"
  | "requiredPassword"
  | "account"
  | "address"
  | "host"
  | "language"
  | "option"
  | "mechanism"
  | "securityData"
  | "algorithm"
> = {
  none: { syntax: "", parse: (text) => (text === "" ? {} : "unexpected-argument"), format: () => "" },
  ignored: { syntax: "", parse: () => ({}), format: () => "" },
  text: {
    syntax: "text",
    parse: (text) => (text === "" ? "missing-argument" : { text }),
    format: (argument) => argument.text,
  },
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
  username: {
    syntax: "username",
    parse: (text) => (text === "" ? "missing-argument" : { username: text }),
    format: (argument) => argument.username,
  },
  password: {
    syntax: "password",
    parse: (text) => ({ password: createSecret(text) }),
    format: (argument) => argument.password.reveal(),
  },
  requiredPassword: {
    syntax: "password",
    parse: (text) => (text === "" ? "missing-argument" : { password: createSecret(text) }),
    format: (argument) => argument.password.reveal(),
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
  language: {
    syntax: "[language-tag]",
    parse: (text) => {
      if (text === "") return {};
      return /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/.test(text) ? { language: text } : "bad-argument";
    },
    format: (argument) => argument.language ?? "",
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
  algorithm: {
    syntax: "[algorithm]",
    parse: (text) => {
      if (text === "") return {};
      return /^[\w/-]+$/.test(text) ? { algorithm: upper(text) } : "bad-argument";
    },
    format: (argument) => argument.algorithm ?? "",
  },
};

/** RFC 7151 §3: `sub-domain`. */
const label = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
