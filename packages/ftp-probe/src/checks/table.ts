import type { Check } from "../check.ts";
import { activeChecks } from "./active.ts";
import { certificateChecks } from "./certificate.ts";
import { featureChecks } from "./features.ts";
import { lineChecks } from "./lines.ts";
import { listingChecks } from "./listing.ts";
import { loginChecks } from "./login.ts";
import { passiveChecks } from "./passive.ts";
import { replyChecks } from "./replies.ts";
import { representationChecks } from "./representation.ts";
import { sessionChecks, unaskedCheck } from "./session.ts";
import { tlsChecks } from "./tls.ts";
import { tlsDataChecks } from "./tls-data.ts";
import { tlsVersionChecks } from "./tls-versions.ts";
import { writeChecks } from "./write.ts";

/** Every check, in the order in which they run and are shown. */
export const checks: readonly Check[] = [
  ...sessionChecks,
  ...featureChecks,
  ...tlsChecks,
  ...tlsVersionChecks,
  ...certificateChecks,
  ...tlsDataChecks,
  ...loginChecks,
  ...representationChecks,
  ...passiveChecks,
  ...activeChecks,
  ...listingChecks,
  ...lineChecks,
  ...replyChecks,
  ...writeChecks,
  unaskedCheck,
];
