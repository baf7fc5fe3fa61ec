// Our FTP client over a network that drops, stalls and resets its connections in the middle of each phase.
import { randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { FtpClient, type FtpClientOptions, FtpError, type TraceEvent } from "@longshore/ftp-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FtpServerName, ftpServers, startFtpServer } from "./peers/ftp-servers.ts";
import { type Fault, openFaultProxy, type Strike } from "./support/fault-proxy.ts";
import { newFolder, removeFolders } from "./support/files.ts";
import { makeCertificate, serve } from "./support/longshore.ts";
import { describeWith } from "./support/with-peer.ts";

interface Running {
  /** Takes as many connections at once as come. */
  readonly isPatient?: boolean;
  readonly options: FtpClientOptions & { readonly port: number };
  readonly certificate: string;
  readonly directory: string;
  readonly path: string;
  readonly passivePorts: readonly [number, number];
  /** Uploads go straight to their names: over TLS by its end, in clear by their size. */
  readonly writesAside?: true;
  stop(): Promise<unknown>;
}

/** When the trap is set: before the connection, or with this command or reply; and what it is. */
interface Phase {
  readonly on: "connect" | { readonly command: RegExp } | { readonly reply: number };
  readonly channel: "control" | "data";
  readonly strike: Strike;
  /** Only with TLS. */
  readonly tls?: true;
  /** Both replies may come at once, before the trap is set: the transfer is then complete. */
  readonly mayMiss?: true;
  /** The operations that have it; all unless told. */
  readonly of?: readonly Operation[];
  /** Only where uploads are renamed at their end; our server writes aside itself. */
  readonly renames?: true;
  /** Only where their size is told before, which our server holds them to in clear. */
  readonly tells?: true;
}

/** `put` is of a new file, `replace` of one that stands. */
type Operation = "get" | "put" | "replace" | "list";

const size = 400_000;
const next = { at: "next-from-server" } as const;
const transfer = { command: /^(RETR|STOR|LIST|MLSD)/ };

const renaming = { of: ["put", "replace"], renames: true } as const;

const phases: Readonly<Record<string, Phase>> = {
  connect: { on: "connect", channel: "control", strike: { at: "open" } },
  greeting: { on: "connect", channel: "control", strike: next },
  "AUTH TLS": { on: { command: /^AUTH/ }, channel: "control", strike: next, tls: true },
  "TLS handshake": { on: { reply: 234 }, channel: "control", strike: next, tls: true },
  login: { on: { command: /^PASS/ }, channel: "control", strike: next },
  "the reply to EPSV": { on: { command: /^EPSV/ }, channel: "control", strike: next },
  "data connect": { on: { command: /^EPSV/ }, channel: "data", strike: { at: "open" } },
  "data TLS handshake": { on: transfer, channel: "data", strike: next, tls: true },
  "the reply to the transfer command": { on: transfer, channel: "control", strike: next },
  "first byte": { on: transfer, channel: "data", strike: { at: "bytes", count: 1 } },
  middle: {
    on: transfer,
    channel: "data",
    strike: { at: "bytes", count: size / 2 },
    of: ["get", "put", "replace"],
  },
  // Behind every message of the handshake.
  "the middle of a listing": {
    on: transfer,
    channel: "data",
    strike: { at: "bytes", count: 6000 },
    of: ["list"],
  },
  "before the final reply": { on: { reply: 150 }, channel: "control", strike: next, mayMiss: true },
  proof: { on: { command: /^SIZE/ }, channel: "control", strike: next, of: ["put", "replace"] },
  "the reply to ALLO": {
    ...{ on: { command: /^ALLO/ }, channel: "control", strike: next },
    ...{ of: ["put", "replace"], tells: true },
  },
  "the reply to RNFR": { on: { command: /^RNFR/ }, channel: "control", strike: next, ...renaming },
  "the reply to RNTO": { on: { command: /^RNTO/ }, channel: "control", strike: next, ...renaming },
};
const faults: readonly Fault[] = ["drop", "stall", "reset"];
const operations: readonly Operation[] = ["get", "put", "replace", "list"];

const content = randomBytes(size);
const old = randomBytes(1000);
const listed = Array.from({ length: 300 }, (_, index) => `file number ${index} of this directory.txt`);
/** Each scenario has a loopback address of its own, also where these tests run twice at once. */
const network = 64 + (process.pid % 128);
let addresses = 0;

afterAll(removeFolders);

/** What comes down is the same for all of them; how an upload ends is each one's own. */
const peers = {
  vsftpd: operations,
  ProFTPD: ["put", "replace"],
  "Pure-FTPd": ["put", "replace"],
  pyftpdlib: ["put", "replace"],
} as const satisfies Record<FtpServerName, readonly Operation[]>;

for (const [index, [name, tried]] of Object.entries(peers).entries()) {
  const peerName = name as FtpServerName;
  describeWith(`faults between our FTP client and ${name}`, ftpServers[peerName].needs, () => {
    // Pure-FTPd lets in half as many clients as it has ports.
    const first = 24_000 + 60 * index;
    faulty(tried, [first, first + 59], async (passivePorts) => {
      const peer = await startFtpServer(peerName, { passivePorts });
      const { host, port, user, password } = peer;
      const isPatient = name === "vsftpd" || name === "pyftpdlib";
      return { ...peer, options: { host, port, user, password }, passivePorts, isPatient };
    });
  });
}

describe("faults between our FTP client and our server", () => {
  faulty(operations, [24_240, 24_269], async (passivePorts) => {
    const directory = await newFolder();
    const { certificate, key, remove } = await makeCertificate();
    const tls = ["--tls-cert", certificate, "--tls-key", key, "--passive-ports", passivePorts.join("-")];
    const served = await serve(directory, "--no-tftp", "--writable", ...tls);
    return {
      isPatient: true,
      options: { host: "127.0.0.1", port: served.ports.ftp ?? 0 },
      certificate: await readFile(certificate, "utf8"),
      ...{ directory, path: "", passivePorts, writesAside: true },
      async stop() {
        await served.stop();
        await remove();
      },
    };
  });
});

function faulty(
  tried: readonly Operation[],
  passivePorts: readonly [number, number],
  start: (passivePorts: readonly [number, number]) => Promise<Running>,
): void {
  let server: Running;
  beforeAll(async () => {
    server = await start(passivePorts);
    await writeFile(join(server.directory, "get.bin"), content);
    const folder = join(server.directory, "list");
    await mkdir(folder);
    await Promise.all(listed.map((name) => writeFile(join(folder, name), "")));
    await mkdir(join(server.directory, "put"));
    await chmod(join(server.directory, "put"), 0o777);
  });
  afterAll(async () => server.stop());

  for (const security of ["plain", "explicit"] as const) {
    for (const operation of tried) {
      for (const [name, phase] of Object.entries(phases)) {
        if (phase.tls === true && security === "plain") continue;
        if (phase.of?.includes(operation) === false) continue;
        it.concurrent(`${security} ${operation}: ${name}`, async () => {
          if (server.writesAside && phase.renames) return;
          if (phase.tells && !(server.writesAside && security === "plain")) return;
          const each = faults.map((fault) => () => {
            const where = `${security} ${operation}, ${fault} at ${name}`;
            return scenario(
              server,
              security,
              operation,
              phase,
              fault,
              where,
              fault === "stall" ? 1000 : 6000,
            );
          });
          // Servers that fork have a short queue: with SYN cookies, who is too many in it waits for a greeting for ever.
          if (server.isPatient !== true) for (const run of each) await run();
          else await Promise.all(each.map((run) => run()));
        });
      }
    }
  }
}

async function scenario(
  server: Running,
  security: "plain" | "explicit",
  operation: Operation,
  phase: Phase,
  fault: Fault,
  where: string,
  /** Milliseconds for each phase. On a busy machine they may run out before the fault: then they are longer. */
  limit: number,
): Promise<void> {
  addresses++;
  const host = `127.${network}.${addresses >> 7}.${(addresses & 127) + 1}`;
  const proxy = await openFaultProxy({ host, ...pick(server) });
  const arm = (): void => proxy.arm(phase.channel, phase.strike, fault);
  if (phase.on === "connect") arm();
  const onTrace = (event: TraceEvent): void => {
    if (phase.on === "connect" || proxy.hasStruck) return;
    if ("command" in phase.on && event.type === "command" && phase.on.command.test(event.text)) arm();
    if ("reply" in phase.on && event.type === "reply" && phase.on.reply === event.reply.code) arm();
  };
  let client: FtpClient | undefined;
  try {
    client = await FtpClient.connect({
      ...server.options,
      ...{ host, port: proxy.port, onTrace, timeouts: clocks(limit, phase), dataModes: ["EPSV"] },
      ...(security === "plain"
        ? {}
        : { tls: { mode: security, ca: server.certificate, servername: "localhost" } }),
    });
    const outcome = await operations_[operation](client, server, where);
    expect(outcome, where).toMatch(/^(complete|told)$/);
  } catch (error) {
    if (!FtpError.isInstance(error)) throw error;
    expect(error.message, where).toMatch(new RegExp(`^${error.code}: .`));
  } finally {
    // Usable, or it says that it is closed.
    if (client !== undefined && !client.isClosed) {
      const answer = await client.system().catch((error: unknown) => error);
      if (FtpError.isInstance(answer)) expect(client.isClosed, `${where}: ${answer.message}`).toBe(true);
      else expect(answer, where).toBe("UNIX");
    }
    if (client?.isClosed) expect(client.closeReason, where).toSatisfy(FtpError.isInstance);
    client?.destroy();
    proxy.close();
  }
  if (proxy.hasStruck || phase.mayMiss === true) return;
  if (limit > 10_000) throw new Error(`${where} did not strike`);
  await scenario(server, security, operation, phase, fault, where, limit * 4);
}

function clocks(limit: number, phase: Phase): NonNullable<FtpClientOptions["timeouts"]> {
  const isBefore = phase.on === "connect" || phase.strike === next;
  const begin = isBefore ? limit : Math.max(limit, 6000);
  return {
    ...{ connect: begin, tls: limit, greeting: begin, login: begin, command: limit },
    ...{ "data-open": limit, stall: limit, conclude: 600, abort: 600 },
  };
}

const operations_: Readonly<
  Record<Operation, (client: FtpClient, server: Running, where: string) => Promise<string>>
> = {
  async get(client, { path }, where) {
    const folder = await newFolder();
    try {
      const report = await client.download(`${path}/get.bin`, join(folder, "got.bin"));
      expect(report.verified, where).toBe("size");
      expect(content.equals(await readFile(join(folder, "got.bin"))), where).toBe(true);
      return "complete";
    } catch (error) {
      expect(await readdir(folder), where).toEqual([]);
      throw error;
    }
  },
  put: (client, server, where) => put(client, server, where),
  async replace(client, server, where) {
    const file = storedAt(server, where);
    await writeFile(file, old);
    await chmod(file, 0o666);
    return put(client, server, where, old);
  },
  async list(client, { path }) {
    const names: string[] = [];
    const listing = client.list(`${path}/list`);
    for await (const { name } of listing) names.push(name);
    if (names.length === listed.length) return "complete";
    // A listing has no size: that it was cut is told as far as that can be seen.
    return listing.isCut ? "told" : `only ${names.length} of ${listed.length}, the last ${names.at(-1)}`;
  },
};

/** By the options that nobody gave. */
async function put(client: FtpClient, server: Running, where: string, before?: Buffer): Promise<string> {
  const stored = async (): Promise<Buffer | undefined> =>
    readFile(storedAt(server, where)).catch(() => undefined);
  try {
    const report = await client.upload(content, `${server.path}/put/${basename(storedAt(server, where))}`);
    expect(report, where).toMatchObject({ placement: "whole" });
    // A server that goes away behind its 226 cannot be asked any more.
    expect((await stored())?.equals(content), where).toBe(true);
    return "complete";
  } catch (error) {
    const stands = await stored();
    const isWhole = stands === undefined ? before === undefined : stands.equals(content);
    const isOld = before !== undefined && stands?.equals(before) === true;
    expect(isWhole || isOld, `${where} left a part`).toBe(true);
    throw error;
  }
}

function storedAt({ directory }: Running, where: string): string {
  return join(directory, "put", `${where.replaceAll(/\W+/g, "-")}.bin`);
}

function pick({
  options,
  passivePorts,
}: Running): Pick<Parameters<typeof openFaultProxy>[0], "port" | "passivePorts"> {
  return { port: options.port, passivePorts };
}
