import { readFile } from "node:fs/promises";
import { createNodeStore } from "@longshore/file-store-node";
import { createTftpServer, readTftpSettings, type TftpServerOptions } from "@longshore/tftp-endpoint";
import type { Config } from "../config/schema.ts";
import type { TftpConfig } from "../config/tftp.ts";
import { toLine, usageFailure } from "../failure.ts";
import type { ServiceParts } from "./ftp-service.ts";
import type { Service } from "./services.ts";

export async function tftpService(config: Config, tftp: TftpConfig, parts: ServiceParts): Promise<Service> {
  const { port = 6969, limits, rewrite, cache, writable = config.writable === true, ...plain } = tftp;
  const openStore = (directory: string, isWritable: boolean) =>
    createNodeStore(directory, { ...config.store, writable: isWritable });
  const settings = {
    ...plain,
    host: parts.host,
    port,
    writable,
    ...(limits === undefined ? {} : { limits: { ...limits, ...unlimited(limits) } }),
    ...(rewrite === undefined ? {} : { rewrite: await readRules(rewrite) }),
    ...(cache === undefined ? {} : { cache: cache || 0 }),
  };
  const server = createTftpServer({ ...optionsOf(), onEvent: parts.sink.tftp });

  function optionsOf(): TftpServerOptions {
    try {
      const isAnyWritable = [{ writable }, ...(plain.roots ?? [])].some((root) => root.writable === true);
      return readTftpSettings(settings, openStore(parts.root, isAnyWritable), openStore);
    } catch (error) {
      throw usageFailure(`tftp: ${toLine(error)}`);
    }
  }

  return {
    scheme: "tftp",
    listen: async () => [{ scheme: "tftp", port: (await server.listen()).port }],
    close: (drain) => server.close({ timeout: drain }),
    async reload() {},
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
