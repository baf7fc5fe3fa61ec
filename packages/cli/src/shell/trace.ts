import type { TraceEvent } from "@longshore/ftp-client";
import type { Settings } from "./shell.ts";

/** Shows what goes over the control connection. */
export interface Trace {
  readonly see: (event: TraceEvent) => void;
  /** Keeps what comes to itself until `work` is done: a bar is being drawn, or the command prints the reply itself. */
  quietly<T>(work: () => Promise<T>, then: "show" | "forget"): Promise<T>;
}

/**
 * Replies when `verbose`, as ftp(1) has them; with `debug` all lines. Refusals are told by the command that they end,
 * and what no user asked for is not shown but with `debug`.
 */
export function createTrace(settings: Settings, tell: (line: string) => void): Trace {
  let sent = "";
  let kept: string[] | undefined;
  const show = (line: string): void => {
    if (kept === undefined) tell(line);
    else kept.push(line);
  };
  return {
    see(event) {
      if (event.type === "command") {
        sent = /^\S+/.exec(event.text)?.[0] ?? "";
        if (settings.debug) show(`---> ${event.text}`);
        return;
      }
      if (event.type !== "reply") return;
      const { reply } = event;
      if (!settings.debug && (!settings.verbose || reply.code >= 400 || ownBusiness.has(sent))) return;
      for (const line of replyLines(reply)) show(line);
    },
    async quietly(work, then) {
      if (kept !== undefined || (then === "forget" && settings.debug)) return work();
      kept = [];
      try {
        return await work();
      } finally {
        const lines = kept;
        kept = undefined;
        if (then === "show" || settings.debug) for (const line of lines) tell(line);
      }
    },
  };
}

export type Reply = Extract<TraceEvent, { readonly type: "reply" }>["reply"];

/** A reply as it came (RFC 959 §4.2). */
export function replyLines({ code, lines }: Reply): readonly string[] {
  return lines.map((text, index) => `${code}${index === lines.length - 1 ? " " : "-"}${text}`);
}

/** What the client asks on its own account, and the user is told in other ways. */
const ownBusiness: ReadonlySet<string> = new Set([
  ...["AUTH", "PBSZ", "PROT", "FEAT", "OPTS", "TYPE", "REST", "EPSV", "PASV", "EPRT", "PORT", "ABOR"],
  ...["PWD", "SIZE", "MDTM", "MLST", "NOOP", "RNFR"],
]);
