import {
  childPath,
  type FileStore,
  FileStoreError,
  rootPath,
  type StoreContext,
  type VirtualPath,
} from "@longshore/file-store";
import type { Admission, SharedAdmission } from "./admission.ts";
import type { Authenticator, LoginRequest, ServerUser } from "./authenticator.ts";
import type { FtpServerOptions } from "./options.ts";
import { restrictStore } from "./permission.ts";
import { settleRules } from "./permission-rule.ts";
import { type QuotaExcess, quotaStore, quotaUsage } from "./quota-store.ts";
import type { Quotas } from "./quotas.ts";
import type { Paces } from "./rate.ts";
import { subStore } from "./sub-store.ts";
import { isLimited, pathOf, permissionOf } from "./user-options.ts";

/** Who is logged in where: the users of all sessions of a server. */
export interface Logins {
  /**
   * Rejects when an authenticator or the choice of a store fails.
   *
   * @param isTrusted `false`: what is wanted besides the password is not there; the work is the same
   * @param onQuotaExceeded told when the user's quota refuses something
   */
  logIn(
    request: LoginRequest,
    isTrusted?: boolean,
    onQuotaExceeded?: (user: string, excess: QuotaExcess) => void,
  ): Promise<Login | "denied" | "limit" | "banned">;
}

/** A session's user, counted until `end`. */
export interface Login {
  readonly user: ServerUser;
  /** The store with what the user may do. */
  readonly store: FileStore;
  /** The working directory to begin with. */
  readonly home: VirtualPath;
  /** The user's store without restrictions: for the server's own hooks. */
  readonly ownStore: FileStore;
  /** What an anonymous user gave for a password. */
  guest: string | undefined;
  /** How fast the session may be. */
  readonly paces: Paces;
  end(): void;
}

/** @param realm the virtual host: users of one name on two hosts are two */
export function createLogins(
  authenticate: Authenticator,
  store: FtpServerOptions["store"],
  admission: Admission | SharedAdmission,
  quotas: Quotas,
  realm = "",
): Logins {
  return {
    async logIn(request, isTrusted = true, onQuotaExceeded = () => {}) {
      const { remoteAddress } = request;
      // Other connections of a banned address are still there: their passwords are not looked at any more.
      if (admission.isBanned(remoteAddress)) return "banned";
      const answer = await authenticate(request);
      if (answer.result !== "accepted" || !isTrusted) {
        // Nobody has guessed at anything yet: a password may follow.
        if (request.certified === true) return "denied";
        await admission.failLogin(remoteAddress);
        return admission.isBanned(remoteAddress) ? "banned" : "denied";
      }
      if (admission.isBanned(remoteAddress)) return "banned";
      const { user } = answer;
      // Counted before anything else is awaited: two logins at once are two.
      const key = realm === "" ? user.name : `${user.name}@${realm}`;
      const counted = await admission.logIn(key, user.sessions);
      if (counted === undefined) return "limit";
      const paces = admission.rates.open(key, user);
      let endQuota = (): void => {};
      const end = (): void => {
        counted.end();
        paces.end();
        endQuota();
      };
      try {
        const base = typeof store === "function" ? await store(user) : store;
        const keep = (own: FileStore, context: StoreContext): FileStore => {
          const { quota = {} } = user;
          if (!isLimited(quota)) return own;
          const opened = quotas.open(
            JSON.stringify([key, pathOf(user.root).text]),
            // A function gives a user the same files each time, if not the same store.
            typeof store === "function" ? undefined : store,
            () => quotaUsage(own, context),
          );
          endQuota = opened.end;
          const { ledger } = opened;
          // Begins while the client has yet to say what it wants. A failure is told to what needs the count.
          ledger.counted().catch(() => {});
          return quotaStore(own, {
            ledger,
            quota,
            onExceeded: (excess) => onQuotaExceeded(user.name, excess),
          });
        };
        const { store: restricted, ownStore, home } = await settle(base, user, request, keep);
        return { user, store: restricted, ownStore, home, guest: undefined, paces, end };
      } catch (error) {
        end();
        throw error;
      }
    },
  };
}

/** What the user sees of the store, from which directory on. */
async function settle(
  base: FileStore,
  user: ServerUser,
  { remoteAddress, secure }: LoginRequest,
  keepQuota: (own: FileStore, context: StoreContext) => FileStore,
): Promise<Pick<Login, "store" | "ownStore" | "home">> {
  const context: StoreContext = { user: user.name, remoteAddress, secure };
  const [root, wanted] = [pathOf(user.root), pathOf(user.home)];
  if (user.createHome === true) await makeWay(base, root, context);
  if (root.segments.length > 0 && !(await isDirectory(base, root, context)))
    throw new FileStoreError(
      "not-found",
      `${root} is the root of ${user.name} and no directory: make it, or set createHome`,
    );
  const own = subStore(base, root);
  if (user.createHome === true) await makeWay(own, wanted, context);
  const home = (await isDirectory(own, wanted, context)) ? wanted : rootPath;
  const permission = await settleRules(permissionOf(user), own, context);
  return { store: restrictStore(keepQuota(own, context), permission), ownStore: own, home };
}

async function isDirectory(store: FileStore, path: VirtualPath, context: StoreContext): Promise<boolean> {
  if (path.segments.length === 0) return true;
  try {
    return (await store.stat(path, context)).type === "directory";
  } catch (error) {
    if (FileStoreError.isInstance(error) && error.code !== "io") return false;
    throw error;
  }
}

/** Makes each directory on the way that is missing. */
async function makeWay(store: FileStore, path: VirtualPath, context: StoreContext): Promise<void> {
  let at = rootPath;
  for (const name of path.segments) {
    at = childPath(at, name);
    try {
      await store.makeDirectory(at, context);
    } catch (error) {
      if (!FileStoreError.isInstance(error) || error.code !== "exists") throw error;
    }
  }
}
