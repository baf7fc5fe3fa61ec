import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createNodeStore } from "@longshore/file-store-node";
import { createTftpServer, type TftpEvent, type TftpServer } from "@longshore/tftp-endpoint";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { run } from "../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "longshore-cli-tftp-"));
const content = Buffer.from("line\n".repeat(3000));
const sha256 = createHash("sha256").update(content).digest("hex");
const events: TftpEvent[] = [];
let server: TftpServer;
let url = "";

beforeAll(async () => {
  const served = mkdtempSync(join(folder, "served-"));
  writeFileSync(join(served, "f"), content);
  const store = createNodeStore(served, { writable: true });
  server = createTftpServer({ store, port: 0, writable: true, onEvent: (event) => void events.push(event) });
  url = `tftp://127.0.0.1:${(await server.listen()).port}`;
});

afterAll(async () => {
  await server.close({ timeout: 0 });
  rmSync(folder, { recursive: true });
});

/** Runs the command in this process: what it printed, and its exit code. */
async function longshore(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const said = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((part, ...rest: unknown[]) => {
      said[name] += part;
      const done = rest.at(-1);
      if (typeof done === "function") done();
      return true;
    }),
  );
  try {
    return { code: await run(args), ...said };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

function lastRequest(): { readonly mode: string; readonly options: readonly (readonly string[])[] } {
  const request = events.findLast((event) => event.type === "request");
  if (request?.type !== "request") throw new Error("nothing was asked for");
  return request;
}

describe("get and put over TFTP", () => {
  it("ask for what the flags say, and print the checksum", async () => {
    const local = join(folder, "f");
    const flags = ["--blksize", "1000", "--windowsize", "7", "--timeout", "3", "--checksum", "sha256"];
    const got = await longshore("get", ...flags, `${url}/f`, local);
    expect(got).toEqual({ code: 0, stdout: `${sha256}  ${local}\n`, stderr: "" });
    expect(readFileSync(local).equals(content)).toBe(true);
    expect(lastRequest().options).toEqual([
      ["blksize", "1000"],
      ["tsize", "0"],
      ["timeout", "3"],
      ["windowsize", "7"],
    ]);
    const none = ["--blksize", "0", "--windowsize", "0", "--mode", "netascii", "--checksum", "sha256"];
    const put = await longshore("put", ...none, local, `${url}/g`);
    expect(put).toEqual({ code: 0, stdout: `${sha256}  ${local}\n`, stderr: "" });
    expect(lastRequest()).toMatchObject({ mode: "netascii", options: [] });
  });

  it("put the checksum beside content on stderr, or into the JSON", async () => {
    const got = await longshore("get", "--checksum", "sha256", `${url}/f`, "-");
    expect(got).toEqual({ code: 0, stdout: content.toString(), stderr: `${sha256}  -\n` });
    const told = await longshore("get", "--json", "--checksum", "sha256", `${url}/f`, folder);
    expect(JSON.parse(told.stdout)).toMatchObject({ bytes: content.length, checksum: sha256 });
  });

  it.each([
    [["--blksize", "7"], /block size is a number from 8 to 65464/],
    [["--windowsize", "65535"], /from 1 to 65534/],
    [["--timeout", "256"], /from 1 to 255/],
    [["--mode", "mail"], /octet, netascii/],
    [["--checksum", "sum"], /no checksum sum; take md5, sha1, sha256, sha512/],
  ])("refuse %j", async (flags, message) => {
    const ran = await longshore("get", ...flags, `${url}/f`, folder);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(message);
  });

  it("refuse them for an FTP URL", async () => {
    const ran = await longshore("get", "--blksize", "512", "ftp://127.0.0.1:1/f", folder);
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining("--blksize is for tftp:// URLs") });
  });
});

describe("longshore tftp rewrite", () => {
  const rules = join(folder, "rules");
  writeFileSync(
    rules,
    "# names\nreplace-all \\\\ /\nreplace ^/?tftpboot/ ''\nrefuse -write . 'not $0'\nreplace ^c$ c/$(address:hex)\n",
  );
  const rewrite = (...args: string[]) => longshore("tftp", "rewrite", "--rules", rules, ...args);

  it("tells what becomes of a name, and by which rules", async () => {
    expect(await rewrite("--test", "\\tftpboot\\a b")).toEqual({
      code: 0,
      stdout: "2: replace-all \\tftpboot\\a b -> /tftpboot/a b\n3: replace /tftpboot/a b -> a b\na b\n",
      stderr: "",
    });
    expect((await rewrite("--test", "c", "--address", "10.0.0.255")).stdout).toMatch(/\nc\/0A0000FF\n$/);
    expect((await rewrite("--test", "other")).stdout).toBe("other\n");
    expect(JSON.parse((await rewrite("--test", "c", "--json")).stdout)).toMatchObject({
      type: "name",
      filename: "c/C0000201",
      steps: [{ line: 5, action: "replace", before: "c" }],
    });
  });

  it("ends with 1 where a rule refuses it", async () => {
    const ran = await rewrite("--test", "x", "--write");
    expect(ran).toEqual({ code: 1, stdout: "4: refuse x\n", stderr: "longshore: refused: not x\n" });
  });

  it("ends with 2 and the line where a rule is none", async () => {
    const wrong = join(folder, "wrong");
    writeFileSync(wrong, "replace a b\nreplace (a b\n");
    const ran = await longshore("tftp", "rewrite", "--test", "x", "--rules", wrong);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toContain(`longshore: ${wrong}, line 2: (a is no pattern: `);
    const missing = await longshore("tftp", "rewrite", "--test", "x", "--rules", join(folder, "none"));
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining("cannot be read") });
  });
});
