import type { FtpReply } from "@longshore/ftp-reply";
import { type Core, close, enter, errorAt, refusal, send } from "./core.ts";
import { pipeliningOf } from "./pipelining.ts";
import type { ClientState } from "./state.ts";
import type { ClientTarget } from "./table.ts";

type Establishing = Extract<ClientState, { readonly name: "establishing" }>;

/** Opening the connection: TCP, TLS where it is implicit, the greeting, AUTH TLS where it is explicit. */
export function beginEstablishing(core: Core): void {
  enter(core, { name: "establishing", wait: "connecting" });
  core.effects.push({ type: "connection-open" });
}

export function establish(core: Core, state: Establishing, target: ClientTarget, reply?: FtpReply): void {
  const { security, timeouts } = core.settings;
  switch (target) {
    case "reached":
      if (security === "implicit") handshake(core);
      else enter(core, { name: "establishing", wait: "greeting" });
      return;
    case "greeting":
      enter(core, { name: "establishing", wait: "greeting" }, timeouts.delayedGreeting);
      return;
    case "greeted":
      if (reply !== undefined && core.settings.pipelining === "known")
        core.facts.pipelining = pipeliningOf(reply);
      // After AUTH everything begins anew, so that a 230 before it means nothing (RFC 4217 §4.2).
      core.facts.greetedIn = reply?.code === 230 && security !== "explicit";
      if (security !== "explicit") {
        enter(core, { name: "idle", wait: "idle" });
        return;
      }
      send(core, { verb: "AUTH", mechanism: "TLS" });
      enter(core, { name: "establishing", wait: "authenticating" });
      return;
    case "securing":
      handshake(core);
      return;
    case "secured":
      core.facts.secure = true;
      if (security === "implicit") enter(core, { name: "establishing", wait: "greeting" });
      else enter(core, { name: "idle", wait: "idle" });
      return;
    default:
      if (reply !== undefined) {
        // TLS that was asked for is required: there is no going on in clear (CVE-2021-22946).
        close(core, refusal(core, state.wait === "authenticating" ? "tls-refused" : "refused", reply));
      } else close(core, errorAt(core, "desync", "this cannot happen while connecting"));
  }
}

function handshake(core: Core): void {
  enter(core, { name: "establishing", wait: "securing" });
  core.effects.push({ type: "tls-start" });
}
