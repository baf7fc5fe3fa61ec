import type { NodeStoreOptions } from "@longshore/file-store-node";
import type {
  HttpAuthenticatorOptions,
  UserEntry,
  UserOptions,
  UsersFileOptions,
} from "@longshore/ftp-server";
import { z } from "zod";
import { type FtpConfig, ftp } from "./ftp.ts";
import { type HostConfig, hosts } from "./host.ts";
import {
  type LogConfig,
  log,
  type MetricsConfig,
  metrics,
  onUpload,
  type UploadCommand,
  workers,
} from "./operation.ts";
import { store } from "./store.ts";
import { type TftpConfig, tftp } from "./tftp.ts";
import { type TlsConfig, tls } from "./tls.ts";
import { anonymous, http, users, usersFile } from "./user.ts";
import { duration, localPath, text } from "./value.ts";

/** Everything that a configuration file of `longshore serve` can say. Times are milliseconds. */
export interface Config {
  readonly $schema?: string;
  readonly root?: string;
  readonly host?: string;
  readonly writable?: boolean;
  readonly users?: readonly UserEntry[];
  readonly usersFile?: UsersFileOptions;
  readonly http?: HttpAuthenticatorOptions;
  readonly anonymous?: boolean | UserOptions;
  readonly tls?: TlsConfig;
  readonly hosts?: readonly HostConfig[];
  readonly ftp?: boolean | FtpConfig;
  readonly tftp?: boolean | TftpConfig;
  /** In how many processes FTP is served; `"auto"` is one for each processor. */
  readonly workers?: number | "auto";
  readonly store?: Omit<NodeStoreOptions, "writable" | "claimPart">;
  readonly log?: LogConfig;
  readonly xferlog?: string;
  readonly metrics?: MetricsConfig;
  readonly onUpload?: UploadCommand;
  readonly drainTimeout?: number;
}

export const schema: z.ZodType<Config> = z.strictObject({
  $schema: z.string().exactOptional(),
  root: localPath
    .exactOptional()
    .meta({ description: "The directory to serve; the current one unless told" }),
  host: text.exactOptional().meta({ description: "Address to listen at; 127.0.0.1 unless told" }),
  writable: z.boolean().exactOptional().meta({ description: "Whether everybody may change files" }),
  users: users.exactOptional(),
  usersFile: usersFile.exactOptional(),
  http: http.exactOptional(),
  anonymous: anonymous.exactOptional().meta({ description: "true unless told" }),
  tls: tls.exactOptional(),
  hosts: hosts
    .exactOptional()
    .meta({ description: "Virtual hosts, by HOST and by the name in the TLS handshake" }),
  ftp: z.union([z.boolean(), ftp]).exactOptional(),
  tftp: z.union([z.boolean(), tftp]).exactOptional(),
  workers: workers.exactOptional(),
  store: store.exactOptional(),
  log: log.exactOptional(),
  xferlog: localPath.exactOptional().meta({ description: "A file for a line about each transfer" }),
  metrics: metrics.exactOptional(),
  onUpload: onUpload.exactOptional(),
  drainTimeout: duration
    .exactOptional()
    .meta({ description: "What transfers may still take at the end; 30 s" }),
});
