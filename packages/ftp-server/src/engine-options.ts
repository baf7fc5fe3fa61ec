import type { HostPort } from "@longshore/ftp-address";
import { type ServerEngineOptions, storeFeatures } from "@longshore/ftp-session/server";
import type { SessionEnvironment } from "./environment.ts";

/** Longest TLS handshake, in milliseconds. */
export const handshakeTimeout = 30_000;

/** The part of the server's options that its engines keep, for a connection between these two. */
export function engineOptionsFor(
  { options, anyStore }: SessionEnvironment,
  local: HostPort,
  remote: HostPort,
): ServerEngineOptions {
  const { limits = {}, tls } = options;
  return {
    local,
    remote,
    store: storeFeatures(anyStore),
    tls: tls === undefined ? "none" : tls.required === true ? "required" : "offered",
    secure: tls?.implicit === true,
    dataModes: { active: options.active !== false, passive: options.passive !== false },
    allowForeignDataAddress: options.active ? (options.active.allowForeignAddress ?? false) : false,
    limits: definedOf({
      loginTimeout: limits.loginTimeout,
      idleTimeout: limits.idleTimeout,
      idleMaximum: limits.idleMaximum,
      dataTimeout: limits.dataTimeout,
      failureDelay: limits.failureDelay,
      loginFailures: limits.loginFailures,
      lineLength: limits.lineLength,
      handshakeTimeout,
    }),
    ...definedOf({
      quirks: options.quirks,
      greeting: options.greeting,
      welcome: options.welcome,
      defaultType: options.defaultType,
      without: options.without,
      who: options.who,
      allowSpecialModeBits: options.allowSpecialModeBits,
    }),
  };
}

/** Without the keys that are absent, so that they do not stand in the way of defaults. */
function definedOf<Values extends object>(
  values: Values,
): { [Key in keyof Values]?: Exclude<Values[Key], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Values]?: Exclude<Values[Key], undefined>;
  };
}
