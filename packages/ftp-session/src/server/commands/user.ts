import { type CommandOf, createSecret } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import type { AuthenticationAnswer } from "../effect.ts";
import { dropData, emit, loginOf, type Session, tlsOf, userOf } from "../session.ts";
import { answer, type Step } from "../step.ts";

/**
 * RFC 959 §4.1.1: a USER while one is logged in begins the login anew, transfer parameters stay. RFC 2577 §6:
 * every name gets the same answer, so that nobody learns which ones there are.
 */
export function user({ username }: CommandOf<"USER">, session: Session): Step {
  if (tlsOf(session) === "required" && (!session.secure || session.cleared)) {
    return answer(reply(530, "This server wants TLS: send AUTH TLS first."));
  }
  if (userOf(session) !== undefined) {
    dropData(session);
    emit(session, { type: "logout" });
    session.loginSince = session.now;
  }
  const sendPassword = answer(reply(331, "Send the password."), { name: "password", user: username });
  if (!session.certified) return sendPassword;
  // RFC 4217 §12.2: the client's certificate may do in the place of a password; if it does not, a password may.
  return {
    step: "authenticate",
    user: username,
    password: createSecret(""),
    certified: true,
    next: (completion) =>
      completion.type === "authentication-refused" && completion.reason === "denied"
        ? sendPassword
        : outcome(session, completion, 232),
  };
}

/** RFC 959 §4.1.1. A refused password is answered late and a number of them ends the session (RFC 2577 §5). */
export function pass({ password }: CommandOf<"PASS">, session: Session): Step {
  const login = loginOf(session);
  if (login.name !== "password") return answer(reply(503, "Send USER first."));
  return {
    step: "authenticate",
    user: login.user,
    password,
    next: (completion) => outcome(session, completion, 230),
  };
}

function outcome(session: Session, completion: AuthenticationAnswer, code: 230 | 232): Step {
  if (completion.type === "authenticated") {
    const { user } = completion;
    const welcome = session.host?.welcome ?? session.options.welcome;
    return { step: "log-in", user, reply: reply(code, ...welcome) };
  }
  switch (completion.reason) {
    case "denied":
      return { step: "refuse-login" };
    case "limit":
      return {
        step: "close",
        reply: reply(421, "Too many sessions, try again later."),
        reason: "session-limit",
      };
    case "banned":
      return {
        step: "close",
        reply: reply(421, "Too many logins were refused, try again later."),
        reason: "login-failures",
      };
    case "unavailable":
      return {
        step: "close",
        reply: reply(421, "Logins cannot be checked now, try again later."),
        reason: "session-limit",
      };
  }
}
