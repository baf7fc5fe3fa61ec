// tsx scripts/scorecards.ts: probes the servers of others (after `npm run peers`) as interop/peers starts them, and our own,
// and writes what was found into packages/ftp-probe/README.md, between its markers.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createMemoryStore } from "@longshore/file-store-memory";
import { type ProbeOptions, probeServer, type Scorecard, type Verdict } from "@longshore/ftp-probe";
import { createFtpServer } from "@longshore/ftp-server";
import { generate } from "selfsigned";
import { type FtpServerName, ftpServers, startFtpServer } from "../interop/peers/ftp-servers.ts";
import { environment, program } from "../interop/peers/programs.ts";

const file = new URL("../packages/ftp-probe/README.md", import.meta.url);

const versions: Readonly<Record<FtpServerName, readonly [command: string, ...args: string[]]>> = {
  // It prints its version to standard input.
  vsftpd: ["sh", "-c", `${program("vsftpd")} -v 0>&1`],
  ProFTPD: [program("proftpd"), "-v"],
  "Pure-FTPd": [program("pure-ftpd"), "--help"],
  pyftpdlib: [program("python3"), "-W", "ignore", "-c", "import pyftpdlib; print(pyftpdlib.__ver__)"],
};

/** The name in the certificates is `localhost`. */
const common: Pick<ProbeOptions, "host" | "family"> = { host: "localhost", family: 4 };

const cards: { readonly name: string; readonly card: Scorecard }[] = [];
for (const name of Object.keys(ftpServers) as FtpServerName[]) {
  const peer = await startFtpServer(name);
  try {
    writeFileSync(join(peer.directory, "hello.txt"), "Hello, world.\n");
    const { port, user, password, certificate, path } = peer;
    const card = await probeServer({
      ...common,
      port,
      user,
      password,
      ca: certificate,
      directory: path,
      write: path || "/",
    });
    cards.push({ name: `${name} ${versionOf(name)}`, card });
  } finally {
    await peer.stop();
  }
}
cards.push({ name: "Longshore", card: await ours() });

const before = readFileSync(file, "utf8");
const between = /(<!-- generated: scorecards -->\n)[\s\S]*?(<!-- end -->)/;
if (!between.test(before)) throw new Error("the README has no place for the scorecards");
writeFileSync(
  file,
  before.replace(between, (_, begin: string, end: string) => `${begin}${tables()}\n${end}`),
);

function tables(): string {
  const names = cards.map(({ name }) => name);
  const counts = (["pass", "info", "unknown", "warn", "fail"] as const).map((verdict) =>
    row([verdict, ...cards.map(({ card }) => String(card.counts[verdict]))]),
  );
  const ids = cards[0]?.card.findings.map(({ id }) => id) ?? [];
  const telling = ids.filter((id) => cards.some(({ card }) => isFound(verdictOf(card, id))));
  const rows = telling.map((id) => row([`\`${id}\``, ...cards.map(({ card }) => mark(verdictOf(card, id)))]));
  const details = cards.flatMap(({ name, card }) => {
    const found = card.findings.filter(({ verdict }) => isFound(verdict));
    if (found.length === 0) return [];
    return [
      `\n**${name}**\n`,
      ...found.map(({ id, verdict, detail }) => `- ${verdict} \`${id}\`: ${escaped(detail)}`),
    ];
  });
  const date = new Date().toISOString().slice(0, 10);
  return [
    `\nMeasured on ${date} on loopback with ${cards[0]?.card.findings.length ?? 0} checks, uploads among them.\n`,
    row(["", ...names]),
    row(["---", ...names.map(() => "---")]),
    ...counts,
    "\nWhere one of them fails or is to be warned of:\n",
    row(["check", ...names]),
    row(["---", ...names.map(() => "---")]),
    ...rows,
    ...details,
    "",
  ].join("\n");
}

function verdictOf(card: Scorecard, id: string): Verdict {
  return card.findings.find((finding) => finding.id === id)?.verdict ?? "unknown";
}

function isFound(verdict: Verdict): boolean {
  return verdict === "fail" || verdict === "warn";
}

function mark(verdict: Verdict): string {
  return isFound(verdict) ? `**${verdict}**` : verdict;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function escaped(text: string): string {
  return text.replaceAll(/[<>|*_\\]/g, "\\$&");
}

function versionOf(name: FtpServerName): string {
  const [command, ...args] = versions[name];
  const { stdout, stderr } = spawnSync(command, args, { env: environment(), encoding: "utf8" });
  return /\d+(?:\.\d+)+\w*/.exec(`${stdout}${stderr}`)?.[0] ?? "";
}

async function ours(): Promise<Scorecard> {
  const made = await generate([{ name: "commonName", value: "localhost" }], {
    keySize: 2048,
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] },
    ],
  });
  const server = createFtpServer({
    store: createMemoryStore({ files: { "/hello.txt": "Hello, world.\n" } }),
    users: [{ name: "tester", password: "secret", permission: "rw" }],
    tls: { cert: made.cert, key: made.private },
  });
  const { port } = await server.listen();
  try {
    return await probeServer({
      ...common,
      port,
      user: "tester",
      password: "secret",
      ca: made.cert,
      write: "/",
    });
  } finally {
    await server.close();
  }
}
