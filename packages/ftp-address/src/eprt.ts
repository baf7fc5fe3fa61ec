import { AddressEncodeError, type AddressResult, refuse } from "./error.ts";
import { checkPort, encodeHost, type HostPort, isPort, parseHost, toHost } from "./host.ts";

/** What an EPSV command asks for (RFC 2428 §3). */
export type EpsvArgument =
  /** No argument: the protocol of the control connection. */
  | { readonly type: "default" }
  | { readonly type: "family"; readonly family: 4 | 6 }
  /** No command that sets up a data connection follows but EPSV. */
  | { readonly type: "all" };

/** Where an EPSV reply says to connect to. */
export interface EpsvTarget {
  /** 1 to 65535. */
  readonly port: number;
  /** Undefined, as the RFC has it: that of the control connection. */
  readonly family: 4 | 6 | undefined;
  readonly host: string | undefined;
}

/**
 * The argument of EPRT, `<d><net-prt><d><net-addr><d><tcp-port><d>` (RFC 2428 §2), with any delimiter from 33 to
 * 126. An unknown protocol is code `family`, reply 522.
 *
 * @example parseEprt("|2|::1|5282|") // { ok: true, family: 6, host: "::1", port: 5282 }
 */
export function parseEprt(argument: string): AddressResult<HostPort> {
  const [before, protocol = "", address = "", digits = "", after, ...more] = argument.split(
    argument.charAt(0),
  );
  if (!/^[!-~]/.test(argument) || before !== "" || after !== "" || more.length > 0 || !/^\d+$/.test(protocol))
    return refuse("syntax", "not |protocol|address|port|", 501);
  const family = families[Number(protocol)];
  if (family === undefined) return refuse("family", `network protocol ${protocol} is neither 1 nor 2`, 522);
  return toHostPort(family, address, digits, 501);
}

/**
 * `|1|h|p|` or `|2|h|p|` for EPRT, the protocol told by the address.
 *
 * @throws {AddressEncodeError} `host`, `port`, `delimiter`
 */
export function formatEprt(
  address: { readonly host: string; readonly port: number },
  delimiter = "|",
): string {
  const { family, host } = toHost(encodeHost(address));
  // "recommended unless it coincides with a character needed to encode the network address" (RFC 2428 §2)
  if (!/^[!-~]$/.test(delimiter) || /[\da-f.:]/i.test(delimiter))
    throw new AddressEncodeError(
      "delimiter",
      `${JSON.stringify(delimiter)} cannot stand between the fields, use |`,
    );
  return ["", family === 4 ? 1 : 2, host, address.port, ""].join(delimiter);
}

/** The argument of EPSV: nothing, `1`, `2`, or `ALL` in any case. */
export function parseEpsv(argument: string): AddressResult<EpsvArgument> {
  if (argument === "") return { ok: true, type: "default" };
  if (/^all$/i.test(argument)) return { ok: true, type: "all" };
  if (!/^\d+$/.test(argument)) return refuse("syntax", "neither a network protocol nor ALL", 501);
  const family = families[Number(argument)];
  if (family === undefined) return refuse("family", `network protocol ${argument} is neither 1 nor 2`, 522);
  return { ok: true, type: "family", family };
}

/** The argument of EPSV, `""` for none. */
export function formatEpsv(argument: EpsvArgument): string {
  if (argument.type === "family") return argument.family === 4 ? "1" : "2";
  return argument.type === "all" ? "ALL" : "";
}

/**
 * The line of a 229 reply, `(<d><d><d><tcp-port><d>)` with any delimiter (`|` mostly, `!` from IBM i). Where the
 * first two fields are filled in, they are given back; a careful client takes only the port.
 */
export function parseEpsvReply(line: string): AddressResult<EpsvTarget> {
  if (!/^229(?!\d)/.test(line)) return refuse("syntax", "the reply code is not 229");
  const [found, , protocol, address = "", digits = ""] =
    /\(([!-~])(?:(\d+)\1([\dA-Fa-f:.]+)|\1)\1(\d+)\1\)/.exec(line) ?? [];
  if (found === undefined) return refuse("syntax", "no (|||port|)");
  if (protocol !== undefined) return toHostPort(families[Number(protocol)], address, digits);
  const port = Number(digits);
  return isPort(port)
    ? { ok: true, family: undefined, host: undefined, port }
    : refuse("port", `port ${digits}`);
}

/**
 * The text of a 229 reply, without the code.
 *
 * @throws {AddressEncodeError} `port`
 */
export function formatEpsvReply({ port }: { readonly port: number }): string {
  checkPort(port);
  return `Entering Extended Passive Mode (|||${port}|)`;
}

/** Address family numbers of RFC 2428 §2. */
const families: readonly (4 | 6 | undefined)[] = [undefined, 4, 6];

function toHostPort(
  family: 4 | 6 | undefined,
  address: string,
  digits: string,
  reply?: 501,
): AddressResult<HostPort> {
  const host = parseHost(address);
  if (host === undefined || host.family !== family)
    return refuse("host", "no address of its protocol", reply);
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
  return isPort(port) ? { ok: true, ...host, port } : refuse("port", "no port from 1 to 65535", reply);
}
