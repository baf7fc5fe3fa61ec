import type { Comparison } from "./scenario.ts";
import { type Spread, spreadOf } from "./statistics.ts";

/** What came of a comparison. Ratios are paired: each round's ours through the same round's theirs. */
export interface Compared {
  readonly title: string;
  readonly unit: string;
  readonly better: "more" | "less";
  readonly ours: Measured;
  readonly theirs: readonly (Measured & { readonly ratio: Spread; readonly goal?: number })[];
}

export interface Measured extends Spread {
  readonly name: string;
  readonly figures: readonly number[];
}

/**
 * By turns, and each time in another order: what disturbs the machine for a while disturbs all alike, and nobody always gets the
 * memory that one and the same other has just given back. In as many rounds as there are contenders, if they are even in
 * number, everybody follows everybody else once (a Latin square by E. J. Williams).
 */
export async function compare(comparison: Comparison, tell: (line: string) => void): Promise<Compared> {
  const { title, unit, better, ours, theirs, rounds = 5, warmUps = 1 } = comparison;
  const contenders = [ours, ...theirs];
  const figures = contenders.map((): number[] => []);
  const places = contenders.map((_, place) =>
    place % 2 === 1 ? (place + 1) / 2 : contenders.length - place / 2,
  );
  for (let round = -warmUps; round < rounds; round++) {
    for (const place of places) {
      const index = (place + round + warmUps) % contenders.length;
      const figure = await contenders[index]?.measure();
      if (round >= 0 && figure !== undefined) figures[index]?.push(figure);
    }
  }
  const measured = contenders.map(({ name }, index) => {
    const own = figures[index] ?? [];
    return { name, figures: own, ...spreadOf(own) };
  });
  const [first, ...others] = measured;
  if (first === undefined) throw new Error(`${title}: nobody was measured`);
  const compared: Compared = {
    title,
    unit,
    better,
    ours: first,
    theirs: others.map((other, index) => {
      const ratios = other.figures.map((figure, round) => (first.figures[round] ?? Number.NaN) / figure);
      const goal = theirs[index]?.goal;
      return { ...other, ratio: spreadOf(ratios), ...(goal === undefined ? {} : { goal }) };
    }),
  };
  for (const line of linesOf(compared)) tell(line);
  return compared;
}

/** Whether the goal is reached; undefined where there is none. */
export function isReached(
  better: "more" | "less",
  ratio: number,
  goal: number | undefined,
): boolean | undefined {
  if (goal === undefined) return undefined;
  return better === "more" ? ratio >= goal : ratio <= goal;
}

function linesOf({ title, unit, better, ours, theirs }: Compared): readonly string[] {
  const one = ({ name, median, minimum, maximum }: Measured): string =>
    `  ${name.padEnd(24)} ${digits(median).padStart(10)} ${unit}  (${digits(minimum)} to ${digits(maximum)})`;
  return [
    title,
    one(ours),
    ...theirs.map((other) => {
      const reached = isReached(better, other.ratio.median, other.goal);
      const goal =
        reached === undefined
          ? ""
          : `, ${better === "more" ? "at least" : "at most"} ${other.goal} wanted: ${reached ? "reached" : "MISSED"}`;
      return `${one(other)}  ours is ${other.ratio.median.toFixed(2)} × it${goal}`;
    }),
  ];
}

/** Four digits that count. */
export function digits(figure: number): string {
  return Number.isInteger(figure) || figure >= 1000 ? String(Math.round(figure)) : figure.toPrecision(3);
}
