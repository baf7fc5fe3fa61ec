import type { Worker } from "node:cluster";
import { createMemberCounts, type MemberCounts } from "@longshore/ftp-server";
import { ftpService } from "../ftp-service.ts";
import { createOperation, type Operation } from "../operation.ts";
import { sectionOf } from "../section.ts";
import type { Service } from "../services.ts";
import { toFailure } from "./failure.ts";
import type { FromWorker, ToWorker, WorkerSettings } from "./message.ts";
import { rulesOf } from "./rules.ts";

interface Running {
  readonly service: Service;
  readonly operation: Operation;
}

/**
 * Serves FTP as one of several processes, until the primary one says that it is over or is gone. What is shared is asked
 * there; everything else (users, certificates, hooks, files of logs) is this process's own.
 *
 */
export async function serveAsWorker(worker: Worker): Promise<void> {
  const { id: number } = worker;
  // It ends by itself, also where the primary one is gone: not in the midst of an upload.
  worker.exitedAfterDisconnect = true;
  let counts: MemberCounts | undefined;
  let running: Running | undefined;
  let starting: Promise<void> | undefined;
  let isOver = false;
  const say = (message: FromWorker): void => {
    // Where the channel is gone, so is the process that would read it.
    if (process.connected) process.send?.(message, undefined, undefined, () => {});
  };

  async function start(settings: WorkerSettings): Promise<void> {
    const { limits } = rulesOf(settings.config);
    // At once: messages for it follow this one.
    const own = createMemberCounts({
      send: (request) => say({ type: "counts", request }),
      ...(limits === undefined ? {} : { limits }),
      generation: settings.generation,
    });
    counts = own;
    try {
      running = await makeServer(settings, number, own);
      say({ type: "listening", at: await running.service.listen() });
    } catch (error) {
      say({ type: "failed", failure: toFailure(error) });
    }
  }

  async function reload(id: number, { config, generation }: WorkerSettings): Promise<void> {
    let failure: ReturnType<typeof toFailure> | undefined;
    try {
      await running?.service.reload(config);
      counts?.admission.reload(rulesOf(config));
      counts?.renew(generation);
    } catch (error) {
      failure = toFailure(error);
    }
    say({ type: "reloaded", id, failure });
  }

  /** May be called again, to wait no longer. */
  async function end(drain: number): Promise<void> {
    const isFirst = !isOver;
    isOver = true;
    await starting;
    await running?.service.close(drain);
    if (!isFirst) return;
    await running?.operation.close();
    if (process.connected) process.disconnect();
    process.off("message", receive);
  }

  function receive(message: ToWorker): void {
    switch (message.type) {
      case "start":
        starting = start(message.settings);
        return;
      case "reload":
        void reload(message.id, message.settings);
        return;
      case "reopen":
        running?.operation.reopen();
        return;
      case "close":
        void end(message.drain);
        return;
      case "metrics":
        void running?.operation
          .metrics()
          .then((values) => say({ type: "metrics", id: message.id, values }))
          .catch(() => say({ type: "metrics", id: message.id, values: [] }));
        return;
      case "counts":
        counts?.receive(message.reply);
        return;
    }
  }

  // A terminal and a supervisor send them to all processes: the primary one says what comes of it.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  process.on("message", receive);
  const gone = new Promise<void>((resolve) => process.once("disconnect", resolve));
  say({ type: "ready" });
  await gone;
  if (isOver) return;
  counts?.close(new Error("the primary process is gone"));
  await end(0);
}

async function makeServer(
  { config, root, host, selfSigned }: WorkerSettings,
  number: number,
  counts: MemberCounts,
): Promise<Running> {
  const operation = await createOperation(config, root, { worker: number });
  const { sink, hooks } = operation;
  const service = await ftpService(config, sectionOf(config.ftp) ?? {}, {
    ...{ root, host, sink, hooks, counts },
    ...(selfSigned === undefined ? {} : { selfSigned: async () => selfSigned }),
  });
  return { service, operation };
}
