import type { ReadableFile } from "@longshore/file-store";
import { toFileStoreError } from "@longshore/file-store";
import {
  dataHeaderLength,
  decodePacket,
  encodeDataHeader,
  encodePacket,
  parseOptions,
  type RawOption,
} from "@longshore/tftp-packet";
import {
  answerOptions,
  createMulticastGroup,
  lastBlock,
  type MemberEndEffect,
  type MulticastGroupEffect,
  maxMulticastBlocks,
  storeErrors,
  type Terms,
  type Tid,
} from "@longshore/tftp-transfer";
import { now } from "./clock.ts";
import type { TftpRequest } from "./handler.ts";
import type { SessionOptions } from "./session.ts";
import type { UdpPort } from "./udp.ts";

/** Where a server sends files that many want at the same time (RFC 2090). */
export interface TftpMulticast {
  /** IPv4 multicast addresses, taken in turn; `239.0.0.0/8` are an organisation's own (RFC 2365). At least one. */
  readonly addresses: readonly [string, ...string[]];
  /** 1758 unless told, `tftp-mcast`. */
  readonly port?: number;
  /** Routers on the way, and one; 1 unless told: it does not leave the link. */
  readonly ttl?: number;
}

/** A client of a group. */
export interface Membership {
  readonly terms: Terms;
  readonly size: number;
  readonly local: Tid;
  /** The option as it was granted. */
  readonly granted: readonly RawOption[];
  /** The request came again. */
  repeat(): void;
  leave(message: string, code?: number): void;
}

export interface MemberCallbacks {
  readonly onHeard: () => void;
  readonly onConfirmed: () => void;
  readonly onStart: (membership: Membership) => void;
  readonly onEnd: (end: MemberEndEffect) => void;
}

export interface MulticastGroups {
  /**
   * Lets the client of a request share the file with others; false where that cannot be: what is asked for is no file
   * with a size, or one of too many blocks.
   */
  join(options: SessionOptions, request: TftpRequest, callbacks: MemberCallbacks): Promise<boolean>;
}

interface Group {
  join(tid: Tid, terms: Terms, option: string, callbacks: MemberCallbacks): void;
}

export function createMulticastGroups({
  addresses,
  port: groupPort = 1758,
  ttl = 1,
}: TftpMulticast): MulticastGroups {
  const groups = new Map<string, Promise<Group | undefined>>();
  let turn = 0;

  async function join(
    options: SessionOptions,
    request: TftpRequest,
    callbacks: MemberCallbacks,
  ): Promise<boolean> {
    const { packet, mode, remote, local } = options;
    const content = await options.handler.read?.(request);
    if (typeof content !== "object" || !("read" in content) || Symbol.asyncIterator in content) return false;
    const { size } = content;
    // A window has no meaning where each ACK asks for one block.
    const asked = packet.options.filter(([name]) => name.toLowerCase() !== "windowsize");
    const answer = answerOptions({ type: "rrq", mode, options: asked, size }, options.policy);
    if (!answer.ok || lastBlock(size, answer.terms.blockSize) > maxMulticastBlocks) {
      await content.close();
      return false;
    }
    const { terms } = answer;
    const key = [local.address, request.filename, size, content.modified, terms.blockSize].join("|");
    const known = groups.get(key);
    const opening = known ?? open(options, content, terms, () => groups.delete(key));
    groups.set(key, opening);
    if (known !== undefined) await content.close();
    const group = await opening;
    if (group === undefined) {
      groups.delete(key);
      return false;
    }
    const [option = "multicast"] =
      parseOptions(packet.options, "request").entries.find(({ name }) => name === "multicast")?.raw ?? [];
    group.join(remote, terms, option, callbacks);
    return true;
  }

  async function open(
    options: SessionOptions,
    file: ReadableFile,
    { blockSize }: Terms,
    onClose: () => void,
  ): Promise<Group | undefined> {
    const address = addresses[turn++ % addresses.length] ?? addresses[0];
    const engine = createMulticastGroup({
      address,
      port: groupPort,
      size: file.size,
      blockSize,
      timing: options.timing,
    });
    const members = new Map<string, MemberCallbacks>();
    let isClosed = false;
    let reading: number | undefined;
    const port: UdpPort = await options.openPort(receive);
    // RFC 2090: each transfer has a port of its own on the server, by which clients know its blocks.
    if (port.sendToGroups === undefined) {
      port.close();
      await file.close();
      return undefined;
    }
    port.sendToGroups(ttl);
    const watch = options.deadlines.watch({
      get deadline() {
        return engine.deadline;
      },
      expire: (at) => perform(engine.expire(at)),
    });

    function receive(datagram: Uint8Array, from: Tid): void {
      const result = decodePacket(datagram, { blockSize });
      if (!result.ok || isClosed) return;
      const member = members.get(keyOf(from));
      member?.onHeard();
      const wasConfirmed = engine.isConfirmed(from);
      perform(engine.receive(result.packet, { address: from.address, port: from.port }, now()));
      if (!wasConfirmed && (engine.isConfirmed(from) || !members.has(keyOf(from)))) member?.onConfirmed();
    }

    function perform(effects: readonly MulticastGroupEffect[]): void {
      for (const effect of effects) {
        if (effect.type === "send-packet") port.send(encodePacket(effect.packet), effect.to);
        else if (effect.type === "multicast-block") void send(effect.index);
        else if (effect.type === "member-end") {
          const member = members.get(keyOf(effect.member));
          members.delete(keyOf(effect.member));
          member?.onEnd(effect);
        } else close();
      }
      if (!isClosed) watch.update();
    }

    async function send(index: number): Promise<void> {
      if (reading === index) return;
      reading = index;
      try {
        const position = (index - 1) * blockSize;
        const length = Math.min(blockSize, file.size - position);
        const datagram = encodeDataHeader(index, new Uint8Array(dataHeaderLength + length));
        for (let filled = dataHeaderLength; filled < datagram.length; ) {
          const got = await file.read(datagram.subarray(filled), position + filled - dataHeaderLength);
          if (got === 0) {
            perform(engine.fail(0, "the file became shorter while it was sent", now()));
            return;
          }
          filled += got;
        }
        if (!isClosed) port.send(datagram, { address, port: groupPort });
      } catch (error) {
        const { code, message } = storeErrors[toFileStoreError(error).code];
        perform(engine.fail(code, message, now()));
      } finally {
        if (reading === index) reading = undefined;
      }
    }

    function close(): void {
      if (isClosed) return;
      isClosed = true;
      onClose();
      watch.close();
      port.close();
      void file.close().catch(() => {});
    }

    return {
      join(tid, terms, option, callbacks) {
        members.set(keyOf(tid), callbacks);
        const joining = (): readonly MulticastGroupEffect[] => engine.join(tid, terms.granted, now(), option);
        callbacks.onStart({
          terms,
          size: file.size,
          local: port.local,
          granted: [...terms.granted, [option, `${address},${groupPort}`]],
          repeat: () => perform(joining()),
          leave(message, code) {
            if (code !== undefined) port.send(encodePacket({ type: "error", code, message }), tid);
            perform(engine.leave(tid, message, now()));
          },
        });
        perform(joining());
      },
    };
  }

  return { join };
}

function keyOf({ address, port }: Tid): string {
  return `${address}|${port}`;
}
