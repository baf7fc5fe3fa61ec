import type { FtpConfig } from "../config/ftp.ts";
import type { Config } from "../config/schema.ts";
import { ftpService, type ServiceParts } from "./ftp-service.ts";
import type { Log } from "./log.ts";
import type { MetricValues } from "./metrics.ts";
import { sectionOf } from "./section.ts";
import { tftpService } from "./tftp-service.ts";

/** A server, and the addresses that it is reached by. */
export interface Service {
  /** Answers what it listens at. Rejects with the system's error. */
  listen(): Promise<readonly { readonly scheme: Scheme; readonly port: number }[]>;
  /** Waits for the transfers under way, `drain` milliseconds at most. */
  close(drain: number): Promise<void>;
  /** Puts in force what can change while it runs; rejects where that cannot be, and nothing has changed. */
  reload(config: Config): Promise<void>;
  /** The same in two steps, where it has them: rejects where it cannot be, and what it answers does it and cannot fail. */
  prepare?(config: Config): Promise<() => void>;
  /** Log files of its own processes go on in new files. */
  reopen?(): void;
  /** What its own processes have counted. */
  metrics?(): Promise<readonly MetricValues[]>;
  /** Named in messages. */
  readonly scheme: Scheme;
}

export type Scheme = "ftp" | "ftps" | "tftp";

/** Everything that is served, in the order in which it is told. */
export async function servicesOf(
  config: Config,
  parts: ServiceParts & { readonly size: number; readonly log: Pick<Log, "note"> },
): Promise<readonly Service[]> {
  const ftp = sectionOf(config.ftp);
  const tftp = isTftpServed(config) ? sectionOf(config.tftp) : undefined;
  return [
    ...(ftp === undefined || !isFtpServed(config) ? [] : [await ftpBy(config, ftp, parts)]),
    ...(tftp === undefined ? [] : [await tftpService(config, tftp, parts)]),
  ];
}

/** In this process or, where there are to be several, in others: TFTP and its sessions stay here. */
async function ftpBy(
  config: Config,
  ftp: FtpConfig,
  parts: Parameters<typeof servicesOf>[1],
): Promise<Service> {
  if (parts.size === 1) return ftpService(config, ftp, parts);
  return (await import("./workers/service.ts")).workersService(config, ftp, parts);
}

/** Whether FTP is served in some way. */
export function isFtpServed({ ftp }: Config): boolean {
  const section = sectionOf(ftp);
  return section !== undefined && (section.port !== false || section.implicitTlsPort !== undefined);
}

/** TFTP knows neither users nor TLS: where one of them is a must, only who asks for it by its port gets it. */
export function isTftpServed({ tftp, anonymous, tls }: Config): boolean {
  const isOpen = anonymous !== false && tls?.required !== true;
  const isAsked = tftp === true || (typeof tftp === "object" && tftp.port !== undefined);
  return tftp !== false && (isOpen || isAsked);
}
