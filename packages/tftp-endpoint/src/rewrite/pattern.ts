import { PatternError, parsePattern, type Term } from "./pattern-syntax.ts";

/** Where a pattern was found, and its groups: `undefined` for one that took no part. */
export interface PatternMatch {
  readonly start: number;
  readonly end: number;
  /** The whole match first. */
  readonly groups: readonly (string | undefined)[];
}

/**
 * A regular expression that finds its leftmost match in time proportional to text times pattern, whatever they
 * are: it goes through the text once and holds every way that the pattern can still take (R. Pike's machine), where
 * a backtracking one would try them one after the other.
 */
export interface Pattern {
  /** Finds it at `from` or later. Positions count code points. */
  search(text: readonly string[], from?: number): PatternMatch | undefined;
  /** Steps that each character of a text takes at most. */
  readonly size: number;
}

/** Most steps of one pattern; `{1,100}` counts a hundred times. */
const maxSize = 1000;

/**
 * @throws {PatternError} for what is no pattern, or too large a one
 * @example compilePattern("^boot/(.*)$").search([..."boot/x"])?.groups // ["boot/x", "x"]
 */
export function compilePattern(source: string, options: { readonly ignoreCase?: boolean } = {}): Pattern {
  const { term, groups } = parsePattern(source);
  const program = compile(term, options.ignoreCase === true);
  const slots = 2 * (groups + 1);
  return {
    size: program.length,
    search(text, from = 0) {
      const found = run(program, text, from, slots);
      if (found === undefined) return undefined;
      const part = (index: number): string | undefined => {
        const [start = -1, end = -1] = [found[2 * index], found[2 * index + 1]];
        return start < 0 || end < 0 ? undefined : text.slice(start, end).join("");
      };
      const all = Array.from({ length: groups + 1 }, (_, index) => part(index));
      return { start: found[0] ?? 0, end: found[1] ?? 0, groups: all };
    },
  };
}

type Step =
  | { readonly type: "take"; readonly test: (character: string) => boolean }
  | { readonly type: "split"; first: number; second: number }
  | { readonly type: "jump"; to: number }
  | { readonly type: "save"; readonly slot: number }
  | { readonly type: "at"; readonly edge: "start" | "end" }
  | { readonly type: "found" };

function compile(term: Term, ignoreCase: boolean): readonly Step[] {
  const steps: Step[] = [];

  function emit<S extends Step>(step: S): S {
    if (steps.length >= maxSize) throw new PatternError("it is too large; use fewer and smaller {…}");
    steps.push(step);
    return step;
  }

  /** A way on that may be taken or left out, the first one by preference. */
  function optional(isLazy: boolean, inside: () => void): void {
    const split = emit({ type: "split", first: 0, second: 0 });
    const enter = steps.length;
    inside();
    [split.first, split.second] = isLazy ? [steps.length, enter] : [enter, steps.length];
  }

  function add(part: Term): void {
    switch (part.type) {
      case "set":
        emit({ type: "take", test: ignoreCase ? foldingTest(part.test) : part.test });
        break;
      case "edge":
        emit({ type: "at", edge: part.edge });
        break;
      case "sequence":
        for (const item of part.items) add(item);
        break;
      case "group":
        emit({ type: "save", slot: 2 * part.index });
        add(part.item);
        emit({ type: "save", slot: 2 * part.index + 1 });
        break;
      case "choice": {
        const jumps: { to: number }[] = [];
        for (const [at, item] of part.items.entries()) {
          if (at === part.items.length - 1) add(item);
          else
            optional(false, () => {
              add(item);
              jumps.push(emit({ type: "jump", to: 0 }));
            });
        }
        for (const jump of jumps) jump.to = steps.length;
        break;
      }
      case "repeat": {
        const { item, min, max, isLazy } = part;
        for (let count = 0; count < min; count++) add(item);
        if (max === undefined) {
          const again = steps.length;
          optional(isLazy, () => {
            add(item);
            emit({ type: "jump", to: again });
          });
        } else for (let count = min; count < max; count++) optional(isLazy, () => add(item));
      }
    }
  }

  add({ type: "group", index: 0, item: term });
  emit({ type: "found" });
  return steps;
}

interface Thread {
  readonly step: number;
  readonly slots: readonly number[];
}

/** The slots of the leftmost match, of which the ways that the pattern prefers come first. */
function run(
  program: readonly Step[],
  text: readonly string[],
  from: number,
  slots: number,
): readonly number[] | undefined {
  /** The position at which a step was last reached: once for each is enough, or loops would never end. */
  const reached = new Array<number>(program.length).fill(-1);
  let threads: Thread[] = [];
  let found: readonly number[] | undefined;

  function follow(into: Thread[], at: number, start: number, kept: readonly number[]): void {
    let index = start;
    for (;;) {
      const step = program[index];
      if (step === undefined || reached[index] === at) return;
      reached[index] = at;
      if (step.type === "jump") index = step.to;
      else if (step.type === "split") {
        follow(into, at, step.first, kept);
        index = step.second;
      } else if (step.type === "save") {
        const changed = [...kept];
        changed[step.slot] = at;
        follow(into, at, index + 1, changed);
        return;
      } else if (step.type === "at") {
        if (at !== (step.edge === "start" ? 0 : text.length)) return;
        index++;
      } else {
        into.push({ step: index, slots: kept });
        return;
      }
    }
  }

  const empty: readonly number[] = new Array<number>(slots).fill(-1);
  for (let at = from; at <= text.length; at++) {
    if (found === undefined) follow(threads, at, 0, empty);
    if (threads.length === 0) {
      if (found !== undefined) break;
      continue;
    }
    const character = text[at];
    const next: Thread[] = [];
    for (const thread of threads) {
      const step = program[thread.step];
      if (step?.type === "found") {
        found = thread.slots;
        break;
      }
      if (step?.type === "take" && character !== undefined && step.test(character))
        follow(next, at + 1, thread.step + 1, thread.slots);
    }
    threads = next;
  }
  return found;
}

function foldingTest(test: (character: string) => boolean): (character: string) => boolean {
  return (character) => test(character) || test(character.toLowerCase()) || test(character.toUpperCase());
}
