import type { FileStoreErrorKind, Usage } from "@longshore/file-store";
import type { AdmissionRefusal } from "../admission.ts";
import type { Paces } from "../rate.ts";
import type { Quota, Rate } from "../user-options.ts";

/**
 * What one of several processes says to the one that owns their counts. `id` numbers what is answered, from 1 in each
 * process; what is counted under it counts until `release`. Messages arrive in the order in which they were sent.
 */
export type CountRequest =
  | { readonly type: "connect"; readonly id: number; readonly host: string }
  | { readonly type: "log-in"; readonly id: number; readonly user: string; readonly most: number | undefined }
  | { readonly type: "enter-host"; readonly id: number; readonly realm: string; readonly most: number }
  | { readonly type: "start-transfer"; readonly id: number }
  /** Something that one of them may have at a time. */
  | { readonly type: "claim"; readonly id: number; readonly place: string }
  | { readonly type: "release"; readonly id: number }
  | { readonly type: "fail-login"; readonly id: number; readonly host: string }
  | { readonly type: "ban"; readonly host: string; readonly milliseconds: number | undefined }
  | { readonly type: "unban"; readonly address: string }
  /** A rate is in use here; `rate-take` tells how much has been taken from it since. */
  | { readonly type: "rate-open"; readonly key: string; readonly rate: Rate }
  | { readonly type: "rate-take"; readonly key: string; readonly way: keyof Paces; readonly taken: number }
  | { readonly type: "rate-close"; readonly key: string }
  /** A session with this quota is here. `generation`: of the options that it logged in by. */
  | { readonly type: "quota-open"; readonly key: string; readonly generation: number }
  | { readonly type: "quota-close"; readonly key: string }
  | { readonly type: "quota-counted"; readonly id: number; readonly key: string }
  | { readonly type: "quota-turn"; readonly id: number; readonly key: string }
  /** The turn is over, or no longer waited for. */
  | { readonly type: "quota-turn-end"; readonly id: number }
  | {
      readonly type: "quota-take";
      readonly id: number;
      readonly key: string;
      readonly growth: Usage;
      /** Bytes that would be welcome beyond it, so that there is not so much to ask. */
      readonly ahead: number;
      readonly quota: Quota;
      readonly isInTurn: boolean;
    }
  | { readonly type: "quota-settle"; readonly key: string; readonly taken: Usage; readonly change: Usage }
  /** Answers `count`. */
  | { readonly type: "usage"; readonly id: number; readonly usage: Usage }
  | { readonly type: "usage-unknown"; readonly id: number; readonly error: CountError }
  /** Answers `quota-recall`: what there was ahead has been given back. */
  | { readonly type: "recalled"; readonly id: number };

/** What the process that owns the counts says. */
export type CountReply =
  /** Answers `connect`, `log-in`, `enter-host`, `start-transfer`, `claim`. */
  | { readonly type: "counted"; readonly id: number }
  | { readonly type: "refused"; readonly id: number; readonly reason: AdmissionRefusal | "full" }
  /** Answers `fail-login`. */
  | { readonly type: "failure-noted"; readonly id: number }
  /** Answers `quota-counted`, `quota-turn` and `quota-take`. */
  | {
      readonly type: "quota";
      readonly id: number;
      readonly used: Usage;
      /** There is no room for what was to be taken. */
      readonly lack: keyof Quota | undefined;
      /** Bytes taken beyond what was asked for. */
      readonly ahead: number;
    }
  | { readonly type: "failed"; readonly id: number; readonly error: CountError }
  /** To all of them. */
  | { readonly type: "banned"; readonly address: string; readonly milliseconds: number }
  | { readonly type: "unbanned"; readonly address: string }
  | {
      readonly type: "rate-level";
      readonly key: string;
      readonly way: keyof Paces;
      /** Bytes in the bucket when `taken` of what was taken there had been told. */
      readonly level: number;
      readonly taken: number;
    }
  /** Whoever has the files counts them. */
  | { readonly type: "count"; readonly id: number; readonly key: string }
  /** Somebody else lacks room: what was taken ahead is wanted back. */
  | { readonly type: "quota-recall"; readonly id: number; readonly key: string };

/** A failure that travels between processes. */
export interface CountError {
  readonly code: FileStoreErrorKind;
  readonly message: string;
}
