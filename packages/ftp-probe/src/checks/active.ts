import type { Socket } from "node:net";
import { formatEprt, formatPort, type HostPort } from "@longshore/ftp-address";
import { type Answer, codeOf, isGood, isNotOffered, shown } from "../answer.ts";
import type { Check } from "../check.ts";
import { dataOver, type Listener, listen } from "../data.ts";
import { ProbeError } from "../error.ts";
import { fail, info, type Outcome, pass, unknown, warn } from "../finding.ts";
import type { Visit } from "../visit.ts";
import type { Wire } from "../wire.ts";

export const activeChecks: readonly Check[] = [
  {
    id: "active.port",
    group: "active",
    title: "PORT: the server connects to its client",
    source: "RFC 959 §4.1.2",
    run: (visit) => works(visit, "PORT"),
  },
  {
    id: "active.eprt",
    group: "active",
    title: "EPRT: the server connects to its client",
    source: "RFC 2428 §2",
    run: (visit) => works(visit, "EPRT"),
  },
  {
    id: "active.protocol",
    group: "active",
    title: "EPRT answers 522 to a protocol that is not there",
    source: "RFC 2428 §2",
    async run(visit) {
      const wire = await visit.session();
      const answer = await wire.ask(`EPRT |3|${wire.local.host}|40000|`);
      const known = await wire.ask(`EPRT |${wire.local.family === 6 ? 2 : 1}|${wire.local.host}|40000|`);
      if (isNotOffered(known)) return info(`there is no EPRT: ${shown(known)}`);
      if (isGood(answer)) return fail(`EPRT |3| was answered ${shown(answer)}`);
      return codeOf(answer) === 522 ? pass(shown(answer)) : warn(`EPRT |3| was answered ${shown(answer)}`);
    },
  },
  {
    id: "active.third-host",
    group: "active",
    title: "The server does not connect to a third host (bounce attack)",
    source: "RFC 2577 §2, §3",
    run: (visit) => bounce(visit, false),
  },
  {
    id: "active.low-port",
    group: "active",
    title: "The server does not connect to a port below 1024",
    source: "RFC 2577 §3",
    run: (visit) => bounce(visit, true),
  },
];

const lines = {
  PORT: (address: HostPort): string => `PORT ${formatPort(address)}`,
  EPRT: (address: HostPort): string => `EPRT ${formatEprt(address)}`,
} as const;

async function works(visit: Visit, verb: "PORT" | "EPRT"): Promise<Outcome> {
  const wire = await visit.session();
  if (verb === "PORT" && wire.local.family === 6) return info("PORT is for IPv4");
  const listener = await listen(visit, wire.local.host);
  try {
    const set = await wire.ask(lines[verb](listener.address));
    if (!isGood(set)) return info(`not offered: ${verb} was answered ${shown(set)}`);
    const { answer, socket } = await list(visit, wire, listener);
    if (socket === undefined)
      return codeOf(answer) === 425
        ? unknown(`the server could not reach this machine: ${shown(answer)}`)
        : fail(`no connection came; LIST was answered ${shown(answer)}`);
    const from = `from port ${socket.remotePort}`;
    socket.destroy();
    return isGood(answer) ? pass(`${shown(answer)}, ${from}`) : fail(`LIST was answered ${shown(answer)}`);
  } finally {
    listener.close();
  }
}

/** LIST to the listener: what it was answered, and the connection that came. */
async function list(
  visit: Visit,
  wire: Wire,
  listener: Listener,
): Promise<{ readonly answer: Answer; readonly socket: Socket | undefined }> {
  const reading = listener.accept(visit.limits.patience).then(async (socket) => {
    if (socket === undefined) return undefined;
    // Read to its end, so that the server can say that all went out.
    const data = dataOver(visit, wire, socket);
    data.begin();
    await data.read();
    return socket;
  });
  const answer = await wire.ask("LIST");
  if (!isGood(answer)) return { answer, socket: await listener.accept(0) };
  return { answer, socket: await reading };
}

/**
 * PORT and EPRT with an address that is not the client's, or with a low port. Only where that is taken, LIST follows, and
 * only to a listener on this very machine; without one the question stays open, because nobody else is to be bothered.
 */
async function bounce(visit: Visit, isLow: boolean): Promise<Outcome> {
  const said: string[] = [];
  const wire = await visit.login();
  try {
    for (const verb of ["PORT", "EPRT"] as const) {
      if (verb === "PORT" && wire.local.family === 6) continue;
      const target = await targetOf(visit, wire, isLow);
      try {
        const set = await wire.ask(lines[verb](target.address));
        said.push(`${verb}: ${shown(set)}`);
        if (!isGood(set)) continue;
        const { listener } = target;
        if (listener === undefined)
          return isLow
            ? fail(`${said.join(", ")}: the port is taken`)
            : warn(`${said.join(", ")}: the address is taken; there is no second one here to see more`);
        const { answer, socket } = await list(visit, wire, listener);
        if (socket !== undefined)
          return fail(
            `${said.join(", ")}: the server connected to ${target.address.host}:${target.address.port}`,
          );
        said.push(`LIST: ${shown(answer)}`);
        if (isGood(answer)) return fail(`${said.join(", ")}`);
      } finally {
        target.listener?.close();
      }
    }
    return pass(said.join(", "));
  } finally {
    wire.close();
  }
}

/** 192.0.2.1 and 2001:db8::1 are nobody's (RFC 5737 §3, RFC 3849). */
async function targetOf(
  visit: Visit,
  wire: Wire,
  isLow: boolean,
): Promise<{ readonly address: HostPort; readonly listener?: Listener }> {
  const { family, host } = wire.local;
  if (isLow) {
    for (const port of [1023, 1019, 1013]) {
      try {
        const listener = await listen(visit, host, port);
        return { address: listener.address, listener };
      } catch {
        // It is not this user's to listen there, or in use.
      }
    }
    return { address: { family, host, port: 1023 } };
  }
  const other = visit.otherAddress(wire);
  if (other === undefined)
    return { address: { family, host: family === 4 ? "192.0.2.1" : "2001:db8::1", port: 40_000 } };
  try {
    const listener = await listen(visit, other);
    return { address: listener.address, listener };
  } catch (error) {
    throw new ProbeError("refused", `nothing can listen on ${other} here`, { cause: error });
  }
}
