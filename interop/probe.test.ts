// `longshore probe` over the servers of others, and over our own, which has to come out clean.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Scorecard } from "@longshore/ftp-probe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FtpServerName, ftpServers, startFtpServer } from "./peers/ftp-servers.ts";
import { find } from "./peers/programs.ts";
import { type Executed, execute } from "./support/exec.ts";
import { newFolder, removeFolders } from "./support/files.ts";
import { longshore, makeCertificate, type Served, serve } from "./support/longshore.ts";
import { describeWith } from "./support/with-peer.ts";

afterAll(removeFolders);

function probe(url: string, ...flags: string[]): Promise<Executed> {
  const args = [longshore, "probe", "--json", "--timeout", "5", ...flags, url];
  return execute(process.execPath, args, { env: { LONGSHORE_PASSWORD: "secret" } });
}

function cardOf({ text, output }: Executed): Scorecard {
  if (text === "") throw new Error(output);
  return JSON.parse(text) as Scorecard;
}

const found = (card: Scorecard): readonly string[] =>
  card.findings
    .filter(({ verdict }) => verdict === "warn" || verdict === "fail" || verdict === "unknown")
    .map(({ verdict, id, detail }) => `${verdict} ${id}: ${detail}`);

/** What is known of each, by the id of the check; the whole cards stand in the README of ftp-probe. */
const known: Readonly<Record<FtpServerName, Readonly<Record<string, string>>>> = {
  vsftpd: { "tls.resumption": "pass", "passive.epsv-all": "fail", "replies.rest-bad": "fail" },
  ProFTPD: { "tls.resumption": "pass", "passive.strangers": "fail", "lines.reflection": "warn" },
  "Pure-FTPd": { "tls.protection": "fail", "passive.protocols": "fail", "passive.strangers": "pass" },
  pyftpdlib: { "tls.injection": "fail", "lines.reflection": "warn", "write.store": "pass" },
};

/** And of all four: what none of them does. */
const harmless = ["active.third-host", "active.low-port", "tls.data-in-clear", "tls.versions"];

/** All at the same time: they wait more than they work. */
const ran = new Map<string, Promise<Executed>>();

beforeAll(() => {
  for (const name of Object.keys(ftpServers) as FtpServerName[])
    if (ftpServers[name].needs.every((need) => find(need) !== undefined)) ran.set(name, probePeer(name));
});

async function probePeer(name: FtpServerName): Promise<Executed> {
  const peer = await startFtpServer(name);
  try {
    await writeFile(join(peer.directory, "hello.txt"), "Hello, world.\n");
    const url = `ftp://${encodeURIComponent(peer.user)}@localhost:${peer.port}${peer.path}/`;
    // Without guesses: some let each one wait longer than the one before.
    return await probe(url, "--guesses", "0", "--write", peer.path || "/");
  } finally {
    await peer.stop();
  }
}

for (const name of Object.keys(ftpServers) as FtpServerName[]) {
  describeWith(`longshore probe with ${name}`, ftpServers[name].needs, () => {
    it("finds what is known of it, and leaves nothing behind", async () => {
      const done = await ran.get(name);
      if (done === undefined) throw new Error("it was not started");
      const card = cardOf(done);
      const verdicts = Object.fromEntries(card.findings.map(({ id, verdict }) => [id, verdict]));
      expect(verdicts).toMatchObject(known[name]);
      expect(verdicts).toMatchObject(Object.fromEntries(harmless.map((id) => [id, "pass"])));
      expect(verdicts["write.removed"]).toBe("pass");
      expect(card.server).toMatchObject({ host: "localhost", address: "127.0.0.1" });
      expect({ code: done.code, isClean: card.isClean }).toEqual({ code: 1, isClean: false });
    });
  });
}

describe("longshore probe with longshore serve", () => {
  let plain: Served;
  let secure: Served;
  let certificate: Awaited<ReturnType<typeof makeCertificate>>;

  beforeAll(async () => {
    certificate = await makeCertificate();
    const folder = await newFolder();
    await writeFile(join(folder, "hello.txt"), "Hello, world.\n");
    const user = ["--user", "tester:secret:rw"];
    plain = await serve(folder, ...user);
    const tls = ["--tls-cert", certificate.certificate, "--tls-key", certificate.key, "--ftps-port", "0"];
    secure = await serve(folder, ...user, ...tls);
  });
  afterAll(async () => {
    await plain.stop();
    await secure.stop();
    await certificate.remove();
  });

  const rows: readonly (readonly [name: string, at: () => string, flags: () => readonly string[]])[] = [
    [
      "a user, in clear, uploads too",
      () => `ftp://tester@127.0.0.1:${plain.ports.ftp}/`,
      () => ["--write", "/"],
    ],
    ["anonymous", () => `ftp://127.0.0.1:${plain.ports.ftp}/`, () => []],
    [
      "a user, over explicit TLS",
      () => `ftp://tester@localhost:${secure.ports.ftp}/`,
      () => ["--tls", "--ca", certificate.certificate, "--write", "/"],
    ],
    [
      "a user, over implicit TLS",
      () => `ftps://tester@localhost:${secure.ports.ftps}/`,
      () => ["--ca", certificate.certificate, "--write", "/"],
    ],
  ];
  it.concurrent.each(rows)("is clean: %s", async (_, at, flags) => {
    const done = await probe(at(), ...flags());
    expect(found(cardOf(done))).toEqual([]);
    expect(done.code).toBe(0);
  });

  it("is clean over IPv6, with --family 6", { timeout: 60_000 }, async () => {
    const folder = await newFolder();
    const served = await serve(folder, "--host", "::1", "--user", "tester:secret:rw");
    try {
      const url = `ftp://tester@[::1]:${served.ports.ftp}/`;
      const done = await probe(url, "--family", "6", "--write", "/");
      const card = cardOf(done);
      expect(card.server.address).toBe("::1");
      // The loopback of IPv6 has one address alone.
      expect(found(card)).toEqual([
        "unknown passive.strangers: this machine has no second address to come from",
      ]);
      expect(done.code).toBe(0);
    } finally {
      await served.stop();
    }
  });

  it("prints a card for people, with what did not pass", async () => {
    const done = await execute(process.execPath, [
      longshore,
      "probe",
      "--only",
      "session",
      "tls",
      "--",
      `ftp://127.0.0.1:${plain.ports.ftp}/`,
    ]);
    expect(done.text).toMatch(/^127\.0\.0\.1 \(127\.0\.0\.1, port \d+\): 220 /);
    expect(done.text).toMatch(/\nsession: \d of \d pass\n {2}info {5}session\.system: /);
    expect(done.text).toContain("names, passwords and files go in clear");
    expect(done.code).toBe(0);
  });
});
