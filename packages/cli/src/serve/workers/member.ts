import type { Worker } from "node:cluster";
import type { CountMember, CountReply } from "@longshore/ftp-server";
import type { MetricValues } from "../metrics.ts";
import type { Scheme } from "../services.ts";
import { toError } from "./failure.ts";
import type { FromWorker, ToWorker, WorkerSettings } from "./message.ts";

type Addresses = readonly { readonly scheme: Scheme; readonly port: number }[];

/** A worker, as the primary process has it. */
export interface WorkerMember {
  readonly id: number;
  readonly pid: number | undefined;
  /** It listens and has not ended. */
  readonly isServing: boolean;
  /** What it listens at. Rejects where it cannot, or ends before. */
  readonly listening: Promise<Addresses>;
  /** With the signal or the code that it ended by. */
  readonly ended: Promise<string>;
  /** Rejects where that cannot be; it then goes on with what it had. */
  reload(settings: WorkerSettings): Promise<void>;
  reopen(): void;
  close(drain: number): void;
  kill(): void;
  /** Nothing where it does not answer. */
  metrics(): Promise<MetricValues | undefined>;
}

/** Milliseconds for an answer about metrics. */
const patience = 3000;

/**
 * @param join what it shares with the others
 */
export function createMember(
  worker: Worker,
  settings: WorkerSettings,
  join: (send: (reply: CountReply) => void) => CountMember,
): WorkerMember {
  let isServing = false;
  let lastId = 0;
  const waiting = new Map<number, (answer: FromWorker | undefined) => void>();
  const say = (message: ToWorker): void => {
    // Where the channel is closed it is about to end: that is told below.
    if (worker.isConnected()) worker.send(message, () => {});
  };
  worker.on("error", () => {});

  function ask(question: (id: number) => ToWorker, limit?: number): Promise<FromWorker | undefined> {
    const id = ++lastId;
    return new Promise((resolve) => {
      const timer = limit === undefined ? undefined : setTimeout(() => settle(undefined), limit);
      const settle = (answer: FromWorker | undefined): void => {
        clearTimeout(timer);
        waiting.delete(id);
        resolve(answer);
      };
      waiting.set(id, settle);
      say(question(id));
    });
  }

  let counts: CountMember | undefined;
  const ended = new Promise<string>((resolve) => {
    worker.once("exit", (code, signal) => {
      isServing = false;
      counts?.leave();
      for (const settle of [...waiting.values()]) settle(undefined);
      resolve(signal ?? `code ${code}`);
    });
  });
  const listening = new Promise<Addresses>((resolve, reject) => {
    void ended.then((how) => reject(new Error(`worker ${worker.id} ended with ${how} before it listened`)));
    worker.on("message", (message: FromWorker) => {
      switch (message.type) {
        case "ready":
          say({ type: "start", settings });
          counts = join((reply) => say({ type: "counts", reply }));
          return;
        case "counts":
          counts?.receive(message.request);
          return;
        case "listening":
          isServing = true;
          resolve(message.at);
          return;
        case "failed":
          reject(toError(message.failure));
          return;
        default:
          waiting.get(message.id)?.(message);
      }
    });
  });
  listening.catch(() => {});

  return {
    id: worker.id,
    pid: worker.process.pid,
    get isServing() {
      return isServing;
    },
    listening,
    ended,
    async reload(next) {
      const answer = await ask((id) => ({ type: "reload", id, settings: next }));
      // One that has ended meanwhile is started again with what is new.
      if (answer?.type === "reloaded" && answer.failure !== undefined) throw toError(answer.failure);
    },
    reopen: () => say({ type: "reopen" }),
    close: (drain) => say({ type: "close", drain }),
    kill: () => void worker.process.kill("SIGKILL"),
    async metrics() {
      const answer = await ask((id) => ({ type: "metrics", id }), patience);
      return answer?.type === "metrics" ? answer.values : undefined;
    },
  };
}
