import * as toml from "smol-toml";

/** How a users file is written. */
export type UsersSyntax = "json" | "toml";

/** By the end of the file's name: TOML where it is `.toml`. */
export function syntaxOf(path: string): UsersSyntax {
  return /\.toml$/i.test(path) ? "toml" : "json";
}

/** @throws {UsersSyntaxProblem} */
export function parseSyntax(text: string, syntax: UsersSyntax): unknown {
  return syntaxes[syntax].parse(text.replace(/^\ufeff/, ""));
}

export function formatSyntax(content: object, syntax: UsersSyntax): string {
  return syntaxes[syntax].format(content);
}

/** What is wrong with a text, in words without anything of it: passwords may stand there. */
export class UsersSyntaxProblem extends Error {
  override readonly name = "UsersSyntaxProblem";
}

const syntaxes: Readonly<
  Record<UsersSyntax, { parse(text: string): unknown; format(content: object): string }>
> = {
  json: {
    parse(text) {
      try {
        return JSON.parse(text);
      } catch {
        throw new UsersSyntaxProblem("is no JSON; look for a comma or a quote that is missing or too many");
      }
    },
    format: (content) => `${JSON.stringify(content, undefined, 2)}\n`,
  },
  toml: {
    parse(text) {
      try {
        return toml.parse(text);
      } catch (error) {
        const where = error instanceof toml.TomlError ? `: look at line ${error.line}` : "";
        throw new UsersSyntaxProblem(`is no TOML${where}`);
      }
    },
    format: (content) => `${toml.stringify(content).trimEnd()}\n`,
  },
};
