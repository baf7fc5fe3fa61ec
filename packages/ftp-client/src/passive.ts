import { connect } from "node:net";
import type { HostPort } from "@longshore/ftp-address";
import { connectData } from "@longshore/ftp-data";
import { createDataConnection, type DataConnection, type DataOptions } from "./data.ts";
import { type Dial, openSocket } from "./dial.ts";

interface PassiveOptions extends Omit<DataOptions, "cancel"> {
  readonly address: HostPort;
  /** Whether somebody else reads from the socket before the bytes are moved: TLS, or a trace. */
  readonly isRead: boolean;
  readonly localAddress?: string;
  readonly dial: Dial | undefined;
}

/** Connects to where the server listens (PASV, EPSV): RFC 959 §4.1.2, RFC 2428 §3. */
export function connectPassive(options: PassiveOptions): DataConnection {
  const { address, direction, isRead, localAddress, dial } = options;
  const target = {
    host: address.host,
    port: address.port,
    ...(localAddress === undefined ? {} : { localAddress }),
  };
  const cancel = openSocket({
    make: (signal) => {
      if (dial !== undefined) return dial({ ...target, signal: signal(), purpose: "data" });
      // What is received in clear goes straight into pooled buffers.
      return direction === "receive" && !isRead ? connectData(target) : connect(target);
    },
    opened: (socket) => data.opened(socket),
    failed: (error) => data.failed(error),
  });
  const data: DataConnection = createDataConnection({ ...options, cancel });
  return data;
}
