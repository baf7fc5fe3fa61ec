import { constants } from "node:os";
import { FileStoreError, fileStoreErrorKinds, toPath } from "@longshore/file-store";
import { describe, expect, it } from "vitest";
import { errnoOf, kindsByErrno, storeError } from "../src/error.ts";
import { isUploadName, nameFromLatin1, namesOf, newUploadName, windowsProblem } from "../src/name.ts";
import { dropBytes } from "../src/system.ts";

describe("the table of system errors", () => {
  it("has only codes that a system has, and kinds that the contract has", () => {
    for (const [errno, kind] of Object.entries(kindsByErrno)) {
      expect(errno === "EDQUOT" || errno in constants.errno).toBe(true);
      expect(fileStoreErrorKinds).toContain(kind);
    }
  });

  it.each([
    ["ENOSPC", "no-space"],
    ["EDQUOT", "quota-exceeded"],
    ["ENAMETOOLONG", "name-not-allowed"],
    ["EACCES", "permission-denied"],
    ["EROFS", "read-only"],
    ["ELOOP", "permission-denied"],
    ["ENOTDIR", "not-a-directory"],
    ["EISDIR", "is-a-directory"],
    ["EEXIST", "exists"],
    ["ENOTEMPTY", "not-empty"],
    ["EMFILE", "too-many-open"],
    ["EBUSY", "busy"],
    ["EFBIG", "too-large"],
    ["EIO", "io"],
    ["ESOMETHINGNEW", "io"],
    ["constructor", "io"],
  ])("%s is %s", (errno, kind) => {
    const cause = Object.assign(new Error(`${errno}: text, open '/local/path'`), { code: errno });
    expect(storeError(cause, "/file")).toMatchObject({ code: kind, cause });
    expect(storeError(cause, "/file").message).toContain("/file: ");
  });

  it("leaves the store's own errors, and takes whatever is thrown", () => {
    const own = new FileStoreError("busy", "x");
    expect(storeError(own, "/file")).toBe(own);
    expect(storeError("text", "/file")).toMatchObject({ code: "io" });
    expect(storeError(undefined, "/file")).toMatchObject({ code: "io" });
    expect(errnoOf(Object.assign(new Error(), { code: 5 }))).toBeUndefined();
  });
});

describe("names", () => {
  it.each([
    "CON",
    "con",
    "nul.txt",
    "Aux.tar.gz",
    "COM1",
    "lpt9.x",
    "com\u00b9",
    "PRN ",
    "CON .txt",
    "conin$",
    "CONOUT$.a",
  ])("%j is a device on Windows", (name) => expect(windowsProblem(name)).toMatch(/device|end of a name/));

  it.each([
    "a:b",
    "a.txt::$DATA",
    "C:",
    "a<",
    "a>",
    'a"',
    "a|b",
    "a?",
    "a*",
    "..\\..\\x",
    "a\u0001",
    "a.",
    "a ",
    "..",
    "...",
    "\udcff",
  ])("%j means something else on Windows", (name) => expect(windowsProblem(name)).toBeTypeOf("string"));

  it.each([
    "con1",
    "console",
    "com",
    "com10",
    "lpt",
    "a.con",
    "nulx.txt",
    "-la",
    "é",
    "a b",
    ".hidden",
    "~",
    "%TEMP%",
  ])("%j is an ordinary name on Windows", (name) => expect(windowsProblem(name)).toBeUndefined());

  it("come exactly from bytes that were read as latin1", () => {
    const read = (...bytes: number[]): string => nameFromLatin1(Buffer.from(bytes).toString("latin1"));
    expect(read(0x61, 0x62)).toBe("ab");
    expect(read(0xc3, 0xa9)).toBe("é");
    expect(read(0x61, 0xe9)).toBe("a\udce9");
    expect(read(0xc3, 0xa9, 0xff)).toBe("é\udcff");
    expect(read(0xef, 0xbf, 0xbd)).toBe("\ufffd");
  });

  it("of uploads are told from all others, and are no names of the store", () => {
    const name = newUploadName();
    expect(isUploadName(name)).toBe(true);
    expect(newUploadName()).not.toBe(name);
    expect(() => namesOf(toPath(`/a/${name}/b`))).toThrowError(
      expect.objectContaining({ code: "name-not-allowed" }),
    );
    expect(namesOf(toPath("/a/.longshore-upload/b"))).toEqual(["a", ".longshore-upload", "b"]);
  });
});

describe("what is left of chunks after a short write", () => {
  it("is every byte that was not taken, for any cut", () => {
    const chunks = [3, 1, 4, 1, 5].map((size, index) => new Uint8Array(size).fill(index));
    const all = chunks.flatMap((chunk) => [...chunk]);
    for (let count = 0; count <= all.length; count++)
      expect(dropBytes(chunks, count).flatMap((chunk) => [...chunk])).toEqual(all.slice(count));
    expect(dropBytes(chunks, 3)).toHaveLength(4);
    expect(dropBytes(chunks, all.length)).toEqual([]);
  });
});
