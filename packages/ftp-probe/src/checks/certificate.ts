import type { PeerCertificate } from "node:tls";
import { checkServerIdentity } from "node:tls";
import { quote } from "../answer.ts";
import type { Check } from "../check.ts";
import { fail, type Outcome, pass, warn } from "../finding.ts";
import type { Visit } from "../visit.ts";
import { openSecure, withTls } from "./tls.ts";

const day = 86_400_000;

export const certificateChecks: readonly Check[] = [
  {
    id: "tls.certificate",
    group: "tls",
    title: "The certificate is valid, for this host, and from somebody who is trusted",
    source: "RFC 5280 §6, RFC 9525 §6",
    run: withTls(async (visit) => {
      const wire = await openSecure(visit);
      const { secure } = wire;
      try {
        const certificate = secure?.getPeerCertificate();
        if (secure === undefined || certificate === undefined || certificate.subject === undefined)
          return fail("the server shows no certificate");
        return judge(visit, certificate, secure.authorized ? undefined : String(secure.authorizationError));
      } finally {
        wire.close();
      }
    }),
  },
];

function judge(visit: Visit, certificate: PeerCertificate, distrust: string | undefined): Outcome {
  const { host, servername = host } = visit.options;
  const until = Date.parse(certificate.valid_to);
  const from = Date.parse(certificate.valid_from);
  const name = certificate.subject.CN ?? certificate.subjectaltname ?? "";
  const isWeak = (certificate.bits ?? 4096) < 2048 && certificate.asn1Curve === undefined;
  const shown = `${quote(String(name))}, valid until ${new Date(until).toISOString().slice(0, 10)}`;
  if (until < Date.now() || from > Date.now()) return fail(`${shown}: not valid today`);
  if (isWeak) return fail(`${shown}: an RSA key of ${certificate.bits} bits`);
  const faults: string[] = [];
  if (checkServerIdentity(servername, certificate) !== undefined)
    faults.push(`it is not for ${quote(servername)}`);
  if (distrust !== undefined && !distrust.includes("ALTNAME"))
    faults.push(`nobody trusted made it (${distrust})`);
  if (until < Date.now() + 14 * day) faults.push("it runs out within 14 days");
  return faults.length > 0 ? warn(`${shown}: ${faults.join(", ")}`) : pass(shown);
}
