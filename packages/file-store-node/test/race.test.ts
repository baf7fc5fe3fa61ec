import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FileStoreError, toPath } from "@longshore/file-store";
import { createNodeStore, type NodeStore } from "@longshore/file-store-node";
import { afterEach, describe, expect, it } from "vitest";
import { newRoot } from "./support.ts";

// Another process swaps a directory of the root for a link to a directory outside, and back, as fast as it can,
// while every call goes through that directory. The first test is the control: code that trusts paths loses.

/** How long each race runs: the least, and the most if the two sides have not met often enough by then. */
const [leastMilliseconds, mostMilliseconds] = [800, 15_000];
const enough = 20;
const context = {};

const attacks = {
  "a directory in the way": `
    fs.renameSync(root + "/d", root + "/was"); fs.symlinkSync(outside, root + "/d");
    spin();
    fs.unlinkSync(root + "/d"); fs.renameSync(root + "/was", root + "/d");
    spin();`,
  "the file itself": `
    fs.unlinkSync(root + "/d/file"); fs.symlinkSync(outside + "/file", root + "/d/file");
    spin();
    fs.unlinkSync(root + "/d/file"); fs.writeFileSync(root + "/d/file", "inside", { flag: "wx" });
    spin();`,
} as const;

let attacker: ChildProcess | undefined;

async function attack(steps: string, root: string, outside: string): Promise<void> {
  // Tries again what the calls under test got in the way of (they make, move and remove things, too). It writes with
  // "wx", so that it does not follow itself a link that a call under test has moved.
  const script = `
    const fs = require("node:fs");
    const [root, outside] = process.argv.slice(1);
    const spin = () => { const end = performance.now() + Math.random() * 0.4; while (performance.now() < end); };
    console.log("ready");
    for (;;) { try { ${steps} } catch {
      try { if (fs.existsSync(root + "/was")) { fs.rmSync(root + "/d", { recursive: true, force: true }); fs.renameSync(root + "/was", root + "/d"); } } catch {}
      try { if (!fs.existsSync(root + "/d/file")) fs.writeFileSync(root + "/d/file", "inside", { flag: "wx" }); } catch {}
    } }`;
  const child = spawn(process.execPath, ["-e", script, root, outside], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  attacker = child;
  await new Promise<void>((resolve) => child.stdout.once("data", () => resolve()));
}

afterEach(async () => {
  const child = attacker;
  attacker = undefined;
  if (child === undefined) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
});

function scene(): { root: string; outside: string; store: NodeStore } {
  const base = newRoot();
  const [root, outside] = [join(base, "root"), join(base, "outside")];
  mkdirSync(join(root, "d/sub"), { recursive: true });
  mkdirSync(join(outside, "sub"), { recursive: true });
  writeFileSync(join(root, "d/file"), "inside");
  writeFileSync(join(outside, "file"), "the secret outside");
  writeFileSync(join(outside, "only-outside"), "");
  return { root, outside, store: createNodeStore(root, { writable: true, jail: "descriptor" }) };
}

function stateOf(directory: string): unknown {
  const { mode, mtimeMs } = statSync(join(directory, "file"));
  return {
    names: readdirSync(directory).sort(),
    sub: readdirSync(join(directory, "sub")),
    mode,
    mtimeMs,
    content: readFileSync(join(directory, "file"), "utf8"),
  };
}

type Outcomes = Readonly<Record<string, number>>;

/** Makes all calls at once, again and again, until each outcome of `wanted` has come often enough over all. */
async function race(
  calls: readonly (() => Promise<string>)[],
  ...wanted: readonly string[]
): Promise<Outcomes> {
  const outcomes: Record<string, number> = {};
  const start = performance.now();
  const isOver = (): boolean => {
    const elapsed = performance.now() - start;
    const isMet = wanted.every((outcome) => (outcomes[outcome] ?? 0) >= enough);
    return elapsed > mostMilliseconds || (elapsed > leastMilliseconds && isMet);
  };
  await Promise.all(
    calls.map(async (call) => {
      while (!isOver()) {
        const outcome = await call().catch((error) => {
          if (!FileStoreError.isInstance(error)) throw error;
          return error.code;
        });
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      }
    }),
  );
  for (const outcome of wanted) expect(outcomes[outcome] ?? 0).toBeGreaterThanOrEqual(enough);
  return outcomes;
}

describe.each(Object.entries(attacks))("while another process swaps %s for a link", (_, steps) => {
  it("code that checks the path and then uses it reads what is outside", async () => {
    const { root, outside } = scene();
    await attack(steps, root, outside);
    let isStolen = false;
    const end = performance.now() + 10_000;
    while (!isStolen && performance.now() < end)
      isStolen = (await readFile(join(root, "d/file"), "utf8").catch(() => "")).includes("secret");
    expect(isStolen).toBe(true);
  });

  it("nothing outside is read, listed or looked at", async () => {
    const { root, outside, store } = scene();
    const { size, ino } = statSync(join(outside, "file"));
    const secret = { size, ino };
    await attack(steps, root, outside);
    const path = toPath("/d/file");
    const read = async (): Promise<string> => {
      const file = await store.openRead(path, context);
      try {
        const into = new Uint8Array(64);
        return new TextDecoder().decode(into.subarray(0, await file.read(into, 0)));
      } finally {
        await file.close();
      }
    };
    const stat = async (): Promise<string> => {
      const { size, id = "" } = await store.stat(path, context);
      return size === secret.size || id.endsWith(secret.ino.toString(36)) ? "the secret" : "inside";
    };
    const list = async (): Promise<string> => {
      for await (const batch of store.list(toPath("/d"), context)) {
        for (const { name, size } of batch)
          if (name === "only-outside" || size === secret.size) return "the secret";
      }
      return "inside";
    };
    const outcomes = await race([read, stat, list], "inside", "permission-denied");
    // Between the attacker's steps there may be nothing, or a file that has no content yet.
    const allowed = ["inside", "", "permission-denied", "not-found", "not-a-directory"];
    expect(Object.keys(outcomes).filter((outcome) => !allowed.includes(outcome))).toEqual([]);
  });

  it("nothing outside is written, moved, removed or changed", async () => {
    const { root, outside, store } = scene();
    const before = stateOf(outside);
    await attack(steps, root, outside);
    const file = toPath("/d/file");
    const overwrite = { overwrite: true };
    let count = 0;
    const upload = async (path: string, mode: "replace" | "append" | "create"): Promise<string> => {
      const writable = await store.openWrite(toPath(path), { mode }, context);
      await writable.write(new TextEncoder().encode("uploaded"), writable.start);
      await (count++ % 3 === 0 ? writable.abort() : writable.commit());
      return "done";
    };
    const done = (promise: Promise<unknown>): Promise<string> => promise.then(() => "done");
    const calls = [
      () => upload("/d/file", "replace"),
      () => upload("/d/file", "append"),
      () => upload(`/d/new-${count % 50}`, "create"),
      () => done(store.remove(toPath(`/d/new-${count % 50}`), context)),
      () => done(store.remove(toPath("/d/only-outside"), context)),
      () => done(store.makeDirectory(toPath(`/d/made-${count % 50}`), context)),
      () => done(store.removeDirectory(toPath("/d/sub"), context)),
      () => done(store.rename(file, toPath("/d/moved"), overwrite, context)),
      () => done(store.rename(toPath("/d/moved"), file, overwrite, context)),
      () => done(store.rename(toPath("/d/only-outside"), toPath("/stolen"), overwrite, context)),
      () => done(store.setMode(file, 0o777, context)),
      () => done(store.setTimes(file, { modified: 0 }, context)),
      () => done(store.copy(file, toPath("/d/copied"), overwrite, context)),
      () => done(store.makeLink(toPath(`/d/link-${count % 50}`), "file", context)),
    ];
    await race(calls, "done", "permission-denied");
    expect(stateOf(outside)).toEqual(before);
    expect(readdirSync(root)).not.toContain("stolen");
  });
});
