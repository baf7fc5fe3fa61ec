import { describe, expect, it } from "vitest";
import { type CandidateSource, complete } from "../src/shell/complete.ts";
import { parseLine } from "../src/shell/line.ts";
import { shellCommands } from "../src/shell/table.ts";

const there: Readonly<Record<string, readonly string[]>> = {
  "": [
    "pub/",
    "private/",
    "report.txt",
    "two words.txt",
    "it's",
    ".hidden",
    "ev\u001bil",
    "../up",
    "-r",
    "a*b",
  ],
  "pub/": ["x.txt", "sub dir/"],
  "/": ["etc/"],
};
const here: Readonly<Record<string, readonly string[]>> = { "": ["local.txt", "folder/"], "~/": ["mine"] };

function candidates(names: readonly string[] = []): { name: string; isDirectory: boolean }[] {
  return names.map((name) => ({ name: name.replace(/\/$/, ""), isDirectory: name.endsWith("/") }));
}

const source: CandidateSource = {
  remote: async (directory) => candidates(there[directory]),
  local: async (directory) => candidates(here[directory]),
};

const tab = (line: string): Promise<[string[], string]> => complete(line, source, shellCommands);

describe("Tab", () => {
  it("completes commands", async () => {
    expect(await tab("mg")).toEqual([["mget "], "mg"]);
    expect(await tab("cd pub; mk")).toEqual([["mkdir "], "mk"]);
    expect((await tab("re"))[0]).toEqual(["recv ", "reget ", "remotehelp ", "rename ", "reput "]);
    expect(await tab("help mg")).toEqual([["mget "], "mg"]);
    expect(await tab("verbose o")).toEqual([["on ", "off "], "o"]);
    expect((await tab(""))[0].length).toBeGreaterThan(40);
  });

  it("completes remote names", async () => {
    expect(await tab("get rep")).toEqual([["report.txt "], "rep"]);
    expect(await tab("get p")).toEqual([["private/", "pub/"], "p"]);
    expect(await tab("get pub/")).toEqual([["pub/sub\\ dir/", "pub/x.txt "], "pub/"]);
    expect(await tab("get /")).toEqual([["/etc/"], "/"]);
    expect(await tab("ls -l rep")).toEqual([["report.txt "], "rep"]);
    expect(await tab("mdelete a b rep")).toEqual([["report.txt "], "rep"]);
  });

  it("completes local names", async () => {
    expect(await tab("put ")).toEqual([["folder/", "local.txt "], ""]);
    expect(await tab("get report.txt f")).toEqual([["folder/"], "f"]);
    expect(await tab("put ~/")).toEqual([["~/mine "], "~/"]);
  });

  it("offers directories alone where nothing else can be meant", async () => {
    expect((await tab("cd p"))[0]).toEqual(["private/", "pub/"]);
    expect((await tab("cd r"))[0]).toEqual([]);
    expect((await tab("lcd "))[0]).toEqual(["folder/"]);
  });

  it("quotes as the word was begun", async () => {
    expect(await tab("get tw")).toEqual([["two\\ words.txt "], "tw"]);
    expect(await tab("get two\\ w")).toEqual([["two\\ words.txt "], "two\\ w"]);
    expect(await tab('get "two w')).toEqual([['"two words.txt" '], '"two w']);
    expect(await tab("get 'two w")).toEqual([["'two words.txt' "], "'two w"]);
    expect(await tab("get it")).toEqual([["it\\'s "], "it"]);
    expect(await tab("get a")).toEqual([["a\\*b "], "a"]);
  });

  it("offers what is read again as the name", async () => {
    for (const open of ["", '"', "'"]) {
      const [offered] = await tab(`get ${open}`);
      expect(offered.length).toBeGreaterThan(5);
      for (const one of offered) {
        const parsed = parseLine(`get ${one}${open !== "" && one.endsWith("/") ? open : ""}`);
        expect(parsed.ok, one).toBe(true);
        const [statement] = parsed.ok ? parsed.statements : [];
        if (statement?.type !== "command") throw new Error(one);
        expect(there[""]).toContain(statement.words[1]?.text);
        expect(statement.words).toHaveLength(2);
      }
    }
  });

  it("offers no name that would move the cursor or is a path, and hidden ones when asked", async () => {
    const [offered] = await tab("get ");
    expect(offered.join()).not.toMatch(/hidden|il|up/);
    expect((await tab("get ."))[0]).toEqual([".hidden "]);
  });

  it("offers nothing where nothing can be known", async () => {
    for (const line of ["nope x", "quote re", "!ls re", "# re", "pwd r", "get a\\"])
      expect((await tab(line))[0], line).toEqual([]);
  });
});
