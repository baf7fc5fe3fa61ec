import { createSocket } from "node:dgram";
import { FileStoreError, toFileStoreError, type WritableFile } from "@longshore/file-store";
import {
  decodePacket,
  encodePacket,
  type MulticastGrant,
  type PacketDecodeOptions,
} from "@longshore/tftp-packet";
import {
  createMulticastMember,
  type MulticastMemberOptions,
  type Outcome,
  type ReceiverEffect,
  storeErrors,
  type Tid,
  type TransferEngine,
} from "@longshore/tftp-transfer";
import { now } from "./clock.ts";
import type { Deadlines } from "./deadlines.ts";
import { describe, type Transfer } from "./transfer.ts";
import { openUdp, type UdpPort } from "./udp.ts";

export interface MulticastTransferOptions extends MulticastMemberOptions {
  readonly grant: MulticastGrant;
  /** Takes blocks in any order. */
  readonly file: WritableFile;
  readonly port: UdpPort;
  /** Address of this machine whose network the blocks come by; the one that leads to the server unless told. */
  readonly localAddress?: string;
  readonly decoding: PacketDecodeOptions;
  readonly deadlines: Deadlines;
  readonly onBytes: (chunk: Uint8Array) => void;
  readonly onProgress?: (bytes: number) => void;
  readonly onResult: (outcome: Outcome, cause: unknown) => void;
  readonly onClose: () => void;
}

/** A client's transfer, alone or in a group. */
export interface ClientTransfer extends Pick<Transfer, "start" | "receive" | "fail"> {
  readonly engine: Pick<TransferEngine, "statistics">;
}

/**
 * A client's end of a transfer that it shares with others (RFC 2090). Rejects where the group cannot be joined; the
 * file is then aborted.
 */
export async function openMulticastTransfer(options: MulticastTransferOptions): Promise<ClientTransfer> {
  const { peer, grant, file, port, decoding, deadlines, onBytes, onProgress, onResult, onClose } = options;
  const engine = createMulticastMember(options, now());
  let writing: Promise<void> = Promise.resolve();
  let cause: unknown;
  let isSettled = false;
  let isClosed = false;
  const group = await joinGroup(options, receive).catch(async (error: unknown) => {
    await file.abort(new FileStoreError("aborted", `${grant.address} cannot be joined`));
    throw error;
  });
  const watch = deadlines.watch({
    get deadline() {
      return engine.deadline;
    },
    expire: (at) => perform(engine.expire(at)),
  });

  function receive(datagram: Uint8Array, from: Tid): void {
    if (isClosed) return;
    const result = decodePacket(datagram, decoding);
    perform(
      result.ok ? engine.receive(result.packet, from, now()) : engine.malformed(result.error, from, now()),
    );
    if (!isSettled) onProgress?.(engine.bytes);
  }

  function perform(effects: readonly ReceiverEffect[]): void {
    for (const effect of effects) {
      if (effect.type === "send-packet") port.send(encodePacket(effect.packet), effect.to ?? peer);
      else if (effect.type === "write") write(effect.data, effect.position);
      else if (effect.type === "store") writing.then(() => file.commit()).then(stored, failStorage);
      else if (effect.type === "result") settle(effect.outcome);
      else close();
    }
    if (!isClosed) watch.update();
  }

  /** One write after the other, at its own place. */
  function write(data: Uint8Array, position: number): void {
    onBytes(data);
    writing = writing.then(async () => {
      if (isSettled) return;
      await file.write(data, position);
      perform(engine.written(data.length, now()));
    });
    writing.catch(failStorage);
  }

  function stored(): void {
    perform(engine.stored(now()));
  }

  function failStorage(error: unknown): void {
    cause ??= error;
    const { code, message } = storeErrors[toFileStoreError(error).code];
    perform(engine.fail(code, message, now()));
  }

  function settle(outcome: Outcome): void {
    isSettled = true;
    group.unref();
    if (outcome.type !== "complete")
      void writing.catch(() => {}).then(() => file.abort(new FileStoreError("aborted", describe(outcome))));
    onResult(outcome, cause);
  }

  function close(): void {
    if (isClosed) return;
    isClosed = true;
    watch.close();
    group.close();
    onClose();
  }

  return {
    engine,
    start: () => perform(engine.start(now())),
    receive,
    fail(code, message, why) {
      cause ??= why;
      perform(engine.fail(code, message, now()));
    },
  };
}

async function joinGroup(
  { grant, peer, localAddress }: MulticastTransferOptions,
  onDatagram: (datagram: Uint8Array, from: Tid) => void,
): Promise<UdpPort> {
  return openUdp({
    address: "0.0.0.0",
    port: grant.port ?? 0,
    group: { address: grant.address ?? "", from: localAddress ?? (await addressTowards(peer)) },
    receiveBuffer: 1 << 20,
    onDatagram,
    onError: () => {},
  });
}

/** The address of this machine that packets to `peer` leave from: the group is joined on its network. */
function addressTowards(peer: Tid): Promise<string> {
  const socket = createSocket("udp4");
  return new Promise<string>((resolve, reject) => {
    socket.once("error", reject);
    socket.connect(peer.port, peer.address, () => resolve(socket.address().address));
  }).finally(() => socket.close());
}
