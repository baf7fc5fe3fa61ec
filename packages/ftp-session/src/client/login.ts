import type { FtpReply } from "@longshore/ftp-reply";
import { type Core, close, enter, errorAt, fail, lineOf, refusal, send, settle } from "./core.ts";
import type { LoginOperation } from "./operation.ts";
import type { ClientState } from "./state.ts";
import type { ClientTarget } from "./table.ts";

type Login = Extract<ClientState, { readonly name: "login" }>;

export function beginLogin(core: Core, operation: LoginOperation): void {
  refuseInClear(core, "USER");
  lineOf(core, { verb: "USER", username: operation.user });
  lineOf(core, { verb: "PASS", password: operation.password });
  if (operation.account !== undefined) lineOf(core, { verb: "ACCT", account: operation.account });
  const { password, account } = operation;
  core.transcript.hide(account === undefined ? [password] : [password, account]);
  if (core.facts.greetedIn) {
    core.facts.greetedIn = false;
    protect(core, operation, undefined);
  } else step(core, operation, "user");
}

export function logIn(core: Core, state: Login, target: ClientTarget, reply: FtpReply): void {
  const { operation } = state;
  switch (target) {
    case "password":
      step(core, operation, target);
      return;
    case "account":
      if (operation.account !== undefined) step(core, operation, target);
      else fail(core, refusal(core, "login-failed", reply));
      return;
    case "authorized":
      protect(core, operation, reply);
      return;
    case "protection":
      step(core, operation, target);
      return;
    case "protected":
      if (core.settings.clearControl === "off") settle(core, { ok: true, reply });
      else step(core, operation, "clearing");
      return;
    case "kept":
      if (core.settings.clearControl === "if-offered") settle(core, { ok: true, reply });
      else fail(core, refusal(core, "clear-refused", reply));
      return;
    case "unsecuring":
      // What stands behind the 200 in the same bytes is the engine's to refuse.
      enter(core, { name: "login", wait: target, operation });
      core.effects.push({ type: "tls-stop" });
      return;
    case "settled":
      settle(core, { ok: true, reply });
      return;
    default:
      fail(core, refusal(core, state.wait === "protection" ? "tls-refused" : "login-failed", reply));
  }
}

/** TLS is off the control connection; `clearBytes` came in clear behind it, although nobody was asked anything. */
export function unsecured(core: Core, clearBytes: number): void {
  core.facts.secure = false;
  core.facts.cleared = true;
  if (clearBytes === 0) settle(core, { ok: true });
  else refuseBytes(core, `${clearBytes} bytes came in clear with the end of TLS`);
}

/** Ends the session for bytes that the server which was authenticated has no reason to send. */
export function refuseBytes(core: Core, message: string): void {
  close(core, errorAt(core, "tls-injection", message));
}

/**
 * The end of TLS gives every secret to whoever reads along (RFC 4217 §15.3).
 *
 * @throws {FtpError} `bad-argument` where `command` is not to be sent any more
 */
export function refuseInClear(core: Core, command: string): void {
  if (!core.facts.cleared) return;
  const message = `${command} would go in clear, since CCC ended the encryption of the control connection: open another session`;
  throw errorAt(core, "bad-argument", message);
}

/** PBSZ and PROT come after the login, where servers have them in common (RFC 4217 §9 allows any time after TLS). */
function protect(core: Core, operation: LoginOperation, reply: FtpReply | undefined): void {
  core.facts.representation = undefined;
  if (core.facts.secure) step(core, operation, "buffer-size");
  else settle(core, { ok: true, ...(reply === undefined ? {} : { reply }) });
}

function step(core: Core, operation: LoginOperation, wait: Login["wait"]): void {
  if (wait === "user") send(core, { verb: "USER", username: operation.user });
  else if (wait === "password") send(core, { verb: "PASS", password: operation.password });
  else if (wait === "account" && operation.account !== undefined) {
    send(core, { verb: "ACCT", account: operation.account });
  } else if (wait === "clearing") send(core, { verb: "CCC" });
  else if (wait === "buffer-size") send(core, { verb: "PBSZ", size: 0 });
  else send(core, { verb: "PROT", level: core.settings.dataProtection === "private" ? "P" : "C" });
  enter(core, { name: "login", wait, operation });
}
