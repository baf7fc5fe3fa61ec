import { describe, expect, it } from "vitest";
import { findCommand, namesOf } from "../src/shell/find.ts";
import { shellCommands } from "../src/shell/table.ts";

function find(word: string): string {
  const found = findCommand(word, shellCommands);
  return found.ok ? found.command.name : found.message;
}

describe("the commands of the session", () => {
  it("are those that people know from ftp(1) and lftp(1)", () => {
    const known = `open close user ls dir nlist cd cdup lcd lpwd pwd get mget put mput append reget reput mirror cat more
      binary ascii passive active status quote site size modtime rename delete mdelete mkdir rmdir chmod hash progress
      prompt verbose debug bye quit exit help ? !`;
    const names = shellCommands.flatMap(namesOf);
    for (const name of known.split(/\s+/)) expect(names).toContain(name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([
    ["get", "get"],
    ["GET", "get"],
    ["quit", "bye"],
    ["?", "help"],
    ["ge", "get"],
    ["del", "delete"],
    ["mir", "mirror"],
    ["sta", "status"],
    ["disc", "close"],
    // A name is itself, whatever begins with it.
    ["cd", "cd"],
    ["ls", "ls"],
    ["more", "more"],
  ])("%s is %s", (word, name) => expect(find(word)).toBe(name));

  it.each([
    ["p", /^p could be .*pwd.*: write more of it$/],
    ["mdel x", /there is no command/],
    ["gte", /^there is no command gte; did you mean get\?$/],
    ["xyzzy", /^there is no command xyzzy; help lists/],
    ["\u001b[2J", /^there is no command �\[2J/],
  ])("%j is told", (word, message) => expect(find(word)).toMatch(message));

  it("each tell what they do in a line", () => {
    for (const { name, usage, summary, least = 0, most = 99 } of shellCommands) {
      expect(summary, name).toMatch(/^\S.{5,110}$/);
      expect(least, name).toBeLessThanOrEqual(most);
      expect(usage === "", name).toBe(most === 0);
    }
  });
});
