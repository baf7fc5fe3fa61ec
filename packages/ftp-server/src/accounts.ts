import { type Authenticator, anonymousAuthenticator, firstOf } from "./authenticator.ts";
import type { FtpServerEvent } from "./event.ts";
import { httpAuthenticator } from "./http-authenticator.ts";
import type { FtpServerOptions } from "./options.ts";
import { type AccountSource, listSource, passwordAuthenticator } from "./users.ts";
import { createUsersFile } from "./users-file.ts";

/** Who may log in to a server, from wherever its options have it. */
export interface Accounts {
  readonly authenticate: Authenticator;
  /** Reads and watches the users file. Rejects with a `UsersFileError`. */
  open(): Promise<void>;
  /** Reads the users file now. Rejects with a `UsersFileError`; the users of before stay. */
  reload(): Promise<void>;
  close(): void;
}

/**
 * @param onRevoked told of users whose sessions are to end
 * @throws {FileStoreError} `name-not-allowed` when a path of a user cannot be one
 */
export function createAccounts(
  options: FtpServerOptions,
  emit: (event: FtpServerEvent) => void,
  onRevoked: (names: ReadonlySet<string>) => void,
): Accounts {
  const { users, usersFile, http, authenticators = [], anonymous = false } = options;
  const { endSessions = "never" } = usersFile ?? {};
  let isOpen = false;
  const file =
    usersFile === undefined
      ? undefined
      : createUsersFile(usersFile, {
          onChange(count, gone, changed) {
            if (isOpen) emit({ type: "users-reloaded", users: count });
            if (endSessions !== "never")
              onRevoked(new Set([...gone, ...(endSessions === "changed" ? changed : [])]));
          },
          onError: (error) => emit({ type: "error", error }),
        });
  const sources: AccountSource[] = [
    ...(users === undefined ? [] : [listSource(users)]),
    ...(file === undefined ? [] : [file]),
  ];
  return {
    authenticate: firstOf([
      ...(anonymous === false ? [] : [anonymousAuthenticator(anonymous === true ? {} : anonymous)]),
      ...(sources.length === 0 ? [] : [passwordAuthenticator(sources)]),
      ...(http === undefined ? [] : [httpAuthenticator(http)]),
      ...authenticators,
    ]),
    async open() {
      await file?.open();
      isOpen = true;
    },
    async reload() {
      await file?.reload();
    },
    close() {
      file?.close();
      isOpen = false;
    },
  };
}
