import { isIP, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import type { ConnectionOptions } from "node:tls";
import { parseHost } from "@longshore/ftp-address";
import { isSecret } from "@longshore/ftp-command";
import { type Answer, codeOf, isGood, shown } from "./answer.ts";
import { ProbeError } from "./error.ts";
import { limitsOf, type ProbeLimits, type ProbeOptions } from "./options.ts";
import { openWire, type Wire } from "./wire.ts";

/** A probe under way: what checks share, and everything that it may cost. */
export interface Visit {
  readonly options: ProbeOptions;
  readonly limits: ProbeLimits;
  readonly user: string;
  /** A name that nobody has. */
  readonly nobody: string;
  /** A name that stands nowhere. */
  readonly nothing: string;
  now(): number;
  /** A new control connection and its greeting; TLS, with these options besides, stands where it is implicit. */
  greet(tls?: ConnectionOptions): Promise<{ readonly wire: Wire; readonly greeting: Answer }>;
  /** The session that checks share, logged in, in the directory to look around in; a new one where it is gone. */
  session(): Promise<Wire>;
  /** A session of the check's own: logged in, under TLS where that was asked for or `secure` says so. */
  login(secure?: boolean): Promise<Wire>;
  /** AUTH TLS and the handshake. */
  secure(wire: Wire, tls?: ConnectionOptions): Promise<Answer>;
  tlsOptions(): ConnectionOptions;
  /** What FEAT says, a label and its parameters a line; empty where there is no FEAT. */
  features(): Promise<readonly string[]>;
  /** An address of this machine that is not the one the server knows, from which it can be reached; if there is one. */
  otherAddress(wire: Wire): string | undefined;
  /** Is destroyed when the probe ends. */
  keep(socket: Socket): void;
  /** Replies that came without a command, as far as they were seen. */
  readonly unasked: readonly string[];
  /** What has been spent. */
  readonly spent: { readonly connections: number; readonly commands: number };
  close(): void;
}

export function createVisit(options: ProbeOptions, random: string): Visit {
  const limits = limitsOf(options);
  const { now = () => performance.now(), tls = "off" } = options;
  const until = now() + limits.seconds * 1000;
  const user = options.user ?? "anonymous";
  const spent = { connections: 0, commands: 0 };
  const unasked: string[] = [];
  const wires = new Set<Wire>();
  const sockets = new Set<Socket>();
  let shared: Wire | undefined;
  let features: readonly string[] | undefined;
  /** The server's address: found once, so that no later answer of the DNS leads elsewhere. */
  let address: string | undefined;
  /** Whom the server refused once it is not asked to let in again and again, in clear or under TLS. */
  const refusals = new Map<boolean, ProbeError>();

  const spend = (what: "connections" | "commands"): void => {
    if (options.signal?.aborted === true) throw new ProbeError("aborted", "given up");
    if (now() > until) throw new ProbeError("limit", `the ${limits.seconds} seconds of the probe are over`);
    if (spent[what] >= limits[what]) throw new ProbeError("limit", `all ${limits[what]} ${what} are used up`);
    spent[what]++;
  };

  const visit: Visit = {
    options,
    limits,
    user,
    nobody: `lsp${random}`,
    nothing: `longshore-probe-${random}`,
    spent,
    unasked,
    now,
    keep(socket) {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    },
    tlsOptions() {
      const { ca, host, servername = host } = options;
      return {
        // The certificate is a finding and no condition.
        rejectUnauthorized: false,
        ...(ca === undefined ? {} : { ca }),
        ...(isIP(servername) === 0 ? { servername } : {}),
      };
    },
    async greet(more = {}) {
      spend("connections");
      const wire = await openWire({
        host: address ?? options.host,
        port: options.port ?? (tls === "implicit" ? 990 : 21),
        ...(options.family === undefined ? {} : { family: options.family }),
        patience: limits.patience,
        now,
        onCommand: () => spend("commands"),
        onUnasked: (answer) => unasked.push(shown(answer)),
      });
      address = wire.remote.host;
      wires.add(wire);
      if (tls === "implicit") await wire.startTls({ ...visit.tlsOptions(), ...more });
      // 120 says that 220 will come (RFC 959 §5.4), and counts as preliminary.
      return { wire, greeting: await wire.answer() };
    },
    async secure(wire, more = {}) {
      const answer = await wire.ask("AUTH TLS");
      if (codeOf(answer) !== 234) throw new ProbeError("refused", `AUTH TLS was answered ${shown(answer)}`);
      await wire.startTls({ ...visit.tlsOptions(), ...more });
      return answer;
    },
    async login(secure = tls !== "off") {
      const refusal = refusals.get(secure);
      if (refusal !== undefined) throw refusal;
      const { wire, greeting } = await visit.greet();
      if (codeOf(greeting) !== 220) throw new ProbeError("lost", `no greeting: ${shown(greeting)}`);
      if (secure && wire.secure === undefined) await visit.secure(wire);
      // Where TLS was asked for, the password is for the right server alone.
      const isTrusted = tls === "off" || options.insecure === true || wire.secure?.authorized === true;
      if (!isTrusted && !isAnonymous(user)) {
        wire.close();
        throw new ProbeError("refused", "the certificate is not trusted, so that no password is sent");
      }
      const answer = await logIn(wire, user, passwordOf(options));
      if (codeOf(answer) !== 230 && codeOf(answer) !== 202) {
        wire.close();
        const error = new ProbeError("refused", `${user} could not log in: ${shown(answer)}`);
        refusals.set(secure, error);
        throw error;
      }
      if (wire.secure !== undefined) {
        await wire.ask("PBSZ 0");
        wire.isPrivate = isGood(await wire.ask("PROT P"));
      }
      const { directory } = options;
      if (directory !== undefined && directory !== "") {
        const moved = await wire.ask(`CWD ${directory}`);
        if (!isGood(moved)) throw new ProbeError("refused", `CWD ${directory}: ${shown(moved)}`);
      }
      return wire;
    },
    async session() {
      if (shared === undefined || shared.isClosed || shared.isOutOfStep) {
        shared?.close();
        shared = await visit.login();
      }
      return shared;
    },
    async features() {
      if (features !== undefined) return features;
      const wire = await visit.session();
      const { final } = await wire.ask("FEAT");
      features = final?.code === 211 ? final.lines.slice(1, -1).map((line) => line.trim()) : [];
      return features;
    },
    otherAddress(wire) {
      const own = wire.local.host;
      const { family } = wire.local;
      if (family === 4 && own.startsWith("127.")) return own === "127.0.0.2" ? "127.0.0.3" : "127.0.0.2";
      if (own === "::1") return undefined;
      return Object.values(networkInterfaces())
        .flatMap((addresses) => addresses ?? [])
        .find(
          (one) =>
            !one.internal &&
            parseHost(one.address)?.family === family &&
            one.address !== own &&
            !one.address.startsWith("fe80"),
        )?.address;
    },
    close() {
      for (const wire of wires) wire.close();
      for (const socket of sockets) socket.destroy();
    },
  };
  options.signal?.addEventListener("abort", () => visit.close(), { once: true });
  return visit;
}

/** RFC 1635: whoever is nobody in particular has no secret. */
export function isAnonymous(user: string): boolean {
  return /^(?:anonymous|ftp)$/i.test(user);
}

async function logIn(wire: Wire, user: string, password: string): Promise<Answer> {
  const named = await wire.ask(`USER ${user}`);
  if (codeOf(named) !== 331) return named;
  return wire.ask(`PASS ${password}`);
}

function passwordOf({ password = "anonymous@" }: ProbeOptions): string {
  return isSecret(password) ? password.reveal() : password;
}
