// What any suite for FTP servers asks: the same dialogues with our server, where every answer has to be right, and with
// servers of others, which shows that the expectations are those of the world. Then dialogues that nobody wrote.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FtpServerName, ftpServers, startFtpServer } from "./peers/ftp-servers.ts";
import { type Control, openControl } from "./support/control.ts";
import { dialogues, hold, makeDialogueFiles } from "./support/dialogue.ts";
import { newFolder, removeFolders } from "./support/files.ts";
import { type Served, serve } from "./support/longshore.ts";
import { describeWith } from "./support/with-peer.ts";

afterAll(removeFolders);

describe("dialogues with our FTP server", () => {
  let served: Served;

  beforeAll(async () => {
    const folder = await newFolder();
    await makeDialogueFiles(folder);
    served = await serve(folder, "--writable", "--no-tftp", "--user", "tester:secret:rw");
  });

  afterAll(async () => {
    expect((await served.stop()).code).toBe(0);
  });

  it.each(dialogues)("$name ($source)", async (dialogue) => {
    expect(await hold(dialogue, served.ports.ftp ?? 0)).toEqual([]);
  });

  it.each([1, 2, 3])(
    "a random dialogue (seed %i): one reply a line, and the session still works",
    async (seed) => {
      const random = randomOf(seed);
      let control: Control | undefined;
      for (let line = 0; line < 400; line++) {
        if (control === undefined) {
          control = await openControl(served.ports.ftp ?? 0);
          if (random(5) > 0) await control.login();
          else await control.reply();
        }
        const text = randomLine(random);
        const reply = await control.command(text);
        expect(reply, JSON.stringify(text)).toMatch(/^[1-5]\d\d[ -]/);
        if (reply.startsWith("1")) {
          // A transfer begins, with nobody at its other end: it is given up, or has ended by itself.
          control.write("ABOR\r\n");
          expect(await control.reply(), JSON.stringify(text)).toMatch(/^[245]\d\d /);
          expect(await control.reply(), JSON.stringify(text)).toMatch(/^22[56] /);
        }
        if (/^(221|421)/.test(reply)) {
          control.close();
          control = undefined;
        } else expect(await control.command("NOOP"), JSON.stringify(text)).toMatch(/^200 /);
      }
      control?.close();
    },
  );
});

for (const name of ["ProFTPD", "pyftpdlib"] as const satisfies readonly FtpServerName[]) {
  describeWith(`the same dialogues with ${name}`, ftpServers[name].needs, () => {
    it("has the answers that are expected, but for some of its own", async () => {
      const peer = await startFtpServer(name);
      const others: string[] = [];
      try {
        await makeDialogueFiles(peer.directory);
        // What differs is told, not asserted: each of them has its own idea of some things.
        // ProFTPD's answer to ABOR waits for the data to be read.
        for (const dialogue of dialogues.filter(
          ({ login, name }) => login && !name.startsWith("ABOR during"),
        ))
          for (const difference of await hold(dialogue, peer.port, peer))
            others.push(`${dialogue.name}: ${difference}`);
      } finally {
        await peer.stop();
      }
      if (others.length > 0) console.log(`${name} differs:\n  ${others.join("\n  ")}`);
      expect(others.length).toBeLessThan(dialogues.length / 3);
    });
  });
}

type Random = (below: number) => number;

/** The same numbers for the same seed. */
function randomOf(seed: number): Random {
  let state = seed * 2_654_435_761;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e37_79b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}

const verbs = [
  ...[
    "USER",
    "PASS",
    "ACCT",
    "CWD",
    "CDUP",
    "REIN",
    "QUIT",
    "PORT",
    "PASV",
    "TYPE",
    "STRU",
    "MODE",
    "RETR",
    "STOR",
  ],
  ...[
    "STOU",
    "APPE",
    "ALLO",
    "REST",
    "RNFR",
    "RNTO",
    "ABOR",
    "DELE",
    "RMD",
    "MKD",
    "PWD",
    "LIST",
    "NLST",
    "SITE",
  ],
  ...[
    "SYST",
    "STAT",
    "HELP",
    "NOOP",
    "AUTH",
    "PBSZ",
    "PROT",
    "CCC",
    "ADAT",
    "FEAT",
    "OPTS",
    "EPRT",
    "EPSV",
    "LPRT",
  ],
  ...[
    "LPSV",
    "LANG",
    "MDTM",
    "SIZE",
    "MLST",
    "MLSD",
    "HOST",
    "HASH",
    "XCRC",
    "MD5",
    "MFMT",
    "MFCT",
    "MFF",
    "RANG",
  ],
  ...[
    "CSID",
    "CLNT",
    "AVBL",
    "COMB",
    "DSIZ",
    "SITE CHMOD",
    "SITE UTIME",
    "SITE HELP",
    "SITE CPFR",
    "SITE CPTO",
  ],
  ...[
    "SITE UMASK",
    "SITE IDLE",
    "SITE WHO",
    "ESTA",
    "ESTP",
    "SMNT",
    "XPWD",
    "XCUP",
    "nonsense",
    "",
    "\u0007",
  ],
];

const words = [
  ...[
    "hello.txt",
    "dir",
    "empty",
    "missing",
    ".",
    "..",
    "/",
    "*",
    "-la",
    "A",
    "I",
    "A N",
    "L 8",
    "S",
    "F",
    "0",
    "1",
  ],
  ...[
    "99999999999999999999",
    "-1",
    "127,0,0,1,200,10",
    "|1|127.0.0.1|51210|",
    "ALL",
    "20200101000000",
    "20200101000000 dir",
  ],
  ...[
    "644 hello.txt",
    "UTF8 ON",
    "MLST type;",
    "tester",
    "wrong",
    "ü",
    "\u0000",
    "a\rb",
    "x".repeat(5000),
    " ",
    '"',
    "%s",
  ],
  ...[
    "TLS",
    "P",
    "C",
    "EN",
    "SHA-256",
    "0 5",
    "example.com",
    "*?[",
    "a".repeat(256),
    "\u00ff\u00fe",
    "modify=1; hello.txt",
  ],
];

function randomLine(random: Random): string {
  const verb = verbs[random(verbs.length)] ?? "";
  const count = random(3);
  const line = [verb, ...Array.from({ length: count }, () => words[random(words.length)])].join(" ");
  // QUIT and REIN are rare, so that sessions become long; each wrong password costs a second.
  return /^(QUIT|REIN|PASS)/.test(line) && random(8) > 0 ? "NOOP" : line;
}
