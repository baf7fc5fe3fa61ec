import { type CommandWhen, commandRow, type Verb } from "@longshore/ftp-command";
import type { LoginState, ServerState } from "./state.ts";

/** What a command meets: it is carried out, or answered 503 (out of sequence) or 530 (log in first). */
export type Verdict = "accept" | 503 | 530;

/** The states of the login, the columns of {@link legality}. */
export type LoginName = LoginState["name"];

/** How far the control connection is protected (RFC 2228 §3: AUTH, then PBSZ, then PROT). */
export type Security = "clear" | "secured" | "sized";

/**
 * Which command is legal in which state of the login. The rows are the `when` of the command table, so that a
 * command is put into its place there and nowhere else.
 */
export const legality: Readonly<Record<CommandWhen, Readonly<Record<LoginName, Verdict>>>> = {
  any: { unidentified: "accept", password: "accept", ready: "accept", rename: "accept", copy: "accept" },
  "before-user": { unidentified: "accept", password: 503, ready: 503, rename: 503, copy: 503 },
  "after-user": { unidentified: 503, password: "accept", ready: 503, rename: 503, copy: 503 },
  // No user here has an account apart from the password, so that ACCT is superfluous (202) once logged in.
  account: { unidentified: 530, password: 503, ready: "accept", rename: "accept", copy: "accept" },
  "logged-in": { unidentified: 530, password: 530, ready: "accept", rename: "accept", copy: "accept" },
  "after-rename-from": { unidentified: 530, password: 530, ready: 503, rename: "accept", copy: 503 },
  "after-copy-from": { unidentified: 530, password: 530, ready: 503, rename: 503, copy: "accept" },
  // TLS needs no exchange of ADAT (RFC 4217 §4.2): it is never awaited.
  "after-auth": { unidentified: 503, password: 503, ready: 503, rename: 503, copy: 503 },
  secured: { unidentified: "accept", password: "accept", ready: "accept", rename: "accept", copy: "accept" },
  "after-buffer-size": {
    unidentified: "accept",
    password: "accept",
    ready: "accept",
    rename: "accept",
    copy: "accept",
  },
};

/** What two rows of {@link legality} ask of the connection besides. */
export const securityLegality: Readonly<
  Record<"secured" | "after-buffer-size", Readonly<Record<Security, Verdict>>>
> = {
  secured: { clear: 503, secured: "accept", sized: "accept" },
  "after-buffer-size": { clear: 503, secured: 503, sized: "accept" },
};

/** The verdict of both tables. */
export function verdictOn(verb: Verb, login: LoginName, security: Security): Verdict {
  const { when } = commandRow(verb);
  const verdict = legality[when][login];
  if (verdict !== "accept" || !isSecured(when)) return verdict;
  return securityLegality[when][security];
}

/** The nodes of the state diagram: the engine's states, with those of the login in the place of `idle`. */
export type StateNode =
  | "new"
  | LoginName
  | "waiting"
  | "delaying"
  | "opening"
  | "connecting"
  | "moving"
  | "aborting"
  | "handshake"
  | "closed";

/** The node on which a state stands. */
export function nodeOf(state: ServerState): StateNode {
  switch (state.name) {
    case "idle":
      return state.login.name;
    case "transfer":
      return state.phase;
    default:
      return state.name;
  }
}

/** One arrow of the diagram. */
export interface Transition {
  readonly from: StateNode;
  readonly to: StateNode;
  readonly on: string;
}

/**
 * Every change of state that can happen, with what brings it about. The property test over the whole command
 * table finds no other.
 */
export const transitions: readonly Transition[] = [
  { from: "new", to: "unidentified", on: "connected / 220" },
  { from: "unidentified", to: "password", on: "USER / 331" },
  { from: "password", to: "unidentified", on: "REIN / 220" },
  { from: "unidentified", to: "waiting", on: "HOST; USER with a certificate" },
  { from: "waiting", to: "password", on: "the certificate is not the user's / 331" },
  { from: "password", to: "waiting", on: "PASS" },
  { from: "waiting", to: "ready", on: "PASS / 230; answered" },
  { from: "waiting", to: "unidentified", on: "refused at once / 530, HOST answered / 220" },
  { from: "waiting", to: "delaying", on: "PASS refused" },
  { from: "waiting", to: "closed", on: "too many failures / 421" },
  { from: "delaying", to: "unidentified", on: "delay over / 530" },
  { from: "delaying", to: "closed", on: "too many failures / 421" },
  { from: "ready", to: "password", on: "USER / 331" },
  { from: "ready", to: "unidentified", on: "REIN / 220" },
  { from: "ready", to: "waiting", on: "a command that needs the store or a listener" },
  { from: "waiting", to: "rename", on: "RNFR / 350" },
  { from: "rename", to: "ready", on: "any command but RNTO" },
  { from: "rename", to: "waiting", on: "RNTO" },
  { from: "rename", to: "password", on: "USER / 331" },
  { from: "rename", to: "unidentified", on: "REIN / 220" },
  { from: "waiting", to: "copy", on: "SITE CPFR / 350" },
  { from: "copy", to: "ready", on: "any command but SITE CPTO" },
  { from: "copy", to: "waiting", on: "SITE CPTO" },
  { from: "copy", to: "password", on: "USER / 331" },
  { from: "copy", to: "unidentified", on: "REIN / 220" },
  { from: "copy", to: "opening", on: "RETR, STOR, LIST …" },
  { from: "ready", to: "opening", on: "RETR, STOR, LIST …" },
  { from: "rename", to: "opening", on: "RETR, STOR, LIST …" },
  { from: "waiting", to: "opening", on: "LIST of a name that looks like flags" },
  { from: "opening", to: "ready", on: "refused / 4xx, 5xx" },
  { from: "opening", to: "connecting", on: "opened / 150" },
  { from: "connecting", to: "moving", on: "connection open" },
  { from: "connecting", to: "ready", on: "no connection / 425, 522" },
  { from: "moving", to: "ready", on: "226, 426, 451 …" },
  { from: "opening", to: "aborting", on: "ABOR" },
  { from: "connecting", to: "aborting", on: "ABOR" },
  { from: "moving", to: "aborting", on: "ABOR" },
  { from: "aborting", to: "ready", on: "stopped / 426, then 226" },
  { from: "unidentified", to: "handshake", on: "AUTH TLS / 234" },
  { from: "password", to: "handshake", on: "AUTH TLS / 234" },
  { from: "ready", to: "handshake", on: "AUTH TLS / 234, CCC / 200" },
  { from: "rename", to: "handshake", on: "AUTH TLS / 234" },
  { from: "copy", to: "handshake", on: "AUTH TLS / 234" },
  { from: "handshake", to: "unidentified", on: "TLS established; REIN's end of it" },
  { from: "handshake", to: "ready", on: "CCC: TLS taken off" },
  ...(
    [
      "new",
      "unidentified",
      "password",
      "ready",
      "rename",
      "copy",
      "waiting",
      "delaying",
      "opening",
      "connecting",
      "moving",
      "aborting",
      "handshake",
    ] as const
  ).map((from) => ({ from, to: "closed" as const, on: "QUIT / 221, timeout / 421, client gone" })),
];

/** Whether the engine may go from one node to the other; it may always stay. */
export function isTransition(from: StateNode, to: StateNode): boolean {
  return from === to || transitions.some((transition) => transition.from === from && transition.to === to);
}

/** The diagram of {@link transitions} in mermaid's language, for documents; arrows to `closed` are left out. */
export function stateDiagram(): string {
  const arrows = transitions
    .filter(({ to }) => to !== "closed")
    .map(({ from, to, on }) => `    ${from} --> ${to}: ${on.replaceAll(";", ",")}`);
  return [
    "stateDiagram-v2",
    "    [*] --> new",
    ...arrows,
    "    ready --> closed: QUIT / 221",
    "    closed --> [*]",
    "",
  ].join("\n");
}

/** The tables of legality in Markdown, for documents: one line for each `when` with its verbs. */
export function legalityTable(verbs: readonly Verb[]): string {
  const columns: readonly LoginName[] = ["unidentified", "password", "ready", "rename", "copy"];
  const lines = (Object.keys(legality) as CommandWhen[]).map((when) => {
    const here = verbs.filter((verb) => commandRow(verb).when === when);
    const cells = columns.map((login) =>
      legality[when][login] === "accept" ? "yes" : legality[when][login],
    );
    return `| ${when} | ${here.join(" ")} | ${cells.join(" | ")} |`;
  });
  return [
    `| when | commands | ${columns.join(" | ")} |`,
    `|---|---|${columns.map(() => "---|").join("")}`,
    ...lines,
    "",
  ].join("\n");
}

function isSecured(when: CommandWhen): when is keyof typeof securityLegality {
  return Object.hasOwn(securityLegality, when);
}
