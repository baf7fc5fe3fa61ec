// rclone over our FTP server as a remote: what people run every night, in clear and over both kinds of TLS.
import { copyFile, mkdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Target } from "./ftp-clients/client.ts";
import { at, runRclone } from "./ftp-clients/rclone.ts";
import { hashTree, makeFile, makeTree, newFolder, removeFolders } from "./support/files.ts";
import { makeCertificate, type Served, serve } from "./support/longshore.ts";
import { describeWith } from "./support/with-peer.ts";

let served: Served;
let folder: string;
let certificate: Awaited<ReturnType<typeof makeCertificate>>;

describeWith("rclone with our FTP server as its remote", ["rclone"], () => {
  beforeAll(async () => {
    folder = await newFolder();
    certificate = await makeCertificate();
    const tls = ["--tls-cert", certificate.certificate, "--tls-key", certificate.key];
    const listeners = ["--ftps-port", "0", "--no-tftp"];
    served = await serve(folder, "--writable", "--user", "tester:secret:rw", ...listeners, ...tls);
  });

  afterAll(async () => {
    expect((await served.stop()).code).toBe(0);
    await certificate.remove();
    await removeFolders();
  });

  describe.each(["in clear", "over explicit TLS", "over implicit TLS"] as const)("%s", (how) => {
    const target = (): Target => ({
      host: "127.0.0.1",
      port: served.ports[how === "over implicit TLS" ? "ftps" : "ftp"] ?? 0,
      user: "tester",
      password: "secret",
      ...(how === "in clear"
        ? {}
        : {
            tls: {
              certificateFile: certificate.certificate,
              ...(how === "over implicit TLS" ? { implicit: true as const } : {}),
            },
          }),
    });
    const place = how.replaceAll(" ", "-");
    let local: string;

    it("copies a tree to the server with its times, and lsl shows them", async () => {
      local = await newFolder();
      await makeTree(local);
      await utimes(join(local, "a.bin"), 1_577_934_245, 1_577_934_245);
      await runRclone(target(), "copy", local, at(`/${place}`));
      expect(await hashTree(join(folder, place))).toEqual(await hashTree(local));
      expect((await stat(join(folder, place, "a.bin"))).mtimeMs).toBe(1_577_934_245_000);
      const { text } = await runRclone(target(), "lsl", at(`/${place}`));
      expect(text).toMatch(/^ +1000 2020-01-02 03:04:05\.0+ a\.bin$/m);
      expect(text).toMatch(/^ +9 .* sub\/grün\.bin$/m);
    });

    it("check finds both sides the same, and a byte that differs", async () => {
      await runRclone(target(), "check", "--download", local, at(`/${place}`));
      const bytes = await readFile(join(local, "a.bin"));
      bytes[500] = (bytes[500] ?? 0) ^ 1;
      await writeFile(join(folder, place, "a.bin"), bytes);
      await expect(runRclone(target(), "check", "--download", local, at(`/${place}`))).rejects.toThrow(
        /1 differences found/,
      );
    });

    it("sync brings the changed, adds the new and removes what is gone", async () => {
      await makeFile(join(local, "new.bin"), 20_000);
      await rm(join(local, "sub/b.bin"));
      await makeFile(join(local, "empty.txt"), 12);
      await runRclone(target(), "sync", local, at(`/${place}`));
      const names = Object.keys(await hashTree(join(folder, place))).sort();
      expect(names).toEqual(Object.keys(await hashTree(local)).sort());
      expect(names).toContain("new.bin");
      expect(names).not.toContain("sub/b.bin");
      // Nothing is left to do: times and sizes on the server are those of the local files.
      const { output } = await runRclone(target(), "sync", "-v", local, at(`/${place}`));
      expect(output).toContain("There was nothing to transfer");
    });

    it("copies a tree from the server", async () => {
      const down = await newFolder();
      await mkdir(join(folder, place, "deep/er"), { recursive: true });
      await copyFile(join(folder, place, "new.bin"), join(folder, place, "deep/er/new.bin"));
      await runRclone(target(), "copy", at(`/${place}`), down);
      expect(await hashTree(down)).toEqual(await hashTree(join(folder, place)));
    });
  });
});
