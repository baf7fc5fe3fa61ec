import { isSecret } from "../src/index.ts";

/** A value in which secrets can be compared: they show as what they hold. */
export function plain(value: unknown): unknown {
  if (isSecret(value)) return { secret: value.reveal() };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]));
}
