import cluster, { type Worker } from "node:cluster";

/** Set where a process is started as a worker: to be one of somebody's cluster is not enough. */
export const workerVariable = "LONGSHORE_WORKER";

/** This process as a worker, if it is one. */
export function ownWorker(): Worker | undefined {
  return process.env[workerVariable] === undefined ? undefined : cluster.worker;
}
