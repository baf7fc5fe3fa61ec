import type { FtpServerOptions, UserOptions } from "@longshore/ftp-server";
import type { Config } from "../config/schema.ts";
import { usageFailure } from "../failure.ts";

/**
 * Who may log in.
 *
 * @throws {CommandFailure} wrong usage, where nobody could
 */
export function accessOf(
  config: Config,
): Pick<FtpServerOptions, "users" | "usersFile" | "http" | "anonymous"> {
  const { users = [], anonymous = true, usersFile, http } = config;
  if (anonymous === false && users.length === 0 && usersFile === undefined && http === undefined)
    throw usageFailure("--no-anonymous leaves nobody who could log in: name somebody with --user or --users");
  const everybody = withDefaults(config);
  return {
    ...(users.length === 0 ? {} : { users: users.map(everybody) }),
    ...(usersFile === undefined ? {} : { usersFile }),
    ...(http === undefined ? {} : { http }),
    anonymous: anonymous === false ? false : everybody(anonymous === true ? {} : anonymous),
  };
}

/** Whether the configuration lets anybody change anything; who comes from elsewhere may be allowed to. */
export function isWritable({
  writable,
  users = [],
  anonymous,
  usersFile,
  http,
  hosts = [],
}: Config): boolean {
  if (writable === true || usersFile !== undefined || http !== undefined || hosts.length > 0) return true;
  const given = [...users, ...(typeof anonymous === "object" ? [anonymous] : [])];
  return given.some(({ permission = "ro", incoming = [] }) => permission !== "ro" || incoming.length > 0);
}

/** Gives a user what everybody has. */
export function withDefaults({ writable }: Config): <User extends UserOptions>(user: User) => User {
  return (user) => ({ permission: writable === true ? "rw" : "ro", ...user });
}
