import type { Verb } from "@longshore/ftp-command";
import { type Session, tlsOf } from "../session.ts";

/**
 * Why a command that is known is not offered in this session, for the 502; `undefined` where it is. HELP, SITE HELP
 * and FEAT name what is offered and nothing else.
 */
export function whyNot(verb: Verb, session: Session): string | undefined {
  if (session.options.without.has(verb)) return "Not offered here.";
  return policy[verb]?.(session);
}

type Policy = { readonly [V in Verb]?: (session: Session) => string | undefined };

const noServers = "Transfers between servers are not offered.";

const withTls = (session: Session): string | undefined =>
  tlsOf(session) === "none" ? "TLS is not offered." : undefined;

const withActive = ({ options }: Session): string | undefined =>
  options.dataModes.active ? undefined : "Active mode is not offered.";

const withPassive = ({ options }: Session): string | undefined =>
  options.dataModes.passive ? undefined : "Passive mode is not offered.";

const withEstablishing = ({ options }: Session): string | undefined =>
  options.allowEstablishing ? undefined : "Not offered here.";

const policy: Policy = {
  HOST: ({ options }) => (options.hosts ? undefined : "There are no virtual hosts here."),
  AUTH: withTls,
  PBSZ: withTls,
  PROT: withTls,
  CCC: withTls,
  CPSV: (session) =>
    session.options.acceptForeignData ? (withTls(session) ?? withPassive(session)) : noServers,
  SSCN: (session) => {
    const { acceptForeignData, allowForeignDataAddress } = session.options;
    return acceptForeignData || allowForeignDataAddress ? withTls(session) : noServers;
  },
  "SITE WHO": ({ options }) => (options.who === "off" ? "Not offered here." : undefined),
  ESTA: (session) => withEstablishing(session) ?? withActive(session),
  ESTP: (session) => withEstablishing(session) ?? withPassive(session),
  PORT: withActive,
  LPRT: withActive,
  EPRT: withActive,
  PASV: withPassive,
  LPSV: withPassive,
  EPSV: (session) => {
    const { connection, options } = session;
    if (connection.local.family === 4 && !options.quirks.acceptExtendedPassiveOnIpv4)
      return "EPSV is not offered.";
    return withPassive(session);
  },
};
