import type { Verb } from "./table.ts";

const decodeMarker = Symbol.for("@longshore/ftp-command/CommandDecodeError");
const encodeMarker = Symbol.for("@longshore/ftp-command/CommandEncodeError");

/** What can be wrong with an argument. */
export type ArgumentFault =
  | "missing-argument"
  | "unexpected-argument"
  | "bad-argument"
  | "unsupported-parameter";

export type CommandDecodeErrorCode = ArgumentFault | "empty" | "unknown-verb" | "forbidden-character";

/**
 * The reply that answers each fault (RFC 959 §4.2): 500 where no command could be made out, 501 for its
 * argument, 504 for a well-formed parameter that the command does not know.
 */
const replyToFault: Readonly<Record<CommandDecodeErrorCode, 500 | 501 | 504>> = {
  empty: 500,
  "unknown-verb": 500,
  "forbidden-character": 501,
  "missing-argument": 501,
  "unexpected-argument": 501,
  "bad-argument": 501,
  "unsupported-parameter": 504,
};

/**
 * A line that is no command: a value for {@link import("./parse.ts").parseCommand}'s caller, never thrown.
 * `message` holds nothing that the peer sent, so that it may be logged and sent back.
 */
export class CommandDecodeError extends Error {
  override readonly name = "CommandDecodeError";
  readonly code: CommandDecodeErrorCode;
  /** The reply code that answers it: 500, 501 or 504. */
  readonly reply: 500 | 501 | 504;
  /** The canonical verb, if the line has one of the table. */
  readonly verb?: Verb;

  constructor(code: CommandDecodeErrorCode, message: string, verb?: Verb) {
    super(`${code}: ${message}`);
    this.code = code;
    this.reply = replyToFault[code];
    if (verb !== undefined) this.verb = verb;
    Object.defineProperty(this, decodeMarker, { value: true });
  }

  /** Whether `value` is a {@link CommandDecodeError}, also one made by another installed version. */
  static isInstance(value: unknown): value is CommandDecodeError {
    return hasMarker(value, decodeMarker);
  }
}

export type CommandEncodeErrorCode = ArgumentFault | "unknown-verb" | "forbidden-character" | "ambiguous";

/** A command that cannot be written as a line; thrown by {@link import("./format.ts").formatCommand}. */
export class CommandEncodeError extends Error {
  override readonly name = "CommandEncodeError";
  readonly code: CommandEncodeErrorCode;

  constructor(code: CommandEncodeErrorCode, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
    Object.defineProperty(this, encodeMarker, { value: true });
  }

  /** Whether `value` is a {@link CommandEncodeError}, also one made by another installed version. */
  static isInstance(value: unknown): value is CommandEncodeError {
    return hasMarker(value, encodeMarker);
  }
}

function hasMarker(value: unknown, marker: symbol): boolean {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[marker] === true;
}
