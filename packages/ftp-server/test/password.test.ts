import { createSecret } from "@longshore/ftp-command";
import {
  hashPassword,
  isPasswordHash,
  type UserEntry,
  userAuthenticator,
  verifyPassword,
} from "@longshore/ftp-server";
import { afterEach, describe, expect, it, vi } from "vitest";
import { secret, start } from "./support/server.ts";

/** What every hash computation was made with. */
const computations: { readonly N: number; readonly r: number; readonly p: number }[] = [];

vi.mock("node:crypto", async (original) => {
  const crypto = await original<typeof import("node:crypto")>();
  return {
    ...crypto,
    scrypt: (...args: Parameters<typeof crypto.scrypt>) => {
      const { N = 0, r = 0, p = 0 } = args[3];
      computations.push({ N, r, p });
      crypto.scrypt(...args);
    },
  };
});

afterEach(() => {
  computations.length = 0;
});

const cheap = { N: 2, r: 8, p: 1 };
const login = (username: string, password: string) => ({
  username,
  password: createSecret(password),
  remoteAddress: "192.0.2.7",
  secure: true,
});

describe("equal work for unknown users", () => {
  const users: readonly UserEntry[] = [{ name: "ann", password: secret }];

  it("one hash for a wrong password, one for a name that nobody has, with the same parameters", async () => {
    const authenticate = userAuthenticator(users);
    expect(await authenticate(login("ann", "wrong"))).toEqual({ result: "refused" });
    expect(computations.splice(0)).toEqual([cheap]);
    expect(await authenticate(login("nobody", "wrong"))).toEqual({ result: "unknown" });
    expect(computations.splice(0)).toEqual([cheap]);
    expect(await authenticate(login("", ""))).toEqual({ result: "unknown" });
    expect(computations.splice(0)).toEqual([cheap]);
  });

  it("also where the name was known once or the right password had been given", async () => {
    const authenticate = userAuthenticator(users);
    expect(await authenticate(login("ann", "secret"))).toMatchObject({ result: "accepted" });
    expect(await authenticate(login("ann", "wrong"))).toEqual({ result: "refused" });
    expect(computations).toEqual([cheap, cheap]);
  });

  it("a name that nobody has costs what some account costs, and always the same", async () => {
    const dear = secret.replace("$2$", "$4$");
    const authenticate = userAuthenticator([
      { name: "ann", password: secret },
      { name: "bob", password: dear },
    ]);
    const costs = new Set<number>();
    for (let number = 0; number < 40; number++) {
      for (let again = 0; again < 2; again++) await authenticate(login(`nobody-${number}`, "wrong"));
      const [first, second] = computations.splice(0);
      expect(second).toEqual(first);
      if (first !== undefined) costs.add(first.N);
    }
    expect([...costs].sort()).toEqual([2, 4]);
  });

  it("over the wire, with every way to log in at once", async () => {
    const { client } = await start({
      users,
      anonymous: true,
      authenticators: [async () => ({ result: "unknown" })],
      limits: { loginFailures: 100 },
    });
    const one = await client({ login: false });
    for (const name of ["ann", "nobody", "root"]) {
      computations.length = 0;
      await one.command(`USER ${name}`);
      expect(await one.code("PASS wrong")).toBe(530);
      expect(computations, name).toEqual([cheap]);
    }
  });
});

describe("a static list with scrypt hashes", () => {
  it("passwords in clear are hashed at the start, not at the login", async () => {
    const authenticate = userAuthenticator([{ name: "ann", password: "pässword" }]);
    await vi.waitFor(() => expect(computations).toHaveLength(1));
    expect(await authenticate(login("ann", "pa\u0308ssword"))).toMatchObject({ result: "accepted" });
    expect(computations).toHaveLength(2);
    // The right password is not hashed again and again.
    expect(await authenticate(login("ann", "pa\u0308ssword"))).toMatchObject({ result: "accepted" });
    expect(computations).toHaveLength(2);
  });

  it("a hash names its parameters, and none that would cost too much", async () => {
    const hash = await hashPassword("secret");
    expect(hash).toMatch(/^scrypt\$16384\$8\$1\$[\w+/]{22}==\$[\w+/]{43}=$/);
    expect(await verifyPassword("secret", hash)).toBe(true);
    expect(await verifyPassword("Secret", hash)).toBe(false);
    computations.length = 0;
    const wrong = [
      "",
      "secret",
      "scrypt$3$8$1$AA==$AA==",
      "scrypt$1048576$8$1$AA==$AA==",
      `${hash}$`,
      "scrypt$2$8$1$AA==$",
      "scrypt$-2$8$1$AA==$AA==",
      "bcrypt$2$8$1$AA==$AA==",
    ];
    for (const text of wrong) {
      expect(isPasswordHash(text), text).toBe(false);
      expect(await verifyPassword("secret", text), text).toBe(false);
    }
    expect(computations).toEqual([]);
  });
});
