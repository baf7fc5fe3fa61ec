import { Buffer } from "node:buffer";
import { mkdirSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type DirectoryEntry, toPath } from "@longshore/file-store";
import { createNodeStore } from "@longshore/file-store-node";
import { afterEach, describe, expect, it, vi } from "vitest";
import { readEntries } from "../src/directory.ts";
import type { Held } from "../src/jail.ts";
import { descriptorSteps } from "../src/jail-descriptor.ts";
import { createLooking, type Look, type LookSettings, type Name } from "../src/look.ts";
import { findLooker } from "../src/looker.ts";
import { isSame, wayTo } from "../src/way.ts";
import { newRoot } from "./support.ts";

// As where they are not to be had: by descriptors the same is tried in another file.
vi.mock("@longshore/system-calls", async (original) => ({
  ...(await original<typeof import("@longshore/system-calls")>()),
  loadSystemCalls: async () => undefined,
  systemCalls: () => undefined,
}));

afterEach(() => {
  vi.restoreAllMocks();
});

/** Long after all that a test has just made. */
function later(): void {
  const now = Date.now();
  vi.spyOn(Date, "now").mockReturnValue(now + 60_000);
}

async function hold(root: string, name: string): Promise<Held> {
  const steps = descriptorSteps(root);
  const top = await steps.root();
  const held = await steps.child(top, name);
  top.release();
  return held;
}

/** A root with a directory of many files of `size` bytes, and the same outside with one byte more. */
function scene(): { root: string; outside: string; names: readonly Name[] } {
  const base = newRoot();
  const names = Array.from({ length: 256 }, (_, index) => `file-${index}`);
  for (const [place, content] of [
    ["root/d", "in"],
    ["outside", "out"],
  ] as const) {
    mkdirSync(join(base, place), { recursive: true });
    for (const name of names) writeFileSync(join(base, place, name), content);
  }
  return {
    root: join(base, "root"),
    outside: join(base, "outside"),
    names: names.map((name) => ({ name, latin1: name })),
  };
}

const sizeOf = (look: Look): unknown => (typeof look === "object" ? look.size : look);

async function sizes(
  held: Held,
  names: readonly Name[],
  settings: LookSettings,
): Promise<readonly unknown[]> {
  const looks = await createLooking(held, settings).look(names);
  return names.map((_, index) => sizeOf(looks(index)));
}

describe("looks at what stands in a directory", () => {
  const inThread = { large: 0 };

  it("tell the same directly, through the thread pool, and from another thread", async () => {
    const root = newRoot();
    mkdirSync(join(root, "d"));
    const raw = { name: "caf\udce9", latin1: "caf\xe9" };
    writeFileSync(Buffer.from(`${root}/d/caf\xe9`, "latin1"), "raw");
    const names: Name[] = Array.from({ length: 300 }, (_, index) => `file-${index}`).map((name, index) => {
      if (index % 3 !== 0) writeFileSync(join(root, "d", name), "x".repeat(index));
      return { name, latin1: name };
    });
    names[5] = { name: "long".repeat(100), latin1: "long".repeat(100) };
    names[6] = raw;
    const held = await hold(root, "d");
    const direct = await sizes(held, names, { patience: 60_000 });
    expect(direct.slice(0, 9)).toEqual(["gone", 1, 2, "gone", 4, undefined, 3, 7, 8]);
    const careful = createLooking(held, { patience: -1 });
    for (const looks of [await careful.look(names), await careful.look(names)])
      expect(names.map((_, index) => sizeOf(looks(index)))).toEqual(direct);
    expect((await careful.look([]))(0)).toBeUndefined();

    await expect.poll(findLooker, { timeout: 10_000 }).toBeDefined();
    expect(findLooker()?.takesDescriptors).toBe(false);
    expect(await sizes(held, names, { ...inThread, patience: -1 })).toEqual(direct);
    later();
    expect(await sizes(held, names, { ...inThread, patience: -1, isOwn: true })).toEqual(direct);
    held.release();
  });

  it("are made in another thread once a directory is large, with the same entries", async () => {
    const root = newRoot();
    for (let index = 0; index < 1500; index++)
      writeFileSync(join(root, `${index % 500 === 0 ? "ünï" : "file"}-${index}`), "x".repeat(index % 7));
    symlinkSync("file-1", join(root, "link"));
    const all = async (settings?: LookSettings): Promise<readonly DirectoryEntry[]> => {
      const held = await descriptorSteps(root).root();
      const entries: DirectoryEntry[] = [];
      for await (const batch of readEntries(held, undefined, settings)) entries.push(...batch);
      held.release();
      return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
    };
    await expect.poll(findLooker, { timeout: 10_000 }).toBeDefined();
    const entries = await all({ large: 300 });
    expect(entries).toHaveLength(1501);
    expect(entries).toEqual(await all({ large: Number.POSITIVE_INFINITY }));
    // One that is left early is released only when nobody looks into it any more.
    for await (const _ of createNodeStore(root).list(toPath("/"), {})) break;
  });

  it("by names are forgotten where the directory was not under its name all the time", async () => {
    const { root, outside, names } = scene();
    const [place, aside] = [join(root, "d"), join(root, "was")];
    const held = await hold(root, "d");
    await expect.poll(findLooker, { timeout: 10_000 }).toBeDefined();
    later();
    const looking = createLooking(held, { ...inThread, isOwn: true });
    for (const isPutBack of [false, true, true]) {
      const looks = looking.look(names);
      renameSync(place, aside);
      symlinkSync(outside, place);
      const until = performance.now() + 30;
      // The other thread looks meanwhile.
      while (performance.now() < until);
      if (isPutBack) {
        unlinkSync(place);
        renameSync(aside, place);
      }
      const found = await looks;
      expect(names.filter((_, index) => sizeOf(found(index)) !== 2)).toEqual([]);
      if (isPutBack) continue;
      unlinkSync(place);
      renameSync(aside, place);
    }
    held.release();
  });
});

describe("the way to a held directory", () => {
  it("is sure only while nothing on it was changed lately", async () => {
    const { root } = scene();
    const held = await hold(root, "d");
    const way = wayTo(held);
    expect(way?.path).toBe(join(root, "d"));
    expect(way?.look()).toBeUndefined();
    later();
    const sight = way?.look() ?? [];
    expect(sight).not.toEqual([]);
    expect(isSame(sight, way?.look())).toBe(true);
    // What changes in the directory itself is no matter, what changes beside it is.
    writeFileSync(join(root, "d/another"), "");
    expect(isSame(sight, way?.look())).toBe(true);
    writeFileSync(join(root, "another"), "");
    expect(isSame(sight, way?.look())).toBe(false);
    held.release();
  });

  it("is none where another directory or a link has its name, or a link is in it", async () => {
    const { root, outside } = scene();
    const held = await hold(root, "d");
    const way = wayTo(held);
    later();
    expect(way?.look()).toBeDefined();
    renameSync(join(root, "d"), join(root, "was"));
    expect(way?.look()).toBeUndefined();
    symlinkSync("was", join(root, "d"));
    expect(way?.look()).toBeUndefined();
    unlinkSync(join(root, "d"));
    mkdirSync(join(root, "d"));
    expect(way?.look()).toBeUndefined();
    held.release();

    const below = await hold(outside, "..");
    const through = wayTo({ ...below, names: ["link", "d"], root });
    symlinkSync(".", join(root, "link"));
    expect(through?.look()).toBeUndefined();
    below.release();
  });
});
