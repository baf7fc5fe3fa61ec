import { printableName } from "./printable-name.ts";

/** A line of NLST without its end: the name alone (RFC 959 §4.1.3), control characters as `?`. */
export function formatNameLine(entry: { readonly name: string }): string {
  return printableName(entry.name);
}
