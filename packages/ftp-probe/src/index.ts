export { ProbeError, type ProbeErrorCode } from "./error.ts";
export type { Finding, Group, Outcome, Verdict } from "./finding.ts";
export type { ProbeLimits, ProbeOptions } from "./options.ts";
export { listChecks, probeServer, type Scorecard } from "./probe.ts";
