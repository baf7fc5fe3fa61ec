import { performance } from "node:perf_hooks";
import type { ServerCompletion } from "@longshore/ftp-session/server";
import type { SessionState } from "./session-state.ts";

/** Who is logged in, for SITE WHO: the same user's sessions, or all. */
export function listSessions(asking: SessionState, scope: "own" | "all"): ServerCompletion {
  const now = performance.now();
  const sessions = [...asking.environment.sessions].flatMap((session) => {
    const { login, engine, began } = session;
    if (login === undefined) return [];
    if (session.host.realm !== asking.host.realm) return [];
    if (scope === "own" && login.user.name !== asking.login?.user.name) return [];
    const { state } = engine;
    return {
      user: login.user.name,
      seconds: Math.floor((now - began) / 1000),
      verb: "verb" in state ? state.verb : "",
      own: session === asking,
    };
  });
  return { type: "sessions-answer", sessions };
}
