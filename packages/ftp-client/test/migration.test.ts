import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";

const types = dirname(createRequire(import.meta.url).resolve("basic-ftp"));
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const table = readme.slice(readme.indexOf("## Coming from basic-ftp"), readme.indexOf("## Checked"));

/** The names of what is public in one class or interface of a declaration file. */
function publicMembers(file: string, of: string): readonly string[] {
  const text = readFileSync(join(types, file), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  const body = new RegExp(`(?:class|interface) ${of}\\b[^{]*\\{([\\s\\S]*?)\\n\\}`).exec(text)?.[1] ?? "";
  const lines = body.split("\n").filter((line) => /^ {4}[a-z]/.test(line));
  const names = lines
    .filter((line) => !/^ {4}(?:private|protected|static|constructor)/.test(line))
    .map((line) => /^ {4}(?:readonly |get |set )*(\w+)/.exec(line)?.[1] ?? "");
  return [...new Set(names)].filter((name) => !name.startsWith("_"));
}

it.each([
  ["Client.d.ts", "Client", 25],
  ["Client.d.ts", "AccessOptions", 6],
  ["Client.d.ts", "UploadOptions", 2],
  ["Client.d.ts", "ClientOptions", 2],
  ["FileInfo.d.ts", "FileInfo", 10],
])(
  "%s: everything public of %s stands in the table for those who come from basic-ftp",
  (file, of, atLeast) => {
    const names = publicMembers(file, of);
    expect(names.length).toBeGreaterThanOrEqual(atLeast);
    const same = ["name", "size", "group", "user", "type"];
    const missing = names.filter((name) => !same.includes(name) && !new RegExp(`\\b${name}\\b`).test(table));
    expect(missing).toEqual([]);
  },
);
