const marker: symbol = Symbol.for("@longshore/ftp-address/AddressEncodeError");

/**
 * What is wrong: `syntax`, not of the form that the command or reply has; `host`, no address of its family; `port`,
 * not from 1 to 65535; `family`, a network protocol that is not known, or that the command cannot carry.
 */
export type AddressErrorCode = "syntax" | "host" | "port" | "family";

/** The peer's mistake: data, never thrown. */
export interface AddressDecodeError {
  readonly code: AddressErrorCode;
  readonly message: string;
  /**
   * The reply that answers a refused argument: 501, or for the code `family` 522 after EPRT and EPSV (RFC 2428 §2)
   * and 521 after LPRT (RFC 1639 §4). Undefined for what came in a reply, which nothing answers.
   */
  readonly reply: 501 | 521 | 522 | undefined;
}

/** A value read from the wire, or why there is none. */
export type AddressResult<Value> =
  | ({ readonly ok: true } & Value)
  | { readonly ok: false; readonly error: AddressDecodeError };

/** The caller's mistake, thrown by the formatters and by nothing else. */
export class AddressEncodeError extends Error {
  declare readonly name: "AddressEncodeError";
  declare readonly code: AddressErrorCode;

  constructor(code: AddressErrorCode, value: unknown) {
    super(describe(code, value));
    Object.assign(this, { name: "AddressEncodeError", code, [marker]: true });
  }

  /** Whether `value` is an {@link AddressEncodeError}, also one made by another installed version. */
  static isInstance(value: unknown): value is AddressEncodeError {
    return (value as Record<symbol, unknown> | null | undefined)?.[marker] === true;
  }
}

/** @param unsupported the reply to an unknown protocol; left out where a reply is read */
export function refuse(
  code: AddressErrorCode,
  value: unknown,
  unsupported?: AddressDecodeError["reply"],
): { readonly ok: false; readonly error: AddressDecodeError } {
  const reply = code === "family" ? unsupported : unsupported && 501;
  return { ok: false, error: { code, message: describe(code, value), reply } };
}

function describe(code: AddressErrorCode, value: unknown): string {
  return `${code}: cannot use ${JSON.stringify(value)}`;
}
