import { type HostPort, parseEprt, parseLprt, parsePort } from "@longshore/ftp-address";
import type { CommandOf } from "@longshore/ftp-command";
import { type FtpReply, reply } from "@longshore/ftp-reply";
import { dropData, type Session } from "../session.ts";
import { answer, type Step } from "../step.ts";

/** RFC 959 §4.1.2. */
export function port({ address }: CommandOf<"PORT">, session: Session): Step {
  return active(session, () => {
    const parsed = parsePort(address);
    return parsed.ok ? accept(session, parsed) : answer(reply(501, "The syntax is: PORT h1,h2,h3,h4,p1,p2."));
  });
}

/** RFC 1639 §2, §4. */
export function longPort({ address }: CommandOf<"LPRT">, session: Session): Step {
  return active(session, () => {
    const parsed = parseLprt(address);
    if (!parsed.ok && parsed.error.code !== "family")
      return answer(reply(501, "The syntax is: LPRT af,hal,h1,h2,...,pal,p1,p2."));
    const { family } = session.connection.remote;
    if (!parsed.ok || parsed.family !== family)
      return answer(reply(521, `Supported address families are (${family})`));
    return accept(session, parsed);
  });
}

/** RFC 2428 §2. */
export function extendedPort({ address }: CommandOf<"EPRT">, session: Session): Step {
  return active(session, () => {
    const parsed = parseEprt(address);
    if (parsed.ok) return accept(session, parsed);
    if (parsed.error.code === "family") return answer(useOtherFamily(session));
    return answer(reply(501, "The syntax is: EPRT |protocol|address|port|."));
  });
}

function active(session: Session, then: () => Step): Step {
  if (session.parameters.extendedPassiveOnly) {
    return answer(reply(501, "EPSV ALL was sent: only EPSV is left."));
  }
  return then();
}

/** RFC 2577 §3: no third host, and no port on which a service of the system may listen. */
function accept(session: Session, address: HostPort): Step {
  const { remote } = session.connection;
  const { allowForeignDataAddress } = session.options;
  if (address.family !== remote.family) {
    return answer(useOtherFamily(session));
  }
  if (address.port < 1024) return answer(reply(504, "No data connection goes to a port below 1024."));
  if (!allowForeignDataAddress && address.host !== remote.host) {
    return answer(reply(500, "Data connections go to the address of the control connection only."));
  }
  dropData(session);
  const { family, host, port } = address;
  session.parameters.data = { kind: "active", address: { family, host, port } };
  return answer(reply(200, "The address for data is set."));
}

/** RFC 2428 §2: which network protocols there are. */
function useOtherFamily({ connection }: Session): FtpReply {
  return reply(522, `Network protocol not supported, use (${connection.remote.family === 4 ? 1 : 2})`);
}
