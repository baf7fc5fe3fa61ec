import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { type Authenticator, checkPaths, type ServerUser } from "./authenticator.ts";
import { hashPassword, isPasswordHash, strangerHash, verifyPassword } from "./password.ts";
import type { UserOptions } from "./user-options.ts";

/** A user in a static list. */
export interface UserEntry extends UserOptions {
  readonly name: string;
  /** In clear, or what {@link hashPassword} gave (`scrypt$…`). */
  readonly password: string;
}

/** Someone who has a password. */
export interface Account {
  readonly user: ServerUser;
  /** As {@link hashPassword} gives it. */
  readonly hash: string | Promise<string>;
}

/** Where accounts are looked up: a list, a file. */
export interface AccountSource {
  find(name: string): Account | undefined;
  /** Any of the accounts, the same for the same number: what it costs to check theirs. */
  some(number: number): Account | undefined;
}

/**
 * Users from a list.
 *
 * @throws {FileStoreError} `name-not-allowed` when a path of a user cannot be one
 */
export function userAuthenticator(users: readonly UserEntry[]): Authenticator {
  return passwordAuthenticator([listSource(users)]);
}

/**
 * Accounts of several sources, the first that knows a name before the others. Whatever name comes, one password is
 * hashed, at a cost that accounts here have (RFC 2577 §6). One that was right is remembered as a keyed digest, so that
 * it does not cost a scrypt each time.
 */
export function passwordAuthenticator(sources: readonly AccountSource[]): Authenticator {
  const key = randomBytes(32);
  const seen = new Map<string, { readonly hash: string; readonly digest: Buffer }>();
  const digestOf = (text: string): Buffer => createHmac("sha256", key).update(text).digest();
  return async ({ username, password, certified }) => {
    const account = sources.reduce<Account | undefined>(
      (found, one) => found ?? one.find(username),
      undefined,
    );
    if (certified === true)
      return account === undefined ? { result: "unknown" } : { result: "accepted", user: account.user };
    const hash = await (account?.hash ?? strangerFor(sources, digestOf(username).readUInt32LE()));
    const text = password.reveal();
    const digest = digestOf(text);
    const before = seen.get(username);
    const isKnown = before !== undefined && before.hash === hash && timingSafeEqual(before.digest, digest);
    const isRight = isKnown || (await verifyPassword(text, hash));
    if (account === undefined) return { result: "unknown" };
    if (!isRight) return { result: "refused" };
    if (seen.size >= maxSeen) seen.clear();
    seen.set(username, { hash, digest });
    return { result: "accepted", user: account.user };
  };
}

/** Passwords remembered as right; beyond it they are forgotten and cost a scrypt again. */
const maxSeen = 10_000;

/** @throws {FileStoreError} `name-not-allowed` when a path of a user cannot be one */
export function listSource(users: readonly UserEntry[]): AccountSource {
  const accounts = users.map(({ password, ...user }): Account => {
    checkPaths(user);
    return { user, hash: isPasswordHash(password) ? password : hashPassword(password) };
  });
  const known = new Map(accounts.map((account) => [account.user.name, account]));
  return { find: (name) => known.get(name), some: (number) => accounts[number % accounts.length] };
}

/**
 * The hash for a name that nobody has. Which account it is like depends on the name alone, so that the time for it says
 * as little as that of a wrong password.
 */
async function strangerFor(sources: readonly AccountSource[], number: number): Promise<string> {
  const first = number % Math.max(1, sources.length);
  const inOrder = [...sources.slice(first), ...sources.slice(0, first)];
  const like = inOrder.reduce<Account | undefined>((found, one) => found ?? one.some(number), undefined);
  return strangerHash(await like?.hash);
}
