import type { WritableFile } from "@longshore/file-store";
import { expect, it } from "vitest";
import { holdFile } from "../src/held-file.ts";

/** A file that tells what was done with it. */
function recorder(): { readonly log: string[]; open(): Promise<WritableFile> } {
  const log: string[] = [];
  return {
    log,
    async open() {
      log.push("open");
      return {
        start: 0,
        async write(chunk, position) {
          log.push(`write ${chunk.length} at ${position}`);
          if (chunk[0] === 0xff) throw new Error("the disk is full");
        },
        commit: async () => void log.push("commit"),
        abort: async () => void log.push("abort"),
      };
    },
  };
}

it("makes the file only when it is finished, in one write", async () => {
  const { log, open } = recorder();
  const { target, finish } = holdFile(4, open);
  await target.write(Uint8Array.of(1, 2), 0);
  await target.write(Uint8Array.of(3, 4), 2);
  await target.commit();
  expect(log).toEqual([]);
  await finish();
  expect(log).toEqual(["open", "write 4 at 0", "commit"]);
});

it("is made in one go where that can be, and by itself where not", async () => {
  const { log, open } = recorder();
  for (const canPut of [true, false]) {
    const { target, finish } = holdFile(4, open, (bytes) => {
      log.push(`put ${bytes.length}`);
      return canPut;
    });
    await target.write(Uint8Array.of(1, 2), 0);
    await target.commit();
    await finish();
  }
  expect(log).toEqual(["put 2", "put 2", "open", "write 2 at 0", "commit"]);
});

it("makes an empty file", async () => {
  const { log, open } = recorder();
  const { target, finish } = holdFile(0, open);
  await target.commit();
  await finish();
  expect(log).toEqual(["open", "commit"]);
});

it("writes a file through that is larger than was told", async () => {
  const { log, open } = recorder();
  const { target, finish } = holdFile(3, open);
  await target.write(Uint8Array.of(1, 2), 0);
  await target.write(Uint8Array.of(3, 4), 2);
  await target.write(Uint8Array.of(5), 4);
  await target.commit();
  await finish();
  expect(log).toEqual(["open", "write 2 at 0", "write 2 at 2", "write 1 at 4", "commit"]);
});

it("leaves no trace of a download that failed, and gives a file up that cannot be written", async () => {
  const failed = recorder();
  const { target } = holdFile(2, failed.open);
  await target.write(Uint8Array.of(1, 2), 0);
  await target.abort();
  expect(failed.log).toEqual([]);

  const full = recorder();
  const held = holdFile(2, full.open);
  await held.target.write(Uint8Array.of(0xff, 2), 0);
  await held.target.commit();
  await expect(held.finish()).rejects.toThrow("the disk is full");
  expect(full.log).toEqual(["open", "write 2 at 0", "abort"]);
});
