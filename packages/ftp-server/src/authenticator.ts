import type { X509Certificate } from "node:crypto";
import type { Secret } from "@longshore/ftp-command";
import { isRules } from "./permission-rule.ts";
import { pathOf, type UserOptions } from "./user-options.ts";

/** A login that is to be checked. */
export interface LoginRequest {
  readonly username: string;
  readonly password: Secret;
  readonly remoteAddress: string;
  /** The control connection is TLS. */
  readonly secure: boolean;
  /** The certificate of the client's that was trusted, where the server asks for one. */
  readonly certificate?: X509Certificate;
  /** That certificate stands for this user in the place of a password, which is empty. */
  readonly certified?: true;
}

/** Who has logged in, and what that user may do. */
export interface ServerUser extends UserOptions {
  readonly name: string;
  /** `false` unless told. */
  readonly anonymous?: boolean;
}

/**
 * - `accepted`: this is the user.
 * - `refused`: the password is wrong, or the user may not come in (now, from there).
 * - `unknown`: someone else may know the user; the next authenticator is asked.
 */
export type LoginAnswer =
  | { readonly result: "accepted"; readonly user: ServerUser }
  | { readonly result: "refused" }
  | { readonly result: "unknown" };

/**
 * Checks a login. It should take as long for a user that it does not know as for a wrong password (RFC 2577 §6);
 * a rejection is reported as an `error` event and ends the session with 421.
 */
export type Authenticator = (login: LoginRequest) => Promise<LoginAnswer>;

/** Asks one after the other until one knows the user. */
export function firstOf(authenticators: readonly Authenticator[]): Authenticator {
  return async (login) => {
    for (const authenticate of authenticators) {
      const answer = await authenticate(login);
      if (answer.result !== "unknown") return answer;
    }
    return { result: "unknown" };
  };
}

/**
 * RFC 1635: `anonymous` and `ftp` with any password, by custom an e-mail address.
 *
 * @throws {FileStoreError} `name-not-allowed` when a path of the options cannot be one
 */
export function anonymousAuthenticator(options: AnonymousOptions = {}): Authenticator {
  checkPaths(options);
  const user: ServerUser = { ...options, name: "anonymous", anonymous: true };
  return async ({ username }) =>
    /^(?:anonymous|ftp)$/i.test(username) ? { result: "accepted", user } : { result: "unknown" };
}

/** What the anonymous user may do: to read, unless told. */
export type AnonymousOptions = UserOptions;

/** That every path of a user can be one. @throws {FileStoreError} `name-not-allowed` */
export function checkPaths({ root, home, permission, incoming = [] }: UserOptions): void {
  const rules = permission !== undefined && isRules(permission) ? permission.map(({ path }) => path) : [];
  for (const path of [root, home, ...rules, ...incoming]) pathOf(path);
}
