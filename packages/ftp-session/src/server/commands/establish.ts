import type { HostPort } from "@longshore/ftp-address";
import type { CommandOf } from "@longshore/ftp-command";
import { type FtpReply, reply } from "@longshore/ftp-reply";
import type { EstablishAnswer } from "../effect.ts";
import { dropData, type Session } from "../session.ts";
import { answer, type Step } from "../step.ts";
import { dataFailureReplies } from "../transfer.ts";

/*
 * ESTA and ESTP stand in no standard; what is known of them is what Pure-FTPd answers. They make the data connection
 * ahead of its transfer and tell from where it comes, for a client that leads two servers of which one sits behind
 * address translation. Pure-FTPd refuses them by 520 where PORT or PASV did not come first; here that is 503, as for
 * every command that is out of sequence.
 */

/** Connects to where PORT said: 225 with this end of the connection. */
export function establishActive(_: CommandOf<"ESTA">, session: Session): Step {
  const { data } = session.parameters;
  if (data.kind !== "active") return answer(reply(503, "Send PORT or EPRT first."));
  if (data.from !== undefined) return answer(connectedFrom(data.from));
  const { address } = data;
  return establish(session, address, (from) => {
    session.parameters.data = { kind: "active", address, from };
    return connectedFrom(from);
  });
}

/** Waits for the client on what PASV opened: 225 with the other end of the connection. */
export function establishPassive(_: CommandOf<"ESTP">, session: Session): Step {
  const { data } = session.parameters;
  if (data.kind !== "passive") return answer(reply(503, "Send PASV or EPSV first."));
  return establish(session, undefined, (from) => reply(225, `Connected to (${parenthesis(from)})`));
}

function establish(
  session: Session,
  address: HostPort | undefined,
  success: (from: HostPort) => FtpReply,
): Step {
  return {
    step: "establish",
    ...(address === undefined ? {} : { address }),
    role: session.parameters.secureClient ? "client" : "server",
    next: (completion: EstablishAnswer) => {
      if (completion.type === "data-established") return answer(success(completion.address));
      // Also where the driver is still at it: the time is over.
      session.parameters.data = { kind: "passive" };
      dropData(session);
      return answer(dataFailureReplies[completion.reason]);
    },
  };
}

function connectedFrom(from: HostPort): FtpReply {
  return reply(225, `Connected from (${parenthesis(from)})`);
}

/** RFC 2428 §2's form of an address. */
function parenthesis({ family, host, port }: HostPort): string {
  return `|${family === 4 ? 1 : 2}|${host}|${port}|`;
}
