import { createNetasciiCounter, createNetasciiDecoder, createNetasciiEncoder } from "../src/index.ts";
import { fromHex, run, toHex } from "./run.ts";

/** A sample of the kind `netascii`: local text with newline LF, and its form on the wire. */
export interface NetasciiSample {
  readonly id?: string;
  readonly kind: "netascii";
  readonly textHex: string;
  readonly netasciiHex: string;
  readonly optional?: boolean;
}

/** Whether `value` is a {@link NetasciiSample}; told by its content. */
export function isNetasciiSample(value: unknown): value is NetasciiSample {
  if (typeof value !== "object" || value === null) return false;
  const sample = value as Partial<NetasciiSample>;
  return (
    sample.kind === "netascii" && typeof sample.textHex === "string" && typeof sample.netasciiHex === "string"
  );
}

/** What is wrong with our reading of `sample`, both ways and cut at every offset; `undefined` if nothing is. */
export function checkNetasciiSample(sample: NetasciiSample): string | undefined {
  const text = fromHex(sample.textHex);
  const wire = fromHex(sample.netasciiHex);
  for (let cut = 0; cut <= text.length; cut++) {
    const got = toHex(run(createNetasciiEncoder(), [text.subarray(0, cut), text.subarray(cut)]));
    if (got !== sample.netasciiHex) return `encoded, cut at ${cut}: ${got} instead of ${sample.netasciiHex}`;
  }
  for (let cut = 0; cut <= wire.length; cut++) {
    const got = toHex(run(createNetasciiDecoder(), [wire.subarray(0, cut), wire.subarray(cut)]));
    if (got !== sample.textHex) return `decoded, cut at ${cut}: ${got} instead of ${sample.textHex}`;
  }
  const counter = createNetasciiCounter();
  counter.push(text);
  const length = counter.end();
  return length === wire.length ? undefined : `a length of ${length} instead of ${wire.length}`;
}
