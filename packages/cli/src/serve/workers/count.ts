import { availableParallelism } from "node:os";
import type { Config } from "../../config/schema.ts";

/** More do not serve faster than there are processors. */
export const mostWorkers = 256;

/** In how many processes FTP is served: as many as there are processors for `"auto"`, one unless told. */
export function workersOf({ workers = 1 }: Config): number {
  return workers === "auto" ? availableParallelism() : workers;
}
