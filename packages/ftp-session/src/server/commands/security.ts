import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import type { DataProtection } from "../../data.ts";
import { dropData, type Session, tlsOf, userOf } from "../session.ts";
import { answer, type Step } from "../step.ts";

/**
 * RFC 2228 §3, RFC 4217 §4. `TLS-C` is `TLS`; `TLS-P` and `SSL` are from the drafts before RFC 4217 and protect the
 * data connections too, without PBSZ and PROT.
 */
const mechanisms = new Map<string, DataProtection>([
  ["TLS", "clear"],
  ["TLS-C", "clear"],
  ["TLS-P", "private"],
  ["SSL", "private"],
]);

export function authenticationMechanism({ mechanism }: CommandOf<"AUTH">, session: Session): Step {
  const protection = mechanisms.get(mechanism);
  if (protection === undefined) return answer(reply(504, "Only AUTH TLS is offered."));
  if (session.secure) return answer(reply(503, "TLS is in use already."));
  return { step: "secure", protection, reply: reply(234, "Begin the TLS handshake.") };
}

/** RFC 4217 §9: TLS needs no buffers, the size is 0. */
export function protectionBufferSize(_: CommandOf<"PBSZ">, session: Session): Step {
  session.parameters.sized = true;
  return answer(reply(200, "PBSZ=0"));
}

/**
 * RFC 2228 §3, RFC 4217 §12.3: by option, for firewalls that have to read along. Not before the login, so that no
 * password goes in clear (§15.3).
 */
export function clearCommandChannel(_: CommandOf<"CCC">, session: Session): Step {
  if (!session.options.allowClearCommands || userOf(session) === undefined)
    return answer(reply(534, "The control connection stays as it is."));
  if (session.cleared) return answer(reply(533, "Commands are in clear already."));
  return { step: "clear", reply: reply(200, "Commands are in clear from now on.") };
}

/** RFC 4217 §9. */
export function protectionLevel({ level }: CommandOf<"PROT">, session: Session): Step {
  switch (level) {
    case "P":
      return protect(session, "private", "Data connections are private.");
    case "C":
      if (tlsOf(session) === "required") return answer(reply(534, "This server wants private data."));
      return protect(session, "clear", "Data connections are clear.");
    case "S":
    case "E":
      return answer(reply(536, "TLS knows only C and P."));
  }
}

/** A listener that was opened under the other level would greet its client in the wrong way. */
function protect(session: Session, protection: DataProtection, text: string): Step {
  if (session.parameters.protection !== protection) dropData(session);
  session.parameters.protection = protection;
  return answer(reply(200, text));
}
