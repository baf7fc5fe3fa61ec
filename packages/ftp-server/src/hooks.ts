import type { FileStore, ReadableFile, StoreContext, VirtualPath } from "@longshore/file-store";
import type { HostPort } from "@longshore/ftp-address";
import { createNodeDigest, digestFile } from "@longshore/ftp-data";
import type { FtpServerEvent, SessionInfo, TransferInfo } from "./event.ts";

/**
 * Functions of one's own that a server calls. What they throw becomes a `hook-failed` event and never hurts the
 * session; none but `beforeUpload` is waited for.
 */
export interface FtpServerHooks {
  readonly onConnect?: (connect: { readonly session: SessionInfo; readonly local: HostPort }) => unknown;
  readonly onLogin?: (login: LoginEnd) => unknown;
  /**
   * Asked before a file is opened for an upload: `false` refuses it with 553. So does a throw, and so does more time
   * than `limits.hookTimeout`: what keeps watch does not open the gate by failing.
   */
  readonly beforeUpload?: (upload: UploadStart) => boolean | undefined | Promise<boolean | undefined>;
  /** The file stands under its name, whole. The client's 226 does not wait for this. */
  readonly afterUpload?: (upload: Upload) => unknown;
  /** All bytes of a file have been sent. */
  readonly afterDownload?: (download: Download) => unknown;
  readonly onDisconnect?: (end: { readonly session: SessionInfo; readonly milliseconds: number }) => unknown;
}

export type HookName = keyof FtpServerHooks;

export interface LoginEnd {
  readonly session: SessionInfo;
  readonly user: string;
  readonly anonymous: boolean;
}

export interface UploadStart {
  readonly session: SessionInfo;
  readonly user: string;
  /** As the client named it; STOU may still choose another. */
  readonly path: string;
  readonly kind: "store" | "append";
  /** What the client announced with ALLO. */
  readonly expectedSize?: number;
}

/** An upload that is complete. */
export interface Upload {
  readonly session: SessionInfo;
  readonly user: string;
  readonly path: string;
  /** Bytes of the file as it now stands; absent where the store could not tell. */
  readonly size?: number;
  /** Bytes on the wire: fewer than `size` after REST or APPE. */
  readonly bytes: number;
  /**
   * The file's digest in hexadecimal, read from the store when it is asked for. `"sha256"` unless told; whatever
   * `node:crypto` knows. Rejects with a `FileStoreError` where the file is gone already.
   */
  hash(algorithm?: string): Promise<string>;
  /** Opens the file, with the rights of the server and not the user's: who may only drop files has them looked at. */
  open(): Promise<ReadableFile>;
}

export interface Download {
  readonly session: SessionInfo;
  readonly user: string;
  readonly path: string;
  /** On the wire. */
  readonly bytes: number;
  readonly milliseconds: number;
}

/** Where an upload stands, for who wants to read it. */
export interface UploadedFile {
  readonly store: FileStore;
  readonly path: VirtualPath;
  readonly context: StoreContext;
}

/** The hooks of a server, fed from its events. */
export interface Hooks {
  /** Calls what hangs on this event. `file` comes with an upload's `commit`. */
  tell(event: FtpServerEvent, file?: UploadedFile): void;
  /** Whether the upload may begin. */
  mayUpload(upload: UploadStart): Promise<boolean>;
  /** Settles when every hook that was called is through. */
  settled(): Promise<void>;
}

/** @param timeout milliseconds that `beforeUpload` may take; 0: no limit */
export function createHooks(
  hooks: FtpServerHooks,
  timeout: number,
  emit: (event: FtpServerEvent) => void,
): Hooks {
  const running = new Set<Promise<void>>();

  function call<Argument>(
    hook: HookName,
    run: ((argument: Argument) => unknown) | undefined,
    argument: Argument & { readonly session: SessionInfo },
  ): void {
    if (run === undefined) return;
    const done = (async () => run(argument))().then(
      () => {},
      (error: unknown) => emit({ type: "hook-failed", session: argument.session, hook, error }),
    );
    running.add(done);
    void done.then(() => running.delete(done));
  }

  return {
    tell(event, file) {
      switch (event.type) {
        case "connect":
          return call("onConnect", hooks.onConnect, { session: event.session, local: event.local });
        case "login": {
          const { session, anonymous } = event;
          return call("onLogin", hooks.onLogin, { session, user: session.user ?? "", anonymous });
        }
        case "commit":
          if (file !== undefined) call("afterUpload", hooks.afterUpload, uploadOf(event, file));
          return;
        case "transfer-end":
          if (event.outcome === "done" && event.transfer.kind === "retrieve")
            call("afterDownload", hooks.afterDownload, downloadOf(event));
          return;
        case "disconnect":
          return call("onDisconnect", hooks.onDisconnect, {
            session: event.session,
            milliseconds: event.milliseconds,
          });
        default:
      }
    },
    async mayUpload(upload) {
      const { beforeUpload } = hooks;
      if (beforeUpload === undefined) return true;
      try {
        return (await within(timeout, (async () => beforeUpload(upload))())) !== false;
      } catch (error) {
        emit({ type: "hook-failed", session: upload.session, hook: "beforeUpload", error });
        return false;
      }
    },
    async settled() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}

type EventOf<Type extends FtpServerEvent["type"]> = Extract<FtpServerEvent, { readonly type: Type }>;

function uploadOf(event: EventOf<"commit">, { store, path, context }: UploadedFile): Upload {
  const { session, transfer, bytes, size } = event;
  const open = (): Promise<ReadableFile> => store.openRead(path, context);
  return {
    ...subjectOf(session, transfer),
    ...(size === undefined ? {} : { size }),
    bytes,
    open,
    hash: async (algorithm = "sha256") => digestOf(await open(), algorithm),
  };
}

function downloadOf({ session, transfer, bytes, milliseconds }: EventOf<"transfer-end">): Download {
  return { ...subjectOf(session, transfer), bytes, milliseconds };
}

function subjectOf(
  session: SessionInfo,
  { path }: TransferInfo,
): { readonly session: SessionInfo; readonly user: string; readonly path: string } {
  return { session, user: session.user ?? "", path };
}

async function digestOf(file: ReadableFile, algorithm: string): Promise<string> {
  try {
    return await digestFile(file, createNodeDigest(algorithm));
  } finally {
    await file.close();
  }
}

function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  if (milliseconds === 0) return work;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took more than ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
