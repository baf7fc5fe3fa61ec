// What servers answer, in every shape and cut that occurs, as a caller of the client sees it.
import { describe, expect, it } from "vitest";
import type { Peer } from "./scripted-server.ts";
import { createStage, failure } from "./support.ts";

const stage = createStage();

/** Sends `text` cut before character `at`, with a pause between the two segments. */
async function sendCut(peer: Peer, text: string, at: number): Promise<void> {
  await peer.send(text.slice(0, at));
  await peer.pause(1);
  await peer.send(text.slice(at));
}

describe("any chunking: every split position", () => {
  const features = "211-Features:\r\n MDTM\r\n SIZE\r\n211 End\r\n";
  it.each([
    ["SIZE", "213 1234567\r\n", (ftp) => ftp.size("f"), 1_234_567],
    ["FEAT", features, async (ftp) => [...(await ftp.features()).keys()], ["MDTM", "SIZE"]],
    ["PWD", '257 "/a ""b"""\r\n', (ftp) => ftp.pwd(), '/a "b"'],
    ["MDTM", "213 20260102030405\r\n", (ftp) => ftp.modified("f"), Date.UTC(2026, 0, 2, 3, 4, 5)],
    ["SYST", "215 UNIX Type: L8\r\n", (ftp) => ftp.system(), "UNIX"],
  ] as const satisfies readonly (readonly [
    string,
    string,
    (ftp: Awaited<ReturnType<typeof stage.connect>>) => Promise<unknown>,
    unknown,
  ])[])("of the answer to %s", async (verb, reply, ask, expected) => {
    const ftp = await stage.dial(
      async (peer) => {
        await peer.send("220 Ready.\r\n");
        await peer.expect("USER", "230 In.");
        if (verb === "SIZE") await peer.expect("TYPE", "200 Ok.");
        for (let at = 1; at < reply.length; at++) {
          await peer.expect(verb);
          await sendCut(peer, reply, at);
        }
      },
      { negotiate: false },
    );
    expect(await ask(ftp)).toEqual(expected);
    for (let at = 2; at < reply.length; at++) {
      // What FEAT says is kept: a line of one's own asks again.
      if (verb === "FEAT") {
        const { code, lines } = await ftp.quote("FEAT");
        expect([code, ...lines]).toEqual([211, "Features:", " MDTM", " SIZE", "End"]);
      } else expect(await ask(ftp)).toEqual(expected);
    }
  });

  it("of the answer to PASV", async () => {
    const content = "twenty bytes of data";
    let cuts = 0;
    const ftp = await stage.connect(
      async (peer) => {
        await peer.expect("TYPE", "200 Ok.");
        for (let at = 1; ; at++) {
          const { socket, reply } = await peer.listening("PASV");
          if (at >= reply.length) break;
          await sendCut(peer, reply, at);
          await peer.expect("RETR", `150 Here (${content.length} bytes).`);
          (await socket).end(content);
          await peer.send("226 Done.\r\n");
          cuts++;
        }
        await peer.send("502 Enough.\r\n");
      },
      { dataModes: ["PASV"] },
    );
    for (;;) {
      const chunks: Uint8Array[] = [];
      const report = await ftp
        .download("f", (chunk) => {
          chunks.push(chunk);
        })
        .catch(() => undefined);
      if (report === undefined) break;
      expect(Buffer.concat(chunks).toString()).toBe(content);
    }
    expect(cuts).toBeGreaterThan(25);
  });
});

describe("replies in shapes that occur", () => {
  it.each([
    ["the code alone", "200\r\n", []],
    ["a tab after the code", "200\tOk.\r\n", ["Ok."]],
    ["a bare LF", "200 Ok.\n", ["Ok."]],
    ["telnet bytes before the code", "\xff\xfb\x01200 Ok.\r\n", ["Ok."]],
    ["NUL in the text", "200 a\0b\r\n", ["a\0b"]],
    ["UTF-8", "200 gr\xc3\xbcn\r\n", ["grün"]],
    ["empty lines in front", "\r\n\r\n200 Ok.\r\n", ["Ok."]],
    [
      "several lines that look like replies",
      "200-a\r\n550 b\r\n200-c\r\n200 d\r\n",
      ["a", "550 b", "200-c", "d"],
    ],
  ] as const)("%s: byte by byte", async (_, reply, lines) => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("XYZZY");
      await peer.send(reply, 1);
      // Another option than the client's own, refused by it: telnet's answer comes before the next line.
      await peer.line();
      await peer.send("200 Still there.\r\n");
    });
    const got = await ftp.quote("XYZZY");
    expect(got.code).toBe(200);
    expect(got.lines.filter((line) => line !== "")).toEqual(lines);
    await ftp.noop();
  });

  it.each([
    ["a code out of range", "999 What.\r\n"],
    ["a code of two digits", "20 What.\r\n"],
    ["no code", "What.\r\n"],
  ])("%s costs the call, not the session", async (_, reply) => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("PWD");
      await peer.send(reply, 1);
      // Whether that was the answer or one is still to come, a NOOP finds out.
      await peer.expect("NOOP", "200 Ok.");
      await peer.expect("SYST", "215 UNIX");
    });
    expect(await failure(ftp.pwd())).toMatchObject({ code: "malformed-reply", command: "PWD" });
    expect(await ftp.system()).toBe("UNIX");
  });

  it.each(["SSH-2.0-OpenSSH_9.9\r\n", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"])(
    "a greeting of %j has an error of its own",
    async (greeting) => {
      const error = await failure(stage.dial((peer) => peer.send(greeting)));
      expect(error).toMatchObject({ code: "not-ftp", phase: "greeting" });
    },
  );

  it("glFTPd's 230- that ends in 250, by option", async () => {
    const flagged: string[] = [];
    const ftp = await stage.dial(
      async (peer) => {
        await peer.send("220 Ready.\r\n");
        await peer.expect("USER", "331 Password.");
        await peer.expect("PASS", "230-Welcome", "- - -", "250 In.");
        await peer.expect("PWD", '257 "/"');
      },
      {
        negotiate: false,
        quirks: { lenientMultiline: true },
        onTrace(event) {
          if (event.type === "reply" && event.isAmbiguous === true) flagged.push(...event.reply.lines);
        },
      },
    );
    expect(await ftp.pwd()).toBe("/");
    expect(flagged).toEqual(["Welcome", "- - -", "In."]);
  });

  it("120 then 220, and 230 as a greeting", async () => {
    const late = await stage.dial(
      async (peer) => {
        await peer.send("120 Ready in a minute.\r\n");
        await peer.pause(20);
        await peer.send("220 Now.\r\n");
        await peer.expect("USER", "230 In.");
      },
      { negotiate: false },
    );
    expect(late.isClosed).toBe(false);
    const known = await stage.dial(
      async (peer) => {
        await peer.send("230 I know you.\r\n");
        await peer.expect("PWD", '257 "/"');
      },
      { negotiate: false },
    );
    expect(await known.pwd()).toBe("/");
    expect(stage.server.lines).toEqual(["PWD"]);
  });

  it("257 with doubled quotes, rubbish before, no quotes, C:/", async () => {
    const answers = [
      ['257 "/a""b" is here', '/a"b'],
      ['257 you are in "/x y"', "/x y"],
      ["257 /plain", "/plain"],
      ['257 "C:/"', "C:/"],
    ] as const;
    const ftp = await stage.connect(async (peer) => {
      for (const [reply] of answers) await peer.expect("PWD", reply);
    });
    for (const [, path] of answers) expect(await ftp.pwd()).toBe(path);
  });

  it("213 with text around the number", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      await peer.expect("SIZE", "213 File size is 9007199254740991 bytes.");
    });
    expect(await ftp.size("f")).toBe(Number.MAX_SAFE_INTEGER);
  });

  it("FEAT without indentation", async () => {
    const ftp = await stage.dial(async (peer) => {
      await peer.send("220 Ready.\r\n");
      await peer.expect("USER", "230 In.");
      await peer.expect("FEAT", "211-Features\r\nSIZE\r\nREST STREAM\r\n211 End");
    });
    expect([...(await ftp.features())]).toEqual([
      ["SIZE", ""],
      ["REST", "STREAM"],
    ]);
  });
});
