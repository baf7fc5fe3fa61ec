const marker: symbol = Symbol.for("@longshore/ftp-address/AddressEncodeError");

/** What is wrong with an argument or a reply; the set is closed. */
export type AddressDecodeErrorCode =
  /** Not of the form that the command or reply has. */
  | "syntax"
  /** The address is none of its family. */
  | "host"
  /** Port 0, or above 65535. */
  | "port"
  /** A network protocol other than IPv4 and IPv6. */
  | "family";

/** The peer's mistake: data, never thrown. */
export interface AddressDecodeError {
  readonly code: AddressDecodeErrorCode;
  readonly message: string;
  /**
   * The reply that answers a refused argument: 501 for its form, 522 for an EPRT or EPSV protocol (RFC 2428 §2),
   * 521 for an LPRT family (RFC 1639 §4). A reply that cannot be read has none.
   */
  readonly reply?: 501 | 521 | 522;
}

/** A value read from the wire, or why there is none. */
export type AddressResult<Value> =
  | ({ readonly ok: true } & Value)
  | { readonly ok: false; readonly error: AddressDecodeError };

/** `family`: the command cannot carry this family; `delimiter`: not 33 to 126, or part of the address. */
export type AddressEncodeErrorCode = "host" | "port" | "family" | "delimiter";

/** The caller's mistake, thrown by the formatters and by nothing else. */
export class AddressEncodeError extends Error {
  override readonly name = "AddressEncodeError";
  readonly code: AddressEncodeErrorCode;

  constructor(code: AddressEncodeErrorCode, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether `value` is an {@link AddressEncodeError}, also one made by another installed version. */
  static isInstance(value: unknown): value is AddressEncodeError {
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[marker] === true;
  }
}

export function refuse(
  code: AddressDecodeErrorCode,
  message: string,
  reply?: 501 | 521 | 522,
): { readonly ok: false; readonly error: AddressDecodeError } {
  const error = { code, message: `${code}: ${message}` };
  return { ok: false, error: reply === undefined ? error : { ...error, reply } };
}
