import { type AddressResult, refuse } from "./error.ts";
import {
  encodeHost,
  type Host,
  type HostPort,
  type HostPortInput,
  parseHost,
  toHost,
  withPort,
} from "./host.ts";

/**
 * What EPSV asks for (RFC 2428 §3): IPv4, IPv6, the protocol of the control connection, or with `"all"` that no
 * other command that sets up a data connection is taken any more.
 */
export type EpsvProtocol = 4 | 6 | "default" | "all";

/** Where to connect to. The RFC has the server leave out all but the port: the address of the control connection. */
export type EpsvTarget = Pick<HostPort, "port"> & Partial<Host>;

/**
 * The argument of EPRT, `<d><net-prt><d><net-addr><d><tcp-port><d>` (RFC 2428 §2), with any delimiter from 33 to
 * 126. An unknown protocol is code `family`, reply 522.
 *
 * @example parseEprt("|2|::1|5282|") // { ok: true, family: 6, host: "::1", port: 5282 }
 */
export function parseEprt(argument: string): AddressResult<HostPort> {
  return parseFields(`(${argument})`, 522);
}

/**
 * `|1|h|p|` or `|2|h|p|` for EPRT, the protocol told by the address.
 *
 * @throws {AddressEncodeError} `host`, `port`
 */
export function formatEprt(address: HostPortInput): string {
  const { family, host } = toHost(encodeHost(address));
  return `|${formatEpsv(family)}|${host}|${address.port}|`;
}

/** The argument of EPSV: none, `1`, `2`, or `ALL` in any case. */
export function parseEpsv(argument: string): AddressResult<{ readonly protocol: EpsvProtocol }> {
  const protocol = protocols[argument.toUpperCase()];
  return protocol
    ? { ok: true, protocol }
    : refuse(/^\d+$/.test(argument) ? "family" : "syntax", argument, 522);
}

/** The argument of EPSV, `""` for `"default"`. */
export function formatEpsv(protocol: EpsvProtocol): string {
  return { default: "", 4: "1", 6: "2", all: "ALL" }[protocol];
}

/**
 * The line of a 229 reply, `(<d><d><d><tcp-port><d>)` with any delimiter (`|` mostly, `!` from IBM i). An address in
 * the first two fields, against the RFC, is given back; a careful client takes only the port.
 */
export function parseEpsvReply(line: string): AddressResult<EpsvTarget> {
  return parseFields(line.startsWith("229 ") ? line : "");
}

/** Address family numbers of RFC 2428 §2, and what else EPSV takes. Keys in upper case, as no inherited one is. */
const protocols: Readonly<Record<string, EpsvProtocol>> = { "": "default", 1: 4, 2: 6, ALL: "all" };

/** Reads the fields between the parentheses that a reply has, and that an argument is given. */
function parseFields(text: string, unsupported: 522): AddressResult<HostPort>;
function parseFields(text: string): AddressResult<EpsvTarget>;
function parseFields(text: string, unsupported?: 522): AddressResult<EpsvTarget> {
  // Each field is bounded, so that the search stays linear.
  const [all = "", , number = "", address = "", digits] =
    /\(([!-~])(\d{0,5}?)\1([!-~]{0,45}?)\1(\d{1,5})\1\)/.exec(text) ?? [];
  const protocol = protocols[number];
  const host = address ? parseHost(address) : undefined;
  if (unsupported ? all !== text : !all) return refuse("syntax", text, unsupported);
  if (!protocol) return refuse("family", number, unsupported);
  // An argument must have an address of its protocol; in a reply both should be left out, and each may stand alone.
  if (number || unsupported ? host?.family !== protocol : address && !host)
    return refuse("host", address, unsupported);
  return withPort(host, Number(digits), unsupported);
}
