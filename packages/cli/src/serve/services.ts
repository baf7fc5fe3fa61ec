import type { Config } from "../config/schema.ts";
import { ftpService, type ServiceParts } from "./ftp-service.ts";
import { tftpService } from "./tftp-service.ts";

/** A server, and the addresses that it is reached by. */
export interface Service {
  /** Answers what it listens at. Rejects with the system's error. */
  listen(): Promise<readonly { readonly scheme: Scheme; readonly port: number }[]>;
  /** Waits for the transfers under way, `drain` milliseconds at most. */
  close(drain: number): Promise<void>;
  /** Puts in force what can change while it runs; rejects where that cannot be, and nothing has changed. */
  reload(config: Config): Promise<void>;
  /** Named in messages. */
  readonly scheme: Scheme;
}

export type Scheme = "ftp" | "ftps" | "tftp";

/** Everything that is served, in the order in which it is told. */
export async function servicesOf(config: Config, parts: ServiceParts): Promise<readonly Service[]> {
  const ftp = sectionOf(config.ftp);
  const tftp = isTftpServed(config) ? sectionOf(config.tftp) : undefined;
  return [
    ...(ftp === undefined || !isFtpServed(config) ? [] : [await ftpService(config, ftp, parts)]),
    ...(tftp === undefined ? [] : [await tftpService(config, tftp, parts)]),
  ];
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

function sectionOf<Section extends object>(section: boolean | Section | undefined): Section | undefined {
  if (section === false) return undefined;
  return typeof section === "object" ? section : ({} as Section);
}
