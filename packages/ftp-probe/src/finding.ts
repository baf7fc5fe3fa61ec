/**
 * What a check found: `pass`, as the standards want it; `warn`, against a recommendation, or a weakness under
 * conditions; `fail`, against a requirement, or an open door; `info`, neither good nor bad; `unknown`, it could not be
 * seen, and `detail` says why.
 */
export type Verdict = "pass" | "warn" | "fail" | "info" | "unknown";

/** What a finding is about; the order of the scorecard. */
export type Group =
  | "session"
  | "features"
  | "tls"
  | "login"
  | "representation"
  | "passive"
  | "active"
  | "listing"
  | "lines"
  | "replies"
  | "write";

/** What a check says of the server. */
export interface Outcome {
  readonly verdict: Verdict;
  /** One line, with what the server said; text of the server in it is quoted and holds no control characters. */
  readonly detail: string;
}

/** An {@link Outcome} and the check that it came from. */
export interface Finding extends Outcome {
  /** Stable: programs may look for it. Words joined by hyphens, behind the group and a full stop. */
  readonly id: string;
  readonly group: Group;
  readonly title: string;
  /** Where the rule stands, such as `RFC 2577 §3`. */
  readonly source: string;
}

export const pass = (detail: string): Outcome => ({ verdict: "pass", detail });
export const warn = (detail: string): Outcome => ({ verdict: "warn", detail });
export const fail = (detail: string): Outcome => ({ verdict: "fail", detail });
export const info = (detail: string): Outcome => ({ verdict: "info", detail });
export const unknown = (detail: string): Outcome => ({ verdict: "unknown", detail });
