import type { ConnectionOptions, SecureVersion } from "node:tls";
import type { Check } from "../check.ts";
import { ProbeError } from "../error.ts";
import { fail, type Outcome, pass, warn } from "../finding.ts";
import type { Visit } from "../visit.ts";
import { openSecure, withTls } from "./tls.ts";

const versions: readonly SecureVersion[] = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];

/** OpenSSL's own default would refuse what the server is to be asked for. */
const anything = "ALL:COMPLEMENTOFALL:@SECLEVEL=0";

/** Suites that nobody should take (RFC 9325 §4.1), each tried alone, and those without forward secrecy. */
const weak: readonly (readonly [name: string, ciphers: string])[] = [
  ["without authentication", "aNULL:@SECLEVEL=0"],
  ["without encryption", "eNULL:!aNULL:@SECLEVEL=0"],
  ["RC4, DES or 3DES", "RC4:DES:3DES:!aNULL:@SECLEVEL=0"],
];

export const tlsVersionChecks: readonly Check[] = [
  {
    id: "tls.versions",
    group: "tls",
    title: "TLS 1.2 or 1.3, and nothing older",
    source: "RFC 8996 §4, §5",
    run: withTls(async (visit) => {
      const taken: SecureVersion[] = [];
      for (const version of versions)
        if (await shakesHands(visit, { minVersion: version, maxVersion: version, ciphers: anything }))
          taken.push(version);
      const list = taken.join(", ") || "none that is known";
      const isOld = taken.includes("TLSv1") || taken.includes("TLSv1.1");
      return isOld || taken.length === 0 ? fail(list) : pass(list);
    }),
  },
  {
    id: "tls.ciphers",
    group: "tls",
    title: "No broken cipher suites, and forward secrecy",
    source: "RFC 9325 §4.1",
    run: withTls(ciphers),
  },
];

async function ciphers(visit: Visit): Promise<Outcome> {
  const broken: string[] = [];
  for (const [name, list] of weak) if (await shakesHands(visit, upTo12(list))) broken.push(name);
  if (broken.length > 0) return fail(`takes suites ${broken.join(", ")}`);
  return (await shakesHands(visit, upTo12("kRSA:!eNULL:@SECLEVEL=0")))
    ? warn("takes suites without forward secrecy (RSA key transport)")
    : pass("none without authentication, encryption or forward secrecy is taken");
}

const upTo12 = (list: string): ConnectionOptions => ({ maxVersion: "TLSv1.2", ciphers: list });

async function shakesHands(visit: Visit, tls: ConnectionOptions): Promise<boolean> {
  try {
    (await openSecure(visit, tls)).close();
    return true;
  } catch (error) {
    // What this side's own OpenSSL does not have cannot be tried, and throws another error.
    if (ProbeError.isInstance(error) && error.code !== "tls") throw error;
    return false;
  }
}
