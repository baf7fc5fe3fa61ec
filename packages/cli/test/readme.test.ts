import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { run } from "../src/index.ts";
import { shellCommands } from "../src/shell/table.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const commands = [
  ...["serve", "config", "passwd", "ls", "get", "put", "mirror", "cat", "stat", "rm", "mkdir", "mv", "chmod"],
  "ftp",
  "probe",
  "tftp rewrite",
];

async function helpOf(command: string): Promise<string> {
  let text = "";
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((part) => {
    text += part;
    return true;
  });
  try {
    await run([...command.split(" "), "--help"]);
  } finally {
    spy.mockRestore();
  }
  return text;
}

const flagsIn = (text: string): Set<string> => new Set(text.match(/(?<![\w-])--[a-z][a-z-]+/g));

describe("the README and the help", () => {
  it("know the same flags", async () => {
    const helped = new Set<string>();
    // One after the other: what is printed is caught.
    for (const command of commands) for (const flag of flagsIn(await helpOf(command))) helped.add(flag);
    const written = flagsIn(readme);
    helped.delete("--help");
    written.delete("--help");
    // npm's own.
    written.delete("--global");
    expect([...written].sort()).toEqual([...helped].sort());
    expect(helped.size).toBeGreaterThan(20);
  });

  it("know the same commands", () => {
    for (const command of commands) expect(readme).toMatch(new RegExp(`^\\| \`longshore ${command} `, "m"));
  });
});

describe("the README and the session", () => {
  it("know the same commands", () => {
    const [, section = ""] = /^### A session: .*?$(.*?)^### /ms.exec(readme) ?? [];
    const written = new Set(Array.from(section.matchAll(/`!?([a-z]+)\b[^`]*`/g), ([, name]) => name));
    for (const { name } of shellCommands) if (/[a-z]/.test(name)) expect(written).toContain(name);
  });
});
