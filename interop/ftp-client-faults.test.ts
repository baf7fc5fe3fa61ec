// Our FTP client over a network that drops, stalls and resets its connections in the middle of each phase.
import { randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FtpClient, type FtpClientOptions, FtpError, type TraceEvent } from "@longshore/ftp-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ftpServers, startFtpServer } from "./peers/ftp-servers.ts";
import { type Fault, openFaultProxy, type Strike } from "./support/fault-proxy.ts";
import { newFolder, removeFolders } from "./support/files.ts";
import { makeCertificate, serve } from "./support/longshore.ts";
import { describeWith } from "./support/with-peer.ts";

interface Running {
  readonly options: FtpClientOptions & { readonly port: number };
  readonly certificate: string;
  readonly directory: string;
  readonly path: string;
  readonly passivePorts: readonly [number, number];
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
}

type Operation = "get" | "put" | "list";

const size = 400_000;
const next = { at: "next-from-server" } as const;
const transfer = { command: /^(RETR|STOR|LIST|MLSD)/ };

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
  middle: { on: transfer, channel: "data", strike: { at: "bytes", count: size / 2 }, of: ["get", "put"] },
  // Behind every message of the handshake.
  "the middle of a listing": {
    on: transfer,
    channel: "data",
    strike: { at: "bytes", count: 6000 },
    of: ["list"],
  },
  "before the final reply": { on: { reply: 150 }, channel: "control", strike: next, mayMiss: true },
  rename: { on: { command: /^RNTO/ }, channel: "control", strike: next, of: ["put"] },
};
const faults: readonly Fault[] = ["drop", "stall", "reset"];
const operations: readonly Operation[] = ["get", "put", "list"];

/** In clear, an orderly end before the first byte is what an empty directory looks like. */
const unknowable = "plain list, drop at data connect";

const content = randomBytes(size);
const listed = Array.from({ length: 300 }, (_, index) => `file number ${index} of this directory.txt`);
/** Each scenario has a loopback address of its own, also where these tests run twice at once. */
const network = 64 + (process.pid % 128);
let addresses = 0;

afterAll(removeFolders);

describeWith("faults between our FTP client and vsftpd", ftpServers.vsftpd.needs, () => {
  faulty([24_000, 24_029], async (passivePorts) => {
    const peer = await startFtpServer("vsftpd", { passivePorts });
    const { host, port, user, password } = peer;
    return { ...peer, options: { host, port, user, password }, passivePorts };
  });
});

describe("faults between our FTP client and our server", () => {
  faulty([24_100, 24_129], async (passivePorts) => {
    const directory = await newFolder();
    const { certificate, key, remove } = await makeCertificate();
    const tls = ["--tls-cert", certificate, "--tls-key", key, "--passive-ports", passivePorts.join("-")];
    const served = await serve(directory, "--no-tftp", "--writable", ...tls);
    return {
      options: { host: "127.0.0.1", port: served.ports.ftp ?? 0 },
      certificate: await readFile(certificate, "utf8"),
      ...{ directory, path: "", passivePorts },
      async stop() {
        await served.stop();
        await remove();
      },
    };
  });
});

function faulty(
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
    for (const operation of operations) {
      for (const [name, phase] of Object.entries(phases)) {
        if (phase.tls === true && security === "plain") continue;
        if (phase.of?.includes(operation) === false) continue;
        it.concurrent(`${security} ${operation}: ${name}`, async () => {
          const each = faults.map((fault) => {
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
          await Promise.all(each);
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
    if (where !== unknowable) expect(outcome, where).toMatch(/^(complete|told)$/);
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
  async put(client, { path, directory }, where) {
    const name = `${where.replaceAll(/\W+/g, "-")}.bin`;
    const stored = async (): Promise<Buffer | undefined> =>
      readFile(join(directory, "put", name)).catch(() => undefined);
    try {
      const report = await client.upload(content, `${path}/put/${name}`, { temporary: true });
      expect(report.verified, where).toBe("size");
      expect((await stored())?.equals(content), where).toBe(true);
      return "complete";
    } catch (error) {
      const stands = await stored();
      expect(stands === undefined || stands.equals(content), `${where} left a part`).toBe(true);
      throw error;
    }
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

function pick({
  options,
  passivePorts,
}: Running): Pick<Parameters<typeof openFaultProxy>[0], "port" | "passivePorts"> {
  return { port: options.port, passivePorts };
}
