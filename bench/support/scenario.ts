/**
 * Something that is measured, in a file of `scenarios/` whose default export it is. It starts what it needs, hands
 * comparisons and figures to the bench, and leaves nothing behind.
 */
export interface Scenario {
  readonly title: string;
  run(bench: Bench): Promise<void>;
}

/** What a scenario is given. */
export interface Bench {
  /** A folder in memory, empty, gone after the scenario. */
  readonly folder: string;
  /** Divides sizes and counts where somebody only wants to see that the scenario works (`--quick`); else 1. */
  readonly divisor: number;
  compare(comparison: Comparison): Promise<void>;
  /** One figure of ours that stands alone. */
  figure(figure: Figure): void;
  /** Something that a reader of the results has to know: who was not to be had, what differs. */
  note(text: string): void;
}

/** The same work done by ours and by others, in turn. */
export interface Comparison {
  readonly title: string;
  readonly unit: string;
  /** Whether more is better, as for MB/s, or less, as for seconds. */
  readonly better: "more" | "less";
  readonly ours: Contender;
  readonly theirs: readonly (Contender & {
    /** The median of ours / theirs that is to be reached: at least where more is better, else at most. */
    readonly goal?: number;
  })[];
  /** Counted rounds; 5 unless told. */
  readonly rounds?: number;
  /** Rounds before, not counted; 1 unless told. */
  readonly warmUps?: number;
}

export interface Contender {
  readonly name: string;
  /** Does the work once and answers the figure, in the comparison's unit. */
  measure(): Promise<number>;
}

export interface Figure {
  readonly title: string;
  readonly unit: string;
  readonly value: number;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** Rounds where files are made in memory: what new pages cost on a virtual machine changes from one minute to the next. */
export const roundsIntoMemory = 11;
