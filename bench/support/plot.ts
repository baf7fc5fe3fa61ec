import { isReached } from "./compare.ts";
import type { Result } from "./results.ts";

const rowHeight = 20;
const left = 460;
const width = 1000;

/** A bar for each ratio on a logarithmic scale, so that twice and half are as far from even; SVG text. */
export function plot(results: readonly Result[]): string {
  const rows = results.flatMap(({ comparisons }) =>
    comparisons.flatMap(({ title, better, theirs }) =>
      theirs.map(({ name, ratio, goal }) => ({
        label: `${title}: ${name}`,
        // The longer the bar, the better for us, whichever way the figure goes.
        ratio: better === "more" ? ratio.median : 1 / ratio.median,
        isMissed: isReached(better, ratio.median, goal) === false,
      })),
    ),
  );
  const most = Math.max(2, ...rows.map(({ ratio }) => Math.max(ratio, 1 / ratio)));
  const scale = (width - left - 60) / 2 / Math.log(most);
  const middle = left + (width - left - 60) / 2;
  const height = rows.length * rowHeight + 40;
  const bars = rows.map(({ label, ratio, isMissed }, index) => {
    const y = index * rowHeight + 30;
    const length = Math.log(ratio) * scale;
    const x = length < 0 ? middle + length : middle;
    const colour = isMissed ? "#c2410c" : "#0f766e";
    return (
      `<text x="${left - 8}" y="${y + 13}" text-anchor="end">${escaped(label)}</text>` +
      `<rect x="${x.toFixed(1)}" y="${y + 3}" width="${Math.abs(length).toFixed(1)}" height="${rowHeight - 6}" fill="${colour}"/>` +
      `<text x="${(Math.max(middle, middle + length) + 6).toFixed(1)}" y="${y + 13}">${ratio.toFixed(2)}</text>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    "<title>Longshore through the programs of others: how many times as good</title>",
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${middle}" y="18" text-anchor="middle">as good | times as good</text>`,
    `<line x1="${middle}" y1="24" x2="${middle}" y2="${height - 6}" stroke="#444444"/>`,
    ...bars,
    "</svg>",
    "",
  ].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
