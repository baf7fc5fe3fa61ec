import type { VirtualPath } from "@longshore/file-store";
import type { Secret } from "@longshore/ftp-command";
import type { Permission } from "./permission.ts";

/** A login that is to be checked. */
export interface LoginRequest {
  readonly username: string;
  readonly password: Secret;
  readonly remoteAddress: string;
  /** The control connection is TLS. */
  readonly secure: boolean;
}

/** Who has logged in, and what that user may do. */
export interface ServerUser {
  readonly name: string;
  /** `false` unless told. */
  readonly anonymous?: boolean;
  /** Read-only unless told. */
  readonly permission?: Permission;
  /** The working directory after login; the root unless told. */
  readonly home?: VirtualPath;
  /** Sessions that this user may have at once. */
  readonly sessions?: number;
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

/** RFC 1635: `anonymous` and `ftp` with any password, by custom an e-mail address. */
export function anonymousAuthenticator(options: AnonymousOptions = {}): Authenticator {
  const { permission = "ro", home, sessions } = options;
  const user: ServerUser = {
    name: "anonymous",
    anonymous: true,
    permission,
    ...(home === undefined ? {} : { home }),
    ...(sessions === undefined ? {} : { sessions }),
  };
  return async ({ username }) =>
    /^(?:anonymous|ftp)$/i.test(username) ? { result: "accepted", user } : { result: "unknown" };
}

export interface AnonymousOptions {
  /** `"ro"` unless told. */
  readonly permission?: Permission;
  readonly home?: VirtualPath;
  /** Anonymous sessions at once. */
  readonly sessions?: number;
}
