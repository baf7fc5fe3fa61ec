import {
  type CommandOf,
  type Fact,
  millisecondsToTimeVal,
  type TimeVal,
  timeValToMilliseconds,
} from "@longshore/ftp-command";
import { type FtpReply, reply } from "@longshore/ftp-reply";
import type { FileTimes, StoreAnswer } from "../effect.ts";
import { featuresOf, type Session } from "../session.ts";
import { answer, ask, type Step } from "../step.ts";
import { refusal } from "../store-error.ts";
import { isTellable } from "./modification-time.ts";
import { atPath } from "./path.ts";
import { permissionBits } from "./permissions.ts";

/** draft-somers-ftp-mfxx-04 §3: the reply tells the time as it was kept. */
export function modifyModificationTime({ path, time }: CommandOf<"MFMT">, session: Session): Step {
  return setFacts(session, [{ name: "Modify", value: time }], path);
}

/** draft-somers-ftp-mfxx-04 §4. */
export function modifyCreationTime({ path, time }: CommandOf<"MFCT">, session: Session): Step {
  return setFacts(session, [{ name: "Create", value: time }], path);
}

/** draft-somers-ftp-mfxx-04 §5. Nothing is set where one of the facts is not known. */
export function modifyFacts({ facts, path }: CommandOf<"MFF">, session: Session): Step {
  return setFacts(session, facts, path);
}

/** FEAT's line: the facts that can be set, or none at all. */
export function modifyFactsFeature(session: Session): string | undefined {
  const settable = [...settableFacts.values()]
    .filter(({ can }) => can(session))
    .map(({ name }) => `${name};`);
  return settable.length === 0 ? undefined : `MFF ${settable.join("")}`;
}

interface Changes {
  readonly modified?: number;
  readonly created?: number;
  readonly mode?: number;
}

interface SettableFact {
  readonly name: string;
  can(session: Session): boolean;
  /** What the value asks for; `undefined` when it is none. */
  read(value: string, session: Session): Changes | undefined;
}

/** By their names in lower case. */
const settableFacts: ReadonlyMap<string, SettableFact> = new Map<string, SettableFact>([
  [
    "create",
    {
      name: "Create",
      can: (session) => featuresOf(session).setCreated,
      read: (value) => withTime(value, (created) => ({ created })),
    },
  ],
  [
    "modify",
    {
      name: "Modify",
      can: (session) => featuresOf(session).setTimes,
      read: (value) => withTime(value, (modified) => ({ modified })),
    },
  ],
  [
    "unix.mode",
    {
      name: "UNIX.mode",
      can: (session) => featuresOf(session).setMode,
      read: (value, session) =>
        /^0*[0-7]{1,4}$/.test(value)
          ? { mode: permissionBits(session, Number.parseInt(value, 8)) }
          : undefined,
    },
  ],
]);

function setFacts(session: Session, facts: readonly Fact[], path: string): Step {
  let changes: Changes = {};
  for (const { name, value } of facts) {
    const fact = settableFacts.get(name.toLowerCase());
    if (fact === undefined)
      return answer(reply(504, "One of these facts cannot be set; FEAT lists those that can."));
    if (!fact.can(session)) return answer(reply(550, `${fact.name} cannot be set here.`));
    const change = fact.read(value, session);
    if (change === undefined) return answer(reply(501, `The value of ${fact.name} is none.`));
    changes = { ...changes, ...change };
  }
  const { mode, ...times } = changes;
  return atPath(session, path, (object) => {
    const told = (result: StoreAnswer): FtpReply => {
      if (result.result === "refused") return refusal(result.reason);
      const stat = result.result === "stat" ? result.stat : {};
      return reply(213, `${factsOf(changes, stat)} ${object.text}`);
    };
    const setTimes = (): Step =>
      ask({ operation: "set-times", path: object, times }, (result) => answer(told(result)));
    if (mode === undefined) return setTimes();
    return ask({ operation: "set-mode", path: object, mode }, (result) => {
      const isOver = result.result === "refused" || Object.keys(times).length === 0;
      return isOver ? answer(told(result)) : setTimes();
    });
  });
}

/** The facts that were changed, with their values as they are now, or as they were asked for. */
function factsOf(changes: Changes, now: FileTimes): string {
  const { modified, created, mode } = changes;
  return [
    modified === undefined ? "" : `Modify=${timeOf(now.modified ?? modified)};`,
    created === undefined ? "" : `Create=${timeOf(now.created ?? created)};`,
    mode === undefined ? "" : `UNIX.mode=${mode.toString(8).padStart(4, "0")};`,
  ].join("");
}

function timeOf(milliseconds: number): TimeVal {
  return isTellable(milliseconds) ? millisecondsToTimeVal(Math.floor(milliseconds)) : "00010101000000";
}

function withTime(value: string, then: (time: number) => Changes): Changes | undefined {
  const time = timeValToMilliseconds(value);
  return time === undefined ? undefined : then(time);
}
