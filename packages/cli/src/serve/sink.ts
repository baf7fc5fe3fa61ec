import type { FtpServerEvent } from "@longshore/ftp-server";
import type { TftpEvent } from "@longshore/tftp-endpoint";

/** Where the events of all servers of this process go: a log, an xferlog, metrics. */
export interface EventSink {
  ftp(event: FtpServerEvent): void;
  tftp(event: TftpEvent): void;
}

/** One stream into several sinks. */
export function fanOut(sinks: readonly EventSink[]): EventSink {
  return {
    ftp(event) {
      for (const sink of sinks) sink.ftp(event);
    },
    tftp(event) {
      for (const sink of sinks) sink.tftp(event);
    },
  };
}
