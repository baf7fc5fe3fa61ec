export type { ExitCode } from "./failure.ts";
export { run } from "./program.ts";
export { version } from "./version.ts";
