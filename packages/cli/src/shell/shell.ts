import type { FtpClient, FtpClientOptions, FtpUrl } from "@longshore/ftp-client";
import type { ConnectionFlags } from "../connection.ts";
import { printable, usageFailure } from "../failure.ts";
import type { ShellCommand } from "./command.ts";
import type { Editor } from "./editor.ts";
import { reconnect } from "./remote.ts";
import { createTrace, type Trace } from "./trace.ts";

/** One session of `longshore ftp`: what the commands share. */
export interface Shell {
  readonly settings: Settings;
  readonly commands: readonly ShellCommand[];
  /** How to connect, from the command line. */
  readonly flags: ConnectionFlags;
  /** The terminal; `undefined` in a script, where nobody can be asked. */
  readonly editor: Editor | undefined;
  readonly trace: Trace;
  /** The server that was opened last, also when the login there failed. */
  place: FtpUrl | undefined;
  remote: Remote | undefined;
  /** Set by `bye`. */
  isEnding: boolean;
  /** A program of the user's has the terminal (`!`): Ctrl-C is for it alone. */
  isLent: boolean;
  /** The open session, connected again where the server has closed it. */
  client(signal: AbortSignal): Promise<FtpClient>;
  /** A line for the person, beside what commands print. */
  tell(line: string): void;
}

/** What `verbose`, `binary`, … switch. */
export interface Settings {
  /** Show the server's replies. */
  verbose: boolean;
  /** Show every line that is sent and comes. */
  debug: boolean;
  /** Ask before each file of `mget`, `mput` and `mdelete`. */
  prompt: boolean;
  progress: boolean;
  /** Bytes to a `#`; 0 shows none. */
  hash: number;
  representation: "image" | "ascii";
  passive: boolean;
  /** Files are put under a temporary name where that can be, and in place where not. */
  temporary: boolean;
}

/** The server in the hands of the session. */
export interface Remote {
  readonly client: FtpClient;
  readonly options: FtpClientOptions;
  /** The working directory there, as far as it is known. */
  directory: string | undefined;
  /** Where it was after the login, and before the latest `cd`. */
  home: string | undefined;
  before: string | undefined;
}

export function createShell(
  commands: readonly ShellCommand[],
  flags: ConnectionFlags,
  editor: Editor | undefined,
): Shell {
  const isInteractive = editor !== undefined;
  const settings: Settings = {
    verbose: isInteractive,
    debug: false,
    prompt: isInteractive,
    progress: true,
    hash: 0,
    representation: "image",
    passive: flags.active !== true,
    temporary: true,
  };
  const tell = (line: string): void => {
    process.stderr.write(`${printable(line)}\n`);
  };
  const shell: Shell = {
    settings,
    commands,
    flags,
    editor,
    trace: createTrace(settings, tell),
    place: undefined,
    remote: undefined,
    isEnding: false,
    isLent: false,
    async client(signal) {
      if (shell.remote === undefined) {
        const again = shell.place === undefined ? "" : `, or user NAME for ${shell.place.host} again`;
        throw usageFailure(`not connected: open HOST or open URL first${again}`);
      }
      if (shell.remote.client.isClosed) await reconnect(shell, shell.remote, signal);
      return shell.remote.client;
    },
    tell,
  };
  return shell;
}
