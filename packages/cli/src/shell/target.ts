import { isIPv6 } from "node:net";
import type { FtpUrl } from "@longshore/ftp-client";
import { usageFailure } from "../failure.ts";
import { ftpPlaceOf } from "../place.ts";

/** A URL, or a host with perhaps a user before it and a port behind, as ftp(1) has it. */
export function targetOf(target: string, port?: string): FtpUrl {
  if (/^\w+:\/\//.test(target)) {
    if (port === undefined) return ftpPlaceOf(target, "hold a session");
    throw usageFailure("a URL has its port in it: ftp://HOST:PORT/");
  }
  const host = isIPv6(target) ? `[${target}]` : target;
  return ftpPlaceOf(`ftp://${host}${port === undefined ? "" : `:${port}`}`, "hold a session");
}

/** The same text as it may be kept. */
export function withoutPassword(target: string): string {
  return target.replace(/^((?:\w+:\/\/)?[^/:@]*):[^/]*@/, "$1@");
}
