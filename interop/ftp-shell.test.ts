import { mkdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type FtpPeer, startFtpServer } from "./peers/ftp-servers.ts";
import { hashTree, makeFile, makeTree, newFolder, removeFolders, sha256 } from "./support/files.ts";
import { longshoreCommand, type Served, serve } from "./support/longshore.ts";
import { openTerminal, type Terminal } from "./support/terminal.ts";
import { describeWith } from "./support/with-peer.ts";

afterAll(removeFolders);

let terminal: Terminal | undefined;
afterEach(async () => {
  await terminal?.close();
  terminal = undefined;
});

interface Place {
  readonly port: number;
  /** On the disk, and for a client. */
  readonly folder: string;
  readonly path: string;
  readonly user: string;
  /** Asked for, where it is. */
  readonly password: string | undefined;
}

/** A whole session as a person types it. */
async function session(place: Place): Promise<void> {
  const { port, folder, path, user, password } = place;
  const here = await newFolder();
  const state = await newFolder();
  const there = await makeFile(join(folder, "two words.bin"), 300_000);
  await makeFile(join(folder, "other.bin"), 10);
  await writeFile(join(folder, "huge.bin"), "");
  // More than can come while somebody looks at the progress.
  await truncate(join(folder, "huge.bin"), 2 ** 36);
  for (const name of ["n1.txt", "n2.txt", "n3.txt", "m.txt"]) await makeFile(join(here, name), 1000);
  await makeTree(join(here, "tree"));

  const opened = await openTerminal([...longshoreCommand, "ftp"], {
    cwd: here,
    env: { XDG_STATE_HOME: state },
  });
  terminal = opened;
  const { shows, type, press } = opened;
  const enter = async (line: string): Promise<void> => {
    await type(line);
    await press("Enter");
  };
  const prompt = (at: string): RegExp => new RegExp(`\\n${user}@127\\.0\\.0\\.1:${at}> \\n*$`);

  await shows(/^ftp> \n*$/);
  await enter(`open 127.0.0.1 ${port}`);
  await shows(/Name at 127\.0\.0\.1 \(anonymous\): \n*$/);
  if (password === undefined) await press("Enter");
  else {
    await enter(user);
    await shows(/Password for ada at 127\.0\.0\.1/);
    await enter(password);
  }
  await shows(prompt("/"));
  if (path !== "") await enter(`cd ${path}`);
  const home = path === "" ? "/" : path;
  await shows(prompt(home));

  await enter("ls");
  await shows(/ 300000 .*two words\.bin\n/);

  // Tab: the name is written out and quoted.
  await type("get tw");
  await press("Tab");
  await shows(/> get two\\ words\.bin \n*$/);
  await press("Enter");
  await shows(/\n226 .*\n(?:.*\n)*two words\.bin: 300 kB in /);
  expect(await sha256(join(here, "two words.bin"))).toBe(there);

  // Progress, and Ctrl-C in the middle of it.
  await enter("get huge.bin /dev/null");
  await shows(/huge\.bin [█░]{20} +\d+% .* of 68\.7 GB .*\/s/);
  await press("C-c");
  await shows(/\ninterrupted\n/);
  await shows(prompt(home));
  await enter("size other.bin");
  await shows(/\n10\s+other\.bin\n/);

  // At the prompt it clears the line.
  await type("delete other.bin");
  await press("C-c");
  await enter("pwd");
  await shows(new RegExp(`> pwd\\n${home}\\n`));

  await enter("mput n*.txt");
  await shows(/put n1\.txt\? \[y\/n\/a\/q\] \n*$/);
  await enter("n");
  await shows(/put n2\.txt\? \[y\/n\/a\/q\] \n*$/);
  await enter("a");
  await shows(/\nn3\.txt: 1\.00 kB in /);
  await expect(stat(join(folder, "n1.txt"))).rejects.toThrow();
  for (const name of ["n2.txt", "n3.txt"])
    expect(await sha256(join(folder, name))).toBe(await sha256(join(here, name)));

  await enter("mirror -R tree");
  await shows(/\n5 files, [^\n]*2 directories made\n/);
  await enter("mirror tree back");
  await shows(/\n5 files, (?:.*\n)*5 files, [^\n]*2 directories made\n/);
  expect(await hashTree(join(here, "back"))).toEqual(await hashTree(join(here, "tree")));
  await enter("mirror tree back");
  await shows(/\n0 files, 0 B; 5 the same\n/);

  // The history: the same once more.
  await type("!echo here");
  await press("Enter");
  await shows(/\nhere\n/);
  await press("Up", "Up");
  await shows(/> mirror tree back\n*$/);
  await press("C-c");
  await enter("bye");
  await shows(/\nended with 0\n/);
  const file = join(state, "longshore/ftp-history");
  const history = await readFile(file, "utf8");
  expect(history.split("\n").slice(0, 1)).toEqual([`open 127.0.0.1 ${port}`]);
  if (password !== undefined) expect(history).not.toContain(password);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
}

describeWith("a session at a terminal", ["tmux"], () => {
  let served: Served;
  let folder: string;
  beforeAll(async () => {
    folder = await newFolder();
    await mkdir(join(folder, "pub"));
    served = await serve(folder, "--no-tftp", "--user", "ada:open sesame:rw", "--idle-timeout", "600");
  });
  afterAll(() => served.stop());

  it("with our server", { timeout: 120_000 }, async () => {
    const port = served.ports.ftp ?? 0;
    await session({ port, folder, path: "", user: "ada", password: "open sesame" });
  });
});

describeWith("a session at a terminal", ["tmux", "vsftpd"], () => {
  let peer: FtpPeer;
  beforeAll(async () => {
    peer = await startFtpServer("vsftpd");
  });
  afterAll(() => peer.stop());

  it("with vsftpd", { timeout: 120_000 }, async () => {
    const { port, directory, path, user } = peer;
    await session({ port, folder: directory, path, user, password: undefined });
  });
});
