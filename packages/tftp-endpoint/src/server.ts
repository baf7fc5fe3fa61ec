import { isIPv4 } from "node:net";
import { loadSystemCalls } from "@longshore/system-calls";
import {
  decodePacket,
  encodePacket,
  type PacketQuirks,
  parseMode,
  parseOptions,
  type RequestPacket,
  tftpErrors,
} from "@longshore/tftp-packet";
import type { Rollover, Tid, TimingOptions } from "@longshore/tftp-transfer";
import { createBudget } from "./budget.ts";
import { now } from "./clock.ts";
import { createDeadlines } from "./deadlines.ts";
import type { TftpDropReason, TftpEvent } from "./event.ts";
import type { TftpHandler } from "./handler.ts";
import type { InheritedSocket } from "./inherited.ts";
import { negotiationPolicy, type TftpLimits } from "./limits.ts";
import { type Listeners, openListeners } from "./listener.ts";
import { openMemberSession } from "./member-session.ts";
import { createMulticastGroups, type TftpMulticast } from "./multicast-group.ts";
import { type RewriteRules, rewriteName } from "./rewrite/rules.ts";
import { openSession, type Session, type SessionOptions } from "./session.ts";
import { createSessionTable, type Known } from "./session-table.ts";
import { createStoreHandler, type StoreHandlerOptions } from "./store-handler.ts";
import { createTotals, type TftpTotals } from "./totals.ts";
import { openTransferPort, type TransferPorts } from "./transfer-port.ts";
import type { UdpPort } from "./udp.ts";

/** How a server behaves, whatever it serves. */
export interface TftpServerBehaviour {
  /** A numeric address; `0.0.0.0` and `::` stand for all that the machine has. `127.0.0.1` unless told. */
  readonly host?: string;
  /** 69 unless told; 0 picks a free one. */
  readonly port?: number;
  /**
   * Sockets to listen at that are open already, in place of `host` and `port`; see {@link inheritedSockets}. One that
   * is bound to all addresses answers from the one that the system chooses: bind each by itself where that matters.
   */
  readonly sockets?: readonly InheritedSocket[];
  /** The server's ends of transfers: any free port unless told. */
  readonly transferPorts?: TransferPorts;
  readonly limits?: TftpLimits;
  readonly timing?: TimingOptions;
  /** What follows block 65535; 0 unless told. */
  readonly rollover?: Rollover;
  /** Options that are answered as if they were unknown; none unless told. */
  readonly ignoreOptions?: readonly string[];
  /** Whether the mode `mail` is handed on to the handler (RFC 1123 §4.2.2.1: it should not be); off. */
  readonly mail?: boolean;
  readonly quirks?: PacketQuirks;
  /** Where files go that many want at the same time; off. Over IPv4, in mode octet, not from a single port. */
  readonly multicast?: TftpMulticast;
  /** What names are turned into before anything is looked for; as they are unless told. */
  readonly rewrite?: RewriteRules;
  /** Told everything, synchronously; must not throw. */
  readonly onEvent?: (event: TftpEvent) => void;
}

/** Serves a store (with the options of {@link createStoreHandler}), or a handler of one's own. */
export type TftpServerOptions = TftpServerBehaviour &
  (
    | (StoreHandlerOptions & { readonly handler?: undefined })
    | { readonly handler: TftpHandler; readonly store?: undefined }
  );

export interface TftpServer {
  /**
   * Resolves when requests are answered. Rejects with the system's error (`EACCES` for ports below 1024,
   * `EADDRINUSE`).
   */
  listen(): Promise<TftpListening>;
  /**
   * What requests are treated by from now on; those under way go on as they began. `host`, `port`, `sockets`,
   * `multicast` and `onEvent` stay what they are.
   */
  reload(options: TftpServerOptions): void;
  /**
   * Takes no more requests and waits for the transfers under way, `timeout` milliseconds at most (10,000 unless
   * told), after which they are ended with ERROR.
   */
  close(options?: { readonly timeout?: number }): Promise<void>;
  /** Transfers under way. */
  readonly sessions: number;
  /** What was done so far. */
  readonly totals: TftpTotals;
}

export interface TftpListening {
  /** As given: `0.0.0.0` and `::` stay what they are. */
  readonly address: string;
  readonly port: number;
  /** Each address that is listened at. */
  readonly addresses: readonly string[];
}

/** Ports that no client sends from; a forged one would make two servers talk to each other. */
const refusedPorts: ReadonlySet<number> = new Set([0, 7, 19, 53, 69, 123, 1900]);

/** A request that comes again within this time of a sign of life is a late duplicate, after it a client that began anew. */
const duplicateFor = 1000;
/** The same where two cannot be: they write one file, or have one port and could not be told from each other. */
const duplicateOfOne = 10_000;

/**
 * A TFTP server.
 *
 * @example
 * const server = createTftpServer({ store, port: 6969 });
 * const { address, port } = await server.listen();
 */
export function createTftpServer(options: TftpServerOptions): TftpServer {
  const { host = "127.0.0.1", port = 69, onEvent } = options;
  let rules = rulesOf(options);
  const deadlines = createDeadlines();
  const counter = createTotals();
  const groups = options.multicast === undefined ? undefined : createMulticastGroups(options.multicast);
  const sessions = createSessionTable();
  /** Ends of transfers that share the listening socket. */
  const routes = new Map<string, (datagram: Uint8Array, from: Tid) => void>();
  let listeners: Listeners | undefined;
  let lastId = 0;
  let isClosing = false;

  function emit(event: TftpEvent): void {
    counter.count(event);
    onEvent?.(event);
  }

  function receive(via: UdpPort, datagram: Uint8Array, from: Tid): void {
    const remote = { address: from.address, port: from.port };
    const reason = answer(via, datagram, remote);
    if (reason !== undefined) emit({ type: "dropped", remote, reason });
  }

  /** Does what a datagram asks for, or tells why it gets no answer. */
  function answer(via: UdpPort, datagram: Uint8Array, remote: Tid): TftpDropReason | undefined {
    if (refusedPorts.has(remote.port)) return "source-port";
    const key = `${via.local.address}|${remote.address}|${remote.port}`;
    const isRequest = datagram[0] === 0 && (datagram[1] === 1 || datagram[1] === 2);
    if (!isRequest) {
      const route = routes.get(key);
      route?.(datagram, remote);
      return route === undefined ? "not-a-request" : undefined;
    }
    const result = decodePacket(datagram, rules.quirks === undefined ? {} : { quirks: rules.quirks });
    if (!result.ok) return refuse(via, datagram, remote, result.error.answer ?? 4, result.error.message);
    const { packet } = result;
    if (packet.type !== "rrq" && packet.type !== "wrq") return "not-a-request";
    const known = sessions.known(key);
    if (known === undefined) return admit(via, datagram, packet, remote, key);
    const { session, before } = known;
    const isSame = Buffer.compare(known.datagram, datagram) === 0;
    const canBeTwo = packet.type === "rrq" && rules.transferPorts !== "single";
    if (isSame && now() - session.heardAt < (canBeTwo ? duplicateFor : duplicateOfOne)) {
      session.repeat();
      return undefined;
    }
    // The same after a silence: the client began anew, or a busy machine has let the request lie. Who has a part in
    // the transfer answers the new end with ERROR 5, and the old one goes on.
    if (isSame && canBeTwo && !session.isSettled && before?.session.isSettled !== false)
      return admit(via, datagram, packet, remote, key, known);
    if (isSame && before?.session.isSettled === false) return undefined;
    session.abandon("the client began anew");
    before?.session.abandon("the client began anew");
    return admit(via, datagram, packet, remote, key);
  }

  function admit(
    via: UdpPort,
    datagram: Uint8Array,
    packet: RequestPacket,
    remote: Tid,
    key: string,
    before?: Known,
  ): TftpDropReason | undefined {
    if (isClosing) return "closing";
    const { limits, budget, handler, mail = false, transferPorts: ports = "any" } = rules;
    const mode = parseMode(packet.mode);
    if (mode === undefined || (mode === "mail" && !(mail && packet.type === "wrq")))
      return refuse(via, datagram, remote, tftpErrors.illegalOperation.code, "Unknown transfer mode", packet);
    const operation = packet.type === "rrq" ? "read" : "write";
    const { address } = remote;
    const named = rewriteName(rules.rewrite ?? noRules, { filename: packet.filename, operation, address });
    if (named.type === "refused")
      return refuse(via, datagram, remote, tftpErrors.accessViolation.code, named.message, packet);
    const { filename } = named;
    if (sessions.activeWith(address) >= (limits.sessionsPerAddress ?? 1024)) return "sessions-per-address";
    if (sessions.active >= (limits.sessions ?? 2048) && !sessions.makeRoom(duplicateFor)) return "sessions";
    let charged = answerOctets(packet, datagram) * 2 - datagram.length;
    if (!budget.take(remote.address, charged, now())) return "budget";

    const id = ++lastId;
    const local = via.local;
    emit({
      type: "request",
      id,
      operation,
      filename: packet.filename,
      ...(filename === packet.filename ? {} : { rewritten: filename }),
      mode,
      options: packet.options,
      remote,
      local,
    });
    sessions.begin(address);
    const policy = negotiationPolicy(limits, remote.address);
    // Windows of blocks come to a server that is written to.
    const buffers = operation === "write" ? { receiveBuffer: 1 << 20 } : {};
    const context: SessionOptions = {
      id,
      packet,
      filename,
      mode,
      remote,
      local,
      handler,
      policy: rules.ignoreOptions === undefined ? policy : { ...policy, ignore: rules.ignoreOptions },
      timing: rules.timing ?? {},
      rollover: rules.rollover ?? 0,
      deadlines,
      openPort: (onDatagram) => openTransferPort(ports, via, routes, key, onDatagram, buffers),
      emit,
      onConfirmed() {
        budget.giveBack(remote.address, charged);
        charged = 0;
        if (session.isConfirmed && !session.isSettled) before?.session.abandon("the client began anew");
      },
      onSettled: () => sessions.settled(address),
      onClosed: () => sessions.closed(key, id),
    };
    const isShared = mode === "octet" && isIPv4(local.address) && asksForMulticast(packet);
    const session: Session =
      groups !== undefined && isShared ? openMemberSession(context, groups) : openSession(context);
    sessions.keep(key, { session, datagram, before });
    return undefined;
  }

  /** Answers with ERROR from the listening socket, as long as the answer is no larger than what it answers. */
  function refuse(
    via: UdpPort,
    datagram: Uint8Array,
    remote: Tid,
    code: number,
    message: string,
    packet?: RequestPacket,
  ): TftpDropReason | undefined {
    // Who sends what cannot be read learns no more than that: a forger's four octets are to bring few more.
    const told = packet === undefined ? "Malformed request" : message;
    const answer = encodePacket({ type: "error", code, message: told });
    const more = Math.max(0, answer.length - datagram.length);
    if (!rules.budget.take(remote.address, more, now())) return "budget";
    via.send(answer, remote);
    emit({
      type: "refused",
      remote,
      code,
      message,
      ...(packet && { operation: packet.type === "rrq" ? "read" : "write", filename: packet.filename }),
    });
    return undefined;
  }

  return {
    get sessions() {
      return sessions.active;
    },
    get totals() {
      return counter.totals;
    },
    async listen() {
      isClosing = false;
      // Windows go out in one call where they can be had: looked for now, so that no request waits for it.
      await loadSystemCalls();
      listeners = await openListeners({ host, port, sockets: options.sockets }, () => ({
        onDatagram: (via) => (datagram, from) => receive(via, datagram, from),
        onError: (error) => emit({ type: "socket-error", error }),
        receiveBuffer: 1 << 20,
      }));
      const { ports } = listeners;
      for (const { local } of ports) emit({ type: "listening", local });
      return {
        address: host,
        port: ports[0]?.local.port ?? port,
        addresses: ports.map(({ local }) => local.address),
      };
    },
    reload(changed) {
      rules = rulesOf(changed);
    },
    async close({ timeout = 10_000 } = {}) {
      isClosing = true;
      await sessions.idle(timeout);
      sessions.fail(tftpErrors.notDefined.code, "The server is shutting down");
      listeners?.close();
      listeners = undefined;
    },
  };
}

/** What a request is treated by. */
function rulesOf(options: TftpServerOptions) {
  const { limits = {} } = options;
  const handler = options.handler ?? createStoreHandler(options);
  return { ...options, handler, limits, budget: createBudget(limits.unconfirmed ?? {}) };
}

function asksForMulticast({ type, options }: RequestPacket): boolean {
  return type === "rrq" && parseOptions(options, "request").values.multicast !== undefined;
}

const noRules: RewriteRules = { rules: [] };

/** The largest answer that a request can get before its sender is confirmed: a block, or an OACK. */
function answerOctets(packet: RequestPacket, datagram: Uint8Array): number {
  return packet.type === "rrq" ? 516 : datagram.length + 32;
}
