import type { Socket as UdpSocket } from "node:dgram";
import type { Socket } from "node:net";
import type { Library } from "./library.ts";

/**
 * The descriptor of a socket that the system itself carries; nothing for TLS, for one that is closed, or where this Node.js
 * does not tell (it is no part of its documented interface).
 */
export function descriptorOf(socket: Socket | UdpSocket): number | undefined {
  const handle = "encrypted" in socket ? undefined : handleOf(socket);
  const descriptor = handle?.fd;
  return typeof descriptor === "number" && descriptor >= 0 ? descriptor : undefined;
}

/** Another descriptor of what the socket carries; its owner has to close it. */
export function duplicate(library: Library, socket: Socket): number | undefined {
  const descriptor = descriptorOf(socket);
  const made = descriptor === undefined ? -1 : library.duplicate(descriptor);
  return made < 0 ? undefined : made;
}

/** `dgram` has its handle behind a symbol; its `_handle` is there too, but warns. */
function handleOf(socket: Socket | UdpSocket): Handle | undefined {
  if ("_handle" in socket && "writable" in socket) return (socket as Holder)._handle ?? undefined;
  stateOf ??= Object.getOwnPropertySymbols(socket).find(({ description }) => description === "state symbol");
  const state = stateOf === undefined ? undefined : (socket as unknown as Record<symbol, State>)[stateOf];
  return state?.handle ?? undefined;
}

/** The key of that symbol, the same for all. */
let stateOf: symbol | undefined;

interface Handle {
  readonly fd?: unknown;
}
interface Holder {
  readonly _handle?: Handle | null;
}
interface State {
  readonly handle?: Handle | null;
}
