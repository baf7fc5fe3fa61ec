import { createHmac, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { type Authenticator, checkPaths, type ServerUser } from "./authenticator.ts";
import type { UserOptions } from "./user-options.ts";

/** A user in a static list. */
export interface UserEntry extends UserOptions {
  readonly name: string;
  /** In clear, or what {@link hashPassword} gave (`scrypt$…`). */
  readonly password: string;
}

/**
 * Users from a list. A name that is not in it costs the same work as a wrong password (RFC 2577 §6). A password that
 * was right is remembered as a keyed digest, so that the same one does not cost a scrypt each time.
 */
export function userAuthenticator(users: readonly UserEntry[]): Authenticator {
  for (const entry of users) checkPaths(entry);
  const known = new Map(users.map((entry) => [entry.name, { entry, hash: hashOf(entry) }]));
  nobody ??= hashPassword(randomBytes(16).toString("hex"));
  const stranger = nobody;
  const key = randomBytes(32);
  const seen = new Map<string, Buffer>();
  return async ({ username, password }) => {
    const found = known.get(username);
    const text = password.reveal();
    const digest = createHmac("sha256", key).update(text).digest();
    const before = seen.get(username);
    const isRight =
      (before !== undefined && timingSafeEqual(before, digest)) ||
      (await verifyPassword(text, await (found?.hash ?? stranger)));
    if (found === undefined) return { result: "unknown" };
    if (!isRight) return { result: "refused" };
    seen.set(username, digest);
    return { result: "accepted", user: toUser(found.entry) };
  };
}

/** A salted hash of a password for {@link UserEntry.password}: `scrypt$N$r$p$salt$hash`, the last two in base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const { N, r, p } = cost;
  const hash = await derive(password, salt, hashLength, cost);
  return ["scrypt", N, r, p, salt.toString("base64"), hash.toString("base64")].join("$");
}

/** Whether `hash` is of `password`; a hash of another form is of none. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [scheme, N = "", r = "", p = "", salt = "", digest = "", more] = hash.split("$");
  const options = { N: Number(N), r: Number(r), p: Number(p) };
  const expected = Buffer.from(digest, "base64");
  if (scheme !== "scrypt" || more !== undefined || expected.length === 0 || !isCost(options)) return false;
  const actual = await derive(password, Buffer.from(salt, "base64"), expected.length, options);
  return timingSafeEqual(actual, expected);
}

/** The hash against which unknown names are checked: of a password that nobody has. */
let nobody: Promise<string> | undefined;

/** 16 MiB and some 50 ms for each check. */
const cost = { N: 16_384, r: 8, p: 1 } as const;
const hashLength = 32;

function hashOf({ password }: UserEntry): Promise<string> {
  return password.startsWith("scrypt$") ? Promise.resolve(password) : hashPassword(password);
}

function toUser({ password: _, ...user }: UserEntry): ServerUser {
  return user;
}

function isCost({ N, r, p }: { N: number; r: number; p: number }): boolean {
  const whole = [N, r, p].every((value) => Number.isInteger(value) && value > 0);
  return whole && (N & (N - 1)) === 0 && N > 1 && N * r <= 1 << 20 && p <= 16;
}

/** At most two at once: the threads that do this also serve the file system. */
const lanes: [Promise<unknown>, Promise<unknown>] = [Promise.resolve(), Promise.resolve()];
let turn: 0 | 1 = 0;

function derive(password: string, salt: Uint8Array, length: number, options: ScryptOptions): Promise<Buffer> {
  const run = (): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const memory = { ...options, maxmem: 256 * 1024 * 1024 };
      scrypt(password.normalize("NFC"), salt, length, memory, (error, key) => {
        if (error === null) resolve(key);
        else reject(error);
      });
    });
  const lane = turn;
  turn = turn === 0 ? 1 : 0;
  const result = lanes[lane].then(run, run);
  lanes[lane] = result.catch(() => {});
  return result;
}
