import { formatLprt, formatPort } from "@longshore/ftp-address";
import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import type { TlsRole } from "../../data.ts";
import type { ListenAnswer } from "../effect.ts";
import { dropData, type Session } from "../session.ts";
import { answer, type Step } from "../step.ts";

/** RFC 959 §4.1.2, RFC 1123 §4.1.2.6. It has no form for IPv6 (RFC 2428 §1). */
export function passive(_: CommandOf<"PASV">, session: Session): Step {
  return listenForData(session, roleOf(session));
}

/** PASV, with this server at the named end of TLS. */
export function listenForData(session: Session, role: TlsRole): Step {
  const { connection, parameters } = session;
  if (parameters.extendedPassiveOnly) return answer(reply(501, "EPSV ALL was sent: only EPSV is left."));
  if (connection.local.family !== 4) return answer(reply(425, "PASV has no form for IPv6: send EPSV."));
  const step = listen(session, 4, true, ({ address }) =>
    address.family === 4
      ? reply(227, `Entering Passive Mode (${formatPort(address)})`)
      : reply(425, "No IPv4 address is there to listen on: send EPSV."),
  );
  return { ...step, role };
}

/** RFC 1639 §3: as PASV, for either family. */
export function longPassive(_: CommandOf<"LPSV">, session: Session): Step {
  const { connection, parameters } = session;
  if (parameters.extendedPassiveOnly) return answer(reply(501, "EPSV ALL was sent: only EPSV is left."));
  return listen(session, connection.local.family, true, ({ address }) =>
    reply(228, `Entering Long Passive Mode (${formatLprt(address)})`),
  );
}

/** RFC 2428 §3, §4. The client connects to the address it has for the control connection, so that only its family will do. */
export function extendedPassive({ protocol }: CommandOf<"EPSV">, session: Session): Step {
  const { connection, parameters } = session;
  const { family } = connection.local;
  if (protocol === "ALL") {
    parameters.extendedPassiveOnly = true;
    return answer(reply(200, "Only EPSV from now on."));
  }
  const number = family === 4 ? 1 : 2;
  if (protocol !== undefined && protocol !== number) {
    return answer(reply(522, `Network protocol not supported, use (${number})`));
  }
  return listen(session, family, false, ({ address }) =>
    reply(229, `Entering Extended Passive Mode (|||${address.port}|)`),
  );
}

function roleOf({ parameters }: Session): TlsRole {
  return parameters.secureClient ? "client" : "server";
}

const listenFailures = {
  exhausted: "All ports for data are in use.",
  unavailable: "No port to listen on.",
  unreachable: "No address can be told that is reached from there: send EPSV.",
} as const;

function listen(
  session: Session,
  family: 4 | 6,
  tellsAddress: boolean,
  success: (answer: Extract<ListenAnswer, { readonly type: "data-listening" }>) => ReturnType<typeof reply>,
): Extract<Step, { readonly step: "listen" }> {
  dropData(session);
  return {
    step: "listen",
    family,
    tellsAddress,
    role: roleOf(session),
    next: (completion) => {
      if (completion.type === "data-listen-failed") {
        return answer(reply(425, listenFailures[completion.reason]));
      }
      session.parameters.data = { kind: "passive" };
      return answer(success(completion));
    },
  };
}
