import type { ConnectionOptions } from "node:tls";
import { createSecret, type Secret } from "@longshore/ftp-command";
import { FtpError } from "@longshore/ftp-session/client";
import type { Dial } from "./dial.ts";
import { dialHttp } from "./proxy-http.ts";
import { dialSocks } from "./proxy-socks.ts";

/** A proxy for the control connection and the data connections, which then are passive ones. */
export interface ProxyOptions {
  /**
   * `socks5` (RFC 1928) finds the server's address here and `socks5h` leaves that to the proxy; `http` is HTTP CONNECT
   * (RFC 9110 §9.3.6), `https` the same with TLS to the proxy.
   */
  readonly type: ProxyType;
  /** Name or address, IPv6 without brackets. */
  readonly host: string;
  /** 1080 unless told, 80 for `http` and 443 for `https`. */
  readonly port?: number;
  readonly user?: string;
  readonly password?: string | Secret;
  /** For `https`. */
  readonly tls?: Pick<ConnectionOptions, "ca" | "cert" | "key" | "servername" | "rejectUnauthorized">;
}

export type ProxyType = "socks5" | "socks5h" | "http" | "https";

/** The proxy as those see it who dial through it. */
export interface ProxyServer extends Omit<ProxyOptions, "port" | "password"> {
  readonly port: number;
  readonly password: Secret;
}

const proxyTypes: Readonly<
  Record<ProxyType, { readonly port: number; readonly dial: (proxy: ProxyServer) => Dial }>
> = {
  socks5: { port: 1080, dial: dialSocks },
  socks5h: { port: 1080, dial: dialSocks },
  http: { port: 80, dial: dialHttp },
  https: { port: 443, dial: dialHttp },
};

/**
 * Dials through a proxy. Make one for each session: where names are looked up here, control and data connections of
 * one session go to the same address.
 *
 * @param proxy as `socks5://user:password@host:1080`, or in parts
 * @throws {FtpError} `bad-argument`
 */
export function createProxyDial(proxy: string | ProxyOptions): Dial {
  const {
    type,
    host,
    port,
    password = "",
    ...rest
  } = typeof proxy === "string" ? parseProxyUrl(proxy) : proxy;
  const { port: usual, dial } = proxyTypes[type];
  return dial({
    ...rest,
    type,
    host,
    port: port ?? usual,
    password: typeof password === "string" ? createSecret(password) : password,
  });
}

/** No message shows the URL: there may be a password in it. */
function parseProxyUrl(text: string): ProxyOptions {
  if (!URL.canParse(text)) throw bad("is no URL; write it as socks5://user:password@host:1080");
  const url = new URL(text);
  const type = url.protocol.slice(0, -1);
  if (!isProxyType(type))
    throw bad(`begins with "${type}:"; socks5:, socks5h:, http: and https: can be used`);
  if (url.hostname === "") throw bad("has no host");
  if (url.pathname.length > 1 || url.search !== "" || url.hash !== "")
    throw bad("has something behind the host and port");
  return {
    type,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    ...(url.port === "" ? {} : { port: Number(url.port) }),
    ...(url.username === "" ? {} : { user: decode(url.username) }),
    ...(url.password === "" ? {} : { password: decode(url.password) }),
  };
}

function isProxyType(type: string): type is ProxyType {
  return Object.hasOwn(proxyTypes, type);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw bad("has a % in its user or password that encodes nothing; write %25 for the sign itself");
  }
}

function bad(why: string): FtpError {
  return new FtpError("bad-argument", `the proxy's URL ${why}`);
}
