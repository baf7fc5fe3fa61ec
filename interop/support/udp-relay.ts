import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

/** A bad network between a TFTP client and a server: clients ask at its port what they would ask the server. */
export interface UdpRelay {
  readonly host: "127.0.0.1";
  readonly port: number;
  /** Datagrams that came here, and how many of them were lost, sent twice and held back. */
  readonly counts: Readonly<Record<"all" | Fault, number>>;
  close(): void;
}

export type Fault = "lost" | "doubled" | "late";

export interface UdpRelayOptions {
  /** Port of the server on 127.0.0.1. */
  readonly to: number;
  /** How likely each fault is, 0 to 1, in either direction; 0 unless told. */
  readonly faults?: Partial<Readonly<Record<Fault, number>>>;
  /** Begins the row of random numbers by which faults happen; 1 unless told. */
  readonly seed?: number;
  /** Told every datagram that comes here, with the ports of client and server. */
  readonly onDatagram?: (datagram: RelayedDatagram) => void;
}

export interface RelayedDatagram {
  readonly from: "client" | "server";
  readonly clientPort: number;
  /** The port that it is sent from or to at the server. */
  readonly serverPort: number;
  readonly bytes: Uint8Array;
}

/** How long a late datagram is held: what is sent behind it overtakes it. */
const lateBy = 4;

/**
 * Each port of a client has a socket towards the server, and each port from which the server answers it (its TID) has
 * one towards the client, so that both ends see as many TIDs as without the relay.
 */
export async function openUdpRelay(options: UdpRelayOptions): Promise<UdpRelay> {
  const { to, faults = {}, onDatagram } = options;
  const random = randomNumbers(options.seed ?? 1);
  const counts = { all: 0, lost: 0, doubled: 0, late: 0 };
  const sockets: Socket[] = [];
  /** Towards the server, by the client's port. */
  const uplinks = new Map<number, Promise<Socket>>();
  let isClosed = false;

  async function open(): Promise<Socket> {
    const socket = createSocket({
      type: "udp4",
      lookup: (host, _options, done) => done(null, host, 4),
      recvBufferSize: 1 << 20,
      sendBufferSize: 1 << 20,
    });
    sockets.push(socket);
    socket.on("error", () => {});
    // Addresses are answered on the spot, and so the event may come before `bind` returns.
    const listening = once(socket, "listening");
    socket.bind(0, "127.0.0.1");
    await listening;
    return socket;
  }

  function pass(socket: Socket, port: number, bytes: Uint8Array): void {
    const send = (): void => {
      if (!isClosed) socket.send(bytes, port, "127.0.0.1");
    };
    counts.all++;
    const happens = (fault: Fault): boolean => {
      const does = random() < (faults[fault] ?? 0);
      if (does) counts[fault]++;
      return does;
    };
    if (happens("lost")) return;
    if (happens("doubled")) send();
    if (happens("late")) setTimeout(send, lateBy);
    else send();
  }

  async function openUplink(clientPort: number): Promise<Socket> {
    const uplink = await open();
    /** Towards the client, by the server's port. */
    const downlinks = new Map<number, Promise<Socket>>([[to, Promise.resolve(entrance)]]);
    uplink.on("message", async (bytes, { port: serverPort }) => {
      onDatagram?.({ from: "server", clientPort, serverPort, bytes });
      const known = downlinks.get(serverPort);
      const downlink = known ?? open();
      if (known === undefined) {
        downlinks.set(serverPort, downlink);
        (await downlink).on("message", (answer, { port }) => {
          if (port === clientPort) up(uplink, serverPort, clientPort, answer);
          else void uplinkOf(port).then((other) => up(other, serverPort, port, answer));
        });
      }
      pass(await downlink, clientPort, bytes);
    });
    return uplink;
  }

  function uplinkOf(clientPort: number): Promise<Socket> {
    const uplink = uplinks.get(clientPort) ?? openUplink(clientPort);
    uplinks.set(clientPort, uplink);
    return uplink;
  }

  function up(uplink: Socket, serverPort: number, clientPort: number, bytes: Uint8Array): void {
    onDatagram?.({ from: "client", clientPort, serverPort, bytes });
    pass(uplink, serverPort, bytes);
  }

  const entrance = await open();
  entrance.on("message", (bytes, { port }) => {
    void uplinkOf(port).then((uplink) => up(uplink, to, port, bytes));
  });
  return {
    host: "127.0.0.1",
    port: entrance.address().port,
    counts,
    close() {
      isClosed = true;
      for (const socket of sockets) socket.close();
    },
  };
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
