import type { FtpReply } from "@longshore/ftp-reply";
import { type Core, enter, fail, lineOf, refusal, send, settle } from "./core.ts";
import type { LoginOperation } from "./operation.ts";
import type { ClientState } from "./state.ts";
import type { ClientTarget } from "./table.ts";

type Login = Extract<ClientState, { readonly name: "login" }>;

export function beginLogin(core: Core, operation: LoginOperation): void {
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
    case "settled":
      settle(core, { ok: true, reply });
      return;
    default:
      fail(core, refusal(core, state.wait === "protection" ? "tls-refused" : "login-failed", reply));
  }
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
  } else if (wait === "buffer-size") send(core, { verb: "PBSZ", size: 0 });
  else send(core, { verb: "PROT", level: core.settings.dataProtection === "private" ? "P" : "C" });
  enter(core, { name: "login", wait, operation });
}
