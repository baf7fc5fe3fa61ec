import type { CommonEngineOptions } from "@longshore/ftp-session/server";
import type { FtpServerOptions } from "./options.ts";
import type { Host } from "./virtual-host.ts";

/** Longest TLS handshake, in milliseconds. */
export const handshakeTimeout = 30_000;

/** The part of a server's options that its engines keep: one value for all of them. */
export function engineOptionsOf(options: FtpServerOptions, main: Host): CommonEngineOptions {
  const { limits = {} } = options;
  return {
    store: main.engine.store,
    tls: main.engine.tls,
    hosts: (options.hosts ?? []).length > 0,
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
    allowClearCommands: options.tls?.allowClearCommands ?? false,
    ...definedOf({
      quirks: options.quirks,
      greeting: options.greeting,
      welcome: options.welcome,
      defaultType: options.defaultType,
      without: options.without,
      allowEstablishing: options.allowEstablishing,
      who: options.who,
      allowSpecialModeBits: options.allowSpecialModeBits,
      acceptForeignData: options.passive ? options.passive.allowForeignAddress : undefined,
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
