export type { ArgumentsByGrammar, Fact, GrammarName } from "./arguments.ts";
export type { CommandOf, FtpCommand } from "./command.ts";
export {
  type ArgumentFault,
  CommandDecodeError,
  type CommandDecodeErrorCode,
  CommandEncodeError,
  type CommandEncodeErrorCode,
} from "./error.ts";
export { formatCommand } from "./format.ts";
export { helpText } from "./help.ts";
export { type ListArgument, splitListFlags } from "./list-flags.ts";
export type { Octets } from "./numbers.ts";
export { type CommandDecodeResult, type ParseOptions, parseCommand } from "./parse.ts";
export { redactCommand, redactLine } from "./redact.ts";
export { createSecret, isSecret, type Secret } from "./secret.ts";
export {
  type Alias,
  type AliasOf,
  type AliasRow,
  type CommandDuring,
  type CommandQuirk,
  type CommandRow,
  type CommandWhen,
  canonicalVerb,
  commandRow,
  commandTable,
  type FullCommandRow,
  isVerb,
  type Verb,
  verbs,
} from "./table.ts";
export { isTimeVal, millisecondsToTimeVal, type TimeVal, timeValToMilliseconds } from "./time-val.ts";
