import type { Usage } from "@longshore/file-store";
import {
  type AdmissionOptions,
  type CountReply,
  type CountRequest,
  createMemberCounts,
  createSharedCounts,
  type MemberCounts,
} from "@longshore/ftp-server";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

/** The owner of the counts and several others, between whom messages wait until they are let through. */
function network(options: AdmissionOptions = {}) {
  const time = { now: 0 };
  const clock = (): number => time.now;
  const owner = createSharedCounts({ ...options, clock });
  const queue: (() => void)[] = [];
  /** As between processes: nothing is shared. */
  const later = (deliver: () => void): void => void queue.push(deliver);

  function join(generation = 0): MemberCounts & { die(): void } {
    let isAlive = true;
    const counts: MemberCounts = createMemberCounts({
      send: (message: CountRequest) => {
        const copy = structuredClone(message);
        later(() => isAlive && member.receive(copy));
      },
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      generation,
      clock,
    });
    const member = owner.join((message: CountReply) => {
      const copy = structuredClone(message);
      later(() => isAlive && counts.receive(copy));
    });
    return {
      ...counts,
      die() {
        isAlive = false;
        member.leave();
      },
    };
  }

  /** Lets everything through, and what comes of it. */
  async function settle(): Promise<void> {
    for (let quiet = 0; quiet < 20; quiet++) {
      while (queue.length > 0) {
        queue.shift()?.();
        await Promise.resolve();
        quiet = 0;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async function through<T>(work: Promise<T>): Promise<T> {
    void work.catch(() => {});
    await settle();
    return work;
  }

  return { owner, join, settle, through, time };
}

const isCounted = (value: unknown): value is { end(): void } => typeof value === "object";

describe("counts of several processes", () => {
  it("hold a limit on sessions exactly, whoever asks and in whatever order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.tuple(fc.nat(2), fc.boolean()), { maxLength: 30 }),
        async (most, steps) => {
          const { owner, join, settle } = network({ limits: { sessions: most } });
          const members = [join(), join(), join()];
          const held: { end(): void }[] = [];
          const asked: Promise<unknown>[] = [];
          for (const [index, isOver] of steps) {
            if (isOver) held.shift()?.end();
            else
              asked.push(
                (members[index] ?? members[0])?.admission.connect("192.0.2.1").then((answer) => {
                  if (isCounted(answer)) held.push(answer);
                  expect(owner.admission.sessions).toBeLessThanOrEqual(most);
                }) ?? Promise.resolve(),
              );
          }
          await settle();
          await Promise.all(asked);
          expect(owner.admission.sessions).toBe(held.length);
          for (const one of held) {
            one.end();
            one.end();
          }
          await settle();
          expect(owner.admission.sessions).toBe(0);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("say why somebody may not come in, as one process would", async () => {
    const { join, through } = network({
      limits: { sessions: 3, sessionsPerAddress: 1, transfers: 1, sessionsPerUser: 1 },
    });
    const [one, two] = [join(), join()];
    expect(isCounted(await through(one.admission.connect("192.0.2.1")))).toBe(true);
    expect(await through(two.admission.connect("192.0.2.1"))).toBe("sessions-per-address");
    expect(isCounted(await through(two.admission.connect("192.0.2.2")))).toBe(true);
    expect(isCounted(await through(two.admission.connect("192.0.2.3")))).toBe(true);
    expect(await through(one.admission.connect("192.0.2.4"))).toBe("sessions");
    expect(await through(one.admission.logIn("ada"))).toBeDefined();
    expect(await through(two.admission.logIn("ada"))).toBeUndefined();
    expect(await through(two.admission.logIn("ada", 2))).toBeDefined();
    expect(await through(one.admission.startTransfer())).toBeDefined();
    expect(await through(two.admission.startTransfer())).toBeUndefined();
    expect(await through(one.admission.enterHost("a.example", 1))).toBeDefined();
    expect(await through(two.admission.enterHost("a.example", 1))).toBeUndefined();
    expect(await through(two.admission.enterHost("b.example", 1))).toBeDefined();
    expect(one.admission.sessions).toBe(1);
    expect(two.admission.sessions).toBe(2);
  });

  it("let one of all processes have a thing at a time", async () => {
    const { join, settle, through } = network();
    const [one, two] = [join(), join()];
    const first = await through(one.claim("a part"));
    expect(await through(two.claim("another"))).toBeDefined();
    expect(await through(two.claim("a part"))).toBeUndefined();
    first?.end();
    await settle();
    expect(await through(two.claim("a part"))).toBeDefined();
    expect(await through(one.claim("a part"))).toBeUndefined();
    two.die();
    expect(await through(one.claim("a part"))).toBeDefined();
  });

  it("give back what a process held that died, also what was still being asked", async () => {
    const { owner, join, settle, through } = network({ limits: { sessions: 2 } });
    const [one, two] = [join(), join()];
    await through(one.admission.connect("192.0.2.1"));
    await through(one.admission.startTransfer());
    void one.admission.connect("192.0.2.1");
    one.die();
    await settle();
    expect(owner.admission.sessions).toBe(0);
    expect(owner.admission.transfers).toBe(0);
    expect(isCounted(await through(two.admission.connect("192.0.2.1")))).toBe(true);
  });

  it("ban an address everywhere when failures in all of them are enough, and end the ban everywhere", async () => {
    const { join, owner, through, time } = network({ ban: { failures: 3, duration: 1000 } });
    const [one, two] = [join(), join()];
    await through(one.admission.failLogin("192.0.2.9"));
    await through(two.admission.failLogin("192.0.2.9"));
    expect(one.admission.isBanned("192.0.2.9")).toBe(false);
    await through(two.admission.failLogin("192.0.2.9"));
    for (const { admission } of [one, two, join(), owner]) {
      await through(Promise.resolve());
      expect(admission.isBanned("192.0.2.9")).toBe(true);
      expect(await through(Promise.resolve(admission.connect("192.0.2.9")))).toBe("banned");
    }
    time.now = 1001;
    expect(one.admission.isBanned("192.0.2.9")).toBe(false);
    one.admission.ban("2001:db8::1", 500);
    await through(Promise.resolve());
    expect(two.admission.isBanned("2001:db8::2")).toBe(true);
    two.admission.unban("2001:db8::2");
    await through(Promise.resolve());
    expect(one.admission.isBanned("2001:db8::1")).toBe(false);
  });

  it("know a ban where the failure came from before that login is answered", async () => {
    const { join, through } = network({ ban: { failures: 1 } });
    const one = join();
    const answered = one.admission.failLogin("192.0.2.9").then(() => one.admission.isBanned("192.0.2.9"));
    expect(await through(answered)).toBe(true);
  });

  it("reject what is asked when the process with the counts is gone", async () => {
    const { join } = network();
    const one = join();
    const asked = one.admission.connect("192.0.2.1");
    one.close(new Error("gone"));
    await expect(asked).rejects.toThrow("gone");
    await expect(one.admission.startTransfer()).rejects.toThrow("gone");
  });
});

describe("a user's rate over several processes", () => {
  it("is moved by all together and no more, by a virtual clock", async () => {
    const { join, settle, time } = network();
    const rate = 1_000_000;
    const movers = [join(), join(), join()].map(({ admission }) => ({
      pace: admission.rates.open("ada", { rate: { down: rate } }).down,
      freeAt: 0,
      moved: 0,
    }));
    await settle();
    while (time.now < 20_000) {
      for (const mover of movers) {
        if (mover.freeAt > time.now) continue;
        const step = mover.pace?.step ?? 0;
        mover.freeAt = time.now + (mover.pace?.take(step) ?? 0);
        mover.moved += step;
      }
      time.now += 50;
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (time.now % 200 === 0) await settle();
    }
    const total = movers.reduce((sum, { moved }) => sum + moved, 0);
    expect(total).toBeGreaterThan(rate * 20 * 0.9);
    // The burst, and what was not yet told.
    expect(total).toBeLessThan(rate * 20 * 1.1);
    // None is left out.
    for (const { moved } of movers) expect(moved).toBeGreaterThan(total / 6);
  }, 30_000);

  it("of different users, and of nobody, are their own", async () => {
    const { join, settle } = network({ limits: { sessionRate: { up: 1000 } } });
    const { rates } = join().admission;
    await settle();
    const [ada, bob] = [rates.open("ada", { rate: { up: 100 } }), rates.open("bob", {})];
    expect(ada.down).toBeUndefined();
    expect(ada.up?.take(1025)).toBeGreaterThan(9000);
    expect(bob.up?.take(250)).toBe(0);
    ada.end();
    bob.end();
    expect(rates.open("ada", { rate: { up: 100 } }).up?.take(25)).toBe(0);
  });
});

describe("a user's quota over several processes", () => {
  const quota = { bytes: 100_000_000, files: 10 };

  function opened(options: { readonly standing?: Usage; readonly most?: number } = {}) {
    const net = network();
    let { standing = { bytes: 0, files: 0 } } = options;
    let counts = 0;
    const count = async (): Promise<Usage> => {
      counts++;
      return standing;
    };
    const open = (generation = 0) => {
      const member = net.join(generation);
      return { member, ...member.quotas.open("ada", undefined, count) };
    };
    return {
      ...net,
      open,
      set: (usage: Usage) => {
        standing = usage;
      },
      counts: () => counts,
    };
  }

  it("is passed by nobody, however many take at once and how much", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 40_000_000 })), { maxLength: 30 }),
        async (takes) => {
          const { open, settle } = opened();
          const sessions = [open(), open(), open()];
          let standing = 0;
          const refused: number[] = [];
          const all = takes.map(async ([index, bytes]) => {
            const ledger = (sessions[index] ?? sessions[0])?.ledger;
            if (ledger === undefined) return;
            await ledger.counted();
            const lack = await ledger.take({ bytes, files: 0 }, quota, false);
            if (lack !== undefined) {
              refused.push(bytes);
              return;
            }
            standing += bytes;
            expect(standing).toBeLessThanOrEqual(quota.bytes);
          });
          await settle();
          await Promise.all(all);
          // Nobody was refused for what another had only taken ahead.
          for (const bytes of refused) expect(standing + bytes).toBeGreaterThan(quota.bytes);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("is counted once for all, by one that has the files", async () => {
    const { open, through, counts } = opened({ standing: { bytes: 5, files: 1 } });
    const [one, two] = [open(), open()];
    await through(Promise.all([one.ledger.counted(), two.ledger.counted()]));
    expect(counts()).toBe(1);
    expect(two.ledger.used).toEqual({ bytes: 5, files: 1 });
  });

  it("asks nobody for most of what a long upload writes", async () => {
    const { open, through } = opened();
    const { ledger } = open();
    await through(ledger.counted());
    expect(ledger.tryTake({ bytes: 1000, files: 0 }, quota)).toBe(false);
    expect(await through(ledger.take({ bytes: 1000, files: 0 }, quota, false))).toBeUndefined();
    for (let index = 0; index < 100; index++)
      expect(ledger.tryTake({ bytes: 1000, files: 0 }, quota)).toBe(true);
  });

  it("lets one in at a time to what changes what stands, also when the one that is in dies", async () => {
    const { open, settle, set } = opened();
    const [one, two, three] = [open(), open(), open()];
    const order: string[] = [];
    let release = (): void => {};
    void one.ledger
      .inTurn(undefined, () => {
        order.push("one");
        return new Promise<void>(() => {});
      })
      .catch(() => {});
    await settle();
    const second = two.ledger.inTurn(undefined, () => {
      order.push("two");
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    const given = new AbortController();
    const third = three.ledger.inTurn(given.signal, async () => void order.push("three"));
    third.catch(() => {});
    await settle();
    expect(order).toEqual(["one"]);
    set({ bytes: 77, files: 1 });
    one.member.die();
    await settle();
    expect(order).toEqual(["one", "two"]);
    given.abort();
    release();
    await settle();
    await second;
    await expect(third).rejects.toMatchObject({ code: "aborted" });
    expect(order).toEqual(["one", "two"]);
    // Nobody is left who knows what the one that died has done: it was counted anew.
    const fourth = two.ledger.counted();
    await settle();
    await fourth;
    expect(two.ledger.used).toEqual({ bytes: 77, files: 1 });
  });

  it("has room again when a process died that had set some aside", async () => {
    const { open, through } = opened();
    const [one, two] = [open(), open()];
    await through(two.ledger.counted());
    expect(await through(one.ledger.take({ bytes: 90_000_000, files: 1 }, quota, false))).toBeUndefined();
    expect(await through(two.ledger.take({ bytes: 20_000_000, files: 1 }, quota, false))).toBe("bytes");
    one.member.die();
    expect(await through(two.ledger.take({ bytes: 90_000_000, files: 1 }, quota, false))).toBeUndefined();
  });

  it("counts what ends after the session that began it", async () => {
    const { open, through, settle } = opened();
    const [one, two] = [open(), open()];
    await through(two.ledger.counted());
    await through(one.ledger.take({ bytes: 60, files: 1 }, quota, false));
    one.end();
    await settle();
    one.ledger.settle({ bytes: 60, files: 1 }, { bytes: 60, files: 1 });
    await settle();
    await through(two.ledger.counted());
    expect(two.ledger.used).toEqual({ bytes: 60, files: 1 });
  });

  it("is counted anew when the options are new, once", async () => {
    const { open, through, counts } = opened();
    const one = open();
    await through(one.ledger.counted());
    const two = open(1);
    await through(two.ledger.counted());
    const three = open(1);
    await through(three.ledger.counted());
    expect(counts()).toBe(2);
  });

  it("tells what went wrong with the count", async () => {
    const { join, through } = network();
    const { ledger } = join().quotas.open("ada", undefined, () =>
      Promise.reject(new Error("the disk is gone")),
    );
    await expect(through(ledger.counted())).rejects.toMatchObject({
      code: "io",
      message: /the disk is gone/,
    });
  });
});
