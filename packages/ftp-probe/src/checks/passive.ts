import { connect } from "node:net";
import { codeOf, isGood, isNotOffered, shown } from "../answer.ts";
import type { Check } from "../check.ts";
import { dataOver, dial, fetchOver, passivePort, passiveTarget } from "../data.ts";
import { fail, info, type Outcome, pass, unknown, warn } from "../finding.ts";
import type { Visit } from "../visit.ts";
import type { Wire } from "../wire.ts";

export const passiveChecks: readonly Check[] = [
  {
    id: "passive.pasv",
    group: "passive",
    title: "PASV opens a data connection; over IPv6 it is refused",
    source: "RFC 959 §4.1.2, RFC 2428 §1",
    run: inSession((visit, wire) => works(visit, wire, "PASV")),
  },
  {
    id: "passive.epsv",
    group: "passive",
    title: "EPSV opens a data connection and tells a port alone",
    source: "RFC 2428 §3",
    run: inSession((visit, wire) => works(visit, wire, "EPSV")),
  },
  {
    id: "passive.protocols",
    group: "passive",
    title: "EPSV takes its protocol, and answers 522 to one that is not there",
    source: "RFC 2428 §3",
    run: inSession(async (_visit, wire) => {
      const own = wire.remote.family === 6 ? 2 : 1;
      const known = await wire.ask(`EPSV ${own}`);
      if (isNotOffered(known)) return info("there is no EPSV");
      const unknownOne = await wire.ask("EPSV 3");
      if (codeOf(known) !== 229) return fail(`EPSV ${own} was answered ${shown(known)}`);
      if (isGood(unknownOne)) return fail(`EPSV 3 was answered ${shown(unknownOne)}`);
      return codeOf(unknownOne) === 522 ? pass("229, 522") : warn(`EPSV 3 was answered ${shown(unknownOne)}`);
    }),
  },
  {
    id: "passive.epsv-all",
    group: "passive",
    title: "After EPSV ALL other ways to a data connection are refused",
    source: "RFC 2428 §3",
    run: inSession(async (_visit, wire) => {
      const all = await wire.ask("EPSV ALL");
      if (!isGood(all)) return info(`EPSV ALL was answered ${shown(all)}`);
      const pasv = await wire.ask("PASV");
      const eprt = await wire.ask(`EPRT |${wire.local.family === 6 ? 2 : 1}|${wire.local.host}|40000|`);
      const epsv = await wire.ask("EPSV");
      if (isGood(pasv)) return fail(`PASV was answered ${shown(pasv)}`);
      if (isGood(eprt)) return fail(`EPRT was answered ${shown(eprt)}`);
      return codeOf(epsv) === 229 ? pass("refused") : fail(`EPSV itself was answered ${shown(epsv)}`);
    }),
  },
  {
    id: "passive.address",
    group: "passive",
    title: "PASV tells the server's own address",
    source: "RFC 959 §4.1.2",
    run: inSession(async (_visit, wire) => {
      if (wire.remote.family === 6) return info("PASV is for IPv4");
      const answer = await wire.ask("PASV");
      const host = passiveTarget(answer)?.host;
      if (host === undefined) return info(`PASV was answered ${shown(answer)}`);
      if (host === wire.remote.host) return pass(host);
      if (host.startsWith("0.")) return fail(`it tells ${host}, which nobody can connect to`);
      return warn(`it tells ${host}, but answers at ${wire.remote.host}`);
    }),
  },
  {
    id: "passive.ports",
    group: "passive",
    title: "The next passive port cannot be told from those before",
    source: "RFC 2577 §8",
    run: inSession(ports),
  },
  {
    id: "passive.listeners",
    group: "passive",
    title: "A port is closed when another one was asked for",
    source: "RFC 959 §3.3",
    run: inSession(listeners),
  },
  {
    id: "passive.strangers",
    group: "passive",
    title: "Another host that connects to the passive port gets no data",
    source: "RFC 2577 §4, §8",
    run: inSession(strangers),
  },
];

/** A session of the check's own: a port that nobody came to is closed with it. */
function inSession(look: (visit: Visit, wire: Wire) => Promise<Outcome>): Check["run"] {
  return async (visit) => {
    const wire = await visit.login();
    try {
      return await look(visit, wire);
    } finally {
      wire.close();
    }
  };
}

async function works(visit: Visit, wire: Wire, verb: "PASV" | "EPSV"): Promise<Outcome> {
  const answer = await wire.ask(verb);
  if (verb === "PASV" && wire.remote.family === 6)
    return isGood(answer)
      ? warn(`over IPv6 it was answered ${shown(answer)}`)
      : pass(`refused: ${shown(answer)}`);
  if (isNotOffered(answer))
    return verb === "PASV" ? warn(shown(answer)) : info(`there is no EPSV: ${shown(answer)}`);
  const target = passiveTarget(answer);
  if (target === undefined) return fail(`${verb} was answered ${shown(answer)}`);
  const data = dataOver(visit, wire, await dial(visit, wire, target.port));
  const { answer: listed } = await fetchOver(visit, wire, data, "LIST");
  if (!isGood(listed)) return fail(`LIST over it was answered ${shown(listed)}`);
  return verb === "EPSV" && target.host !== undefined
    ? warn(`it tells an address besides: ${shown(answer)}`)
    : pass(shown(answer));
}

/** Eight ports are enough to see a counter, and too few to use up a small range. */
async function ports(_visit: Visit, wire: Wire): Promise<Outcome> {
  const found: number[] = [];
  for (let count = 0; count < 8; count++) found.push(await passivePort(wire));
  const list = found.join(", ");
  const low = found.find((port) => port < 1024);
  if (low !== undefined) return fail(`${low} is a port of well known services`);
  const steps = found.slice(1).map((port, at) => port - (found[at] ?? 0));
  if (steps.every((step) => step === 0)) return fail(`always ${found[0]}`);
  // A counter that others use as well, or that turns over once.
  const small = steps.filter((step) => step > 0 && step <= 8).length;
  return small >= steps.length - 1 ? fail(`one after the other: ${list}`) : pass(list);
}

async function listeners(visit: Visit, wire: Wire): Promise<Outcome> {
  const before = await passivePort(wire);
  const after = await passivePort(wire);
  if (before === after) return unknown(`the same port again: ${before}`);
  const isOpen = await new Promise<boolean>((resolve) => {
    const socket = connect({ host: wire.remote.host, port: before });
    visit.keep(socket);
    const timer = setTimeout(() => resolve(false), visit.limits.quiet * 4);
    const over = (found: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(found);
    };
    socket.once("connect", () => over(true));
    socket.once("error", () => over(false));
  });
  return isOpen ? warn(`${before} still takes connections after ${after} was told`) : pass("closed");
}

/**
 * Another address of this machine connects first and this one second, then NLST: whoever gets the names, or the 226, was
 * served. On the way nobody is asked but the server.
 */
async function strangers(visit: Visit, wire: Wire): Promise<Outcome> {
  const other = visit.otherAddress(wire);
  if (other === undefined) return unknown("this machine has no second address to come from");
  const port = await passivePort(wire);
  const thief = await dial(visit, wire, port, other).catch(() => undefined);
  if (thief === undefined) return pass(`a connection from ${other} is not taken`);
  let stolen = 0;
  thief.on("error", () => {});
  thief.on("data", (chunk: Uint8Array) => {
    stolen += chunk.length;
  });
  // Where the server took the stranger it listens no more, and this connection fails or is left waiting.
  const own = await dial(visit, wire, port).catch(() => undefined);
  const data = own === undefined ? undefined : dataOver(visit, wire, own);
  const flow = data?.read();
  setTimeout(() => thief.end(), visit.limits.quiet * 4);
  const answer = await wire.ask("LIST", data === undefined ? {} : { onPreliminary: data.begin });
  const end = isGood(answer) ? await Promise.race([flow, later(visit.limits.quiet * 4)]) : undefined;
  data?.close();
  thief.destroy();
  if (stolen > 0) return fail(`a connection from ${other} was sent ${stolen} bytes`);
  if (isGood(answer)) {
    // A connection that the server never took is reset when it closes its listener.
    return end?.ended === "end"
      ? pass(`dropped, and the client is served (${end.bytes.length} bytes)`)
      : fail(`a connection from ${other} was served: ${shown(answer)}`);
  }
  return warn(`a connection from ${other} got nothing, but kept the client from its data: ${shown(answer)}`);
}

function later(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), milliseconds));
}
