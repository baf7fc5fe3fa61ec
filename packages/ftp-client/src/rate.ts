import { createPace, joinPaces, type Pace } from "@longshore/ftp-data";
import { FtpError } from "@longshore/ftp-session/client";

/** Bytes a second, more than 0; or a `Pace` of `@longshore/ftp-data`, which all that are given it share. */
export type RateLimit = number | Pace;

/** @throws {FtpError} `bad-argument` */
export function toPace(limit: RateLimit | undefined): Pace | undefined {
  if (limit === undefined || typeof limit === "object") return limit;
  if (Number.isFinite(limit) && limit > 0) return createPace(limit);
  throw new FtpError("bad-argument", `rateLimit is ${limit}, which is no number of bytes a second`);
}

/** All limits that hold for one transfer. */
export function paceOf(...limits: readonly (RateLimit | undefined)[]): Pace | undefined {
  return joinPaces(limits.map(toPace));
}

/**
 * Tells a transfer's rate in bytes a second: over the last five to ten seconds, over all of its time before that.
 *
 * @param clock milliseconds from any beginning; `performance.now` unless told
 */
export function createRateMeter(clock = (): number => performance.now()): (bytes: number) => number {
  let from = { at: clock(), bytes: 0 };
  let next = from;
  return (bytes) => {
    const now = clock();
    if (now - next.at >= span) {
      from = next;
      next = { at: now, bytes };
    }
    const milliseconds = now - from.at;
    return milliseconds > 0 ? ((bytes - from.bytes) * 1000) / milliseconds : 0;
  };
}

const span = 5000;
