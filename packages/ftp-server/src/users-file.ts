import { type WatchedFileOptions, watchedFile } from "@longshore/file-store-node";
import { isPasswordHash } from "./password.ts";
import { type Problem, problemText, readUserRecord, type UserRecord } from "./user-schema.ts";
import type { Account, AccountSource } from "./users.ts";
import { formatSyntax, parseSyntax, syntaxOf, type UsersSyntax, UsersSyntaxProblem } from "./users-syntax.ts";

/** Where users are kept outside of the program. Plain data. */
export interface UsersFileOptions extends WatchedFileOptions {
  /**
   * A JSON file, `{ "users": { "NAME": { "password": "scrypt$…", … } } }`, as `longshore passwd` writes it, or where its
   * name ends in `.toml` the same in TOML.
   */
  readonly path: string;
  /** Whether sessions of users that are gone from the file, or also of those that were changed, are ended; `"never"` unless told. */
  readonly endSessions?: "never" | "removed" | "changed";
}

/** What a users file holds, by name. */
export type UserRecords = ReadonlyMap<string, UserRecord>;

const marker = Symbol.for("@longshore/ftp-server/UsersFileError");

/** `unreadable`: the system would not read it. `not-json`, `not-toml`: it is none. `invalid`: a key in it is wrong. */
export type UsersFileErrorCode = "unreadable" | "not-json" | "not-toml" | "invalid";

/** Why a users file cannot be used. The message names the file and the keys, and shows nothing of what stands there. */
export class UsersFileError extends Error {
  override readonly name = "UsersFileError";
  readonly code: UsersFileErrorCode;
  readonly problems: readonly Problem[];

  constructor(
    code: UsersFileErrorCode,
    message: string,
    { problems = [], cause }: { readonly problems?: readonly Problem[]; readonly cause?: unknown } = {},
  ) {
    super(`${code}: ${message}`, cause === undefined ? {} : { cause });
    this.code = code;
    this.problems = problems;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether `value` is a {@link UsersFileError}, also one made by another installed version. */
  static isInstance(value: unknown): value is UsersFileError {
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[marker] === true;
  }
}

/**
 * Reads the text of a users file. `name` stands for the file in errors; unless told its end says whether it is TOML.
 *
 * @throws {UsersFileError} `not-json`, `not-toml`, `invalid`
 */
export function parseUsersFile(
  text: string,
  name: string = "users file",
  syntax: UsersSyntax = syntaxOf(name),
): UserRecords {
  let content: unknown;
  try {
    content = parseSyntax(text, syntax);
  } catch (error) {
    if (!(error instanceof UsersSyntaxProblem)) throw error;
    throw new UsersFileError(`not-${syntax}`, `${name} ${error.message}`);
  }
  const users = membersOf(content, "users");
  const others = Object.keys(content ?? {}).filter((key) => key !== "users");
  if (users === undefined || others.length > 0) {
    const problem = {
      path: others[0] ?? "users",
      message: others.length > 0 ? "there is no such setting" : "write an object of users by name",
    };
    throw new UsersFileError("invalid", `${name}: ${problemText([problem])}`, { problems: [problem] });
  }
  const records = new Map<string, UserRecord>();
  const problems: Problem[] = [];
  for (const [user, value] of users) {
    const record = readUserRecord(value);
    const found = Array.isArray(record) ? record : checkRecord(user, record as UserRecord);
    problems.push(
      ...found.map(({ path, message }) => ({ path: `users.${user}.${path}`.replace(/\.$/, ""), message })),
    );
    if (found.length === 0) records.set(user, record as UserRecord);
    if (problems.length >= maxProblems) break;
  }
  if (problems.length > 0)
    throw new UsersFileError("invalid", `${name}: ${problemText(problems)}`, { problems });
  return records;
}

/** The text of a users file. */
export function formatUsersFile(users: UserRecords, syntax: UsersSyntax = "json"): string {
  return formatSyntax({ users: Object.fromEntries(users) }, syntax);
}

/** A users file that is read again whenever it changes. */
export interface UsersFile extends AccountSource {
  /** Reads and watches it. Rejects with a {@link UsersFileError}. */
  open(): Promise<void>;
  /** Reads it now, whether it has changed or not. Rejects, and keeps the users of before, with a {@link UsersFileError}. */
  reload(): Promise<void>;
  close(): void;
}

export interface UsersFileHandlers {
  /** It was read again; `gone` and `changed` are names of before. */
  onChange(users: number, gone: ReadonlySet<string>, changed: ReadonlySet<string>): void;
  /** It has changed and cannot be used; the users of before stay. */
  onError(error: UsersFileError): void;
}

export function createUsersFile(options: UsersFileOptions, handlers: UsersFileHandlers): UsersFile {
  const { path } = options;
  const file = watchedFile(path, options);
  let records: UserRecords = new Map();
  let accounts: readonly Account[] = [];
  let known = new Map<string, Account>();

  async function read(): Promise<void> {
    const before = records;
    records = parseUsersFile(await textOf(path, file), path);
    known = new Map([...records].map(([name, record]) => [name, accountOf(name, record)]));
    accounts = [...known.values()];
    const names = [...before.keys()];
    const isChanged = (name: string): boolean =>
      JSON.stringify(before.get(name)) !== JSON.stringify(records.get(name));
    const gone = new Set(names.filter((name) => !records.has(name)));
    handlers.onChange(
      records.size,
      gone,
      new Set(names.filter((name) => !gone.has(name) && isChanged(name))),
    );
  }

  async function readAgain(): Promise<void> {
    try {
      await read();
    } catch (error) {
      handlers.onError(toError(error, path));
    }
  }

  return {
    find: (name) => known.get(name),
    some: (number) => accounts[number % accounts.length],
    async open() {
      await read();
      file.watch(readAgain);
    },
    reload: read,
    close: () => file.close(),
  };
}

/** Reads a users file. @throws {UsersFileError} */
export async function readUsersFile(path: string): Promise<UserRecords> {
  return parseUsersFile(await textOf(path, watchedFile(path)), path);
}

async function textOf(path: string, file: { read(): Promise<string> }): Promise<string> {
  try {
    return await file.read();
  } catch (error) {
    throw toError(error, path);
  }
}

const maxProblems = 20;

function checkRecord(name: string, { password }: UserRecord): readonly Problem[] {
  if (name === "" || /[\u0000-\u001f\u007f]/.test(name))
    return [{ path: "", message: "a name is not empty and holds no control characters" }];
  if (isPasswordHash(password)) return [];
  return [
    { path: "password", message: "write a hash that longshore passwd made, never the password itself" },
  ];
}

function accountOf(name: string, { password, ...options }: UserRecord): Account {
  return { user: { ...options, name }, hash: password };
}

function membersOf(value: unknown, key: string): readonly (readonly [string, unknown])[] | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  const member: unknown = Reflect.get(value, key);
  return typeof member === "object" && member !== null && !Array.isArray(member)
    ? Object.entries(member)
    : undefined;
}

function toError(error: unknown, path: string): UsersFileError {
  if (UsersFileError.isInstance(error)) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new UsersFileError("unreadable", `${path} cannot be read: ${why}`, { cause: error });
}
