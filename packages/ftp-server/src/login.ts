import type { FileStore } from "@longshore/file-store";
import type { Authenticator, LoginRequest, ServerUser } from "./authenticator.ts";
import type { FtpServerOptions } from "./options.ts";
import { restrictStore } from "./permission.ts";

/** Who is logged in where: the users of all sessions of a server. */
export interface Logins {
  /** Rejects when an authenticator or the choice of a store fails. */
  logIn(request: LoginRequest): Promise<Login | "denied" | "limit">;
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

export function createLogins(authenticate: Authenticator, store: FtpServerOptions["store"]): Logins {
  const sessions = new Map<string, number>();
  return {
    async logIn(request) {
      const answer = await authenticate(request);
      if (answer.result !== "accepted") return "denied";
      const { user } = answer;
      const count = sessions.get(user.name) ?? 0;
      if (user.sessions !== undefined && count >= user.sessions) return "limit";
      // Counted before anything is awaited: two logins at once are two.
      sessions.set(user.name, count + 1);
      let isOver = false;
      const end = (): void => {
        if (isOver) return;
        isOver = true;
        const left = (sessions.get(user.name) ?? 1) - 1;
        if (left > 0) sessions.set(user.name, left);
        else sessions.delete(user.name);
      };
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
