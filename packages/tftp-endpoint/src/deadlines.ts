import { now } from "./clock.ts";

/** Something with a deadline that changes with every packet. */
export interface Timed {
  readonly deadline: number | undefined;
  /** The deadline has come. */
  expire(now: number): void;
}

export interface Watch {
  /** The deadline may have changed. Costs nothing where it moved to a later time, which is the usual case. */
  update(): void;
  close(): void;
}

/** The timers of any number of transfers behind a single one of Node's. */
export interface Deadlines {
  watch(timed: Timed): Watch;
}

interface Entry {
  readonly at: number;
  readonly item: Item;
}

interface Item {
  readonly timed: Timed;
  /** When the item's valid entry in the heap comes due; entries with another time are stale. */
  queuedAt: number | undefined;
  isClosed: boolean;
}

/**
 * A binary heap of due times, lazily kept: an entry that comes due before its item's deadline is put back, so
 * that a deadline that is pushed off by every packet costs nothing until then. The timer holds no process open.
 */
export function createDeadlines(): Deadlines {
  const heap: Entry[] = [];
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Number.POSITIVE_INFINITY;

  function queue(item: Item): void {
    const { deadline } = item.timed;
    if (deadline === undefined || item.isClosed) return;
    if (item.queuedAt !== undefined && item.queuedAt <= deadline) return;
    item.queuedAt = deadline;
    push(heap, { at: deadline, item });
    arm();
  }

  function arm(): void {
    const first = heap[0];
    if (first === undefined || first.at >= timerAt) return;
    clearTimeout(timer);
    timerAt = first.at;
    // Node counts whole milliseconds, and a timer that comes early would have to be set again.
    timer = setTimeout(fire, Math.max(0, Math.ceil(first.at - now()))).unref();
  }

  function fire(): void {
    timerAt = Number.POSITIVE_INFINITY;
    const time = now();
    for (let first = heap[0]; first !== undefined && first.at <= time; first = heap[0]) {
      pop(heap);
      const { item } = first;
      if (item.isClosed || item.queuedAt !== first.at) continue;
      item.queuedAt = undefined;
      const { deadline } = item.timed;
      if (deadline !== undefined && deadline <= time) item.timed.expire(time);
      queue(item);
    }
    arm();
  }

  return {
    watch(timed) {
      const item: Item = { timed, queuedAt: undefined, isClosed: false };
      return {
        update: () => queue(item),
        close: () => {
          item.isClosed = true;
        },
      };
    },
  };
}

function push(heap: Entry[], entry: Entry): void {
  let at = heap.length;
  heap.push(entry);
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || parent.at <= entry.at) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = entry;
}

function pop(heap: Entry[]): void {
  const entry = heap.pop();
  if (entry === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    const left = heap[below];
    if (left === undefined) break;
    const right = heap[below + 1];
    let child = left;
    if (right !== undefined && right.at < left.at) {
      child = right;
      below++;
    }
    if (child.at >= entry.at) break;
    heap[at] = child;
    at = below;
  }
  heap[at] = entry;
}
