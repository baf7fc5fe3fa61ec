import type { FileStore } from "@longshore/file-store";
import type { Admission } from "./admission.ts";
import type { Authenticator, LoginRequest, ServerUser } from "./authenticator.ts";
import type { FtpServerOptions } from "./options.ts";
import { restrictStore } from "./permission.ts";

/** Who is logged in where: the users of all sessions of a server. */
export interface Logins {
  /** Rejects when an authenticator or the choice of a store fails. */
  logIn(request: LoginRequest): Promise<Login | "denied" | "limit" | "banned">;
}

/** A session's user, counted until `end`. */
export interface Login {
  readonly user: ServerUser;
  /** The store with what the user may do. */
  readonly store: FileStore;
  /** The store itself: for the server's own hooks. */
  readonly ownStore: FileStore;
  /** What an anonymous user gave for a password. */
  readonly guest?: string;
  end(): void;
}

export function createLogins(
  authenticate: Authenticator,
  store: FtpServerOptions["store"],
  admission: Admission,
): Logins {
  return {
    async logIn(request) {
      const { remoteAddress } = request;
      // Other connections of a banned address are still there: their passwords are not looked at any more.
      if (admission.isBanned(remoteAddress)) return "banned";
      const answer = await authenticate(request);
      if (answer.result !== "accepted") {
        admission.failLogin(remoteAddress);
        return admission.isBanned(remoteAddress) ? "banned" : "denied";
      }
      if (admission.isBanned(remoteAddress)) return "banned";
      const { user } = answer;
      // Counted before anything is awaited: two logins at once are two.
      const counted = admission.logIn(user.name, user.sessions);
      if (counted === undefined) return "limit";
      const { end } = counted;
      try {
        const own = typeof store === "function" ? await store(user) : store;
        return { user, store: restrictStore(own, user.permission ?? "ro"), ownStore: own, end };
      } catch (error) {
        end();
        throw error;
      }
    },
  };
}
