import { type FileHandle, open, readFile, realpath, rename, unlink } from "node:fs/promises";
import {
  formatUsersFile,
  hashPassword,
  type Permission,
  parseUsersFile,
  readUsersFile,
  type UserRecord,
  type UserRecords,
  UsersFileError,
} from "@longshore/ftp-server";
import { CommandFailure, toLine, usageFailure } from "./failure.ts";
import { askNewPassword } from "./password.ts";

/** What `passwd` was told. */
export interface PasswdFlags {
  readonly delete?: true;
  readonly stdin?: true;
  readonly keepPassword?: true;
  readonly permission?: Permission;
  readonly root?: string;
  readonly home?: string;
  readonly createHome?: true;
  readonly quotaBytes?: number;
  readonly quotaFiles?: number;
  readonly rateUp?: number;
  readonly rateDown?: number;
  readonly sessions?: number;
}

/** Sets or deletes a user in a users file. */
export async function passwd(file: string, name: string, flags: PasswdFlags): Promise<void> {
  const path = await realpath(file).catch(() => file);
  const before = await usersIn(path);
  await mustHaveNoComments(path);
  if (flags.delete === true) {
    if (!before.has(name)) throw usageFailure(`${file} has no user ${name}`);
    await write(path, new Map([...before].filter(([other]) => other !== name)));
    return;
  }
  const known = before.get(name);
  if (flags.keepPassword === true && known === undefined)
    throw usageFailure(`${file} has no user ${name}: leave out --keep-password to add one`);
  // What is wrong with the settings is told before anyone has to type a password.
  const draft = withSettings(known ?? { password: "" }, flags);
  check(name, { ...draft, password: placeholder });
  const password =
    known !== undefined && flags.keepPassword === true
      ? known.password
      : await hashPassword(await passwordFor(name, flags));
  // Read again: a prompt takes its time.
  const users = new Map(await usersIn(path));
  users.set(name, withSettings({ ...users.get(name), password }, flags));
  await write(path, users);
}

async function passwordFor(name: string, { stdin }: PasswdFlags): Promise<string> {
  const password = stdin === true ? await firstLine() : await askNewPassword(`Password for ${name}`);
  if (password === "") throw usageFailure("the password is empty: give one");
  return password;
}

/** Of standard input, without its end; a password of more than 64 kB is a mistake. */
async function firstLine(): Promise<string> {
  let text = "";
  process.stdin.setEncoding("utf8");
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.includes("\n") || text.length > 65_536) break;
  }
  return text.replace(/\r?\n.*$/s, "");
}

function withSettings(record: UserRecord, flags: PasswdFlags): UserRecord {
  const { permission, root, home, createHome, sessions } = flags;
  const quota = limitsOf(record.quota, { bytes: flags.quotaBytes, files: flags.quotaFiles });
  const rate = limitsOf(record.rate, { up: flags.rateUp, down: flags.rateDown });
  return {
    ...record,
    ...(permission === undefined ? {} : { permission }),
    ...(root === undefined ? {} : { root }),
    ...(home === undefined ? {} : { home }),
    ...(createHome === undefined ? {} : { createHome }),
    ...(quota === undefined ? {} : { quota }),
    ...(rate === undefined ? {} : { rate }),
    ...(sessions === undefined ? {} : { sessions }),
  };
}

/** The limits of before with those that were given; 0 takes one away. */
function limitsOf<Name extends string>(
  before: { readonly [N in Name]?: number } | undefined,
  given: { readonly [N in Name]: number | undefined },
): { readonly [N in Name]?: number } | undefined {
  const entries = Object.entries<number | undefined>({ ...before, ...definedOf(given) });
  if (before === undefined && Object.values(given).every((value) => value === undefined)) return undefined;
  return Object.fromEntries(entries.filter(([, value]) => value !== 0)) as { readonly [N in Name]?: number };
}

function definedOf(values: object): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** A hash that is one, for looking at the rest of a record before there is a password. */
const placeholder = "scrypt$2$8$1$AA==$AA==";

function check(name: string, record: UserRecord): void {
  try {
    parseUsersFile(formatUsersFile(new Map([[name, record]])), "the user");
  } catch (error) {
    throw usageFailure(toLine(error));
  }
}

/** Writing a file anew would lose what its owner has noted in it. */
async function mustHaveNoComments(path: string): Promise<void> {
  if (!isToml(path)) return;
  const text = await readFile(path, "utf8").catch(() => "");
  if (!text.includes("#")) return;
  throw new CommandFailure(
    1,
    `${path} holds comments, which would be lost: write the user into another file and copy the lines over`,
  );
}

const isToml = (path: string): boolean => path.toLowerCase().endsWith(".toml");

async function usersIn(path: string): Promise<UserRecords> {
  try {
    return await readUsersFile(path);
  } catch (error) {
    if (!UsersFileError.isInstance(error)) throw error;
    const { cause } = error;
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return new Map();
    throw new CommandFailure(1, `${toLine(error)}; mend it, or move it away to begin anew`);
  }
}

/**
 * Puts the file in place as a whole, or not at all. Its name while it is written is taken by one at a time, so that
 * of two that change the file at once neither undoes what the other did.
 */
async function write(path: string, users: UserRecords): Promise<void> {
  const draft = `${path}.new`;
  let file: FileHandle;
  try {
    file = await open(draft, "wx", 0o600);
  } catch (error) {
    const isTaken = error instanceof Error && "code" in error && error.code === "EEXIST";
    const advice = isTaken ? `another longshore passwd is at work; if not, remove ${draft}` : toLine(error);
    throw new CommandFailure(1, `${path} cannot be written: ${advice}`);
  }
  try {
    await file.chmod(0o600);
    await file.writeFile(formatUsersFile(users, isToml(path) ? "toml" : "json"));
    await file.sync();
    await file.close();
    await rename(draft, path);
  } catch (error) {
    await file.close().catch(() => {});
    await unlink(draft).catch(() => {});
    throw new CommandFailure(1, `${path} cannot be written: ${toLine(error)}`);
  }
}
