import { mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TftpEvent } from "@longshore/tftp-endpoint";
import { afterAll, expect, it } from "vitest";
import { openLogFile } from "../src/serve/log-file.ts";
import { createXferlog } from "../src/serve/xferlog.ts";

const folder = mkdtempSync(join(tmpdir(), "longshore-xferlog-"));
afterAll(() => rmSync(folder, { recursive: true }));

const fail = (error: Error): never => {
  throw error;
};
const now = (): Date => new Date(2026, 0, 31, 23, 59, 59);

const tftp = (outcome: object, mode = "octet", operation = "read"): TftpEvent =>
  ({
    type: "transfer-end",
    id: 1,
    operation,
    filename: "pxe linux.0",
    mode,
    remote: { address: "2001:db8::1", port: 5 },
    outcome,
    statistics: { bytes: 512 },
    duration: 400,
  }) as unknown as TftpEvent;

it("has a line for each transfer of FTP and TFTP", () => {
  const lines: string[] = [];
  const log = createXferlog({ write: (line) => void lines.push(line) }, now);
  log.ftp({
    type: "transfer-end",
    session: { id: 1, remote: { host: "192.0.2.1", port: 1, family: 4 }, user: "ann" },
    transfer: { id: 1, kind: "store", path: "/a", representation: "image", secure: true },
    bytes: 3,
    milliseconds: 1,
    outcome: "done",
  });
  log.tftp(tftp({ type: "complete" }));
  log.tftp(tftp({ type: "failed" }, "netascii", "write"));
  log.tftp(tftp({ type: "probed" }));
  log.tftp({ type: "socket-error", error: new Error("x") });
  expect(lines).toEqual([
    "Sat Jan 31 23:59:59 2026 0 192.0.2.1 3 /a b _ i r ann ftp 0 * c\n",
    "Sat Jan 31 23:59:59 2026 0 2001:db8::1 512 pxe_linux.0 b _ o a _ tftp 0 * c\n",
    "Sat Jan 31 23:59:59 2026 0 2001:db8::1 512 pxe_linux.0 a _ i a _ tftp 0 * i\n",
  ]);
});

it("appends, and goes on in a new file when the old one was moved away", () => {
  const path = join(folder, "xferlog");
  for (const line of ["one\n", "two\n"]) {
    const file = openLogFile(path, fail);
    file.write(line);
    file.close();
  }
  const file = openLogFile(path, fail);
  renameSync(path, `${path}.1`);
  file.write("three\n");
  file.reopen();
  file.write("four\n");
  file.close();
  expect(readFileSync(`${path}.1`, "utf8")).toBe("one\ntwo\nthree\n");
  expect(readFileSync(path, "utf8")).toBe("four\n");
});

it("says where it cannot be written and what to do, and later failures stop nothing", () => {
  expect(() => openLogFile(join(folder, "missing", "log"), fail)).toThrow(
    /missing\/log cannot be written \(ENOENT.*give a file in a directory that is there$/,
  );
  const errors: Error[] = [];
  const file = openLogFile("/dev/full", (error) => errors.push(error));
  for (let count = 0; count < 3; count++) file.write("x\n");
  file.close();
  expect(errors.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^\/dev\/full cannot be written \(ENOSPC.*lines are left out$/),
  ]);
});
