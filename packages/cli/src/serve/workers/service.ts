import { createSharedCounts } from "@longshore/ftp-server";
import type { FtpConfig } from "../../config/ftp.ts";
import type { Config } from "../../config/schema.ts";
import { makeCertificate } from "../certificate.ts";
import { ftpService, type ServiceParts } from "../ftp-service.ts";
import type { Log } from "../log.ts";
import type { Service } from "../services.ts";
import { fanOut } from "../sink.ts";
import { type Crew, createCrew } from "./crew.ts";
import type { WorkerSettings } from "./message.ts";
import { rulesOf } from "./rules.ts";

/** FTP by several processes. This one serves nobody: it has the counts, and sees to it that the others are there. */
export async function workersService(
  config: Config,
  ftp: FtpConfig,
  parts: ServiceParts & { readonly size: number; readonly log: Pick<Log, "note"> },
): Promise<Service> {
  const { root, host, sink, size, log } = parts;
  let certificate: ReturnType<typeof makeCertificate> | undefined;
  const selfSigned = () => {
    certificate ??= makeCertificate(host);
    return certificate;
  };
  // Never listens: what is wrong with a configuration is told before anybody is started by it.
  const trial = await ftpService(config, ftp, { ...parts, sink: fanOut([]), selfSigned });
  let generation = 0;
  const settingsOf = async (of: Config): Promise<WorkerSettings> => ({
    ...{ config: of, root, host, generation },
    selfSigned: of.tls?.selfSigned === true ? await selfSigned() : undefined,
  });
  const counts = createSharedCounts({ ...rulesOf(config), onEvent: (event) => sink.ftp(event) });
  const crew: Crew = createCrew({ size, settings: await settingsOf(config), log, join: counts.join });
  return {
    scheme: trial.scheme,
    listen: crew.listen,
    close: crew.close,
    async reload(next) {
      await trial.reload(next);
      generation++;
      await crew.reload(await settingsOf(next), () => counts.admission.reload(rulesOf(next)));
    },
    reopen: crew.reopen,
    metrics: crew.metrics,
  };
}
