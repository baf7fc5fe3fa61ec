import type { Transfer } from "@longshore/ftp-session/server";
import type { TransferInfo } from "./event.ts";
import type { UploadedFile } from "./hooks.ts";
import { contextOf, infoOf, type SessionState } from "./session-state.ts";
import type { OpenTransfer } from "./transfer.ts";

/** Whether the operator's hook lets the upload begin. */
export function mayUpload(
  session: SessionState,
  { path, mode, expectedSize }: Extract<Transfer, { readonly kind: "receive-file" }>,
): boolean | Promise<boolean> {
  const { options, hooks } = session.environment;
  if (options.hooks?.beforeUpload === undefined) return true;
  return hooks.mayUpload({
    session: infoOf(session),
    user: session.login?.user.name ?? "",
    path: path.text,
    kind: mode === "append" ? "append" : "store",
    ...(expectedSize === undefined ? {} : { expectedSize }),
  });
}

/** Tells that an upload stands under its name. The file's size is looked for only where somebody hears it. */
export async function reportCommit(
  session: SessionState,
  transfer: TransferInfo,
  bytes: number,
  { path, start }: NonNullable<OpenTransfer["upload"]>,
): Promise<void> {
  const { login, environment } = session;
  const { options, emit } = environment;
  if (login === undefined || (options.onEvent ?? options.hooks?.afterUpload) === undefined) return;
  // Without the session's signal: a hook reads on when the client has gone.
  const { signal: _, ...context } = contextOf(session);
  const file = { store: login.ownStore, path, context };
  const info = infoOf(session);
  const size = start === undefined ? await sizeOf(file) : start + bytes;
  emit({ type: "commit", session: info, transfer, bytes, ...(size === undefined ? {} : { size }) }, file);
}

/** Of a file whose length the bytes that came in do not tell; a store that cannot say is no failure. */
async function sizeOf({ store, path, context }: UploadedFile): Promise<number | undefined> {
  try {
    return (await store.stat(path, context)).size;
  } catch {
    return undefined;
  }
}
