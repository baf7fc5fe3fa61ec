import { describe, expect, it } from "vitest";
import type { Peer } from "./scripted-server.ts";
import { createStage, failure } from "./support.ts";

const stage = createStage();

/** One listing over a connection of its own. */
async function send(peer: Peer, verb: string, content: string, piece = content.length): Promise<void> {
  const data = await peer.transfer(verb, "150 Here.");
  for (let at = 0; at < content.length; at += Math.max(1, piece)) {
    data.write(content.slice(at, at + piece));
    await new Promise((resolve) => setImmediate(resolve));
  }
  data.end();
  await peer.send("226 Done.\r\n");
}

const facts = [
  "type=cdir;modify=20260101000000; /",
  "type=pdir;modify=20260101000000; /",
  "type=file;size=9007199254740993;modify=20260102030405.5;unix.mode=0644; a file; with things",
  "type=dir;modify=20260102030405; sub",
];
const mlsd = facts.map((line) => `${line}\r\n`).join("");
const unix = "total 4\r\ndrwxr-xr-x 2 a b 6 Jan  1  2020 .\r\n-rw-r--r-- 1 a b 3 Jan  1  2020 f\r\n";

describe("list", () => {
  it("by MLSD where FEAT has it, exact and without the directory itself", async () => {
    const ftp = await stage.connect((peer) => send(peer, "MLSD", mlsd, 7), {}, ["MLST type*;size*;modify*;"]);
    const entries = await ftp.list("some dir").toArray();
    expect(stage.server.lines.at(-1)).toBe("MLSD some dir");
    expect(entries).toMatchObject([
      { name: "a file; with things", type: "file", size: 9007199254740993n, dialect: "mlsx" },
      { name: "sub", type: "dir" },
    ]);
  });

  it("all of it where that is asked for", async () => {
    const ftp = await stage.connect((peer) => send(peer, "MLSD", mlsd), {}, ["MLST"]);
    expect((await ftp.list("", { all: true }).toArray()).map(({ type }) => type)).toEqual([
      "cdir",
      "pdir",
      "file",
      "dir",
    ]);
  });

  it("by LIST -a elsewhere", async () => {
    const ftp = await stage.connect((peer) => send(peer, "LIST", unix));
    expect((await ftp.list("d").toArray()).map(({ name }) => name)).toEqual(["f"]);
    expect(stage.server.lines.at(-1)).toBe("LIST -a d");
  });

  it("an empty LIST -a is tried again without (Windows CE), and not again after that", async () => {
    const ftp = await stage.connect(async (peer) => {
      await send(peer, "LIST", "");
      await send(peer, "LIST", unix);
      await send(peer, "LIST", unix);
    });
    for (let time = 0; time < 2; time++) expect(await ftp.list().toArray()).toHaveLength(1);
    expect(stage.server.lines.filter((line) => line.startsWith("LIST"))).toEqual(["LIST -a", "LIST", "LIST"]);
  });

  it("a LIST -a that is refused, too", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.transfer("LIST", "501 No options.");
      await send(peer, "LIST", unix);
    });
    expect(await ftp.list("d").toArray()).toHaveLength(1);
    expect(stage.server.lines.at(-1)).toBe("LIST d");
  });

  it("an MLSD that is not known after all", async () => {
    const ftp = await stage.connect(
      async (peer) => {
        await peer.transfer("MLSD", "500 What?");
        await send(peer, "LIST", unix);
        await send(peer, "LIST", unix);
      },
      {},
      ["MLST"],
    );
    for (let time = 0; time < 2; time++) expect(await ftp.list().toArray()).toHaveLength(1);
  });

  it("an option in a path is no option", async () => {
    const ftp = await stage.connect((peer) => send(peer, "LIST", unix), { quirks: { listHidden: false } });
    await ftp.list("-R").toArray();
    expect(stage.server.lines.at(-1)).toBe("LIST ./-R");
  });

  it("a directory that is not there", async () => {
    const ftp = await stage.connect(
      async (peer) => {
        await peer.transfer("MLSD", "550 No such directory.");
        await peer.expect("NOOP", "200 Ok.");
      },
      {},
      ["MLST"],
    );
    expect(await failure(ftp.list("x").toArray())).toMatchObject({ code: "refused", reply: { code: 550 } });
    await ftp.noop();
  });

  it("no members found is an empty list, not an error", async () => {
    const ftp = await stage.connect(
      async (peer) => {
        await peer.transfer("LIST", "550 No members found.");
      },
      { quirks: { listHidden: false } },
    );
    expect(await ftp.list("'PDS'").toArray()).toEqual([]);
  });

  it("lines that cannot be read are reported", async () => {
    const seen: string[] = [];
    const ftp = await stage.connect((peer) => send(peer, "MLSD", `${mlsd}no facts here\r\n`), {}, ["MLST"]);
    const listing = ftp.list("", { onUnparsed: (line) => seen.push(line.raw) });
    expect(await listing.toArray()).toHaveLength(2);
    expect(listing.unparsed).toMatchObject([{ kind: "unparsed", raw: "no facts here" }]);
    expect(seen).toEqual(["no facts here"]);
  });

  it("a listing that ends in the middle of a line says that it may be cut", async () => {
    const ftp = await stage.connect(
      async (peer) => {
        await send(peer, "MLSD", mlsd.slice(0, -3));
        await send(peer, "MLSD", mlsd);
        await send(peer, "MLSD", "");
        await send(peer, "MLSD", "");
      },
      {},
      ["MLST"],
    );
    for (const isCut of [true, false, false]) {
      const listing = ftp.list();
      await listing.toArray();
      expect(listing.isCut).toBe(isCut);
    }
  });

  it("an empty listing in clear is asked for again: it may have been cut before its first byte", async () => {
    const ftp = await stage.connect(
      async (peer) => {
        await send(peer, "MLSD", "");
        await send(peer, "MLSD", mlsd);
      },
      {},
      ["MLST"],
    );
    expect((await ftp.list().toArray()).length).toBeGreaterThan(0);
  });

  it("a failure in the middle comes after the entries that came", async () => {
    const ftp = await stage.connect(
      async (peer) => {
        const data = await peer.transfer("MLSD", "150 Here.");
        data.write(mlsd);
        await peer.pause(20);
        data.end();
        await peer.send("451 Disk error.\r\n");
      },
      {},
      ["MLST"],
    );
    const names: string[] = [];
    const error = await failure(
      (async () => {
        for await (const entry of ftp.list()) names.push(entry.name);
      })(),
    );
    expect(error.code).toBe("transfer-failed");
    expect(names).toHaveLength(2);
  });

  it("other calls in the loop over the entries get their turn", async () => {
    const count = 3000;
    const many = Array.from({ length: count }, (_, index) => `type=file;size=1; file ${index}\r\n`).join("");
    const ftp = await stage.connect(
      async (peer) => {
        await send(peer, "MLSD", many, 10_000);
        await peer.expect("TYPE", "200 Ok.");
        for (;;) await peer.expect("SIZE", "213 1");
      },
      {},
      ["MLST"],
    );
    let sizes = 0;
    let entries = 0;
    for await (const entry of ftp.list()) {
      if (entries++ % 500 === 0) sizes += await ftp.size(entry.name);
    }
    expect([entries, sizes]).toEqual([count, count / 500]);
  });

  it("leaving the loop aborts the listing", async () => {
    const ftp = await stage.connect(
      async (peer) => {
        const data = await peer.transfer("MLSD", "150 Here.");
        data.write(mlsd);
        await peer.expect("ABOR", "426 Aborted.", "226 Ok.");
        await peer.expect("NOOP", "200 Ok.");
      },
      {},
      ["MLST"],
    );
    for await (const entry of ftp.list()) {
      expect(entry.type).toBe("file");
      break;
    }
    await ftp.noop();
  });

  it("a slow reader makes the server wait", async () => {
    const line = "type=file;size=1; some name that is a little longer than it would need to be\r\n";
    const block = line.repeat(2000);
    let written = 0;
    const ftp = await stage.connect(
      async (peer) => {
        const data = await peer.transfer("MLSD", "150 Here.");
        for (; written < 200; written++) {
          if (!data.write(block)) await new Promise((resolve) => data.once("drain", resolve));
        }
        data.end();
        await peer.send("226 Done.\r\n");
      },
      {},
      ["MLST"],
    );
    let seen = 0;
    for await (const _ of ftp.list()) {
      if (seen++ === 0) {
        await new Promise((resolve) => setTimeout(resolve, 300));
        // 32 MB in all; sockets and buffers hold a part of it.
        expect(written).toBeLessThan(150);
      }
    }
    expect(seen).toBe(200 * 2000);
  });
});

describe("names and single entries", () => {
  it("NLST, cut anywhere", async () => {
    const ftp = await stage.connect((peer) => send(peer, "NLST", "a b\r\nc\xe9\r\nlast", 1));
    const names: string[] = [];
    for await (const name of ftp.listNames("d")) names.push(name);
    expect(names).toEqual(["a b", "cé", "last"]);
    expect(stage.server.lines.at(-1)).toBe("NLST d");
  });

  it("NLST of nothing, said with 550", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.transfer("NLST", "550 No files found.");
    });
    for await (const name of ftp.listNames()) throw new Error(`${name}?`);
  });

  it("stat by MLST", async () => {
    const ftp = await stage.connect(
      async (peer) => {
        await peer.expect("MLST a b", "250-Listing", " type=file;size=5; /x/a b", "250 End");
      },
      {},
      ["MLST"],
    );
    expect(await ftp.stat("a b")).toMatchObject({ name: "/x/a b", size: 5, type: "file" });
  });

  it("stat from the directory's listing", async () => {
    const ftp = await stage.connect(async (peer) => {
      await send(peer, "LIST", unix);
      await send(peer, "LIST", unix);
    });
    expect(await ftp.stat("/d/f")).toMatchObject({ name: "f", size: 3 });
    expect(stage.server.lines.at(-1)).toBe("LIST -a /d");
    expect((await failure(ftp.stat("g"))).code).toBe("refused");
  });
});
