import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createUploadRunner } from "../src/serve/upload-command.ts";

const folder = mkdtempSync(join(tmpdir(), "longshore-upload-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const upload = {
  user: "ann",
  path: '/in/$(touch pwned); `x` "q" é',
  size: 12,
  bytes: 7,
  session: { id: 1, remote: { host: "192.0.2.7", port: 1, family: 4 as const } },
  hash: async (algorithm?: string) => `${algorithm}-digest`,
};

/** A program of Node, so that it needs none of this system's. */
function program(name: string, source: string): string[] {
  const file = join(folder, `${name}.cjs`);
  writeFileSync(file, source);
  return [process.execPath, file];
}

describe("a program for uploads", () => {
  it("gets path, file, user, size, bytes, address and hash in its environment, and no shell reads them", async () => {
    process.env.LONGSHORE_PASSWORD = "secret";
    const out = join(folder, "out.json");
    const command = program(
      "env",
      // LONGSHORE_LEFT_OUT is there for the tests themselves.
      `const own = Object.entries(process.env).filter(([name]) => /^LONGSHORE_(?!LEFT_OUT)/.test(name));
       require("fs").writeFileSync(process.argv[2], JSON.stringify([Object.fromEntries(own), process.argv.slice(3)]));`,
    );
    const options = { command: [...command, out, "a b", "$HOME"], hash: "sha256" };
    await createUploadRunner(options, "/srv/x").run(upload);
    delete process.env.LONGSHORE_PASSWORD;
    expect(JSON.parse(readFileSync(out, "utf8"))).toEqual([
      {
        LONGSHORE_PATH: upload.path,
        LONGSHORE_FILE: `/srv/x${upload.path}`,
        LONGSHORE_USER: "ann",
        LONGSHORE_SIZE: "12",
        LONGSHORE_BYTES: "7",
        LONGSHORE_REMOTE: "192.0.2.7",
        LONGSHORE_HASH: "sha256-digest",
      },
      ["a b", "$HOME"],
    ]);
  });

  it.each([
    [
      "ends with another code than 0",
      "console.error('no\\nroom'); process.exitCode = 3",
      /ended with 3: no�room$/,
    ],
    ["is killed", "process.kill(process.pid, 'SIGKILL')", /was ended by SIGKILL$/],
  ])("that %s rejects", async (_, source, message) => {
    const command = program("fails", source);
    await expect(createUploadRunner({ command }, folder).run(upload)).rejects.toThrow(message);
  });

  it("that cannot be run rejects and says so", async () => {
    const runner = createUploadRunner({ command: [join(folder, "missing")] }, folder);
    await expect(runner.run(upload)).rejects.toThrow(
      /missing cannot be run \(.*ENOENT.*give a program that can$/,
    );
  });

  it("is bounded in time, with what it has started", async () => {
    const child = join(folder, "child");
    const command = program(
      "slow",
      `const { spawn } = require("child_process");
       const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
       require("fs").writeFileSync(${JSON.stringify(child)}, String(child.pid));
       setInterval(() => {}, 1000);`,
    );
    const runner = createUploadRunner({ command, timeout: 1000 }, folder);
    await expect(runner.run(upload)).rejects.toThrow(/took more than 1000 ms and was ended$/);
    await expect.poll(() => isGone(Number(readFileSync(child, "utf8"))), { timeout: 10_000 }).toBe(true);
  });

  it("is bounded in parallel, and no more than so many wait", async () => {
    const gate = join(folder, "gate");
    const log = join(folder, "log");
    const command = program(
      "gated",
      `const fs = require("fs");
       fs.appendFileSync(${JSON.stringify(log)}, "+");
       const look = setInterval(() => { if (fs.existsSync(${JSON.stringify(gate)})) clearInterval(look); }, 5);`,
    );
    const runner = createUploadRunner({ command, parallel: 2, waiting: 1 }, folder);
    const runs = [upload, upload, upload].map((one) => runner.run(one));
    await expect(runner.run(upload)).rejects.toThrow("1 uploads wait already");
    await expect.poll(() => readFileSync(log, "utf8"), { timeout: 10_000 }).toBe("++");
    writeFileSync(gate, "");
    await Promise.all(runs);
    expect(readFileSync(log, "utf8")).toBe("+++");
  });

  it("ends when this process does", async () => {
    const begun = join(folder, "begun");
    const command = program(
      "endless",
      `require("fs").writeFileSync(${JSON.stringify(begun)}, ""); setInterval(() => {}, 1000);`,
    );
    const runner = createUploadRunner({ command, parallel: 1 }, folder);
    const runs = Promise.allSettled([runner.run(upload), runner.run(upload)]);
    await expect.poll(() => existsSync(begun), { timeout: 10_000 }).toBe(true);
    runner.close();
    expect((await runs).map((run) => (run as PromiseRejectedResult).reason.message)).toEqual([
      expect.stringMatching(/was ended by SIGTERM$/),
      "this process ends, the program was not started",
    ]);
  });
});

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie whose parent has not looked yet is gone as well.
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true;
  }
}
