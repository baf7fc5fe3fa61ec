import { mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { received } from "./scripted-server.ts";
import { createStage, failure } from "./support.ts";

const stage = createStage();
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "longshore-resume-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const content = Buffer.from(Array.from({ length: 50_000 }, (_, index) => (index * 7 + (index >> 8)) & 255));

describe("downloads", () => {
  it("go on from a part, whose end is compared first", async () => {
    await writeFile(join(folder, "f.part"), content.subarray(0, 20_000));
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await peer.expect("SIZE", `213 ${content.length}`);
      const { socket: tail } = await peer.passive();
      expect(await peer.expect("REST", "350 Ready.")).toBe(String(20_000 - 4096));
      await peer.expect("RETR", "150 Here.");
      (await tail).write(content.subarray(20_000 - 4096));
      await peer.expect("ABOR", "426 Aborted.", "226 Ok.");
      const { socket: rest } = await peer.passive();
      expect(await peer.expect("REST", "350 Ready.")).toBe("20000");
      await peer.expect("RETR", "150 Here (30000 bytes).");
      (await rest).end(content.subarray(20_000));
      await peer.send("226 Done.\r\n");
    });
    const report = await ftp.download("f", join(folder, "f"), { resume: true });
    expect(report).toMatchObject({ offset: 20_000, bytes: 30_000, verified: "size" });
    expect((await readFile(join(folder, "f"))).equals(content)).toBe(true);
    expect(await readdir(folder)).toEqual(["f"]);
  });

  it("onto a link go on where it leads, and the link stays", async () => {
    await mkdir(join(folder, "far"));
    await writeFile(join(folder, "far", "real.part"), content.subarray(0, 20_000));
    await symlink(join("far", "real"), join(folder, "f"));
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await peer.expect("SIZE", `213 ${content.length}`);
      const { socket } = await peer.passive();
      expect(await peer.expect("REST", "350 Ready.")).toBe("20000");
      await peer.expect("RETR", "150 Here.");
      (await socket).end(content.subarray(20_000));
      await peer.send("226 Done.\r\n");
    });
    const report = await ftp.download("f", join(folder, "f"), { resume: true, overlap: 0 });
    expect(report).toMatchObject({ offset: 20_000, verified: "size" });
    expect(await readlink(join(folder, "f"))).toBe(join("far", "real"));
    expect((await readFile(join(folder, "far", "real"))).equals(content)).toBe(true);
    expect(await readdir(join(folder, "far"))).toEqual(["real"]);
  });

  it("that break keep their part, and the next call completes it", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await peer.expect("SIZE", `213 ${content.length}`);
      const data = await peer.transfer("RETR", "150 Here.");
      data.end(content.subarray(0, 10_000));
      await peer.pause(50);
      await peer.send("426 Broken.\r\n");
      await peer.expect("SIZE", `213 ${content.length}`);
      const { socket } = await peer.passive();
      expect(await peer.expect("REST", "350 Ready.")).toBe("10000");
      await peer.expect("RETR", "150 Here.", "226 Done.");
      (await socket).end(content.subarray(10_000));
    });
    const path = join(folder, "f");
    await failure(ftp.download("f", path, { resume: true }));
    expect(await readdir(folder)).toEqual(["f.part"]);
    await ftp.download("f", path, { resume: true, overlap: 0 });
    expect((await readFile(path)).equals(content)).toBe(true);
  });

  it("take a shorter file under the name for a part", async () => {
    await writeFile(join(folder, "f"), content.subarray(0, 100));
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await peer.expect("SIZE", `213 ${content.length}`);
      const { socket } = await peer.passive();
      expect(await peer.expect("REST", "350 Ready.")).toBe("100");
      await peer.expect("RETR", "150 Here.", "226 Done.");
      (await socket).end(content.subarray(100));
    });
    await ftp.download("f", join(folder, "f"), { resume: true, overlap: 0 });
    expect((await readFile(join(folder, "f"))).equals(content)).toBe(true);
  });

  it("of another file are refused, and what stands is left alone", async () => {
    await writeFile(join(folder, "f"), "something else");
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await peer.expect("SIZE", `213 ${content.length}`);
      const data = await peer.transfer("RETR", "150 Here.");
      data.end(content);
      await peer.send("226 Done.\r\n");
      for (;;) await peer.line();
    });
    // The overlap is the whole of it, from byte 0 on: no REST is needed.
    expect((await failure(ftp.download("f", join(folder, "f"), { resume: true }))).code).toBe(
      "size-mismatch",
    );
    expect(await readFile(join(folder, "f"), "utf8")).toBe("something else");
    expect(await readdir(folder)).toEqual(["f"]);
  });

  it("of a file that is longer here are refused", async () => {
    await writeFile(join(folder, "f"), content);
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await peer.expect("SIZE", "213 10");
    });
    expect((await failure(ftp.download("f", join(folder, "f"), { resume: true }))).code).toBe(
      "size-mismatch",
    );
  });

  it("that are complete move nothing", async () => {
    await writeFile(join(folder, "f.part"), content);
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await peer.expect("SIZE", `213 ${content.length}`);
    });
    expect(await ftp.download("f", join(folder, "f"), { resume: true, overlap: 0 })).toMatchObject({
      bytes: 0,
      verified: "size",
    });
    expect((await readFile(join(folder, "f"))).equals(content)).toBe(true);
  });

  it("whose REST is refused say so", async () => {
    await writeFile(join(folder, "f.part"), content.subarray(0, 100));
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await peer.expect("SIZE", `213 ${content.length}`);
      await peer.passive();
      await peer.expect("REST", "502 No.");
    });
    const error = await failure(ftp.download("f", join(folder, "f"), { resume: true, overlap: 0 }));
    expect(error.code).toBe("restart-refused");
    expect(await readdir(folder)).toEqual(["f.part"]);
  });
});

describe("uploads", () => {
  it("go on with APPE", async () => {
    let got: Buffer = Buffer.alloc(0);
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      expect(await peer.expect("SIZE", "550 No such file.")).toBe("f.longshore-part");
      expect(await peer.expect("SIZE", "213 20000")).toBe("f");
      const { socket: tail } = await peer.passive();
      await peer.expect("REST", "350 Ready.");
      await peer.expect("RETR", "150 Here.", "226 Done.");
      (await tail).end(content.subarray(20_000 - 4096, 20_000));
      const data = await peer.transfer("APPE", "150 Go.");
      got = await received(data);
      await peer.send("226 Done.\r\n");
      await peer.expect("SIZE", `213 ${content.length}`);
    });
    const report = await ftp.upload(content, "f", { resume: true });
    expect(report).toMatchObject({ offset: 20_000, bytes: 30_000, verified: "size" });
    expect(got.equals(content.subarray(20_000))).toBe(true);
  });

  it("go on where the server lets nobody read what is not whole", async () => {
    let got: Buffer = Buffer.alloc(0);
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      expect(await peer.expect("SIZE", "550 No such file.")).toBe("f.longshore-part");
      expect(await peer.expect("SIZE", "213 20000")).toBe("f");
      await peer.passive();
      await peer.expect("REST", "350 Ready.");
      await peer.expect("RETR", "550 No such file.");
      got = await received(await peer.transfer("APPE", "150 Go."));
      await peer.send("226 Done.\r\n");
      await peer.expect("SIZE", `213 ${content.length}`);
    });
    expect(await ftp.upload(content, "f", { resume: true })).toMatchObject({
      bytes: 30_000,
      verified: "size",
    });
    expect(got.equals(content.subarray(20_000))).toBe(true);
  });

  it("or with REST and STOR where APPE is refused", async () => {
    let got: Buffer = Buffer.alloc(0);
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      expect(await peer.expect("SIZE", "550 No such file.")).toBe("f.longshore-part");
      expect(await peer.expect("SIZE", "213 20000")).toBe("f");
      await peer.transfer("APPE", "502 No.");
      const { socket } = await peer.passive();
      expect(await peer.expect("REST", "350 Ready.")).toBe("20000");
      await peer.expect("STOR", "150 Go.");
      got = await received(await socket);
      await peer.send("226 Done.\r\n");
      await peer.expect("SIZE", `213 ${content.length}`);
    });
    await ftp.upload(content, "f", { resume: true, overlap: 0 });
    expect(got.equals(content.subarray(20_000))).toBe(true);
  });

  it("begin at the beginning where nothing stands", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await peer.expect("SIZE", "550 No such file.");
      await peer.expect("SIZE", "550 No such file.");
      await received(await peer.transfer("STOR", "150 Go."));
      await peer.send("226 Done.\r\n");
      await peer.expect("SIZE", `213 ${content.length}`);
      await peer.renamed();
    });
    expect(await ftp.upload(content, "f", { resume: true })).toMatchObject({
      offset: 0,
      bytes: content.length,
    });
  });

  it("a stream cannot be resumed", async () => {
    const ftp = await stage.connect(async () => {});
    expect((await failure(ftp.upload([content], "f", { resume: true }))).code).toBe("unsupported");
  });
});
