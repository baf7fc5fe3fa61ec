// An upload whose program is killed, and the one that goes on from it: what people do with curl and lftp.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { environment, program } from "./peers/programs.ts";
import { succeed } from "./support/exec.ts";
import { makeFile, newFolder, removeFolders, sha256 } from "./support/files.ts";
import { type Served, serve } from "./support/longshore.ts";
import { describeWith } from "./support/with-peer.ts";

const size = 4_000_000;

let served: Served;
let folder: string;
let local: string;
let hash: string;

describeWith("an upload whose program is killed", ["curl", "lftp"], () => {
  beforeAll(async () => {
    folder = await newFolder();
    served = await serve(folder, "--writable", "--no-tftp", "--user", "tester:secret:rw");
    local = join(await newFolder(), "whole.bin");
    hash = await makeFile(local, size);
  });

  afterAll(async () => {
    expect((await served.stop()).code).toBe(0);
    await removeFolders();
  });

  const url = (name: string): string => `ftp://tester:secret@127.0.0.1:${served.ports.ftp}/${name}`;

  /** curl without time to say good-bye, when the server has some of the bytes. */
  async function killInTheMiddle(name: string): Promise<void> {
    const child = spawn(
      program("curl"),
      ["--silent", "--limit-rate", "1M", "--upload-file", local, url(name)],
      {
        env: environment(),
        stdio: "ignore",
      },
    );
    await new Promise((resolve) => setTimeout(resolve, 1500));
    child.kill("SIGKILL");
    await once(child, "exit");
    // The server keeps the part when it has seen the end.
    while (!new RegExp(`"event":"transfer-end".*${name}`).test(served.log()))
      await new Promise((resolve) => setTimeout(resolve, 20));
  }

  it.each([
    [
      "curl --continue-at -",
      (name: string) =>
        succeed(program("curl"), [
          "--silent",
          "--show-error",
          "--continue-at",
          "-",
          "--upload-file",
          local,
          url(name),
        ]),
    ],
    [
      "lftp put -c",
      (name: string) =>
        succeed(program("lftp"), [
          "-c",
          `open ftp://tester:secret@127.0.0.1:${served.ports.ftp}; put -c ${local} -o ${name}`,
        ]),
    ],
  ])("leaves nothing under its name, and %s goes on from what came", async (how, goOn) => {
    const name = `${how.slice(0, 4)}.bin`;
    await killInTheMiddle(name);
    expect(await readdir(folder)).not.toContain(name);
    const { text } = await succeed(program("curl"), ["--silent", "--head", url(name)]);
    const kept = Number(/Content-Length: (\d+)/.exec(text)?.[1]);
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(size);
    await goOn(name);
    expect(await sha256(join(folder, name))).toBe(hash);
    expect(served.log()).toMatch(new RegExp(`"event":"transfer-end".*${name}.*"bytes":${size - kept},`));
    // The part is gone.
    expect(await readdir(join(folder, ".longshore-parts"))).toEqual([]);
  });
});
