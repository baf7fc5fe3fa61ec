import type { ProgramName } from "../peers/programs.ts";

/** Where a client is to connect, and as whom. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** TLS, explicit unless told; the certificate, in PEM, is to be trusted for `localhost`. */
  readonly tls?: { readonly certificateFile: string; readonly implicit?: true };
}

/**
 * An FTP client of someone else, told what to do through its own command line. Paths on the server are absolute.
 * What a client cannot do is absent. Each operation rejects when the program says that it failed.
 */
export interface FtpClientPeer {
  readonly needs: readonly ProgramName[];
  readonly tls: boolean;
  /** Takes so long to start that hundreds of it at once would test the machine; it moves many files by itself. */
  readonly slowStart?: true;
  get(target: Target, remote: string, local: string): Promise<void>;
  /** The names in a directory. */
  list(target: Target, directory: string): Promise<readonly string[]>;
  put?(target: Target, local: string, remote: string): Promise<void>;
  /** `local` holds the beginning already; only the rest is to be fetched. */
  resumeGet?(target: Target, remote: string, local: string): Promise<void>;
  /** `remote` holds the beginning already; only the rest is to be sent. */
  resumePut?(target: Target, local: string, remote: string): Promise<void>;
  rename?(target: Target, from: string, to: string): Promise<void>;
  remove?(target: Target, path: string): Promise<void>;
  /** A whole tree: what lies below `remote` comes to lie below `local`. */
  getTree?(target: Target, remote: string, local: string): Promise<void>;
  putTree?(target: Target, local: string, remote: string): Promise<void>;
  /** The size that the server tells. */
  size?(target: Target, remote: string): Promise<number>;
}
