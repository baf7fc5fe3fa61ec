import {
  formatEprt,
  formatPort,
  type HostPort,
  parseEpsvReply,
  parsePasvReply,
} from "@longshore/ftp-address";
import type { FtpCommand } from "@longshore/ftp-command";
import type { FtpReply } from "@longshore/ftp-reply";
import type { DataMode } from "../data.ts";
import type { Core } from "./core.ts";

type PassiveAddress =
  | { readonly ok: true; readonly address: HostPort }
  | { readonly ok: false; readonly message: string };

/**
 * Where a 227 or 229 says that the server listens, whichever of the two came (some answer EPSV with 227). The host
 * is the control connection's unless `passiveHost` says otherwise: a server must not send its client elsewhere.
 */
export function passiveAddress(core: Core, reply: FtpReply): PassiveAddress {
  const { remote } = core.facts;
  const { passiveHost } = core.settings;
  const line = `${reply.code} ${reply.lines.join(" ")}`;
  const result = reply.code === 227 ? parsePasvReply(line) : parseEpsvReply(line);
  if (!result.ok) return { ok: false, message: `"${line}" tells no address (${result.error.message})` };
  if (remote === undefined) return { ok: false, message: "the server's own address is not known" };
  const { port } = result;
  const host = result.host ?? remote.host;
  const family = result.family ?? remote.family;
  if (passiveHost === "reply") return { ok: true, address: { family, host, port } };
  if (passiveHost === "same" && host !== remote.host) {
    return {
      ok: false,
      message: `the server names ${host}, which is not the host of the control connection`,
    };
  }
  return { ok: true, address: { ...remote, port } };
}

/** The command that tells the server where this side listens. */
export function activeCommand(mode: DataMode, address: HostPort): FtpCommand {
  return mode === "PORT"
    ? { verb: "PORT", address: formatPort(address) }
    : { verb: "EPRT", address: formatEprt(address) };
}

/**
 * The modes to try, in order: those that the network protocol allows (PORT and PASV are IPv4's, RFC 2428 §1), and
 * last those after which another one had to be taken before.
 */
export function orderedModes(core: Core, modes: readonly DataMode[] = core.settings.dataModes): DataMode[] {
  const isIpv6 = core.facts.remote?.family === 6;
  const fitting = modes.filter((mode) => !isIpv6 || mode === "EPSV" || mode === "EPRT");
  const { demotedModes } = core.facts;
  return [
    ...fitting.filter((mode) => !demotedModes.has(mode)),
    ...fitting.filter((mode) => demotedModes.has(mode)),
  ];
}
