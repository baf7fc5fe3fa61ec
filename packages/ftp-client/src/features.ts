import type { Feature } from "@longshore/ftp-reply";

/** What FEAT lists (RFC 2389 §3.2): upper-case labels with their parameters, those of repeated labels joined by `;`. */
export type Features = ReadonlyMap<string, string>;

export function toFeatures(listed: readonly Feature[]): Features {
  const features = new Map<string, string>();
  for (const [label, parameters] of listed) {
    const name = label.toUpperCase();
    const before = features.get(name);
    features.set(name, before === undefined ? parameters : `${before};${parameters}`);
  }
  return features;
}
