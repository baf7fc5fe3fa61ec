import { Buffer } from "node:buffer";
import { lstatSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DirectoryEntry } from "@longshore/file-store";
import { loadSystemCalls, systemCalls } from "@longshore/system-calls";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { readEntries } from "../src/directory.ts";
import type { Held } from "../src/jail.ts";
import { descriptorSteps } from "../src/jail-descriptor.ts";
import { createLooking, type LookSettings } from "../src/look.ts";
import { findLooker } from "../src/looker.ts";
import { readNames } from "../src/read-names.ts";
import { newRoot } from "./support.ts";

vi.mock("@longshore/system-calls", { spy: true });

const byDescriptor = { large: 0, isOwn: true };

beforeAll(async () => {
  expect(await loadSystemCalls()).toBeDefined();
  await vi.waitUntil(findLooker, { timeout: 10_000 });
});

async function hold(root: string): Promise<Held> {
  return descriptorSteps(root).root();
}

async function entriesOf(held: Held, settings: LookSettings): Promise<readonly DirectoryEntry[]> {
  const entries: DirectoryEntry[] = [];
  for await (const batch of readEntries(held, undefined, settings)) entries.push(...batch);
  return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
}

describe("a thread that looks into directories by their descriptors", () => {
  it("tells of all kinds of names what is told directly", async () => {
    expect(findLooker()?.takesDescriptors).toBe(true);
    const root = newRoot();
    for (let index = 0; index < 1500; index++)
      writeFileSync(join(root, `${index % 500 === 0 ? "ünï" : "file"}-${index}`), "x".repeat(index % 7));
    writeFileSync(Buffer.from(`${root}/caf\xe9`, "latin1"), "raw");
    mkdirSync(join(root, "directory"), { mode: 0o751 });
    symlinkSync("file-1", join(root, "link"));
    const held = await hold(root);
    const entries = await entriesOf(held, { large: 0 });
    expect(entries).toHaveLength(1503);
    expect(entries).toEqual(await entriesOf(held, { large: Number.POSITIVE_INFINITY }));
    held.release();
  });

  it("knows what is gone, and what may not be looked at", async () => {
    const root = newRoot();
    writeFileSync(join(root, "here"), "x");
    const held = await hold(root);
    const names = ["here", "gone", "long".repeat(100), "here"];
    const looks = await createLooking(held, byDescriptor).look(names.map((name) => ({ name, latin1: name })));
    expect(looks(0)).toMatchObject({ size: 1, ino: lstatSync(join(root, "here")).ino });
    expect([looks(1), looks(2)]).toEqual(["gone", undefined]);
    expect(looks(3)).toMatchObject({ size: 1 });
    held.release();
  });

  it("looks into the directory that is held, whatever has its name meanwhile", async () => {
    const base = newRoot();
    for (const place of ["in", "out"]) {
      mkdirSync(join(base, place));
      for (let index = 0; index < 300; index++) writeFileSync(join(base, place, `file-${index}`), place);
    }
    const held = await hold(join(base, "in"));
    renameSync(join(base, "in"), join(base, "was"));
    symlinkSync("out", join(base, "in"));
    const entries = await entriesOf(held, byDescriptor);
    expect(entries).toHaveLength(300);
    expect(entries.filter(({ size }) => size !== 2)).toEqual([]);
    held.release();
  });
});

describe("names read by the system's own call", () => {
  it("are gone on with by Node.js where that refuses, without one lost or told twice", async () => {
    const root = newRoot();
    for (let index = 0; index < 2000; index++) writeFileSync(join(root, `file-${index}`), "");
    const calls = systemCalls();
    if (calls === undefined) throw new Error("there are none");
    let reads = 0;
    vi.mocked(systemCalls).mockReturnValue({
      ...calls,
      createDirectoryReader(directory) {
        const reader = calls.createDirectoryReader(directory);
        return reader && { read: async () => (++reads === 3 ? undefined : reader.read()) };
      },
    });
    const open = readdirSync("/proc/self/fd").length;
    const held = await hold(root);
    const seen: string[] = [];
    for await (const batch of readNames(held, "latin1")) {
      expect(batch.length).toBeLessThanOrEqual(1024);
      seen.push(...batch.map(({ name, type }) => `${type} ${name}`));
    }
    expect(reads).toBe(3);
    expect(seen).toHaveLength(2000);
    expect(new Set(seen)).toEqual(new Set(readdirSync(root).map((name) => `file ${name}`)));
    // One that is left early is closed all the same.
    for await (const _ of readNames(held, "latin1")) break;
    held.release();
    expect(readdirSync("/proc/self/fd").length).toBe(open);
  });
});
