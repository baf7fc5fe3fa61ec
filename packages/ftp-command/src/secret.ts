/**
 * Text that does not print: `String`, `JSON.stringify`, template strings and Node's `inspect` show `***`.
 * Only {@link Secret.reveal} gives the text.
 */
export interface Secret {
  reveal(): string;
  toString(): string;
  toJSON(): string;
}

/** `text` as a {@link Secret}. */
export function createSecret(text: string): Secret {
  return new HiddenText(text);
}

/** Whether `value` is a {@link Secret}, also one made by another installed version. */
export function isSecret(value: unknown): value is Secret {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[marker] === true;
}

/** What stands in the place of a secret wherever one is printed. */
export const redacted: string = "***";

const marker = Symbol.for("@longshore/ftp-command/Secret");
const inspect = Symbol.for("nodejs.util.inspect.custom");

class HiddenText implements Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get [marker](): true {
    return true;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [inspect](): string {
    return redacted;
  }
}
