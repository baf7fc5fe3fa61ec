import { connect } from "node:net";
import type { HostPort } from "@longshore/ftp-address";
import { connectData } from "@longshore/ftp-data";
import { createDataConnection, type DataConnection, type DataOptions } from "./data.ts";

interface PassiveOptions extends Omit<DataOptions, "cancel"> {
  readonly address: HostPort;
  readonly direction: "receive" | "send";
  /** Whether TLS will go over it. */
  readonly isSecured: boolean;
  readonly localAddress?: string;
}

/** Connects to where the server listens (PASV, EPSV): RFC 959 §4.1.2, RFC 2428 §3. */
export function connectPassive(options: PassiveOptions): DataConnection {
  const { address, direction, isSecured, localAddress } = options;
  const target = {
    host: address.host,
    port: address.port,
    ...(localAddress === undefined ? {} : { localAddress }),
  };
  // What is received in clear goes straight into pooled buffers; TLS reads for itself.
  const socket = direction === "receive" && !isSecured ? connectData(target) : connect(target);
  const onError = (error: Error): void => data.failed(error);
  const data = createDataConnection({ ...options, cancel: () => socket.destroy() });
  socket.once("error", onError);
  socket.once("connect", () => {
    socket.off("error", onError);
    data.opened(socket);
  });
  return data;
}
