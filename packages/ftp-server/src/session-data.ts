import type { ServerCompletion } from "@longshore/ftp-session/server";
import { createDataConnections, type DataConnections } from "./data.ts";
import { handshakeTimeout } from "./engine-options.ts";
import { infoOf, type SessionState, sourceOf } from "./session-state.ts";
import { tlsOf } from "./session-tls.ts";
import { createTransferRunner, type TransferRunner } from "./transfer-runner.ts";

/** The session's data connections; made when the first is asked for. */
export function dataOf(session: SessionState): DataConnections {
  const { local, remote, environment } = session;
  const { options, taken, emit } = environment;
  session.data ??= createDataConnections({
    local,
    remote,
    passive: options.passive ?? {},
    active: options.active ?? {},
    sessionReuse: options.tls?.sessionReuse ?? "prefer",
    taken,
    timeout: handshakeTimeout,
    sessionTls: () => tlsOf(session),
    onStranger: (host) => emit({ type: "stranger", session: infoOf(session), remote: host }),
  });
  return session.data;
}

/** The session's transfers; made when the first begins. */
export function transfersOf(
  session: SessionState,
  complete: (completion: ServerCompletion) => void,
): TransferRunner {
  const { options, emit } = session.environment;
  const { limits = {}, tls } = options;
  session.transfers ??= createTransferRunner({
    data: dataOf(session),
    stallTimeout: limits.stallTimeout ?? 300_000,
    vanishGrace: limits.vanishGrace ?? 10,
    acceptMissingCloseNotify: tls?.acceptMissingCloseNotify ?? false,
    sourceFor: (signal) => sourceOf(session, signal),
    complete,
    isConnected: () => session.engine.state.name !== "closed",
    onStart: (transfer) => emit({ type: "transfer-start", session: infoOf(session), transfer }),
    onEnd: (transfer, bytes, milliseconds, outcome) =>
      emit({
        type: "transfer-end",
        session: infoOf(session),
        transfer,
        bytes,
        milliseconds,
        outcome,
      }),
    onError: (error) => emit({ type: "error", session: infoOf(session), error }),
  });
  return session.transfers;
}
