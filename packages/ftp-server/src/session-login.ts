import { type ServerCompletion, type ServerEffect, storeFeatures } from "@longshore/ftp-session/server";
import { standsFor } from "./client-certificate.ts";
import type { Login } from "./login.ts";
import { printable } from "./printable.ts";
import { refreshHost } from "./session-host.ts";
import { infoOf, type SessionState } from "./session-state.ts";

/** Asks who this is; nothing is answered once the session is closed. */
export async function authenticate(
  session: SessionState,
  { user: username, password, certified }: Extract<ServerEffect, { readonly type: "authenticate" }>,
): Promise<ServerCompletion | undefined> {
  const { emit } = session.environment;
  let result: Login | "denied" | "limit" | "banned" | "unavailable";
  try {
    const { remote, isSecure: secure, tls } = session;
    const { certificate } = tls ?? {};
    const { clientCertificates } = tls?.setup ?? session.environment.tls ?? {};
    const isHolder = clientCertificates !== undefined && standsFor(certificate, username, clientCertificates);
    if (certified === true && !isHolder) return { type: "authentication-refused", reason: "denied" };
    const plain = { username, password, remoteAddress: remote.host, secure };
    const request =
      certificate === undefined
        ? plain
        : { ...plain, certificate, ...(certified === undefined ? {} : { certified }) };
    const isTrusted = clientCertificates?.purpose !== "second-factor" || isHolder;
    result =
      (await refreshHost(session)?.logins.logIn(request, isTrusted, (user, excess) =>
        emit({ type: "quota-exceeded", session: infoOf(session), user, ...excess }),
      )) ?? "unavailable";
  } catch (error) {
    emit({ type: "error", session: infoOf(session), error });
    result = "unavailable";
  }
  // With a certificate that does not do, the password is only just asked for.
  if (certified === true && result === "denied") return { type: "authentication-refused", reason: result };
  if (typeof result === "string") {
    emit({
      type: "login-refused",
      session: infoOf(session),
      username: printable(username),
      reason: result,
    });
    return { type: "authentication-refused", reason: result };
  }
  if (session.closeReason !== undefined) {
    result.end();
    return undefined;
  }
  const { user, store } = result;
  const anonymous = user.anonymous ?? false;
  session.login = result;
  if (anonymous) {
    const guest = printable(password.reveal());
    result.guest = guest;
    emit({ type: "login", session: infoOf(session), anonymous, password: guest });
  } else emit({ type: "login", session: infoOf(session), anonymous });
  return {
    type: "authenticated",
    user: { name: user.name, anonymous, home: result.home, store: storeFeatures(store) },
  };
}

/** Whoever was logged in no longer is. */
export function logOut(session: SessionState): void {
  if (session.login === undefined) return;
  session.environment.emit({ type: "logout", session: infoOf(session) });
  session.login.end();
  session.login = undefined;
}
