import { formatPort, parsePasvReply } from "@longshore/ftp-address";
import { FtpError } from "@longshore/ftp-session/client";
import { type FtpClient, insideOf } from "./client.ts";
import type { Features } from "./features.ts";
import type { Lease } from "./lease.ts";
import type { CallOptions } from "./options.ts";
import { partOf, placeUpload } from "./placement.ts";
import type { Session } from "./session.ts";
import { localError, type Placement, sizeOf } from "./transfer.ts";

/** What is known of a file that went from one server to another. */
export interface BetweenReport {
  /** The file's size on the target, where the server tells it. */
  readonly size: number | undefined;
  /** `"size"`: both servers tell the same size. */
  readonly verified: "size" | "none";
  /** How it took its name on the target. */
  readonly placement: Placement;
}

export interface BetweenOptions extends CallOptions {
  /** `"size"` unless told: both servers are asked for it. */
  readonly verify?: "size" | "none";
  /**
   * Whether it has another name on the target until it is whole (`NAME.longshore-part` unless told), where what stands is
   * replaced at once then; `true` unless told. Where a server refuses that, it is an error.
   */
  readonly temporary?: boolean | string;
}

/** A file on one of the two servers. */
interface Place {
  readonly client: FtpClient;
  readonly path: string;
}

/**
 * Moves a file from one server to another without its bytes coming here (FXP, RFC 959 §2.3): the target listens (PASV)
 * and the source connects (PORT). With TLS one of the two has to be the TLS client, by CPSV or SSCN. Both servers have to
 * allow it, which few do unless they are told (RFC 2577 §3).
 *
 * @throws {FtpError} of the server that failed; `unsupported` where TLS cannot be had between the two, and where one
 *   session is encrypted and the other is not
 * @example await transferBetween({ client: here, path: "/a.iso" }, { client: there, path: "/b.iso" });
 */
export async function transferBetween(
  source: Place,
  target: Place,
  call: BetweenOptions = {},
): Promise<BetweenReport> {
  const [{ session: from }, { session: to, facts }] = [insideOf(source.client), insideOf(target.client)];
  if (from === to) throw new FtpError("bad-argument", "source and target are one session; it takes two");
  const method = tlsMethod(from, to, await source.client.features(call), await target.client.features(call));
  const stop = new AbortController();
  const signal = call.signal === undefined ? stop.signal : AbortSignal.any([call.signal, stop.signal]);
  const own = { ...call, signal };
  const { temporary = true, verify = "size" } = call;
  const work = async (reading: Lease, writing: Lease): Promise<BetweenReport> => {
    const shared = { reading, writing, method, stop, verify };
    const direct = { ...shared, paths: [source.path, target.path] } as const;
    if (temporary === false) return { ...(await move(direct)), placement: "in-place" };
    const part = typeof temporary === "string" ? temporary : partOf(target.path);
    let moved: Moved = { size: undefined, verified: "none" };
    const { placement = "whole" } = await placeUpload({
      place: { session: to, lease: writing, facts },
      ...{ remote: target.path, part, isRequired: true, keepsPart: false, canRepeat: true },
      isProvenLater: false,
      async send(name, onBegin) {
        moved = await move({ ...shared, paths: [source.path, name], onBegin });
        return { bytes: 0, offset: 0, verified: moved.verified, dataMode: undefined, reply: undefined };
      },
    });
    return { ...moved, placement };
  };
  // Always in the same order, so that two of these in opposite directions do not wait for each other.
  try {
    if (orderOf(from) < orderOf(to))
      return await from.use(own, (reading) => to.use(own, (writing) => work(reading, writing)));
    return await to.use(own, (writing) => from.use(own, (reading) => work(reading, writing)));
  } catch (error) {
    // Else the TLS of that server's own transfers would have two clients.
    const switched =
      method === "SSCN of the source" ? from : method === "SSCN of the target" ? to : undefined;
    await switched?.use({}, (lease) => lease.command({ verb: "SSCN", state: "OFF" })).catch(() => {});
    throw localError(error);
  }
}

type TlsMethod = "none" | "CPSV" | "SSCN of the source" | "SSCN of the target";

interface Move {
  readonly reading: Lease;
  readonly writing: Lease;
  readonly method: TlsMethod;
  /** Gives up what both servers are doing. */
  readonly stop: AbortController;
  readonly paths: readonly [source: string, target: string];
  readonly verify: "size" | "none";
  /** The target has begun. */
  readonly onBegin?: () => void;
}

type Moved = Omit<BetweenReport, "placement">;

async function move(between: Move): Promise<Moved> {
  const { reading, writing, method, stop, paths, verify, onBegin = () => {} } = between;
  const [source, target] = paths;
  const switching =
    method === "SSCN of the source" ? reading : method === "SSCN of the target" ? writing : undefined;
  for (const lease of [reading, writing]) await lease.command({ verb: "TYPE", type: "I" });
  await switching?.command({ verb: "SSCN", state: "ON" });
  const passive = await writing.command({ verb: method === "CPSV" ? "CPSV" : "PASV" });
  const address = parsePasvReply(`${passive.code} ${passive.lines.join(" ")}`);
  if (!address.ok) {
    const message = `the target's answer tells no address (${address.error.message})`;
    throw new FtpError("malformed-reply", message, { reply: passive });
  }
  await reading.command({ verb: "PORT", address: formatPort(address) });

  // The target comes first: some lose what the source sends before STOR. Others say 150 only once the source is there.
  let failed: unknown;
  const guard = (error: unknown): never => {
    failed ??= error;
    stop.abort(failed);
    throw error;
  };
  const marked = deferred();
  const written = writing
    .elsewhere({ verb: "STOR", path: target }, () => {
      onBegin();
      marked.resolve();
    })
    .catch(guard);
  written.then(marked.resolve, marked.resolve);
  const timer = setTimeout(marked.resolve, patience);
  await marked.promise;
  clearTimeout(timer);
  if (failed !== undefined) throw failed;
  const read = reading
    .elsewhere({ verb: "RETR", path: source }, () => {})
    .catch((error: unknown) => {
      // The target may have an empty file already.
      onBegin();
      return guard(error);
    });
  await Promise.allSettled([read, written]);
  if (failed !== undefined) throw failed;
  await switching?.command({ verb: "SSCN", state: "OFF" });
  if (verify === "none") return { size: undefined, verified: "none" };
  const [told, size] = [await sizeOf(reading, source), await sizeOf(writing, target)];
  if (told === undefined || size === undefined) return { size, verified: "none" };
  if (told === size) return { size, verified: "size" };
  const code = size < told ? "short-transfer" : "size-mismatch";
  throw new FtpError(code, `the source has ${told} bytes and the target ${size}`, { phase: "conclude" });
}

/** Milliseconds that the target has for its 150 before the source is told. */
const patience = 100;

function tlsMethod(from: Session, to: Session, fromHas: Features, toHas: Features): TlsMethod {
  if (from.isSecured !== to.isSecured)
    throw new FtpError(
      "unsupported",
      "one session is encrypted and the other is not: the data could be neither",
    );
  if (!from.isSecured) return "none";
  if (toHas.has("CPSV")) return "CPSV";
  if (fromHas.has("SSCN")) return "SSCN of the source";
  if (toHas.has("SSCN")) return "SSCN of the target";
  throw new FtpError(
    "unsupported",
    "neither server can be the TLS client of the other: they have no CPSV and no SSCN",
  );
}

const orders = new WeakMap<Session, number>();
let sessions = 0;

function orderOf(session: Session): number {
  const order = orders.get(session) ?? ++sessions;
  orders.set(session, order);
  return order;
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
