import type { UserEntry, UserOptions, UsersFileOptions, VirtualHostOptions } from "@longshore/ftp-server";
import { z } from "zod";
import type { OptionsOf, Rows } from "./rows.ts";
import { type CertificateFiles, certificate } from "./tls.ts";
import { anonymous, http, users, usersFile } from "./user.ts";
import { bytes, count, duration, localPath, text } from "./value.ts";

/** A virtual host, as the server's library has it, over a directory of its own. */
export interface HostConfig
  extends Omit<
    VirtualHostOptions,
    "store" | "authenticators" | "users" | "usersFile" | "anonymous" | "certificate"
  > {
  readonly root?: string;
  readonly users?: readonly UserEntry[];
  readonly usersFile?: UsersFileOptions;
  readonly anonymous?: boolean | UserOptions;
  readonly certificate?: CertificateFiles;
}

const lines = z.array(z.string());

export const hosts: z.ZodType<readonly HostConfig[]> = z.array(
  z.strictObject({
    names: z.array(text).min(1).meta({ description: "ftp.example.com, or *.example.org" }),
    root: localPath.exactOptional().meta({ description: "Its directory; the server's unless told" }),
    users: users.exactOptional(),
    usersFile: usersFile.exactOptional(),
    http: http.exactOptional(),
    anonymous: anonymous.exactOptional(),
    certificate: certificate.exactOptional(),
    tlsRequired: z.boolean().exactOptional(),
    greeting: lines.exactOptional(),
    welcome: lines.exactOptional(),
    limits: z
      .strictObject({
        sessions: count.exactOptional(),
        sessionsPerUser: count.exactOptional(),
        stallTimeout: duration.exactOptional(),
        asciiSize: bytes.exactOptional(),
        wildcardEntries: count.exactOptional(),
      } satisfies Rows<OptionsOf<VirtualHostOptions["limits"]>>)
      .exactOptional(),
  } satisfies Rows<HostConfig>),
);
