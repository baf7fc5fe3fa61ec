import type { Socket as UdpSocket } from "node:dgram";
import type { Socket } from "node:net";
import { createDatagramReceiver, type DatagramReceiver } from "./datagram-receiver.ts";
import { createDatagramSender, type DatagramSender } from "./datagram-sender.ts";
import { duplicate } from "./descriptor.ts";
import { createDirectoryReader, type DirectoryReader } from "./directory-reader.ts";
import { createFileSender, type FileSender } from "./file-sender.ts";
import { openLibrary } from "./library.ts";
import { segmentDatagrams } from "./segment.ts";
import { createThreadLooks, type ThreadLooks } from "./thread-looks.ts";

/** Calls of the operating system that Node.js has not. Each answers whether it can be had for what it is given. */
export interface SystemCalls {
  /**
   * Sends a file's bytes to a connected TCP socket without a copy of them in this process; sendfile(2). What the socket
   * was given before has to be out, and nobody may write to it while a call is under way.
   *
   * @param file a descriptor that is open now; it may be closed as soon as this has returned
   * @returns nothing where the socket has no descriptor (TLS, closed), or the system lends no more of them
   */
  createFileSender(socket: Socket, file: number): FileSender | undefined;
  /**
   * Another descriptor of the same connection, for `new Socket({ fd })`: what Node.js lets be chosen only where a socket is
   * made can so be chosen for one that came in. The connection ends when both are closed.
   *
   * @returns nothing where the socket has no descriptor (TLS, closed), or the system lends no more of them
   */
  duplicate(socket: Socket): number | undefined;
  /**
   * Has the system cut what is sent from now on into datagrams of `octets`, the last one shorter: one call for many;
   * udp(7), UDP_SEGMENT. 0 ends that. What is handed over at once may make 64 datagrams and have 65,000
   * octets; a datagram has to fit into the network's largest packet, else sending fails with EINVAL.
   *
   * @param socket bound
   * @param octets 0 to 65,507
   */
  segmentDatagrams(socket: UdpSocket, octets: number): boolean;
  /**
   * Takes what has come in at a socket at once; recvfrom(2). What it takes is not told by `message` any more.
   *
   * @param socket bound
   * @returns nothing where the socket is not one of IPv4
   */
  createDatagramReceiver(socket: UdpSocket): DatagramReceiver | undefined;
  /**
   * Sends from a socket at once; sendto(2). What Node.js still holds for the socket goes out later.
   *
   * @param socket bound
   * @returns nothing where the socket is not one of IPv4
   */
  createDatagramSender(socket: UdpSocket): DatagramSender | undefined;
  /**
   * Reads what a directory holds; getdents64(2).
   *
   * @param directory a descriptor of one that is open for reading
   * @returns nothing where the system cannot read so
   */
  createDirectoryReader(directory: number): DirectoryReader | undefined;
  /** For threads that look into open directories; absent where the addon is not found again. */
  readonly threadLooks: ThreadLooks | undefined;
}

/**
 * Looks once in the life of the process whether the calls can be had: on 64-bit Linux, where the optional dependency
 * `koffi` is installed. Resolves with nothing where they cannot; never rejects. Takes some 20 ms the first time.
 */
export function loadSystemCalls(): Promise<SystemCalls | undefined> {
  loading ??= openLibrary().then((library) => {
    if (library === undefined) return undefined;
    loaded = {
      createFileSender: (socket, file) => createFileSender(library, socket, file),
      duplicate: (socket) => duplicate(library, socket),
      segmentDatagrams: (socket, octets) => segmentDatagrams(library, socket, octets),
      createDatagramReceiver: (socket) => createDatagramReceiver(library, socket),
      createDatagramSender: (socket) => createDatagramSender(library, socket),
      createDirectoryReader: (directory) => createDirectoryReader(library, directory),
      threadLooks: createThreadLooks(),
    };
    return loaded;
  });
  return loading;
}

/** What {@link loadSystemCalls} found, if it is through; for a path that cannot wait. */
export function systemCalls(): SystemCalls | undefined {
  return loaded;
}

let loading: Promise<SystemCalls | undefined> | undefined;
let loaded: SystemCalls | undefined;
