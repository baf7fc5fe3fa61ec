import { createNodeStore } from "@longshore/file-store-node";
import { createFtpServer, type FtpServerOptions } from "@longshore/ftp-server";
import { createTftpServer, type TftpServerOptions } from "@longshore/tftp-endpoint";
import type { FtpConfig } from "../config/ftp.ts";
import type { Config } from "../config/schema.ts";
import type { TftpConfig } from "../config/tftp.ts";
import { toLine, usageFailure } from "../failure.ts";
import { publicAddressBy } from "./public-address.ts";
import type { EventSink } from "./sink.ts";

/** A server, and the addresses that it is reached by. */
export interface Service {
  /** Answers what it listens at. Rejects with the system's error. */
  listen(): Promise<readonly { readonly scheme: Scheme; readonly port: number }[]>;
  /** Waits for the transfers under way, `drain` milliseconds at most. */
  close(drain: number): Promise<void>;
  /** Named in messages. */
  readonly scheme: Scheme;
}

export type Scheme = "ftp" | "ftps" | "tftp";

/** What the servers have besides their configuration. */
export interface ServiceParts extends Pick<FtpServerOptions, "authenticators" | "tls" | "hooks"> {
  readonly root: string;
  readonly host: string;
  readonly sink: EventSink;
  /** Whether anybody may write over FTP. */
  readonly writable: boolean;
}

/** Everything that is served, in the order in which it is told. */
export function servicesOf(config: Config, parts: ServiceParts): readonly Service[] {
  const ftp = sectionOf(config.ftp);
  const tftp = isTftpServed(config) ? sectionOf(config.tftp) : undefined;
  return [
    ...(ftp === undefined || !isFtpServed(config) ? [] : [ftpService(config, ftp, parts)]),
    ...(tftp === undefined ? [] : [tftpService(config, tftp, parts)]),
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

/** One server for all its listeners: what is limited is limited for all of them together. */
function ftpService(config: Config, ftp: FtpConfig, parts: ServiceParts): Service {
  const { root, host, sink, writable, tls, authenticators, hooks } = parts;
  const { port = 2121, implicitTlsPort, passive, zoneOffset, ...plain } = ftp;
  const listeners = [
    ...(port === false ? [] : [{ scheme: "ftp" as const, port, implicitTls: false }]),
    ...(implicitTlsPort === undefined
      ? []
      : [{ scheme: "ftps" as const, port: implicitTlsPort, implicitTls: true }]),
  ];
  if (implicitTlsPort !== undefined && tls === undefined)
    throw usageFailure(
      "--ftps-port needs --tls-cert and --tls-key, or --tls-self-signed (ftp.implicitTlsPort needs tls)",
    );
  let isListening = false;
  const server = makeServer({
    ...plain,
    store: createNodeStore(root, { ...config.store, writable }),
    host,
    listeners: listeners.map(({ scheme: _, ...listener }) => listener),
    ...(authenticators === undefined ? {} : { authenticators }),
    ...(hooks === undefined ? {} : { hooks }),
    ...(tls === undefined ? {} : { tls }),
    ...(passive === undefined ? {} : { passive: passiveOf(passive) }),
    ...(zoneOffset === undefined ? {} : { zoneOffset }),
    onEvent: (event) => {
      // What keeps it from listening is told by `listen` alone.
      if (event.type !== "error" || isListening) sink.ftp(event);
    },
  });
  return {
    scheme: listeners[0]?.scheme ?? "ftp",
    async listen() {
      await server.listen();
      isListening = true;
      return listeners.map(({ scheme }, index) => ({ scheme, port: server.addresses[index]?.port ?? 0 }));
    },
    close: (drain) => server.close({ drain }),
  };
}

function passiveOf(passive: NonNullable<FtpConfig["passive"]>): NonNullable<FtpServerOptions["passive"]> {
  if (passive === false || typeof passive.publicAddress !== "object")
    return passive as NonNullable<FtpServerOptions["passive"]>;
  return { ...passive, publicAddress: publicAddressBy(passive.publicAddress) };
}

function makeServer(options: FtpServerOptions): ReturnType<typeof createFtpServer> {
  try {
    return createFtpServer(options);
  } catch (error) {
    throw usageFailure(
      `--tls-cert and --tls-key (tls.cert and tls.key) cannot be used together (${toLine(error)})`,
    );
  }
}

function tftpService(config: Config, tftp: TftpConfig, parts: ServiceParts): Service {
  const { port = 6969, writable = config.writable === true, limits, ...plain } = tftp;
  const options: TftpServerOptions = {
    ...plain,
    store: createNodeStore(parts.root, { ...config.store, writable }),
    host: parts.host,
    port,
    writable,
    ...(limits === undefined ? {} : { limits: { ...limits, ...unlimited(limits) } }),
    onEvent: parts.sink.tftp,
  };
  const server = createTftpServer(options);
  return {
    scheme: "tftp",
    listen: async () => [{ scheme: "tftp", port: (await server.listen()).port }],
    close: (drain) => server.close({ timeout: drain }),
  };
}

/** 0 is no limit here, as it is for FTP. */
function unlimited({ sessions, sessionsPerAddress }: NonNullable<TftpConfig["limits"]>): object {
  return {
    ...(sessions === 0 ? { sessions: Number.POSITIVE_INFINITY } : {}),
    ...(sessionsPerAddress === 0 ? { sessionsPerAddress: Number.POSITIVE_INFINITY } : {}),
  };
}
