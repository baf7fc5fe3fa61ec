import { createNodeStore, type NodeStoreOptions } from "@longshore/file-store-node";
import {
  createFtpServer,
  type FtpServerHooks,
  type FtpServerOptions,
  type MemberCounts,
  type VirtualHostOptions,
} from "@longshore/ftp-server";
import type { FtpConfig } from "../config/ftp.ts";
import type { HostConfig } from "../config/host.ts";
import type { Config } from "../config/schema.ts";
import { toLine, usageFailure } from "../failure.ts";
import { accessOf, isWritable, withDefaults } from "./access.ts";
import { type Certificate, makeCertificate } from "./certificate.ts";
import type { Service } from "./services.ts";
import type { EventSink } from "./sink.ts";
import { openCertificate, tlsOf } from "./tls.ts";

/** What the servers have besides their configuration. */
export interface ServiceParts {
  readonly root: string;
  readonly host: string;
  readonly sink: EventSink;
  readonly hooks: FtpServerHooks;
  /** Where several processes serve together: what they share. */
  readonly counts?: Pick<MemberCounts, "admission" | "quotas" | "claim">;
  /** A new certificate where the configuration wants one; one that is made for it unless told. */
  readonly selfSigned?: () => Promise<Certificate>;
}

/** One server for all its listeners: what is limited is limited for all of them together. */
export async function ftpService(config: Config, ftp: FtpConfig, parts: ServiceParts): Promise<Service> {
  const { host, sink } = parts;
  const { port = 2121, implicitTlsPort, proxies } = ftp;
  const listeners = [
    ...(port === false ? [] : [{ scheme: "ftp" as const, port, implicitTls: false }]),
    ...(implicitTlsPort === undefined
      ? []
      : [{ scheme: "ftps" as const, port: implicitTlsPort, implicitTls: true }]),
  ];
  if (implicitTlsPort !== undefined && config.tls === undefined)
    throw usageFailure(
      "--ftps-port needs --tls-cert and --tls-key, or --tls-self-signed (ftp.implicitTlsPort needs tls)",
    );
  let isListening = false;
  const optionsFor = async (next: Config): Promise<FtpServerOptions> => ({
    ...(await optionsOf(next, parts)),
    host,
    listeners: listeners.map(({ scheme: _, ...listener }) => ({
      ...listener,
      ...(proxies === undefined ? {} : { proxies }),
    })),
    onEvent: (event) => {
      // What keeps it from listening is told by `listen` alone.
      if (event.type !== "error" || isListening) sink.ftp(event);
    },
  });
  const server = makeServer(await optionsFor(config));
  return {
    scheme: listeners[0]?.scheme ?? "ftp",
    async listen() {
      await server.listen();
      isListening = true;
      return listeners.map(({ scheme }, index) => ({ scheme, port: server.addresses[index]?.port ?? 0 }));
    },
    close: (drain) => server.close({ drain }),
    reload: async (next) => server.reload(await optionsFor(next)),
  };
}

/** Everything but where to listen. */
async function optionsOf(config: Config, parts: ServiceParts): Promise<FtpServerOptions> {
  const { root, host, hooks, counts, selfSigned = () => makeCertificate(host) } = parts;
  const {
    port: _,
    implicitTlsPort: __,
    proxies: ___,
    ...plain
  } = typeof config.ftp === "object" ? config.ftp : {};
  const storeOptions = { ...config.store, ...(counts === undefined ? {} : { claimPart: counts.claim }) };
  const hosts = await Promise.all((config.hosts ?? []).map((one) => hostOf(one, config, storeOptions)));
  return {
    ...plain,
    ...accessOf(config),
    store: createNodeStore(root, { ...storeOptions, writable: isWritable(config) }),
    hooks,
    ...(counts === undefined ? {} : { admission: counts.admission, quotas: counts.quotas }),
    ...(config.tls === undefined ? {} : { tls: await tlsOf(config.tls, selfSigned) }),
    ...(hosts.length === 0 ? {} : { hosts }),
  };
}

function makeServer(options: FtpServerOptions): ReturnType<typeof createFtpServer> {
  try {
    return createFtpServer(options);
  } catch (error) {
    throw usageFailure(`FTP cannot be served so: ${toLine(error)}`);
  }
}

/** A virtual host; what it does not say is as on the server at large. */
async function hostOf(
  { root, users, anonymous, certificate, ...plain }: HostConfig,
  config: Config,
  storeOptions: NodeStoreOptions,
): Promise<VirtualHostOptions> {
  const everybody = withDefaults(config);
  return {
    ...plain,
    ...(root === undefined
      ? {}
      : {
          store: createNodeStore(root, {
            ...storeOptions,
            writable: isWritable({ ...config, hosts: [plain] }),
          }),
        }),
    ...(users === undefined ? {} : { users: users.map(everybody) }),
    ...(anonymous === undefined
      ? {}
      : { anonymous: anonymous === false ? false : everybody(anonymous === true ? {} : anonymous) }),
    ...(certificate === undefined ? {} : { certificate: await openCertificate(certificate) }),
  };
}
