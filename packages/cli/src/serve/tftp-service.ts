import { readFile } from "node:fs/promises";
import { createNodeStore } from "@longshore/file-store-node";
import {
  createTftpServer,
  inheritedSockets,
  readTftpSettings,
  type TftpServerOptions,
} from "@longshore/tftp-endpoint";
import type { Config } from "../config/schema.ts";
import type { TftpConfig } from "../config/tftp.ts";
import { toLine, usageFailure } from "../failure.ts";
import type { ServiceParts } from "./ftp-service.ts";
import type { Service } from "./services.ts";

export async function tftpService(config: Config, tftp: TftpConfig, parts: ServiceParts): Promise<Service> {
  const openStore = (directory: string, isWritable: boolean) =>
    createNodeStore(directory, { ...config.store, writable: isWritable });
  // Whoever hands sockets over has chosen addresses and ports.
  const sockets = inheritedSockets();
  const server = createTftpServer({
    ...(await optionsOf(tftp)),
    ...(sockets.length === 0 ? {} : { sockets }),
    onEvent: parts.sink.tftp,
  });

  async function optionsOf(section: TftpConfig): Promise<TftpServerOptions> {
    const { port = 6969, limits, rewrite, cache, writable = config.writable === true, ...plain } = section;
    const settings = {
      ...plain,
      host: parts.host,
      port,
      writable,
      ...(limits === undefined ? {} : { limits: { ...limits, ...unlimited(limits) } }),
      ...(rewrite === undefined ? {} : { rewrite: await readRules(rewrite) }),
      ...(cache === undefined ? {} : { cache: cache || 0 }),
    };
    try {
      const isAnyWritable = [{ writable }, ...(plain.roots ?? [])].some((root) => root.writable === true);
      return readTftpSettings(settings, openStore(parts.root, isAnyWritable), openStore);
    } catch (error) {
      throw usageFailure(`tftp: ${toLine(error)}`);
    }
  }

  async function prepare({ tftp: next }: Config): Promise<() => void> {
    const options = await optionsOf(typeof next === "object" ? next : {});
    return () => server.reload(options);
  }

  return {
    scheme: "tftp",
    listen: async () => [{ scheme: "tftp", port: (await server.listen()).port }],
    close: (drain) => server.close({ timeout: drain }),
    prepare,
    reload: async (next) => (await prepare(next))(),
  };
}

async function readRules(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw usageFailure(`tftp.rewrite: ${file} cannot be read (${toLine(error)}); give a file of rules`);
  }
}

/** 0 is no limit here, as it is for FTP. */
function unlimited({ sessions, sessionsPerAddress }: NonNullable<TftpConfig["limits"]>): object {
  return {
    ...(sessions === 0 ? { sessions: Number.POSITIVE_INFINITY } : {}),
    ...(sessionsPerAddress === 0 ? { sessionsPerAddress: Number.POSITIVE_INFINITY } : {}),
  };
}
