// What other clients got wrong: each defect by its name, played to this one.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { downloadTree, type FtpClient } from "../src/index.ts";
import { certificate, type Peer } from "./scripted-server.ts";
import { createStage, failure } from "./support.ts";

const stage = createStage();
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "longshore-defects-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** RETR over EPSV with a content that its 150 announces. */
async function sendFile(peer: Peer, content: string, size = content.length): Promise<void> {
  const data = await peer.transfer("RETR", `150 Here (${size} bytes).`);
  data.end(content);
  await peer.send("226 Done.\r\n");
}

describe("replies", () => {
  it('basic-ftp 6.2: "213 12" and "34567" in two segments are one size, 1234567', async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await peer.expect("SIZE");
      await peer.send("213 12");
      await peer.pause(40);
      await peer.send("34567\r\n");
    });
    expect(await ftp.size("f")).toBe(1_234_567);
  });

  it.each([1, 3, 1000])(
    "node-ftp, jsftp: `550` inside a 220- banner is part of it, in pieces of %i",
    async (piece) => {
      const ftp = await stage.dial(
        async (peer) => {
          await peer.send(
            "220-Welcome\r\n550 inside a 220- banner\r\n220-so is this\r\n220 Ready.\r\n",
            piece,
          );
          await peer.expect("USER", "331 Password.");
          await peer.expect("PASS", "230 In.");
          await peer.expect("PWD", '257 "/"');
        },
        { negotiate: false },
      );
      expect(await ftp.pwd()).toBe("/");
    },
  );

  it("CVE-2026-44240: a multi-line banner without an end is refused early, in linear work", async () => {
    let sent = 0;
    const work = stage.dial(async (peer) => {
      const line = `220-${"x".repeat(100)}\r\n`;
      const block = line.repeat(600);
      while (sent < 200) {
        await peer.send(block);
        sent++;
        await peer.pause(0);
      }
    });
    const error = await failure(work);
    expect(error).toMatchObject({ code: "not-ftp", phase: "greeting" });
    expect(sent).toBeLessThan(200);
  });

  it("basic-ftp, aioftp, jsftp: a late reply is not taken for the next command's", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("PWD", '257 "/"', '257 "/somewhere else"');
      await peer.line();
    });
    expect(await ftp.pwd()).toBe("/");
    expect((await failure(ftp.pwd())).code).toBe("desync");
    expect(ftp.isClosed).toBe(true);
  });

  it("IBM i answers EPSV with 229 Entering Extended Passive Mode (!!!6446!)", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      const { socket, reply } = await peer.listening("EPSV");
      await peer.send(reply.replaceAll("|", "!"));
      await peer.expect("RETR", "150 Here (2 bytes).");
      (await socket).end("hi");
      await peer.send("226 Done.\r\n");
    });
    expect(await ftp.download("f", () => {})).toMatchObject({ bytes: 2, dataMode: "EPSV" });
  });
});

describe("transfers", () => {
  it("basic-ftp closes the client: here a reset, a 425, a 426 and a local error leave the session usable", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      const reset = await peer.transfer("RETR", "150 Here.");
      reset.write("some");
      await peer.pause(20);
      reset.resetAndDestroy();
      await peer.send("426 Broken.\r\n");
      await peer.transfer("RETR", "150 Here.", "425 Cannot.");
      const broken = await peer.transfer("RETR", "150 Here.", "426 Broken.");
      broken.end();
      const unread = await peer.transfer("RETR", "150 Here.");
      unread.write("some");
      await peer.expect("ABOR", "426 Aborted.", "226 Ok.");
      await sendFile(peer, "whole");
    });
    expect((await failure(ftp.download("f", join(folder, "f")))).code).toBe("data-lost");
    expect((await failure(ftp.download("f", join(folder, "f")))).code).toBe("data-open-failed");
    expect((await failure(ftp.download("f", join(folder, "f")))).code).toBe("data-lost");
    expect((await failure(ftp.download("f", join(folder, "none/f")))).code).toBe("local");
    expect(await readdir(folder)).toEqual([]);
    expect(await ftp.download("f", join(folder, "f"))).toMatchObject({ bytes: 5, verified: "size" });
  });

  it("nobody on npm checks: a short download with a 226 is an error", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await sendFile(peer, "half", 8);
      await peer.expect("SIZE", "213 8");
    });
    expect(await failure(ftp.download("f", join(folder, "f")))).toMatchObject({
      code: "short-transfer",
      bytes: 4,
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(["CVE-2020-8284", "CVE-2021-4189", "CVE-2021-31810", "CVE-2021-37533", "CVE-2026-8328"])(
    "%s: the PASV host is not believed",
    async () => {
      const ftp = await stage.connect(
        async (peer) => {
          await peer.expect("TYPE", "200 Ok.");
          const { socket, reply } = await peer.listening("PASV");
          // A host in a network for documentation: whoever believed it would get nowhere.
          await peer.send(reply.replace("127,0,0,1", "192,0,2,1"));
          await peer.expect("RETR", "150 Here (2 bytes).");
          (await socket).end("hi");
          await peer.send("226 Done.\r\n");
        },
        { dataModes: ["PASV"] },
      );
      expect(await ftp.download("f", () => {})).toMatchObject({ bytes: 2, dataMode: "PASV" });
    },
  );
});

describe("TLS", () => {
  const tls = { mode: "explicit", ca: certificate } as const;

  it("CVE-2021-22947: replies that come in clear behind AUTH TLS are not taken for the login's", async () => {
    const behind = async (peer: Peer): Promise<void> => {
      await peer.send("220 Ready.\r\n");
      await peer.expect("AUTH TLS", "234 Go.", "331 Password.", "230 In.", "200 Ok.", "200 Ok.");
      await peer.line();
    };
    expect((await failure(stage.dial(behind, { tls }))).code).toBe("tls-injection");
    expect(stage.server.lines).toEqual(["AUTH TLS"]);
  });

  it.each(["220 Ready.", "230 You are in already."])(
    "CVE-2021-22946: TLS that is required is required, whatever a server says after %j",
    async (greeting) => {
      const refusing = async (peer: Peer): Promise<void> => {
        await peer.send(`${greeting}\r\n`);
        await peer.expect("AUTH TLS", "500 No TLS here.");
        await peer.line();
      };
      expect((await failure(stage.dial(refusing, { tls }))).code).toBe("tls-refused");
      expect(stage.server.lines).toEqual(["AUTH TLS"]);
    },
  );
});

describe("names", () => {
  /** The listings of directories by their path, and what is in every file. */
  const tree =
    (listings: Readonly<Record<string, string>>) =>
    async (peer: Peer): Promise<void> => {
      await peer.expect("PWD", '257 "/"');
      await peer.expect("CWD", "250 Ok.");
      await peer.expect("CWD", "250 Ok.");
      for (;;) {
        const line = await peer.line();
        const [verb = "", path = ""] = line.split(/ (.*)/);
        if (verb === "EPSV") {
          const { socket, port } = await peer.open();
          await peer.send(`229 Extended (|||${port}|)\r\n`);
          const [what = "", of = ""] = (await peer.line()).split(/ (.*)/);
          const content = what === "MLSD" ? (listings[of] ?? "") : "evil";
          await peer.send("150 Here.\r\n");
          (await socket).end(content);
          await peer.send("226 Done.\r\n");
        } else
          await peer.send(
            verb === "SIZE" ? "213 4\r\n" : verb === "MDTM" ? "550 No.\r\n" : `200 ${path}.\r\n`,
          );
      }
    };
  const target = async (ftp: FtpClient): Promise<readonly string[]> => {
    const { skipped } = await downloadTree(ftp, "/pub", join(folder, "inner/target"));
    return skipped.map(({ path }) => path);
  };

  it("CVE-2026-27699: a name in a listing leads nowhere but into the target directory", async () => {
    const names = ["../escaped", "..", "/tmp/absolute", "a/../../escaped", "..\\escaped", "good"];
    const listing = names.map((name) => `type=file;size=4; ${name}\r\n`).join("");
    const ftp = await stage.connect(tree({ "/pub": listing }), {}, ["MLST"]);
    expect([...(await target(ftp))].sort()).toEqual(
      names
        .filter((name) => name !== "good" && name !== "..")
        .sort()
        .concat(await Promise.resolve([])),
    );
    expect(await readdir(folder)).toEqual(["inner"]);
    expect(await readdir(join(folder, "inner"))).toEqual(["target"]);
    expect(await readdir(join(folder, "inner/target"))).toEqual(["good"]);
    expect(await readFile(join(folder, "inner/target/good"), "utf8")).toBe("evil");
  });

  it("wget, CVE-2014-4877: a link and a directory of the same name do not lead out", async () => {
    const ftp = await stage.connect(
      tree({
        "/pub": "type=OS.unix=slink:/etc;size=4; there\r\ntype=dir; there\r\n",
        "/pub/there": "type=file;size=4; passwd\r\n",
      }),
      {},
      ["MLST"],
    );
    await target(ftp);
    const there = await readdir(join(folder, "inner/target"), { withFileTypes: true });
    expect(there.filter((entry) => entry.isSymbolicLink())).toEqual([]);
  });

  it("a dozen advisories of 2021 to 2026: CR, LF and NUL are refused in every argument", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("NOOP", "200 Ok.");
    });
    for (const evil of ["a\r\nDELE b", "a\nDELE b", "a\rDELE b", "a\0b"]) {
      const calls = [
        ...[ftp.remove(evil), ftp.rename(evil, "b"), ftp.rename("a", evil), ftp.makeDirectory(evil)],
        ...[ftp.makeDirectory(evil, { recursive: true }), ftp.removeDirectory(evil), ftp.cd(evil)],
        ...[ftp.size(evil), ftp.modified(evil), ftp.setModified(evil, 0), ftp.stat(evil), ftp.quote(evil)],
        ...[ftp.download(evil, () => {}), ftp.upload(new Uint8Array(1), evil)],
        ...[ftp.upload(new Uint8Array(1), "a", { temporary: evil }), ftp.list(evil).toArray()],
        ...[
          ftp.listNames(evil)[Symbol.asyncIterator]().next(),
          ftp.read(evil)[Symbol.asyncIterator]().next(),
        ],
      ];
      for (const error of await Promise.all(calls.map(failure))) expect(error.code).toBe("bad-argument");
    }
    await ftp.noop();
  });
});
