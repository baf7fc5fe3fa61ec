import { FileStoreError, fileStoreErrorKinds, toFileStoreError } from "@longshore/file-store";
import { describe, expect, it, vi } from "vitest";

describe("FileStoreError", () => {
  it.each(fileStoreErrorKinds)("%s opens its message", (kind) => {
    const cause = new Error("EXAMPLE");
    const error = new FileStoreError(kind, "what to do about it", { cause });
    expect(error).toMatchObject({
      name: "FileStoreError",
      code: kind,
      message: `${kind}: what to do about it`,
      cause,
    });
    expect(error).toBeInstanceOf(Error);
  });

  it("is recognised when another copy of the package made it, and nothing else is", async () => {
    vi.resetModules();
    const copy = await import("../src/error.ts");
    expect(copy.FileStoreError).not.toBe(FileStoreError);
    expect(FileStoreError.isInstance(new copy.FileStoreError("busy", "x"))).toBe(true);
    for (const other of [new Error("busy: x"), { code: "busy" }, null, undefined, "busy"])
      expect(FileStoreError.isInstance(other)).toBe(false);
  });

  it("does not show its marker where errors are printed or copied", () => {
    expect(Object.keys(new FileStoreError("io", "x")).sort()).toEqual(["code", "name"]);
  });

  it("keeps a store's own error and wraps any other as io", () => {
    const own = new FileStoreError("no-space", "full");
    expect(toFileStoreError(own)).toBe(own);
    const other = new TypeError("broken");
    expect(toFileStoreError(other)).toMatchObject({ code: "io", message: "io: broken", cause: other });
    expect(toFileStoreError("text")).toMatchObject({ code: "io", message: "io: text" });
  });
});
