import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "longshore-vectors-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("npm run vectors", () => {
  it("tells each form by its content, prints mismatches, leaves out what is optional, and fails", () => {
    const file = join(folder, "mixed.json");
    const samples = [
      {
        id: "right",
        kind: "port-arg",
        input: "1,2,3,4,5,6",
        expect: { host: "1.2.3.4", port: 1286, family: 4 },
      },
      { id: "wrong-address", kind: "port-arg", input: "1,2,3,4,5,6", reject: "on purpose" },
      { id: "wrong-tftp", kind: "ack", hex: "00040001", expect: { block: 2 } },
      { id: "wrong-netascii", kind: "netascii", textHex: "0a", netasciiHex: "0a" },
      {
        id: "wrong-reply",
        kind: "group",
        raw: "220 a\r\n",
        expect: { replies: [{ code: 221, lines: ["220 a"] }] },
      },
      { id: "wrong-listing", dialect: "unix", line: "total 8", outcome: "entry" },
      { id: "formless" },
      { id: "disputed", kind: "ack", hex: "00040001", expect: { block: 2 }, optional: true },
    ];
    writeFileSync(file, JSON.stringify({ samples }));
    const plain = run(file);
    expect(plain.status).toBe(1);
    expect(plain.lines.at(-1)).toBe("1 passed, 6 failed");
    const named = plain.lines.flatMap((line) => /\.json (\S+):/.exec(line)?.[1] ?? []);
    expect(named).toEqual([
      "wrong-address",
      "wrong-tftp",
      "wrong-netascii",
      "wrong-reply",
      "wrong-listing",
      "formless",
    ]);
    expect(run("--optional", file).lines.some((line) => line.includes("disputed (optional):"))).toBe(true);
  });

  it("says what is wrong with a file that it cannot read", () => {
    const { status, error } = run(join(folder, "missing.json"));
    expect(status).toBe(2);
    expect(error).toMatch(/missing\.json does not exist/);
  });
});

function run(...args: string[]): { status: number | null; lines: string[]; error: string } {
  const tsx = join(root, "node_modules/.bin/tsx");
  const { status, stdout, stderr } = spawnSync(tsx, ["scripts/vectors.ts", ...args], {
    cwd: root,
    encoding: "utf8",
  });
  return { status, lines: stdout.trimEnd().split("\n"), error: stderr };
}
