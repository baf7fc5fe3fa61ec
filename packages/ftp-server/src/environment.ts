import type { FileStore } from "@longshore/file-store";
import type { Admission } from "./admission.ts";
import type { FtpServerEvent } from "./event.ts";
import type { Hooks, UploadedFile } from "./hooks.ts";
import type { Logins } from "./login.ts";
import type { FtpServerOptions } from "./options.ts";
import type { SessionState } from "./session-state.ts";

/** What all sessions of a server share. */
export interface SessionEnvironment {
  readonly options: FtpServerOptions;
  readonly logins: Logins;
  readonly admission: Admission;
  /** What can be said of the store before anyone has logged in. */
  readonly anyStore: FileStore;
  /** The sessions that are there, for SITE WHO. */
  readonly sessions: Set<SessionState>;
  /** Passive ports in use. */
  readonly taken: Set<number>;
  /** `file` comes with a `commit`. */
  readonly emit: (event: FtpServerEvent, file?: UploadedFile) => void;
  readonly hooks: Hooks;
}
