// What we send, read by Wireshark's dissector: it knows every packet, and finds nothing in them to warn of.
import { createSocket, Socket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createMemoryStore } from "@longshore/file-store-memory";
import { loadSystemCalls } from "@longshore/system-calls";
import {
  createTftpServer,
  type TftpServer,
  type TftpServerBehaviour,
  type TftpTransferOptions,
  tftpGetBytes,
  tftpPut,
} from "@longshore/tftp-endpoint";
import { afterAll, afterEach, beforeEach, expect, it, vi } from "vitest";
import { program } from "./peers/programs.ts";
import { type CapturedDatagram, writeCapture } from "./support/capture.ts";
import { succeed } from "./support/exec.ts";
import { newFolder, removeFolders } from "./support/files.ts";
import {
  openUdpRelay,
  type RelayedDatagram,
  type UdpRelay,
  type UdpRelayOptions,
} from "./support/udp-relay.ts";
import { describeWith } from "./support/with-peer.ts";

const content = new Uint8Array(20_000).map((_, index) => index * 7);
const text = "one\ntwo\r\nthree\rfour\n".repeat(300);

let server: TftpServer;
let serverPort: number;
let datagrams: (CapturedDatagram & { readonly ours: boolean })[];
let relay: UdpRelay | undefined;

/** What a client needs to know to go through a new relay. */
async function through(
  options: Partial<UdpRelayOptions> & { readonly ours?: RelayedDatagram["from"] } = {},
): Promise<Pick<TftpTransferOptions, "host" | "port">> {
  relay?.close();
  const at = serverPort;
  relay = await openUdpRelay({
    to: at,
    onDatagram(datagram) {
      // Dissectors expect requests at port 69.
      const serverPort = datagram.serverPort === at ? 69 : datagram.serverPort;
      datagrams.push({ ...datagram, serverPort, ours: (options.ours ?? datagram.from) === datagram.from });
    },
    ...options,
  });
  return { host: relay.host, port: relay.port };
}

describeWith("datagrams of ours read by tshark", ["tshark"], () => {
  beforeEach(async () => {
    datagrams = [];
    await start({});
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    relay?.close();
    relay = undefined;
    await server.close();
  });
  afterAll(removeFolders);

  it("transfers without options", async () => {
    const plain = { blksize: 0, windowsize: 0, tsize: false };
    const to = await through();
    expect(await tftpGetBytes({ ...to, ...plain, filename: "content" })).toEqual(content);
    expect(await tftpGetBytes({ ...to, ...plain, filename: "empty" })).toHaveLength(0);
    await tftpPut({ ...to, ...plain, filename: "new", from: content });
    const seen = await dissect();
    expect(seen.opcodes).toEqual(["1", "2", "3", "4"]);
  });

  it.each([
    { blksize: 8, windowsize: 1 },
    { blksize: 512, windowsize: 2 },
    { blksize: 1468, windowsize: 8 },
    { blksize: 65_464, windowsize: 64 },
  ])("transfers with blocks of $blksize in windows of $windowsize", async (options) => {
    const to = await through();
    const asked = { ...to, ...options, timeout: 3 };
    expect(await tftpGetBytes({ ...asked, filename: "content" })).toEqual(content);
    expect(await tftpGetBytes({ ...asked, filename: "empty" })).toHaveLength(0);
    await tftpPut({ ...asked, filename: "new", from: content });
    const seen = await dissect();
    expect(seen.opcodes).toEqual(["1", "2", "3", "4", "6"]);
    expect(seen.options).toEqual(["blksize", "timeout", "tsize", "windowsize"]);
  });

  it("transfers as netascii", async () => {
    const to = await through();
    await tftpGetBytes({ ...to, mode: "netascii", filename: "text" });
    await tftpPut({ ...to, mode: "netascii", filename: "new", from: text, blksize: 512, windowsize: 3 });
    const seen = await dissect();
    expect(seen.opcodes).toEqual(["1", "2", "3", "4", "6"]);
  });

  it("transfers over a network that loses, doubles and delays", async () => {
    const to = await through({ faults: { lost: 0.1, doubled: 0.1, late: 0.1 }, seed: 7 });
    const options = { blksize: 256, windowsize: 4 };
    expect(await tftpGetBytes({ ...to, ...options, filename: "content" })).toEqual(content);
    await tftpPut({ ...to, ...options, filename: "new", from: content });
    expect(relay?.counts.lost).toBeGreaterThan(5);
    await dissect();
  });

  it("transfers that several share (RFC 2090): blocks to the group, ACKs of the master client", async () => {
    const group = { address: "239.255.17.59", port: 17_590 } as const;
    await recordWhatIsSent();
    await start({ multicast: { addresses: [group.address], port: group.port } });
    const asked = { host: "127.0.0.1", port: serverPort, filename: "content", blksize: 64, multicast: true };
    const got = await Promise.all([1, 2, 3].map(() => tftpGetBytes(asked)));
    for (const bytes of got) expect(bytes).toEqual(content);
    await expect.poll(() => server.sessions).toBe(0);
    const seen = await dissect([group.port]);
    expect(seen.opcodes).toEqual(["1", "3", "4", "6"]);
    // The window is asked for, and never granted in a group.
    expect(seen.options).toEqual(["blksize", "multicast", "tsize", "windowsize"]);
    const texts = datagrams.filter(({ bytes }) => bytes[1] === 6).map(({ bytes }) => bytes.toString());
    for (const isMaster of [0, 1])
      expect(texts.join()).toContain(`multicast\0${group.address},${group.port},${isMaster}\0`);
    const blocks = datagrams.filter(({ bytes }) => bytes[1] === 3);
    expect(blocks.length).toBeGreaterThan(content.length / 64);
    for (const block of blocks) expect(block).toMatchObject({ group: group.address, clientPort: group.port });
    // Each client acknowledges its last block; the master all the others.
    const acks = datagrams.filter(({ bytes }) => bytes[1] === 4);
    expect(acks.every(({ from }) => from === "client")).toBe(true);
    expect(new Set(acks.map(({ clientPort }) => clientPort)).size).toBe(got.length);
  });

  it("refusals of the server", async () => {
    const to = await through({ ours: "server" });
    await expect(tftpGetBytes({ ...to, filename: "missing" })).rejects.toThrow();
    await expect(tftpPut({ ...to, filename: "content", from: "other" })).rejects.toThrow();
    const full = { ...to, filename: "new", from: new Uint8Array(2_000_000), blksize: 65_464 };
    await expect(tftpPut(full)).rejects.toThrow();
    const request = createSocket("udp4").bind(0, "127.0.0.1");
    await once(request, "listening");
    request.send("\x00\x01content\0nonsense\0", relay?.port ?? 0, "127.0.0.1");
    await once(request, "message");
    request.send("\x00\x01no end", relay?.port ?? 0, "127.0.0.1");
    await once(request, "message");
    request.close();
    await start({ writable: false });
    await expect(tftpPut({ ...(await through()), filename: "new", from: "x" })).rejects.toThrow();
    const seen = await dissect();
    expect(seen.errors).toEqual(["1", "2", "3", "4", "6"]);
  });

  it("ERROR 5 to who has no part in a transfer", async () => {
    const to = await through();
    const client = createSocket("udp4").bind(0, "127.0.0.1");
    await once(client, "listening");
    client.send("\x00\x01content\0octet\0", to.port ?? 0, to.host);
    const [, { port: tid }] = await once(client, "message");
    const stranger = createSocket("udp4").bind(0, "127.0.0.1");
    await once(stranger, "listening");
    stranger.send(Uint8Array.of(0, 4, 0, 9), tid, to.host);
    await once(stranger, "message");
    stranger.close();
    client.send(Uint8Array.of(0, 5, 0, 0, 0), tid, to.host, () => client.close());
    // Who is no part of the conversation is no TFTP to the dissector, unless it is told so.
    const ports = new Set(datagrams.map((datagram) => datagram.serverPort));
    expect((await dissect([...ports])).errors).toContain("5");
  });

  it("ERROR 8 to a server that grants what nobody asked for, and ERROR 0 when a transfer is given up", async () => {
    const fake = createSocket("udp4").bind(0, "127.0.0.1");
    await once(fake, "listening");
    fake.on("message", (datagram, { port }) => {
      if (datagram[1] === 1) fake.send("\x00\x06multicast\0\0", port, "127.0.0.1");
    });
    serverPort = fake.address().port;
    const to = await through({ ours: "client" });
    await expect(tftpGetBytes({ ...to, filename: "content", fallback: false })).rejects.toThrow();
    await errorSent(1);
    fake.close();
    await start({});
    const again = await through();
    const gone = new AbortController();
    const given = tftpGetBytes({
      ...again,
      filename: "content",
      blksize: 8,
      windowsize: 1,
      signal: gone.signal,
      onProgress: () => gone.abort(),
    });
    await expect(given).rejects.toThrow();
    await errorSent(2);
    expect((await dissect()).errors).toEqual(["0", "8"]);
  });
});

/** Records what each socket that is opened from now on sends: no relay stands between a server and a group. */
async function recordWhatIsSent(): Promise<void> {
  // Through Node.js alone, where it can be seen; the octets are the same.
  const calls = await loadSystemCalls();
  if (calls !== undefined) vi.spyOn(calls, "createDatagramSender").mockReturnValue(undefined);
  const clients = new Set<number>();
  const send = Socket.prototype.send;
  vi.spyOn(Socket.prototype, "send").mockImplementation(function (this: Socket, ...args: unknown[]): void {
    const [datagram, to, address] = args as [Uint8Array | readonly Uint8Array[], number, string];
    const { port } = this.address();
    const bytes = Buffer.concat(datagram instanceof Uint8Array ? [datagram] : datagram);
    if (bytes[1] === 1) clients.add(port);
    const isGroup = address !== "127.0.0.1";
    const serverEnd = clients.has(port) ? to : port;
    datagrams.push({
      bytes,
      ours: true,
      from: clients.has(port) ? "client" : "server",
      clientPort: clients.has(port) ? port : to,
      serverPort: serverEnd === serverPort ? 69 : serverEnd,
      ...(isGroup ? { group: address } : {}),
    });
    Reflect.apply(send, this, args);
  });
}

/** Waits until so many packets ERROR have come by; the result may be known before. */
async function errorSent(count: number): Promise<void> {
  for (const until = Date.now() + 5000; Date.now() < until; await sleep(5))
    if (datagrams.filter(({ bytes }) => bytes[1] === 5).length >= count) return;
}

async function start(behaviour: TftpServerBehaviour & { readonly writable?: boolean }): Promise<void> {
  await server?.close();
  server = createTftpServer({
    store: createMemoryStore({
      files: { "/content": content, "/empty": "", "/text": text },
      limits: { bytes: 1_000_000 },
    }),
    port: 0,
    writable: true,
    ...behaviour,
  });
  ({ port: serverPort } = await server.listen());
}

interface Seen {
  /** Each sorted, without repetitions. */
  readonly opcodes: readonly string[];
  readonly options: readonly string[];
  readonly errors: readonly string[];
}

const fields = ["frame.protocols", "tftp.opcode", "tftp.option.name", "tftp.error.code", "_ws.expert"];

/** The dissector says so of each ERROR, whatever is in it. */
const errorNote = "Expert Info (Warning/Response): TFTP ERROR packet";

/** Has all that was recorded read; fails on what the dissector did not understand, or thinks to be strange. */
async function dissect(ports: readonly number[] = []): Promise<Seen> {
  // What comes in meanwhile is the next one's.
  const recorded = [...datagrams];
  const file = join(await newFolder(), "capture.pcap");
  await writeCapture(file, recorded);
  const { text: printed } = await succeed(program("tshark"), [
    ...["-n", "-r", file, "-T", "fields", "-E", "separator=/t", "-E", "aggregator=,"],
    ...ports.flatMap((port) => ["-d", `udp.port==${port},tftp`]),
    ...fields.flatMap((field) => ["-e", field]),
  ]);
  const rows = printed.replace(/\n$/, "").split("\n");
  expect(rows).toHaveLength(recorded.length);
  const ours = rows.filter((_, index) => recorded[index]?.ours).map((row) => row.split("\t"));
  expect(ours.length).toBeGreaterThan(0);
  const isStrange = ([protocols = "", opcode, , , expert = ""]: readonly string[]): boolean =>
    !protocols.includes(":tftp") ||
    /\((Warning|Error)\//.test(opcode === "5" ? expert.replace(errorNote, "") : expert);
  expect(ours.filter(isStrange)).toEqual([]);
  const column = (index: number): readonly string[] =>
    [...new Set(ours.flatMap((row) => (row[index] ?? "").split(",")).filter(Boolean))].sort();
  return { opcodes: column(1), options: column(2), errors: column(3) };
}
