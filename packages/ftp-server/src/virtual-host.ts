import { domainToASCII } from "node:url";
import type { FileStore } from "@longshore/file-store";
import { type HostPort, parseHost } from "@longshore/ftp-address";
import { storeFeatures, type VirtualHost } from "@longshore/ftp-session/server";
import { type Accounts, createAccounts } from "./accounts.ts";
import type { Admission, SharedAdmission } from "./admission.ts";
import type { Certificate, CertificateSource } from "./certificate.ts";
import { FtpServerError } from "./error.ts";
import type { FtpServerEvent } from "./event.ts";
import { createLogins, type Logins } from "./login.ts";
import type { FtpServerOptions, VirtualHostOptions } from "./options.ts";
import { restrictStore } from "./permission.ts";
import type { Quotas } from "./quotas.ts";
import { unknownStore } from "./unknown-store.ts";

/** A virtual host, or the server at large, as its sessions see it. */
export interface Host {
  /** The server's options with the host's own in the place of theirs. */
  readonly options: FtpServerOptions;
  readonly logins: Logins;
  /** The server's own where the host has none. */
  readonly accounts: Accounts;
  /** What can be said of the store before anyone has logged in. */
  readonly anyStore: FileStore;
  /** What the engine needs to know of it. */
  readonly engine: Required<Pick<VirtualHost, "store" | "tls">> & VirtualHost;
  /** Its first name, or nothing for the server at large: what tells it from the others. */
  readonly realm: string;
  /** The certificate for clients that name it. */
  readonly certificate: Certificate | CertificateSource | undefined;
  /** The most sessions that may have chosen it at once; 0: no limit. */
  readonly sessions: number;
}

/** All hosts of a server. */
export interface Hosts {
  /** For clients that name none: the server at large. */
  readonly main: Host;
  /** All others. */
  readonly named: readonly Host[];
  /** Those of all hosts, each once. */
  readonly accounts: readonly Accounts[];
  /** The host with this name, in lower case; the one whose name is not a wildcard comes first. */
  find(name: string): Host | undefined;
  /** What `HOST name` stands for (RFC 7151 §3.1): a name, or a literal address, which has to be the server's own. */
  select(name: string, local: HostPort): Host | undefined;
}

/**
 * @param onRevoked told of users whose sessions are to end
 * @throws {FtpServerError} `virtual-host`
 */
export function createHosts(
  options: FtpServerOptions,
  admission: Admission | SharedAdmission,
  quotas: Quotas,
  emit: (event: FtpServerEvent) => void,
  onRevoked: (accounts: Accounts, names: ReadonlySet<string>) => void,
): Hosts {
  const accountsOf = (from: FtpServerOptions): Accounts => {
    const accounts: Accounts = createAccounts(from, emit, (names) => onRevoked(accounts, names));
    return accounts;
  };
  const common = accountsOf(options);
  const shared = {
    admission,
    quotas,
    accounts: (from: FtpServerOptions) => (hasOwnUsers(from, options) ? accountsOf(from) : common),
  };
  const named = new Map<string, Host>();
  for (const { names, ...own } of options.hosts ?? []) {
    const keys = names.map(canonicalName);
    const host = createHost(options, own, shared, keys[0] ?? "");
    for (const name of keys) {
      if (named.has(name)) throw new FtpServerError("virtual-host", `${name} stands for two hosts`);
      named.set(name, host);
    }
  }
  const main = createHost(options, {}, shared, "");
  const find = (name: string): Host | undefined => named.get(name) ?? named.get(name.replace(/^[^.]*/, "*"));
  return {
    main,
    named: [...new Set(named.values())],
    accounts: [...new Set([main, ...named.values()].map(({ accounts }) => accounts))],
    find,
    select(name, local) {
      const literal = parseHost(name.replace(/^\[(.*)\]$/, "$1"));
      if (literal === undefined) return find(name);
      return literal.host === local.host ? main : undefined;
    },
  };
}

/** @param realm sets its users apart from those of the same name elsewhere */
function createHost(
  server: FtpServerOptions,
  { certificate, tlsRequired, ...own }: Omit<VirtualHostOptions, "names">,
  shared: {
    readonly admission: Admission | SharedAdmission;
    readonly quotas: Quotas;
    readonly accounts: (options: FtpServerOptions) => Accounts;
  },
  realm: string,
): Host {
  const options: FtpServerOptions = { ...server, ...own, limits: { ...server.limits, ...own.limits } };
  const { greeting, welcome, tls } = options;
  if (certificate !== undefined && tls === undefined)
    throw new FtpServerError("virtual-host", `${realm} has a certificate, but the server has no tls`);
  const anyStore = storeBeforeLogin(options);
  const accounts = shared.accounts(options);
  const isTlsRequired = tlsRequired ?? tls?.required ?? false;
  return {
    options,
    logins: createLogins(accounts.authenticate, options.store, shared.admission, shared.quotas, realm),
    accounts,
    anyStore,
    engine: {
      store: storeFeatures(anyStore),
      tls: tls === undefined ? "none" : isTlsRequired ? "required" : "offered",
      ...(greeting === undefined ? {} : { greeting }),
      ...(welcome === undefined ? {} : { welcome }),
    },
    realm,
    certificate,
    sessions: own.limits?.sessions ?? 0,
  };
}

/** A name as the wire has it: in lower case, with the A-labels of names that are not ASCII (RFC 7151 §3.1). */
function canonicalName(name: string): string {
  const [, star = "", rest = ""] = /^(\*\.)?(.*)$/.exec(name) ?? [];
  const ascii = domainToASCII(rest).toLowerCase();
  if (!/^[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*$/.test(ascii) || parseHost(ascii)) {
    throw new FtpServerError(
      "virtual-host",
      `${JSON.stringify(name)} is no host name; write a.example or *.example`,
    );
  }
  return star + ascii;
}

/** Whether the options of a host know other users than the server's. */
function hasOwnUsers(own: FtpServerOptions, server: FtpServerOptions): boolean {
  const names = ["users", "usersFile", "http", "anonymous", "authenticators"] as const;
  return names.some((name) => own[name] !== server[name]);
}

/** What FEAT is computed from before the login: the store with the rights of whoever may come in without a name. */
function storeBeforeLogin({ store }: FtpServerOptions): FileStore {
  return typeof store === "function" ? unknownStore : restrictStore(store, "rw");
}
