import { mkdtemp, readdir, rm, stat, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FileStore, toPath, usageBelow } from "@longshore/file-store";
import { createMemoryStore } from "@longshore/file-store-memory";
import { createNodeStore } from "@longshore/file-store-node";
import { readUserOptions } from "@longshore/ftp-server";
import { afterEach, describe, expect, it } from "vitest";
import { createQuotaLedger, type QuotaLedger } from "../src/quota-ledger.ts";
import { type QuotaExcess, quotaStore, quotaUsage } from "../src/quota-store.ts";
import { createQuotas } from "../src/quotas.ts";
import { type Running, secret, start } from "./support/server.ts";

// "Per user: … quota (bytes, files) …"

const user = { user: "tester" };
const tester = { name: "tester", password: secret, permission: "rw" } as const;
const thousand = "x".repeat(1000);

const withQuota = (
  quota: { readonly bytes?: number; readonly files?: number },
  files: Readonly<Record<string, string>> = {},
  store: FileStore = createMemoryStore({ files }),
): Promise<Running> => start({ store, users: [{ ...tester, quota }] });

const excesses = ({ events }: Running) =>
  events.flatMap((event) => (event.type === "quota-exceeded" ? event : []));

describe("quota: bytes", () => {
  it("an upload that would pass it is 552 while it comes, nothing of it stands, and it does not count", async () => {
    const running = await withQuota({ bytes: 2500 }, { "/old": thousand });
    const one = await running.client();
    const { opening, final } = await one.put("STOR new", thousand + thousand);
    expect(opening).toMatch(/^150 /);
    expect(final).toMatch(/^552 /);
    expect(await one.code("SIZE new")).toBe(550);
    expect((await one.put("STOR fits", thousand + "x".repeat(500))).final).toMatch(/^226 /);
    expect((await one.put("APPE fits", "x")).final).toMatch(/^552 /);
    expect(await one.command("SIZE fits")).toBe("213 1500");
  });

  it("what was announced with ALLO is refused before anything is sent", async () => {
    const running = await withQuota({ bytes: 2000 }, { "/old": thousand });
    const one = await running.client();
    await one.command("ALLO 1001");
    expect((await one.put("STOR new", "x")).opening).toMatch(/^552 /);
    await one.command("ALLO 1000");
    expect((await one.put("STOR new", thousand)).final).toMatch(/^226 /);
  });

  it("an event names user, path, what is used and the limit", async () => {
    const running = await withQuota({ bytes: 1500 }, { "/dir/old": thousand });
    const one = await running.client();
    await one.put("STOR dir/new", thousand);
    const [event] = excesses(running);
    expect(event).toMatchObject({ user: "tester", path: "/dir/new", what: "bytes", used: 1000, limit: 1500 });
    expect(event?.session).toMatchObject({ user: "tester" });
  });

  it("two uploads at once cannot pass it together", async () => {
    const running = await withQuota({ bytes: 1500 });
    const [one, two] = [await running.client(), await running.client()];
    const [a, b] = [await one.passive(), await two.passive()];
    for (const [client, path] of [
      [one, "a"],
      [two, "b"],
    ] as const)
      expect(await client.code(`STOR ${path}`)).toBe(150);
    a.end(thousand);
    b.end(thousand);
    const codes = [await one.reply(), await two.reply()].map((reply) => reply.slice(0, 3)).sort();
    expect(codes).toEqual(["226", "552"]);
  });

  it("what replaces a file needs room for what it has more", async () => {
    const running = await withQuota({ bytes: 1500 }, { "/old": thousand });
    const one = await running.client();
    expect((await one.put("STOR old", `${thousand}more`)).final).toMatch(/^226 /);
    expect((await one.put("STOR old", thousand + thousand)).final).toMatch(/^552 /);
    expect(await one.command("SIZE old")).toBe("213 1004");
    await one.command("REST 1000");
    expect((await one.put("STOR old", "x".repeat(501))).final).toMatch(/^552 /);
    await one.command("REST 1000");
    expect((await one.put("STOR old", "x".repeat(500))).final).toMatch(/^226 /);
  });

  it("AVBL answers the smaller of the disk's room and the quota's", async () => {
    const files = { "/old": thousand };
    const one = await (await withQuota({ bytes: 5000 }, files)).client();
    expect(await one.command("AVBL")).toBe("213 4000");
    const small = createMemoryStore({ files, limits: { bytes: 3000 } });
    const two = await (await withQuota({ bytes: 5000 }, files, small)).client();
    expect(await two.command("AVBL")).toBe("213 2000");
  });

  it("all of the user's sessions share it, and each user has an own", async () => {
    const users = [
      { ...tester, quota: { bytes: 1000 }, root: "/tester", createHome: true },
      { ...tester, name: "other", quota: { bytes: 1000 }, root: "/other", createHome: true },
    ];
    const running = await start({ store: createMemoryStore(), users });
    expect((await (await running.client()).put("STOR a", thousand)).final).toMatch(/^226 /);
    expect((await (await running.client()).put("STOR b", "x")).final).toMatch(/^552 /);
    const other = await running.client({ login: false });
    await other.login("other");
    expect((await other.put("STOR a", thousand)).final).toMatch(/^226 /);
  });

  it("the anonymous user can have one", async () => {
    const anonymous = { permission: "rw", quota: { bytes: 10 } } as const;
    const running = await start({ store: createMemoryStore(), anonymous });
    const guest = await running.client({ login: false });
    await guest.login("anonymous", "a@b.example");
    expect((await guest.put("STOR a", "0123456789x")).final).toMatch(/^552 /);
    expect((await guest.put("STOR a", "0123456789")).final).toMatch(/^226 /);
  });
});

describe("quota: files", () => {
  it("a file too many is 552 before anything is sent; removing one makes room", async () => {
    const running = await withQuota({ files: 2 }, { "/a": "a", "/dir/b": "b" });
    const one = await running.client();
    expect((await one.put("STOR c", "c")).opening).toMatch(/^552 /);
    expect((await one.put("STOR a", "again")).final).toMatch(/^226 /);
    expect(await one.code("SITE SYMLINK a link")).toBe(552);
    expect(await one.code("SITE CPFR a")).toBe(350);
    expect(await one.code("SITE CPTO c")).toBe(552);
    expect(await one.code("MKD more")).toBe(257);
    expect(excesses(running)[0]).toMatchObject({ what: "files", used: 2, limit: 2 });
    expect(await one.code("DELE dir/b")).toBe(250);
    expect((await one.put("STOR c", "c")).final).toMatch(/^226 /);
  });

  it("a rename takes none; where it replaces a file, that one is given back", async () => {
    const running = await withQuota({ files: 2, bytes: 2000 }, { "/a": thousand, "/b": thousand });
    const one = await running.client();
    expect(await one.code("RNFR a")).toBe(350);
    expect(await one.code("RNTO c")).toBe(250);
    expect((await one.put("STOR d", "")).opening).toMatch(/^552 /);
    expect(await one.code("RNFR c")).toBe(350);
    expect(await one.code("RNTO b")).toBe(250);
    expect((await one.put("STOR d", thousand)).final).toMatch(/^226 /);
    expect((await one.put("APPE d", "x")).final).toMatch(/^552 /);
  });
});

describe("quota: what is kept of interrupted uploads", () => {
  async function interrupt(running: Running, line: string, content: string): Promise<void> {
    const one = await running.client();
    const data = await one.passive();
    expect(await one.code(line)).toBe(150);
    data.write(content);
    while (!(await one.command("STAT")).includes(` ${content.length} bytes`));
    data.resetAndDestroy();
    expect(await one.reply()).toMatch(/^426/);
  }

  it("counts until it is resumed, sent anew or removed", async () => {
    const running = await withQuota({ bytes: 2000 });
    await interrupt(running, "STOR part", thousand);
    const one = await running.client();
    expect(await one.command("AVBL")).toBe("213 1000");
    expect((await one.put("STOR other", `${thousand}x`)).final).toMatch(/^552 /);
    expect((await one.put("APPE part", `${thousand}x`)).final).toMatch(/^552 /);
    expect(await one.command("SIZE part")).toMatch(/^213 /);
    expect(await one.code("DELE part")).toBe(250);
    expect(await one.command("AVBL")).toBe("213 2000");
    await interrupt(running, "STOR part", thousand);
    expect((await one.put("STOR part", thousand + thousand)).final).toMatch(/^226 /);
    expect(await one.command("AVBL")).toBe("213 0");
    expect(await one.code("DELE part")).toBe(250);
    await interrupt(running, "STOR part", thousand);
    expect((await one.put("APPE part", thousand)).final).toMatch(/^226 /);
    expect(await one.command("SIZE part")).toBe("213 2000");
    expect(await one.command("AVBL")).toBe("213 0");
  });
});

describe("quota: what stands", () => {
  const directories: string[] = [];
  afterEach(async () => {
    for (const path of directories.splice(0)) await rm(path, { recursive: true });
  });

  it("is counted on the disk at the first login, and again before a refusal when others change it", async () => {
    const path = await mkdtemp(join(tmpdir(), "longshore-quota-"));
    directories.push(path);
    await writeFile(join(path, "old"), thousand);
    const running = await withQuota({ bytes: 2500, files: 3 }, {}, createNodeStore(path, { writable: true }));
    const one = await running.client();
    expect((await one.put("STOR new", `${thousand}${thousand}`)).final).toMatch(/^552 /);
    expect(await readdir(path)).toEqual(["old"]);
    expect((await one.put("STOR new", thousand)).final).toMatch(/^226 /);
    expect((await stat(join(path, "new"))).size).toBe(1000);
    await unlink(join(path, "old"));
    // A second after the last count, there is another one.
    await expect
      .poll(async () => (await one.put("STOR late", thousand)).final, { timeout: 20_000 })
      .toMatch(/^226 /);
    expect(await one.command("AVBL")).toBe("213 500");
    expect(await one.code("SITE SYMLINK new link")).toBe(200);
    expect(await one.code("DELE link")).toBe(250);
    expect(await one.command("AVBL")).toBe("213 500");
    expect((await one.put("STOR third", "")).final).toMatch(/^226 /);
    expect((await one.put("STOR fourth", "")).opening).toMatch(/^552 /);
  });

  it("what is below another user's root is none of it", async () => {
    const files = { "/tester/own": thousand, "/other/his": thousand };
    const users = [{ ...tester, root: "/tester", quota: { bytes: 1500 } }];
    const running = await start({ store: createMemoryStore({ files }), users });
    expect(await (await running.client()).command("AVBL")).toBe("213 500");
  });

  it("changes wait for the first count", async () => {
    let go = (): void => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const store = createMemoryStore({ files: { "/a": "a" } });
    const ledger = createQuotaLedger(
      async () => {
        await gate;
        return usageBelow(store, toPath("/"), {});
      },
      () => 0,
    );
    const within = quotaStore(store, { ledger, quota: { bytes: 5 }, onExceeded() {} });
    let isDone = false;
    const removed = within.remove(toPath("/a"), user).then(() => {
      isDone = true;
    });
    await store.stat(toPath("/a"), user);
    expect(isDone).toBe(false);
    go();
    await removed;
    expect(ledger.used).toEqual({ bytes: 0, files: 0 });
  });
});

describe("quota: the count", () => {
  const commitOf = async (store: FileStore, path: string, size: number, mode: "replace" | "append") => {
    const file = await store.openWrite(toPath(path), { mode }, user);
    try {
      for (let at = 0; at < size; at += 100)
        await file.write(new Uint8Array(Math.min(100, size - at)), file.start + at);
      if (size % 7 === 3) await file.abort();
      else if (size % 7 === 4) await file.keep?.();
      else await file.commit();
    } catch (error) {
      await file.abort();
      throw error;
    }
  };

  const counted = (
    store: FileStore,
    quota: { readonly bytes?: number; readonly files?: number },
  ): { readonly ledger: QuotaLedger; readonly within: FileStore; readonly excesses: QuotaExcess[] } => {
    const ledger = createQuotaLedger(
      () => quotaUsage(store, user),
      () => 0,
    );
    const told: QuotaExcess[] = [];
    return {
      ledger,
      excesses: told,
      within: quotaStore(store, { ledger, quota, onExceeded: (excess) => told.push(excess) }),
    };
  };

  it("is what stands after anything done at once, and never beyond the quota", async () => {
    const store = createMemoryStore({ files: { "/dir/": "" } });
    const quota = { bytes: 3000, files: 6 };
    const { ledger, within, excesses: told } = counted(store, quota);
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((seed / 2 ** 31) * below);
    };
    const anyPath = (): string => `${random(2) === 0 ? "/" : "/dir/"}${"abcde"[random(5)]}`;
    const acts: readonly (() => Promise<unknown>)[] = [
      () => commitOf(within, anyPath(), random(1200), "replace"),
      () => commitOf(within, anyPath(), random(600), "append"),
      () => within.remove(toPath(anyPath()), user),
      () => within.rename(toPath(anyPath()), toPath(anyPath()), { overwrite: random(3) > 0 }, user),
      async () => within.copy?.(toPath(anyPath()), toPath(anyPath()), { overwrite: true }, user),
      async () => within.makeLink?.(toPath(anyPath()), "a", user),
      async () => within.parts?.remove(toPath(anyPath()), user),
      async () => {
        const file = await within.parts?.resume(toPath(anyPath()), { overwrite: true }, user);
        await file?.write(new Uint8Array(random(300)), file.start);
        await (random(2) === 0 ? file?.commit() : random(2) === 0 ? file?.keep?.() : file?.abort());
      },
    ];
    const results = { done: 0, refused: 0 };
    for (let round = 0; round < 400; round++) {
      const some = Array.from({ length: 3 }, () => acts[random(acts.length)]);
      const ends = await Promise.allSettled(some.map((act) => act?.()));
      for (const { status } of ends) results[status === "fulfilled" ? "done" : "refused"]++;
      const real = await quotaUsage(store, user);
      expect(real.bytes, `round ${round}`).toBeLessThanOrEqual(quota.bytes);
      expect(real.files, `round ${round}`).toBeLessThanOrEqual(quota.files);
      expect(ledger.used, `round ${round}`).toEqual(real);
    }
    expect(results.done).toBeGreaterThan(200);
    expect(told.length).toBeGreaterThan(20);
  });

  it("an upload to what others made smaller meanwhile is refused at its end, and leaves that as it was", async () => {
    const store = createMemoryStore({ files: { "/a": "x".repeat(900), "/b": "" } });
    const { within } = counted(store, { bytes: 1000 });
    const file = await within.openWrite(toPath("/a"), { mode: "replace" }, user);
    await file.write(new Uint8Array(1000), 0);
    await commitOf(within, "/a", 12, "replace");
    await commitOf(within, "/b", 888, "replace");
    await expect(file.commit()).rejects.toMatchObject({ code: "quota-exceeded" });
    await file.abort();
    expect((await store.stat(toPath("/a"), user)).size).toBe(12);
  });

  it("is kept for an hour after the last session, and made anew for another tree", async () => {
    let now = 0;
    const quotas = createQuotas(() => now);
    const count = async () => ({ bytes: 1, files: 1 });
    const [tree, other] = [{}, {}];
    const first = quotas.open("ann", tree, count);
    const second = quotas.open("ann", tree, count);
    expect(second.ledger).toBe(first.ledger);
    await first.ledger.counted();
    first.end();
    first.end();
    now += 10 * 3_600_000;
    expect(quotas.open("ann", tree, count).ledger).toBe(first.ledger);
    const { ledger } = quotas.open("bob", tree, count);
    expect(ledger).not.toBe(first.ledger);
    const later = quotas.open("eve", tree, count);
    await later.ledger.counted();
    later.end();
    now += 3_599_999;
    const again = quotas.open("eve", tree, count);
    expect(again.ledger).toBe(later.ledger);
    again.end();
    now += 3_600_000;
    expect(quotas.open("eve", tree, count).ledger).not.toBe(later.ledger);
    expect(first.ledger.used.bytes).toBe(1);
    quotas.open("ann", other, async () => ({ bytes: 2, files: 1 }));
    await first.ledger.counted();
    expect(first.ledger.used.bytes).toBe(2);
  });

  it("settings are plain data, and wrong ones are named", () => {
    expect(readUserOptions({ quota: { bytes: 10_000_000_000, files: 5 } })).toEqual({
      quota: { bytes: 10_000_000_000, files: 5 },
    });
    expect(readUserOptions({ quota: { bytes: -1 } })).toEqual([
      { path: "quota.bytes", message: "write 0 or more" },
    ]);
    expect(readUserOptions({ quota: { octets: 1 } })).toMatchObject([{ path: "quota.octets" }]);
  });
});
