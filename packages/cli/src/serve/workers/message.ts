import type { CountReply, CountRequest } from "@longshore/ftp-server";
import type { Config } from "../../config/schema.ts";
import type { Certificate } from "../certificate.ts";
import type { MetricValues } from "../metrics.ts";
import type { Scheme } from "../services.ts";

/** What all workers serve by. */
export interface WorkerSettings {
  readonly config: Config;
  readonly root: string;
  readonly host: string;
  /** Made once for all of them, where the configuration wants a new one. */
  readonly selfSigned: Certificate | undefined;
  /** Counts from 0; one more with each configuration. */
  readonly generation: number;
}

/** What the primary process says to a worker. */
export type ToWorker =
  | { readonly type: "start"; readonly settings: WorkerSettings }
  | { readonly type: "reload"; readonly id: number; readonly settings: WorkerSettings }
  /** Log files have been moved away. */
  | { readonly type: "reopen" }
  /** To end, after `drain` milliseconds at most. */
  | { readonly type: "close"; readonly drain: number }
  | { readonly type: "metrics"; readonly id: number }
  | { readonly type: "counts"; readonly reply: CountReply };

/** What a worker says to the primary process. */
export type FromWorker =
  /** It can be started. */
  | { readonly type: "ready" }
  | {
      readonly type: "listening";
      readonly at: readonly { readonly scheme: Scheme; readonly port: number }[];
    }
  | { readonly type: "failed"; readonly failure: WorkerFailure }
  | { readonly type: "reloaded"; readonly id: number; readonly failure: WorkerFailure | undefined }
  | { readonly type: "metrics"; readonly id: number; readonly values: MetricValues }
  | { readonly type: "counts"; readonly request: CountRequest };

/** An error that travels. */
export interface WorkerFailure {
  readonly message: string;
  /** The system's, such as EADDRINUSE. */
  readonly code: string | undefined;
  /** Where it is the command's own. */
  readonly exitCode: 1 | 2 | undefined;
}
