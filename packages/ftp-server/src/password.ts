import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

/** A salted hash of a password: `scrypt$N$r$p$salt$hash`, the last two in base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const { N, r, p } = cost;
  const hash = await derive(password, salt, hashLength, cost);
  return ["scrypt", N, r, p, salt.toString("base64"), hash.toString("base64")].join("$");
}

/** Whether `hash` is of `password`; a hash of another form is of none. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const parsed = parseHash(hash);
  if (parsed === undefined) return false;
  const { options, salt, digest } = parsed;
  return timingSafeEqual(await derive(password, salt, digest.length, options), digest);
}

/** Whether `text` is a hash that {@link verifyPassword} can check, within the cost that one login may have. */
export function isPasswordHash(text: string): boolean {
  return parseHash(text) !== undefined;
}

/**
 * A hash that costs as much to check as `hash` and is of no password at all: for names that nobody has (RFC 2577 §6).
 */
export function strangerHash(hash: string | undefined): string {
  const { options, salt, digest } = parseHash(hash ?? "") ?? standard;
  const { N, r, p } = options;
  const bytes = (length: number): string => randomBytes(length).toString("base64");
  return ["scrypt", N, r, p, bytes(salt.length), bytes(digest.length)].join("$");
}

interface ParsedHash {
  readonly options: Cost;
  readonly salt: Uint8Array;
  readonly digest: Uint8Array;
}

interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

function parseHash(hash: string): ParsedHash | undefined {
  const [scheme, N = "", r = "", p = "", salt = "", digest = "", more] = hash.split("$");
  const options = { N: Number(N), r: Number(r), p: Number(p) };
  const bytes = Buffer.from(digest, "base64");
  if (scheme !== "scrypt" || more !== undefined || bytes.length === 0 || bytes.length > 256) return undefined;
  return isCost(options) ? { options, salt: Buffer.from(salt, "base64"), digest: bytes } : undefined;
}

/** 16 MiB and some 50 ms for each check. */
const cost: Cost = { N: 16_384, r: 8, p: 1 };
const hashLength = 32;
const standard: ParsedHash = { options: cost, salt: new Uint8Array(16), digest: new Uint8Array(hashLength) };

function isCost({ N, r, p }: Cost): boolean {
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
