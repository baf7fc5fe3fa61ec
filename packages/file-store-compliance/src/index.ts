export {
  type ComplianceCase,
  type ComplianceOptions,
  type ComplianceRunner,
  type ComplianceSubject,
  type ComplianceSuite,
  describeFileStore,
  type MakeSubject,
  registerCompliance,
} from "./suite.ts";
export type { OptionalMethod } from "./trial.ts";
