import type { FtpServerHooks } from "@longshore/ftp-server";
import type { Config } from "../config/schema.ts";
import { CommandFailure, toLine } from "../failure.ts";
import { createLog, type Log } from "./log.ts";
import { type LogFile, openLogFile } from "./log-file.ts";
import type { Metrics, MetricValues } from "./metrics.ts";
import { type EventSink, fanOut } from "./sink.ts";
import { createUploadRunner } from "./upload-command.ts";
import { createXferlog } from "./xferlog.ts";

/** What watches over the servers: everything that is fed from their events, and what runs after uploads. */
export interface Operation {
  readonly log: Log;
  readonly sink: EventSink;
  readonly hooks: FtpServerHooks;
  /** Opens the port of metrics where there is one, and answers its URL. */
  listen(): Promise<string | undefined>;
  /** Metrics of this process, where somebody wants them; nothing else. */
  metrics(): Promise<MetricValues>;
  /** Goes on in new files, where logs have been moved away. */
  reopen(): void;
  /** No new sessions are taken from now on. */
  drain(): void;
  close(): Promise<void>;
}

/** Where this process is one of several. */
export interface OperationOptions {
  /** Its number in the log, where it is a worker. */
  readonly worker?: number;
  /** Metrics of the other processes, which are told together with this one's. */
  readonly others?: () => Promise<readonly MetricValues[]>;
}

/** @throws {CommandFailure} a file cannot be written */
export async function createOperation(
  config: Config,
  root: string,
  { worker, others }: OperationOptions = {},
): Promise<Operation> {
  const log = createLog(config.log ?? {}, worker);
  const files: LogFile[] = [];
  const sinks: EventSink[] = [log];
  if (config.xferlog !== undefined) {
    const file = openLogFile(config.xferlog, (error) => log.note("warn", toLine(error)));
    files.push(file);
    sinks.push(createXferlog(file));
  }
  let isDraining = false;
  const metrics =
    config.metrics === undefined ? undefined : await metricsOf(config.metrics, () => !isDraining, others);
  if (metrics !== undefined) sinks.push(metrics.sink);
  const runner = config.onUpload === undefined ? undefined : createUploadRunner(config.onUpload, root);
  return {
    log,
    sink: fanOut(sinks),
    hooks: runner === undefined ? {} : { afterUpload: (upload) => runner.run(upload) },
    listen: async () => metrics?.listen(),
    metrics: async () => metrics?.sink.values() ?? [],
    reopen() {
      log.reopen();
      for (const file of files) file.reopen();
    },
    drain() {
      isDraining = true;
    },
    async close() {
      runner?.close();
      await metrics?.close();
      for (const file of files) file.close();
      log.close();
    },
  };
}

interface MetricsPart {
  readonly sink: Metrics;
  listen(): Promise<string>;
  close(): Promise<void>;
}

/** Loaded only where somebody wants it. */
async function metricsOf(
  { host = "127.0.0.1", port }: NonNullable<Config["metrics"]>,
  isHealthy: () => boolean,
  others: OperationOptions["others"],
): Promise<MetricsPart> {
  const [{ aggregate, createMetrics }, { createMetricsServer }] = await Promise.all([
    import("./metrics.ts"),
    import("./metrics-server.ts"),
  ]);
  const sink = createMetrics();
  const { contentType } = sink;
  const told =
    others === undefined
      ? sink
      : { contentType, text: async () => aggregate([await sink.values(), ...(await others())]) };
  const server = createMetricsServer({ host, port }, told, isHealthy);
  let isListening = false;
  return {
    sink,
    async listen() {
      try {
        const bound = await server.listen();
        isListening = true;
        return `http://${host.includes(":") ? `[${host}]` : host}:${bound}/metrics`;
      } catch (error) {
        const advice = "choose another --metrics-port (metrics.port)";
        throw new CommandFailure(1, `cannot tell metrics on ${host}: ${toLine(error)}; ${advice}`);
      }
    },
    close: async () => {
      if (isListening) await server.close();
    },
  };
}
