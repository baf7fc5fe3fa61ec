import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createLocalFile, openLocalFile } from "@longshore/file-store-node";
import { describe, expect, it } from "vitest";
import { kindOf, newRoot } from "./support.ts";

const hello = new TextEncoder().encode("hello");

async function write(path: string): Promise<void> {
  const file = await createLocalFile(path);
  await file.write(hello, 0);
  await file.commit();
}

async function read(path: string): Promise<string> {
  const file = await openLocalFile(path);
  const into = new Uint8Array(file.size);
  await file.read(into, 0);
  await file.close();
  return new TextDecoder().decode(into);
}

describe("a file by a path of the user's own", () => {
  it("is read and written through links that lead anywhere", async () => {
    const here = newRoot();
    const elsewhere = newRoot();
    writeFileSync(join(elsewhere, "target"), "there");
    symlinkSync(join(elsewhere, "target"), join(here, "link"));
    symlinkSync("link", join(here, "link to link"));
    symlinkSync(elsewhere, join(here, "directory"));
    expect(await read(join(here, "link to link"))).toBe("there");
    expect(await read(join(here, "directory/target"))).toBe("there");
    await write(join(here, "link to link"));
    expect(readFileSync(join(elsewhere, "target"), "utf8")).toBe("hello");
    expect(readlinkSync(join(here, "link"))).toBe(join(elsewhere, "target"));
    await write(join(here, "directory/new"));
    expect(readFileSync(join(elsewhere, "new"), "utf8")).toBe("hello");
  });

  it("is made where a link leads to nothing, and the link stays", async () => {
    const here = newRoot();
    const elsewhere = newRoot();
    symlinkSync(join(elsewhere, "new"), join(here, "link"));
    await write(join(here, "link"));
    expect(lstatSync(join(here, "link")).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(elsewhere, "new"), "utf8")).toBe("hello");
  });

  it("appears when it is whole, or not at all", async () => {
    const here = newRoot();
    writeFileSync(join(here, "file"), "old");
    const file = await createLocalFile(join(here, "file"));
    await file.write(hello, 0);
    expect(readFileSync(join(here, "file"), "utf8")).toBe("old");
    await file.abort();
    expect(readFileSync(join(here, "file"), "utf8")).toBe("old");
    expect(readdirSync(here)).toEqual(["file"]);
  });

  it("takes any name that the system takes", async () => {
    const here = newRoot();
    for (const name of ["a\nb", "back\\slash", "-", " "]) {
      await write(join(here, name));
      expect(await read(join(here, name))).toBe("hello");
    }
  });

  it("or says what is in the way", async () => {
    const here = newRoot();
    mkdirSync(join(here, "directory"));
    symlinkSync("round", join(here, "round"));
    expect(await kindOf(openLocalFile(join(here, "missing")))).toBe("not-found");
    expect(await kindOf(createLocalFile(join(here, "missing/file")))).toBe("not-found");
    expect(await kindOf(openLocalFile(join(here, "directory")))).toBe("is-a-directory");
    expect(await kindOf(createLocalFile(join(here, "directory")))).toBe("is-a-directory");
    expect(await kindOf(createLocalFile(join(here, "round")))).toBe("io");
  });
});
