import { connect } from "node:net";
import type { SecureVersion } from "node:tls";
import { inspect } from "node:util";
import { FtpClient, type TraceEvent } from "@longshore/ftp-client";
import { describe, expect, it } from "vitest";
import { certificate, type Peer, received, startScripted } from "./scripted-server.ts";
import { createStage, failure } from "./support.ts";

const stage = createStage();

describe("connecting", () => {
  it("takes a banner byte by byte, 120 first, with telnet bytes and lines that look like replies", async () => {
    const ftp = await stage.dial(async (peer) => {
      await peer.send("120 Soon.\r\n\xff\xfb\x01220-Hello\r\n550 no reply\r\n220 Ready.\r\n", 1);
      // The telnet option is refused before anything else is said.
      expect(await peer.line()).toBe("\xff\xfe\x01USER ann");
      await peer.send("331 Password.\r\n", 1);
      await peer.expect("PASS", "230-Welcome", " back", "230 In.");
      await peer.expect("FEAT", "500 What?");
      await peer.expect("PWD", '257 "/home/""ann""" is where you are.');
    });
    expect(await ftp.pwd()).toBe('/home/"ann"');
    expect((await ftp.features()).size).toBe(0);
  });

  it("anonymous with an address of sorts, unless told", async () => {
    const server = await startScripted(async (peer) => {
      await peer.send("220 Ready.\r\n");
      expect(await peer.expect("USER", "331 Password.")).toBe("anonymous");
      expect(await peer.expect("PASS", "230 In.")).toContain("@");
      await peer.expect("FEAT", "211-Features:\r\n utf8\r\n MLST size*;type*;\r\n211 End");
      await peer.expect("OPTS UTF8 ON", "200 Ok.");
    });
    const client = await FtpClient.connect({ host: "127.0.0.1", port: server.port });
    expect([...(await client.features())]).toEqual([
      ["UTF8", ""],
      ["MLST", "size*;type*;"],
    ]);
    client.destroy();
    await server.close();
  });

  it.each([
    ["SSH-2.0-OpenSSH_9.2\r\n", "not-ftp"],
    ["HTTP/1.1 400 Bad Request\r\n\r\n", "not-ftp"],
    ["421 Too many connections.\r\n", "service-closing"],
    ["554 No.\r\n", "refused"],
  ])("a server that says %j", async (greeting, code) => {
    const error = await failure(stage.dial((peer) => peer.send(greeting)));
    expect(error.code).toBe(code);
  });

  it("a server that hangs up, and one that is not there", async () => {
    const hung = await failure(stage.dial(async (peer) => peer.end()));
    expect(hung).toMatchObject({ code: "connection-lost", phase: "greeting" });
    const nobody = await failure(FtpClient.connect({ host: "127.0.0.1", port: 1 }));
    expect(nobody).toMatchObject({ code: "connect-failed", retryable: true });
    const every = await failure(FtpClient.connect({ host: "localhost", port: 1 }));
    expect(every.reason).toContain("ECONNREFUSED");
    const nowhere = await failure(FtpClient.connect({ host: "no-such-host.invalid" }));
    expect(nowhere.code).toBe("connect-failed");
  });

  it("the family of addresses by option", async () => {
    const ipv4 = await stage.dial((peer) => peer.welcome(), { host: "localhost", family: 4 });
    expect(ipv4.isClosed).toBe(false);
    const ipv6 = stage.dial((peer) => peer.welcome(), { host: "localhost", family: 6 });
    // The stage is not there.
    expect((await failure(ipv6)).code).toBe("connect-failed");
  });

  it.each([
    ["127.0.0.1", 6],
    ["::1", 4],
  ] as const)("an address is of no other family: %s, %i", async (host, family) => {
    const error = await failure(FtpClient.connect({ host, port: 1, family }));
    expect(error).toMatchObject({ code: "bad-argument", retryable: false });
  });

  it("a wrong port is an error, not a crash", async () => {
    expect((await failure(FtpClient.connect({ host: "127.0.0.1", port: 70_000 }))).code).toBe("bad-argument");
  });

  it("a silent server, by the clock; and by a signal", async () => {
    const slow = await failure(stage.dial((peer) => peer.pause(150), { timeouts: { greeting: 60 } }));
    expect(slow).toMatchObject({ code: "timeout", phase: "greeting" });
    const given = await failure(stage.dial((peer) => peer.pause(150), { signal: AbortSignal.timeout(60) }));
    expect(given.code).toBe("timeout");
    const early = await failure(stage.dial((peer) => peer.pause(10), { signal: AbortSignal.abort() }));
    expect(early.code).toBe("aborted");
  });

  it("a refused login shows no password anywhere", async () => {
    const trace: TraceEvent[] = [];
    const error = await failure(
      stage.dial(
        async (peer) => {
          await peer.send("220 Ready.\r\n");
          await peer.expect("USER", "331 Password.");
          await peer.expect("PASS", "530 Wrong.");
        },
        { onTrace: (event) => trace.push(event) },
      ),
    );
    expect(error).toMatchObject({ code: "login-failed", command: "PASS ***" });
    expect(inspect([error, trace], { depth: 9 })).not.toContain("wonderland");
    const shown = trace.map((event) =>
      event.type === "command" ? event.text : event.type === "reply" ? event.reply.code : event.type,
    );
    expect(shown).toEqual([220, "USER ann", 331, "PASS ***", 530]);
  });
});

describe("a session", () => {
  it("answers calls made together in their order", async () => {
    const ftp = await stage.connect(async (peer) => {
      for (const size of [1, 2, 3]) {
        if (size === 1) await peer.expect("TYPE", "200 Ok.");
        await peer.expect("SIZE", `213 ${size}`);
      }
      await peer.expect("RNFR", "350 Go on.");
      await peer.expect("RNTO", "250 Done.");
      await peer.expect("MDTM", "213 20260102030405.678");
    });
    const [a, b, c, , time] = await Promise.all([
      ftp.size("a"),
      ftp.size("b"),
      ftp.size("c"),
      ftp.rename("x", "y"),
      ftp.modified("z"),
    ]);
    expect([a, b, c]).toEqual([1, 2, 3]);
    expect(time).toBe(Date.UTC(2026, 0, 2, 3, 4, 5, 678));
  });

  it("an extra reply is no later command's answer: the session is over, and says why", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("PWD", '257 "/a"', '257 "/b"');
      await peer.pause(30);
    });
    expect(await ftp.pwd()).toBe("/a");
    expect((await failure(ftp.pwd())).code).toBe("desync");
    expect(ftp.isClosed).toBe(true);
    expect(ftp.closeReason?.message).toContain('257 "/b"');
  });

  it("a reply that comes late, after its call was given up, is not the next one's", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("PWD");
      await peer.pause(60);
      await peer.send('257 "/late"\r\n');
      await peer.expect("PWD", '257 "/mine"');
    });
    expect((await failure(ftp.pwd({ timeout: 20 }))).code).toBe("timeout");
    expect(await ftp.pwd()).toBe("/mine");
  });

  it("an unsolicited 421 closes it at once, with its text", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.send("421 Idle for too long.\r\n");
      await peer.pause(200);
    });
    await expect.poll(() => ftp.isClosed).toBe(true);
    expect(ftp.closeReason).toMatchObject({ code: "service-closing" });
    expect((await failure(ftp.noop())).message).toContain("Idle for too long");
  });

  it("a server that goes away rejects what is under way and what waits", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.line();
      peer.reset();
    });
    const calls = [ftp.pwd(), ftp.noop(), ftp.size("a")].map(failure);
    expect((await Promise.all(calls)).map((error) => error.code)).toEqual(
      Array.from({ length: 3 }, () => "connection-lost"),
    );
  });

  it("what a server says cannot play with the terminal that shows it", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("DELE", "550 \x1b[2J\x07\xe2\x80\xae gone");
    });
    const error = await failure(ftp.remove("f"));
    expect(error.message).toContain("550 ?[2J?? gone");
  });

  it("line breaks in a name are refused before anything is sent", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("NOOP", "200 Ok.");
    });
    for (const name of ["a\r\nDELE b", "a\nb", "a\0b"]) {
      expect((await failure(ftp.remove(name))).code).toBe("bad-argument");
      expect((await failure(ftp.download(name, () => {}))).code).toBe("bad-argument");
      expect((await failure(ftp.rename("a", name))).code).toBe("bad-argument");
      expect((await failure(ftp.quote(`NOOP ${name}`))).code).toBe("bad-argument");
    }
    await ftp.noop();
    expect(stage.server.lines.slice(3)).toEqual(["NOOP"]);
  });

  it("names that are not UTF-8 go out as they came in", async () => {
    const ftp = await stage.connect(async (peer) => {
      expect(await peer.expect("DELE", "250 Gone.")).toBe("caf\xe9");
      expect(await peer.expect("DELE", "250 Gone.")).toBe("caf\xc3\xa9");
    });
    await ftp.remove("caf\udce9");
    await ftp.remove("café");
  });

  it("QUIT at the end, and `await using` does it", async () => {
    let line = "";
    const server = await startScripted(async (peer) => {
      await peer.welcome();
      line = await peer.line();
      await peer.send("221 Bye.\r\n");
      peer.end();
    });
    {
      await using ftp = await FtpClient.connect({ host: "127.0.0.1", port: server.port });
      expect(ftp.isClosed).toBe(false);
    }
    await server.close();
    expect(line).toBe("QUIT");
  });

  it("quote takes any final reply", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("SITE XYZZY", "502 Nothing happens.");
      await peer.expect("STAT", "211-Status:\r\n fine\r\n211 End");
    });
    expect((await ftp.quote("SITE XYZZY")).code).toBe(502);
    expect(await ftp.quote("STAT")).toEqual({ code: 211, lines: ["Status:", " fine", "End"] });
  });

  it("NOOP when it has been idle for a while", async () => {
    let count = 0;
    await stage.connect(
      async (peer) => {
        for (; count < 2; count++) await peer.expect("NOOP", "200 Ok.");
      },
      { keepAlive: 25 },
    );
    await expect.poll(() => count).toBe(2);
  });

  it("the small commands", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("CWD a b", "250 Ok.");
      await peer.expect("CDUP", "200 Ok.");
      await peer.expect("MKD x", '257 "/x" made.');
      await peer.expect("RMD x", "250 Gone.");
      await peer.expect("DELE f", "250 Gone.");
      await peer.expect("SYST", "215 UNIX Type: L8");
      await peer.expect("MFMT 20260102030405 f", "213 Modify=20260102030405; f");
    });
    await ftp.cd("a b");
    await ftp.cd("..");
    await ftp.makeDirectory("x");
    await ftp.removeDirectory("x");
    await ftp.remove("f");
    expect(await ftp.system()).toBe("UNIX");
    await ftp.setModified("f", Date.UTC(2026, 0, 2, 3, 4, 5));
  });

  it("makes the directories above, and takes those that stand", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("MKD a/b/c", "550 No a/b.");
      await peer.expect("MKD a", "550 Exists.");
      await peer.expect("MKD a/b", '257 "a/b"');
      await peer.expect("PWD", '257 "/home"');
      await peer.expect("CWD a/b/c", "550 No.");
      await peer.expect("MKD a/b/c", '257 "a/b/c"');
      await peer.expect("MKD /x", "550 Exists.");
      await peer.expect("PWD", '257 "/home"');
      await peer.expect("CWD /x", "250 There.");
      await peer.expect("CWD /home", "250 Back.");
    });
    await ftp.makeDirectory("a/b/c", { recursive: true });
    await ftp.makeDirectory("/x", { recursive: true });
  });
});

describe("data connections", () => {
  /** LIST over whatever connection `open` gives. */
  const listing = async (peer: Peer): Promise<void> => {
    const data = await peer.transfer("LIST", "150 Here.");
    data.end("-rw-r--r-- 1 a b 3 Jan  1  2020 f\r\n");
    await peer.send("226 Done.\r\n");
  };

  it("EPSV that is refused: PASV, whose host is not believed", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("EPSV", "500 What?");
      const { createServer } = await import("node:net");
      const listener = createServer((data) => data.end("-rw-r--r-- 1 a b 3 Jan  1  2020 f\r\n"));
      await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
      const address = listener.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      await peer.expect("PASV", `227 Passive (192,0,2,99,${port >> 8},${port & 255})`);
      await peer.expect("LIST", "150 Here.", "226 Done.");
      await peer.expect("PASV", "425 No.");
      await peer.expect("EPSV", "425 No.");
      listener.close();
    });
    expect((await ftp.list().toArray()).map(({ name }) => name)).toEqual(["f"]);
    expect(ftp.dataMode).toBe("PASV");
    expect((await failure(ftp.list().toArray())).code).toBe("data-open-failed");
  });

  it("EPSV whose port nobody serves: PASV", async () => {
    const ftp = await stage.connect(
      async (peer) => {
        await peer.expect("EPSV", "229 (|||1|)");
        const { socket } = await peer.passive("PASV");
        await peer.expect("LIST", "150 Here.");
        (await socket).end("");
        await peer.send("226 Done.\r\n");
      },
      { quirks: { listHidden: false } },
    );
    expect(await ftp.list().toArray()).toEqual([]);
  });

  it.each(["EPRT", "PORT"] as const)("active with %s", async (mode) => {
    const ftp = await stage.connect(
      async (peer) => {
        const argument = await peer.expect(mode, "200 Ok.");
        const parts = argument.split(mode === "EPRT" ? "|" : ",");
        const port = mode === "EPRT" ? Number(parts[3]) : Number(parts[4]) * 256 + Number(parts[5]);
        await peer.expect("LIST", "150 Here.");
        const data = connect(port, "127.0.0.1");
        data.end("-rw-r--r-- 1 a b 3 Jan  1  2020 active\r\n");
        await peer.send("226 Done.\r\n");
      },
      { dataModes: [mode], quirks: { listHidden: false } },
    );
    expect((await ftp.list().toArray()).map(({ name }) => name)).toEqual(["active"]);
    expect(ftp.dataMode).toBe(mode);
  });

  it("active in a port range, with the address of a NAT", async () => {
    const ftp = await stage.connect(
      async (peer) => {
        await peer.expect("TYPE", "200 Ok.");
        const argument = await peer.expect("PORT", "200 Ok.");
        const [a, b, c, d, high, low] = argument.split(",").map(Number);
        expect([a, b, c, d]).toEqual([198, 51, 100, 7]);
        const port = (high ?? 0) * 256 + (low ?? 0);
        expect(port >= 42_100 && port <= 42_160).toBe(true);
        await peer.expect("STOR", "150 Go.");
        const data = connect(port, "127.0.0.1");
        const bytes = await received(data);
        await peer.send("226 Done.\r\n");
        expect(bytes.toString()).toBe("up");
      },
      { dataModes: ["PORT"], active: { ports: [42_100, 42_160], address: "198.51.100.7" } },
    );
    expect(await ftp.upload(Buffer.from("up"), "f", { verify: "none", temporary: false })).toMatchObject({
      bytes: 2,
      verified: "none",
    });
  });

  it("active: a 425 and the next mode", async () => {
    const ftp = await stage.connect(
      async (peer) => {
        await peer.expect("PORT", "200 Ok.");
        await peer.expect("LIST", "425 A firewall is there.");
        await listing(peer);
      },
      { dataModes: ["PORT", "EPSV"], quirks: { listHidden: false } },
    );
    expect(await ftp.list().toArray()).toHaveLength(1);
    expect(ftp.dataMode).toBe("EPSV");
  });
});

describe("TLS", () => {
  const tls = { mode: "explicit", ca: certificate } as const;

  /** AUTH, handshake and login. */
  const secured = async (peer: Peer, version?: SecureVersion): Promise<void> => {
    await peer.send("220 Ready.\r\n");
    await peer.expect("AUTH TLS", "234 Go.");
    await peer.secure(version);
    await peer.expect("USER", "331 Password.");
    await peer.expect("PASS", "230 In.");
    await peer.expect("PBSZ 0", "200 Ok.");
    await peer.expect("PROT P", "200 Ok.");
    await peer.expect("FEAT", "500 What?");
  };

  it("explicit", async () => {
    const ftp = await stage.dial(
      async (peer) => {
        await secured(peer);
        await peer.expect("PWD", '257 "/safe"');
      },
      { tls },
    );
    expect(ftp.isSecure).toBe(true);
    expect(await ftp.pwd()).toBe("/safe");
  });

  it("implicit", async () => {
    const ftp = await stage.dial(
      async (peer) => {
        await peer.secure();
        await peer.send("220 Ready.\r\n");
        await peer.expect("USER", "230 In.");
        await peer.expect("PBSZ", "200 Ok.");
        await peer.expect("PROT", "200 Ok.");
        await peer.expect("FEAT", "500 What?");
      },
      { tls: { mode: "implicit", ca: certificate } },
    );
    expect(ftp.isSecure).toBe(true);
  });

  it("a certificate that nobody vouches for, and one for another name", async () => {
    const script = async (peer: Peer): Promise<void> => {
      await peer.send("220 Ready.\r\n");
      await peer.expect("AUTH", "234 Go.");
      await peer.secure().catch(() => {});
    };
    const unknown = await failure(stage.dial(script, { tls: "explicit" }));
    expect(unknown).toMatchObject({ code: "tls-failed", phase: "tls" });
    const other = await failure(stage.dial(script, { tls: { ...tls, servername: "example.org" } }));
    expect(other).toMatchObject({ code: "tls-failed" });
    expect(other.message).toContain("example.org");
  });

  it("required means required: a refusal sends neither name nor password", async () => {
    const error = await failure(
      stage.dial(
        async (peer) => {
          await peer.send("220 Ready.\r\n");
          await peer.expect("AUTH", "502 No.");
          await peer.line();
        },
        { tls },
      ),
    );
    expect(error.code).toBe("tls-refused");
    expect(stage.server.lines).toEqual(["AUTH TLS"]);
  });

  it("bytes behind the 234 are an injection", async () => {
    const error = await failure(
      stage.dial(
        async (peer) => {
          await peer.send("220 Ready.\r\n");
          await peer.expect("AUTH", "234 Go.", "230 Logged in already.");
          await peer.line();
        },
        { tls },
      ),
    );
    expect(error.code).toBe("tls-injection");
    expect(stage.server.lines).toEqual(["AUTH TLS"]);
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "data connections resume the control connection's session: %s",
    async (version) => {
      const content = Buffer.alloc(300_000, "abc");
      const reused: boolean[] = [];
      let stored = Buffer.alloc(0) as Buffer;
      const ftp = await stage.dial(
        async (peer) => {
          await secured(peer, version);
          await peer.expect("TYPE", "200 Ok.");
          const down = await peer.transfer("RETR", `150 Here (${content.length} bytes).`);
          const downSecured = await peer.secureData(down);
          reused.push(downSecured.isSessionReused());
          downSecured.end(content);
          await peer.send("226 Done.\r\n");
          // The handshake may also come before the 150.
          const up = await peer.transfer("STOR");
          const upSecured = await peer.secureData(up);
          reused.push(upSecured.isSessionReused());
          await peer.send("150 Go.\r\n");
          stored = await received(upSecured);
          await peer.send("226 Done.\r\n");
          await peer.expect("SIZE", `213 ${stored.length}`);
          // Nothing to send still wants its handshake.
          const empty = await peer.transfer("RETR", "150 Here (0 bytes).");
          (await peer.secureData(empty)).end();
          await peer.send("226 Done.\r\n");
        },
        { tls },
      );
      const chunks: Uint8Array[] = [];
      const take = (chunk: Uint8Array): void => {
        chunks.push(chunk);
      };
      expect(await ftp.download("f", take)).toMatchObject({ verified: "size" });
      expect(Buffer.concat(chunks).equals(content)).toBe(true);
      expect(await ftp.upload(content, "f", { temporary: false })).toMatchObject({ verified: "size" });
      expect(stored.equals(content)).toBe(true);
      expect(await ftp.download("empty", () => {})).toMatchObject({ bytes: 0, verified: "size" });
      expect(reused).toEqual([true, true]);
    },
  );

  it("a data connection whose handshake the server drops", async () => {
    const ftp = await stage.dial(
      async (peer) => {
        await secured(peer);
        await peer.expect("TYPE", "200 Ok.");
        const data = await peer.transfer("RETR", "150 Here.");
        data.once("data", () => {
          data.destroy();
          setTimeout(() => void peer.send("522 Session reuse required.\r\n"), 30);
        });
        await peer.expect("NOOP", "200 Ok.");
      },
      { tls },
    );
    expect(await failure(ftp.download("f", () => {}))).toMatchObject({
      code: "tls-failed",
      reply: { code: 522 },
    });
    await ftp.noop();
  });

  it("a handshake that never ends, by the clock", async () => {
    const error = await failure(
      stage.dial(
        async (peer) => {
          await peer.send("220 Ready.\r\n");
          await peer.expect("AUTH", "234 Go.");
          await peer.pause(150);
        },
        { tls, timeouts: { tls: 60 } },
      ),
    );
    expect(error).toMatchObject({ code: "timeout", phase: "tls" });
  });
});
