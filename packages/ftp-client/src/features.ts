import { type Feature, parseFeatures } from "@longshore/ftp-reply";
import { FtpError } from "@longshore/ftp-session/client";
import { tryCommand } from "./directory.ts";
import type { Lease } from "./lease.ts";
import type { FtpClientOptions } from "./options.ts";

/** What FEAT lists (RFC 2389 §3.2): upper-case labels with their parameters, those of repeated labels joined by `;`. */
export type Features = ReadonlyMap<string, string>;

function toFeatures(listed: readonly Feature[]): Features {
  const features = new Map<string, string>();
  for (const [label, parameters] of listed) {
    const name = label.toUpperCase();
    const before = features.get(name);
    features.set(name, before === undefined ? parameters : `${before};${parameters}`);
  }
  return features;
}

/** What FEAT listed, once it was asked. */
export interface KnownFeatures {
  features: Features | undefined;
  /** What OPTS HASH chose last in this session. */
  hash?: string;
  /** Whether uploads have the size that ALLO told, or are none (OPTS ALLO EXACT). */
  isExact?: boolean | undefined;
  /** Directories in which the server took no temporary name, or renamed nothing. */
  readonly inPlace?: Set<string>;
}

/** Whether the server itself writes uploads aside and has them appear whole, as ours says in FEAT. */
export function writesAside({ features }: KnownFeatures): boolean {
  return features?.get("STOR") === "ATOMIC";
}

/** Has the server take uploads of the size that ALLO tells, and no others; whether it does, as ours says in FEAT. */
export async function takesExactSizes(lease: Lease, facts: KnownFeatures): Promise<boolean> {
  if (facts.features?.get("ALLO") !== "EXACT") return false;
  facts.isExact ??= await tryCommand(lease, { verb: "OPTS ALLO", meaning: "EXACT" });
  return facts.isExact;
}

/** What follows a login. */
export async function negotiate(
  lease: Lease,
  facts: KnownFeatures,
  options: FtpClientOptions,
): Promise<void> {
  const features = await askFeatures(lease, facts);
  // Servers that list it speak UTF-8 anyway, but for IIS, which wants to be told (RFC 2640 has no such command).
  if (options.encoding !== "latin1" && features.has("UTF8")) {
    await tryCommand(lease, { verb: "OPTS UTF8", state: "ON" });
  }
}

export async function askFeatures(lease: Lease, facts: KnownFeatures): Promise<Features> {
  let features: Features = new Map();
  try {
    features = toFeatures(parseFeatures(await lease.command({ verb: "FEAT" })) ?? []);
  } catch (error) {
    // 500 and 502 say that there is no FEAT, 530 that it is for others.
    if (!FtpError.isInstance(error) || error.code !== "refused") throw error;
  }
  facts.features = features;
  return features;
}
