import { isNotOffered, quote, shown } from "../answer.ts";
import { type Check, once } from "../check.ts";
import { fail, info, type Outcome, pass, warn } from "../finding.ts";
import type { Visit } from "../visit.ts";

/**
 * What to send to see that a feature is there: first without what would make it do anything, so that 501 and 503 are fine
 * answers, and where that is 500, which may be the server's way of refusing the form, in full, for what stands nowhere.
 * A label that is not here is not tried; PBSZ and PROT are, among the checks of TLS.
 */
const trials: Readonly<Record<string, readonly [line: string, full?: string]>> = {
  MDTM: ["MDTM", "MDTM NOTHING"],
  SIZE: ["SIZE", "SIZE NOTHING"],
  "REST STREAM": ["REST 0"],
  MLST: ["MLST"],
  EPSV: ["EPSV"],
  EPRT: ["EPRT", "EPRT OWN"],
  PASV: ["PASV"],
  LPSV: ["LPSV"],
  LANG: ["LANG", "LANG EN"],
  UTF8: ["OPTS UTF8 ON"],
  HASH: ["HASH", "HASH NOTHING"],
  MFMT: ["MFMT", "MFMT 20000101000000 NOTHING"],
  MFCT: ["MFCT", "MFCT 20000101000000 NOTHING"],
  MFF: ["MFF", "MFF Modify=20000101000000; NOTHING"],
  XCRC: ["XCRC", "XCRC NOTHING"],
  XMD5: ["XMD5", "XMD5 NOTHING"],
  XSHA1: ["XSHA1", "XSHA1 NOTHING"],
  XSHA256: ["XSHA256", "XSHA256 NOTHING"],
  XSHA512: ["XSHA512", "XSHA512 NOTHING"],
  MD5: ["MD5", "MD5 NOTHING"],
  RANG: ["RANG", "RANG 1 0"],
  AVBL: ["AVBL"],
  COMB: ["COMB"],
  "MODE Z": ["MODE Z"],
};

/** Extensions that FEAT has to name where they are there, and where it says so. */
const toBeTold: readonly (readonly [label: string, line: string, source: string])[] = [
  ["MDTM", "MDTM", "RFC 3659 §3.3"],
  ["SIZE", "SIZE", "RFC 3659 §4.3"],
  ["MLST", "MLST", "RFC 3659 §7.8"],
];

const features = once("FEAT", async (visit: Visit) => (await visit.session()).ask("FEAT"));

export const featureChecks: readonly Check[] = [
  {
    id: "features.form",
    group: "features",
    title: "FEAT is a 211 with one feature a line, each behind a blank",
    source: "RFC 2389 §3.2",
    async run(visit) {
      const answer = await features(visit);
      if (isNotOffered(answer)) return info("there is no FEAT");
      if (answer.final?.code !== 211) return fail(`FEAT was answered ${shown(answer)}`);
      const lines = answer.final.lines.slice(1, -1);
      const odd = lines.filter((line) => !/^ [!-~]+(?: [\x20-\x7e]*)?$/.test(line));
      if (odd.length > 0) return warn(`not of that form: ${odd.map(quote).join(", ")}`);
      return pass(lines.map((line) => line.trim()).join(", ") || "no features");
    },
  },
  {
    id: "features.there",
    group: "features",
    title: "What FEAT names is there",
    source: "RFC 2389 §3.2",
    run: isThere,
  },
  {
    id: "features.told",
    group: "features",
    title: "FEAT names the extensions that are there",
    source: "RFC 3659 §3.3, §4.3, §7.8",
    run: tellsAll,
  },
];

async function tellsAll(visit: Visit): Promise<Outcome> {
  const told = await visit.features();
  const untold: string[] = [];
  for (const [label, line, source] of toBeTold) {
    if (told.some((feature) => feature.toUpperCase().split(" ")[0] === label)) continue;
    const answer = await (await visit.session()).ask(`${line} ${visit.nothing}`);
    if (!isNotOffered(answer)) untold.push(`${label} (${source}; ${shown(answer)})`);
  }
  return untold.length > 0 ? warn(`there, but not named: ${untold.join(", ")}`) : pass("MDTM, SIZE, MLST");
}

async function isThere(visit: Visit): Promise<Outcome> {
  const told = await visit.features();
  if (told.length === 0) return info("FEAT names nothing");
  const tried: string[] = [];
  const missing: string[] = [];
  // A session of its own: ports that were asked for are closed with it.
  const wire = await visit.login();
  try {
    for (const feature of told) {
      const words = feature.toUpperCase().split(" ");
      const label = [words.slice(0, 2).join(" "), words[0] ?? ""].find((one) => one in trials);
      const [line, full] = (label === undefined ? undefined : trials[label]) ?? [];
      if (label === undefined || line === undefined) continue;
      tried.push(label);
      const bare = await wire.ask(line);
      if (!isNotOffered(bare)) continue;
      const own = `|${wire.local.family === 6 ? 2 : 1}|${wire.local.host}|40000|`;
      const whole = full?.replace("NOTHING", visit.nothing).replace("OWN", own);
      const answer = whole === undefined ? bare : await wire.ask(whole);
      if (isNotOffered(answer)) missing.push(`${label} (${shown(answer)})`);
    }
  } finally {
    wire.close();
  }
  return missing.length > 0
    ? fail(`named, but not there: ${missing.join(", ")}`)
    : pass(`tried: ${tried.join(", ") || "nothing that can be"}`);
}
