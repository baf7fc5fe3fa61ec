import { isIPv4 } from "node:net";
import type { Action, Grant, Permission, PermissionRule } from "@longshore/ftp-server";
import { InvalidArgumentError } from "commander";
import { amountForm, multiples, scaled } from "./amount.ts";
import { usageFailure } from "./failure.ts";
import { mostWorkers } from "./serve/workers/count.ts";

/** What `--user` says of one user. */
export interface UserOption {
  readonly name: string;
  /** Absent where the environment or a prompt is to give it. */
  readonly password?: string;
  readonly permission?: "ro" | "rw";
}

/** A port, 0 to 65535. */
export function portOf(text: string): number {
  const port = wholeNumber(text);
  if (port === undefined || port > 65_535)
    throw new InvalidArgumentError("a port is a number from 0 to 65535");
  return port;
}

/** `A-B`, both ports from 1 to 65535, B not below A. */
export function portRangeOf(text: string): readonly [number, number] {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(text);
  const [first, last] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || first < 1 || last < first || last > 65_535) {
    throw new InvalidArgumentError("write the first and the last port, such as 50000-50100");
  }
  return [first, last];
}

/** 1 to 256, or `auto`. */
export function workersOf(text: string): number | "auto" {
  if (text === "auto") return text;
  const count = wholeNumber(text);
  if (count === undefined || count < 1 || count > mostWorkers)
    throw new InvalidArgumentError(`write a number from 1 to ${mostWorkers}, or auto`);
  return count;
}

/** A whole number that is not negative. */
export function countOf(text: string): number {
  const count = wholeNumber(text);
  if (count === undefined) throw new InvalidArgumentError("write a whole number, 0 for no limit");
  return count;
}

/** Bytes, with a unit where it is wanted. */
export function amountOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  if (!amountForm.test(text))
    throw new InvalidArgumentError("write bytes, such as 500M, 10G or 64MiB; 0 for no limit");
  return Math.round(scaled(text, multiples));
}

/** Seconds, as long as a timer can be set: 24 days. */
export function secondsOf(text: string): number {
  const seconds = wholeNumber(text);
  if (seconds === undefined || seconds > 2_000_000)
    throw new InvalidArgumentError("write whole seconds up to 2000000, 0 for no limit");
  return seconds;
}

/** An IPv4 address: PASV can tell no other (RFC 959 §4.1.2), and EPSV needs none. */
export function publicAddressOf(text: string): string {
  if (!isIPv4(text)) throw new InvalidArgumentError("write an IPv4 address, such as 203.0.113.7");
  return text;
}

/**
 * `NAME:PASSWORD`, with `:ro` or `:rw` at its end, one after the other. What stands between the first colon and that
 * end is the password, colons and all; where nothing stands, somebody else has to give it.
 *
 * @throws {CommandFailure} wrong usage, without the text: there may be a password in it
 */
export function usersOf(text: string, before: readonly UserOption[] = []): readonly UserOption[] {
  const [, name, given, permission] = /^([^:]+)(?::(.*?)(?::(ro|rw))?)?$/s.exec(text) ?? [];
  if (name === undefined)
    throw usageFailure("--user: write NAME:PASSWORD, NAME:PASSWORD:ro or NAME:PASSWORD:rw");
  if (before.some((user) => user.name === name))
    throw usageFailure(`--user: ${name} comes twice; name each user once`);
  const user: UserOption = {
    name,
    ...(given ? { password: given } : {}),
    ...(permission === "ro" || permission === "rw" ? { permission } : {}),
  };
  return [...before, user];
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/**
 * `ro`, `rw`, `incoming` or actions joined by commas, for everything or, behind `PATH=`, for a path and what is below it.
 */
export function permissionsOf(text: string, before?: Permission): Permission {
  const [, path, grant = ""] = /^(?:(\/.*)=)?([^/=]*)$/s.exec(text) ?? [];
  const allow = grantOf(grant);
  const rules = rulesIn(before);
  if (path === undefined && rules.length === 0) return allow;
  const place = path ?? "/";
  if (rules.some((rule) => rule.path === place))
    throw new InvalidArgumentError(`${place} comes twice; name each path once`);
  return [...rules, { path: place, allow }];
}

function rulesIn(permission: Permission | undefined): readonly PermissionRule[] {
  if (permission === undefined) return [];
  if (typeof permission === "string") return [{ path: "/", allow: permission }];
  const rules = permission.filter((rule) => typeof rule === "object");
  return rules.length > 0
    ? rules
    : [{ path: "/", allow: permission.filter((action) => typeof action === "string") }];
}

function grantOf(text: string): Grant {
  if (text === "ro" || text === "rw" || text === "incoming") return text;
  const names = text === "" ? [] : text.split(",");
  return names.map((name) => {
    if (isAction(name)) return name;
    const known = Object.keys(permissionActions).join(",");
    throw new InvalidArgumentError(`write ro, rw, incoming, or some of: ${known}`);
  });
}

/** As `actions` of the server, which is loaded only for what needs one; none is missing here, or this does not compile. */
const permissionActions: Readonly<Record<Action, true>> = {
  list: true,
  read: true,
  write: true,
  append: true,
  overwrite: true,
  delete: true,
  rename: true,
  "make-directory": true,
  "set-attributes": true,
};

function isAction(name: string): name is Action {
  return Object.hasOwn(permissionActions, name);
}
