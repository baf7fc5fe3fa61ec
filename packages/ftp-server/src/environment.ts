import type { prepareServerEngine } from "@longshore/ftp-session/server";
import type { Admission, SharedAdmission } from "./admission.ts";
import type { FtpServerEvent } from "./event.ts";
import type { Hooks, UploadedFile } from "./hooks.ts";
import type { FtpServerOptions } from "./options.ts";
import type { Advertiser } from "./public-address.ts";
import type { SessionState } from "./session-state.ts";
import type { TlsSetup } from "./tls-setup.ts";
import type { Hosts } from "./virtual-host.ts";

/** What all sessions of a server share. What comes of the options is replaced when the server gets others. */
export interface SessionEnvironment {
  readonly options: FtpServerOptions;
  /** The sessions that are there. */
  readonly sessions: Set<SessionState>;
  readonly hosts: Hosts;
  /** Makes the engine of a session. */
  readonly engineFor: ReturnType<typeof prepareServerEngine>;
  readonly tls: TlsSetup | undefined;
  /** Passive ports in use. */
  readonly taken: Set<number>;
  /** Which address PASV tells whom. */
  readonly advertise: Advertiser;
  /** `file` comes with a `commit`. */
  readonly emit: (event: FtpServerEvent, file?: UploadedFile) => void;
  readonly hooks: Hooks;
  readonly admission: Admission | SharedAdmission;
}
