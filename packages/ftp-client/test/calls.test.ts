// What every call takes and gives, and what TLS asks of both connections.
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import type { FtpClient, Progress, TransferReport } from "../src/index.ts";
import { certificate, type Peer } from "./scripted-server.ts";
import { createStage, failure } from "./support.ts";

const stage = createStage();
const text = "The quick brown fox.\n";

async function sendFile(
  peer: Peer,
  content: string,
  mark = `150 Here (${content.length} bytes).`,
): Promise<void> {
  const data = await peer.transfer("RETR", mark);
  data.end(content);
  await peer.send("226 Done.\r\n");
}

/** One of each call that a client has. */
function everyCall(
  ftp: FtpClient,
  call: { readonly signal?: AbortSignal; readonly timeout?: number },
): Readonly<Record<string, () => Promise<unknown>>> {
  const bytes = new Uint8Array(1);
  return {
    list: () => ftp.list("d", call).toArray(),
    listNames: () => ftp.listNames("d", call)[Symbol.asyncIterator]().next(),
    stat: () => ftp.stat("d/f", call),
    download: () => ftp.download("f", () => {}, call),
    "download, resumed": () =>
      ftp.download("f", join(tmpdir(), "longshore-no-such-file"), { ...call, resume: true }),
    read: () => ftp.read("f", call)[Symbol.asyncIterator]().next(),
    upload: () => ftp.upload(bytes, "f", call),
    "upload, resumed": () => ftp.upload(bytes, "f", { ...call, resume: true }),
    "upload under a temporary name": () => ftp.upload(bytes, "f", { ...call, temporary: true }),
    remove: () => ftp.remove("f", call),
    rename: () => ftp.rename("f", "g", call),
    makeDirectory: () => ftp.makeDirectory("d", call),
    "makeDirectory, recursive": () => ftp.makeDirectory("d/e", { ...call, recursive: true }),
    removeDirectory: () => ftp.removeDirectory("d", call),
    cd: () => ftp.cd("d", call),
    pwd: () => ftp.pwd(call),
    size: () => ftp.size("f", call),
    modified: () => ftp.modified("f", call),
    setModified: () => ftp.setModified("f", 0, call),
    features: () => ftp.features(call),
    system: () => ftp.system(call),
    noop: () => ftp.noop(call),
    quote: () => ftp.quote("XYZZY", call),
    command: () => ftp.command({ verb: "NOOP" }, call),
  };
}

/** Greets and logs in, and says nothing more. */
const silent = async (peer: Peer): Promise<void> => {
  await peer.send("220 Ready.\r\n");
  await peer.expect("USER", "230 In.");
  for (;;) await peer.line();
};

describe("every call", () => {
  const names = Object.keys(everyCall({} as FtpClient, {}));

  it("AbortSignal on every call: what was aborted before sends nothing", async () => {
    const ftp = await stage.dial(silent, { negotiate: false });
    for (const [name, make] of Object.entries(everyCall(ftp, { signal: AbortSignal.abort() })))
      expect((await failure(make())).code, name).toBe("aborted");
    expect(stage.server.lines).toHaveLength(1);
    expect(ftp.isClosed).toBe(false);
  });

  it.each(names)("AbortSignal on every call: %s under way is given up", async (name) => {
    const ftp = await stage.dial(silent, { negotiate: false });
    const controller = new AbortController();
    const error = failure(everyCall(ftp, { signal: controller.signal })[name]?.() ?? Promise.resolve());
    await expect.poll(() => stage.server.lines.length).toBeGreaterThan(1);
    controller.abort(new Error("enough"));
    expect(await error).toMatchObject({ code: "aborted" });
  });

  it("a time for the whole of every call", async () => {
    const ftp = await stage.dial(silent, { negotiate: false });
    // They wait for each other: each has its time from when it was made.
    const calls = Object.values(everyCall(ftp, { timeout: 30 }));
    for (const error of await Promise.all(calls.map((make) => failure(make()))))
      expect(error.code).toBe("timeout");
  });

  it("a time for the whole of connecting", async () => {
    const never = async (peer: Peer): Promise<void> => {
      await peer.send("220 Ready.\r\n");
      for (;;) await peer.line();
    };
    const error = await failure(stage.dial(never, { timeout: 50 }));
    expect(error).toMatchObject({ code: "timeout", retryable: true });
  });

  it("progress of every transfer: a download, an upload, a listing, names", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await sendFile(peer, text);
      const up = await peer.transfer("STOR", "150 Go.");
      up.resume();
      await new Promise((resolve) => up.once("end", resolve));
      await peer.send("226 Done.\r\n");
      await peer.expect("SIZE", `213 ${text.length}`);
      for (const verb of ["LIST", "NLST"]) {
        const data = await peer.transfer(verb, "150 Here.");
        data.end(verb === "NLST" ? "f\r\n" : "-rw-r--r-- 1 a b 3 Jan  1  2020 f\r\n");
        await peer.send("226 Done.\r\n");
      }
    });
    const seen: Progress[] = [];
    const onProgress = (progress: Progress): void => void seen.push(progress);
    const last = (): Progress | undefined => seen.splice(0).at(-1);
    await ftp.download("f", () => {}, { onProgress });
    expect(last()).toMatchObject({ bytes: text.length, total: text.length, rate: expect.any(Number) });
    await ftp.upload(Buffer.from(text), "f", { onProgress, temporary: false });
    expect(last()).toMatchObject({ bytes: text.length, total: text.length });
    await ftp.list("d", { onProgress }).toArray();
    expect(last()).toMatchObject({ bytes: 35 });
    for await (const name of ftp.listNames("d", { onProgress })) expect(name).toBe("f");
    expect(last()).toMatchObject({ bytes: 3 });
  });
});

describe("what was proven is said", () => {
  const read = async (ftp: FtpClient, size?: number): Promise<TransferReport | undefined> => {
    let report: TransferReport | undefined;
    const onReport = (said: TransferReport): void => {
      report = said;
    };
    for await (const _ of ftp.read("f", { onReport, ...(size === undefined ? {} : { size }) }));
    return report;
  };

  it("of what is read as it comes, too", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await sendFile(peer, text);
    });
    expect(await read(ftp)).toMatchObject({ bytes: text.length, verified: "size" });
  });

  it("against the MLSD fact: the size of a listing that is not reached is a short transfer", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await sendFile(peer, text, "150 Here.");
      await sendFile(peer, text, "150 Here.");
      await peer.expect("SIZE", "502 What?");
    });
    expect(await read(ftp, text.length)).toMatchObject({ verified: "size" });
    expect((await failure(read(ftp, text.length + 1))).code).toBe("short-transfer");
  });
});

describe("streams", () => {
  it("out: async iterables, Web streams and Node streams", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      for (let count = 0; count < 3; count++) await sendFile(peer, text);
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of ftp.read("f")) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe(text);
    expect((await buffer(Readable.from(ftp.read("f")))).toString()).toBe(text);
    const web = Readable.toWeb(Readable.from(ftp.read("f")));
    expect((await buffer(web)).toString()).toBe(text);
  });

  it("in: async iterables, Web streams and Node streams", async () => {
    const got: string[] = [];
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      for (let count = 0; count < 3; count++) {
        const data = await peer.transfer("STOR", "150 Go.");
        got.push((await buffer(data)).toString());
        await peer.send("226 Done.\r\n");
        await peer.expect("SIZE", `213 ${text.length}`);
      }
    });
    const pieces = [text.slice(0, 5), text.slice(5)].map((piece) => Buffer.from(piece));
    const iterable = async function* (): AsyncGenerator<Uint8Array> {
      yield* pieces;
    };
    const web = new Blob(pieces).stream() as unknown as AsyncIterable<Uint8Array>;
    for (const source of [iterable(), web, Readable.from(pieces)])
      expect(await ftp.upload(source, "f", { temporary: false })).toMatchObject({
        bytes: text.length,
        verified: "size",
      });
    expect(got).toEqual([text, text, text]);
  });
});

describe("NOOP keepalive during transfers", () => {
  it("is sent while data moves, and its answers are nobody else's", async () => {
    const ftp = await stage.connect(
      async (peer) => {
        await peer.expect("TYPE", "200 Ok.");
        const data = await peer.transfer("RETR", "150 Here (8 bytes).");
        data.write("half");
        await peer.expect("NOOP", "200 Still here.");
        await peer.expect("NOOP");
        data.end("half");
        // Answered behind the transfer, as by servers that hear nothing while they send.
        await peer.send("226 Done.\r\n200 Late.\r\n");
        for (;;) {
          const line = await peer.line();
          await peer.send(line === "NOOP" ? "200 Ok.\r\n" : '257 "/"\r\n');
        }
      },
      { transferKeepAlive: 20 },
    );
    expect(await ftp.download("f", () => {})).toMatchObject({ bytes: 8, verified: "size" });
    expect(await ftp.pwd()).toBe("/");
  });
});

describe("TLS", () => {
  const key = readFileSync(new URL("./fixtures/key.pem", import.meta.url), "utf8");
  const tls = { mode: "explicit", ca: certificate } as const;
  const secured = async (peer: Peer): Promise<void> => {
    await peer.send("220 Ready.\r\n");
    await peer.expect("AUTH TLS", "234 Go.");
    await peer.secure();
    await peer.expect("USER", "230 In.");
    await peer.expect("PBSZ 0", "200 Ok.");
    await peer.expect("PROT P", "200 Ok.");
  };

  it("client certificates are shown on both connections", async () => {
    const shown: unknown[] = [];
    const ftp = await stage.dial(
      async (peer) => {
        await secured(peer);
        shown.push(peer.certificate());
        await peer.expect("TYPE", "200 Ok.");
        const data = await peer.secureData(await peer.transfer("RETR", "150 Here (2 bytes)."));
        shown.push(data.getPeerCertificate().fingerprint256);
        data.end("hi");
        await peer.send("226 Done.\r\n");
      },
      { tls: { ...tls, key, cert: certificate }, negotiate: false },
    );
    expect(await ftp.download("f", () => {})).toMatchObject({ bytes: 2 });
    expect(shown[0]).toMatch(/^[0-9A-F:]{95}$/);
    expect(shown[1]).toBe(shown[0]);
  });

  it("the host name is checked on both connections", async () => {
    const names: string[] = [];
    const ftp = await stage.dial(
      async (peer) => {
        await secured(peer);
        await peer.expect("TYPE", "200 Ok.");
        // Of one's own: a session that is resumed shows no certificate again.
        await peer.secureData(await peer.transfer("RETR", "150 Here.")).catch(() => {});
        await peer.send("425 Cannot.\r\n");
        for (;;) await peer.line();
      },
      {
        tls: {
          ...tls,
          resumeSession: false,
          checkServerIdentity: (host) => {
            names.push(host);
            return names.length > 1 ? new Error("another name") : undefined;
          },
        },
        negotiate: false,
      },
    );
    const error = await failure(ftp.download("f", () => {}));
    expect(error.code).toBe("tls-failed");
    expect(names).toEqual(["127.0.0.1", "127.0.0.1"]);
  });

  it("PROT C by option: TLS on the control connection alone", async () => {
    const ftp = await stage.dial(
      async (peer) => {
        await peer.send("220 Ready.\r\n");
        await peer.expect("AUTH TLS", "234 Go.");
        await peer.secure();
        await peer.expect("USER", "230 In.");
        await peer.expect("PBSZ 0", "200 Ok.");
        await peer.expect("PROT C", "200 Ok.");
        await peer.expect("TYPE", "200 Ok.");
        await sendFile(peer, text);
      },
      { tls: { ...tls, dataProtection: "clear" }, negotiate: false },
    );
    expect(await ftp.download("f", () => {})).toMatchObject({ bytes: text.length, verified: "size" });
    expect(ftp.isSecure).toBe(true);
  });
});
