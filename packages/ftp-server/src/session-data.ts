import type { ServerCompletion } from "@longshore/ftp-session/server";
import { createDataConnections, type DataConnections } from "./data.ts";
import { createProgressClock } from "./progress.ts";
import { infoOf, type SessionState, sourceOf } from "./session-state.ts";
import { secureData } from "./session-tls.ts";
import { mayUpload, reportCommit } from "./session-upload.ts";
import { createTransferRunner, type TransferRunner } from "./transfer-runner.ts";

/** The session's data connections; made when the first is asked for. */
export function dataOf(session: SessionState): DataConnections {
  const { local, remote, environment, boundHost, proxies } = session;
  const { options, taken, emit } = environment;
  session.data ??= createDataConnections({
    local,
    remote,
    boundHost,
    proxies,
    passive: options.passive ?? {},
    active: options.active ?? {},
    taken,
    secure: (socket, role) => secureData(session, socket, role),
    advertise: session.environment.advertise,
    onUnreachable: () =>
      emit({ type: "no-public-address", session: infoOf(session), own: local.host, advice: addressAdvice }),
    onStranger: (host) => emit({ type: "stranger", session: infoOf(session), remote: host }),
  });
  return session.data;
}

/** The session's transfers; made when the first begins. */
export function transfersOf(
  session: SessionState,
  complete: (completion: ServerCompletion) => void,
): TransferRunner {
  const { emit, admission } = session.environment;
  const { options } = session.host;
  const { limits = {}, tls } = options;
  if (session.transfers !== undefined) return session.transfers;
  const isProgressDue = createProgressClock(
    options.onEvent === undefined ? 0 : (options.progressInterval ?? 1000),
  );
  session.transfers = createTransferRunner({
    data: dataOf(session),
    stallTimeout: limits.stallTimeout ?? 300_000,
    paceOf: (way) => session.login?.paces[way],
    vanishGrace: limits.vanishGrace ?? 10,
    acceptMissingCloseNotify: tls?.acceptMissingCloseNotify ?? false,
    admit: () => admission.startTransfer(),
    sourceFor: (signal) => sourceOf(session, signal),
    complete,
    isConnected: () => session.engine.state.name !== "closed",
    mayUpload: (what) => mayUpload(session, what),
    onProgress(transfer, bytes, milliseconds, size) {
      if (!isProgressDue(transfer.id, milliseconds)) return;
      const known = size === undefined ? {} : { size };
      emit({
        type: "transfer-progress",
        session: infoOf(session),
        transfer,
        bytes,
        milliseconds,
        ...known,
      });
    },
    onCommit: (transfer, bytes, upload) => reportCommit(session, transfer, bytes, upload),
    onStart: (transfer) => emit({ type: "transfer-start", session: infoOf(session), transfer }),
    onEnd: (transfer, bytes, milliseconds, outcome, kept) =>
      emit({
        type: "transfer-end",
        session: infoOf(session),
        transfer,
        bytes,
        milliseconds,
        outcome,
        ...(kept === 0 ? {} : { kept }),
      }),
    onError: (error) => emit({ type: "error", session: infoOf(session), error }),
  });
  return session.transfers;
}

const addressAdvice =
  "PASV was refused, because only a private address is known and the client is a public one: set passive.publicAddress";
