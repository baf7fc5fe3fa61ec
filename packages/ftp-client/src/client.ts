import { createSecret, type FtpCommand, isSecret, type Secret } from "@longshore/ftp-command";
import type { DigestName } from "@longshore/ftp-data";
import type { ListingEntry } from "@longshore/ftp-listing";
import { type FtpReply, parseNumber, parsePathReply, parseTime, parseWord } from "@longshore/ftp-reply";
import type { DataMode } from "@longshore/ftp-session";
import { FtpError } from "@longshore/ftp-session/client";
import { makeDirectories, makeDirectory } from "./directory.ts";
import { askFeatures, type Features, type KnownFeatures, negotiate } from "./features.ts";
import { type DownloadOptions, download, type UploadOptions, upload } from "./file-transfer.ts";
import { askHash, type FileHash } from "./hash.ts";
import {
  type Listing,
  type ListingContext,
  type ListNamesOptions,
  type ListOptions,
  list,
  listNames,
  stat,
  stream,
} from "./listing.ts";
import type { CallOptions, FtpClientOptions, TransferCallOptions } from "./options.ts";
import { openPlanned } from "./plan.ts";
import type { Session } from "./session.ts";
import { signalOf } from "./signal.ts";
import type { UploadSource } from "./source.ts";
import { type DownloadTarget, sink } from "./target.ts";
import { localError, type Place, retrieve, type TransferReport, toNumber } from "./transfer.ts";

/**
 * A logged-in session. Calls made together wait for each other in the order in which they were made; a transfer that
 * fails leaves the session usable. Every method rejects with an {@link FtpError} and nothing else.
 *
 * Paths are the server's, as seen from the working directory, sent as they are.
 */
export interface FtpClient extends AsyncDisposable {
  /** The entries of a directory, the working directory unless told: by MLSD where the server has it, else LIST. */
  list(path?: string, options?: ListOptions): Listing;
  /** The names in a directory (NLST), as the server gives them. */
  listNames(path?: string, options?: ListNamesOptions): AsyncIterable<string>;
  /** One entry: by MLST where the server has it, else from the listing of its directory. */
  stat(path: string, options?: CallOptions): Promise<ListingEntry>;

  /** Gets a file. A local path appears whole or not at all; what was got is compared with the size told. */
  download(remote: string, to: DownloadTarget, options?: DownloadOptions): Promise<TransferReport>;
  /** Gets a file as chunks to iterate; leaving the loop aborts the transfer. The session is taken until the end. */
  read(remote: string, options?: ReadOptions): AsyncIterable<Uint8Array>;
  /**
   * Puts a file, which appears whole or not at all wherever the server lets it (`temporary`). What stands on the server
   * afterwards is compared by SIZE.
   */
  upload(from: UploadSource, remote: string, options?: UploadOptions): Promise<TransferReport>;

  remove(path: string, options?: CallOptions): Promise<void>;
  rename(from: string, to: string, options?: CallOptions): Promise<void>;
  /** Makes a directory; with `recursive` those above it too, and one that stands already is no error. */
  makeDirectory(path: string, options?: CallOptions & { readonly recursive?: boolean }): Promise<void>;
  /** Removes an empty directory. */
  removeDirectory(path: string, options?: CallOptions): Promise<void>;

  /** Changes the working directory; `..` is CDUP. */
  cd(path: string, options?: CallOptions): Promise<void>;
  pwd(options?: CallOptions): Promise<string>;
  /** Bytes that a download in image type would give (RFC 3659 §4). */
  size(path: string, options?: CallOptions): Promise<number>;
  /** When the file was last changed (RFC 3659 §3): milliseconds since the epoch, UTC. */
  modified(path: string, options?: CallOptions): Promise<number>;
  /** What the server makes of the file's bytes, by HASH or XSHA256, XSHA512, XSHA1, XMD5, XCRC: the best it has. */
  hash(path: string, options?: CallOptions & { readonly algorithm?: DigestName }): Promise<FileHash>;
  /** Sets that time with MFMT, to the second. */
  setModified(path: string, milliseconds: number, options?: CallOptions): Promise<void>;

  /** What FEAT lists; empty where the server has no FEAT. */
  features(options?: CallOptions): Promise<Features>;
  /** The first word of SYST's answer. */
  system(options?: CallOptions): Promise<string>;
  noop(options?: CallOptions): Promise<void>;
  /** A line of one's own (RFC 1123 §4.1.4.2); every final reply is an answer, also 4yz and 5yz. */
  quote(line: string, options?: CallOptions): Promise<FtpReply>;
  /** A typed command with one final reply; a refusal is an error. */
  command(command: FtpCommand, options?: CallOptions): Promise<FtpReply>;

  /** QUIT, after what is under way. Never rejects. */
  close(): Promise<void>;
  /** Closes at once; what is under way rejects. */
  destroy(): void;
  readonly isClosed: boolean;
  /** Why the session was closed, if not by this side: the text of a 421, a lost connection, … */
  readonly closeReason: FtpError | undefined;
  /** Whether the control connection is encrypted: not any more after CCC (`tls.clearControl`). */
  readonly isSecure: boolean;
  /** How the latest data connection was opened. */
  readonly dataMode: DataMode | undefined;
  /** How data connections are opened from now on, as `dataModes` of the options; `"passive"` unless told. */
  setDataModes(modes: FtpClientOptions["dataModes"]): void;
  /** Which of the `plans` led to this session, from 0. */
  readonly plan: number;
}

export interface ReadOptions extends TransferCallOptions {
  /** First byte to get; 0 unless told. */
  readonly offset?: number;
  readonly size?: number;
  /** Told what was proven, once the last chunk was taken. */
  readonly onReport?: (report: TransferReport) => void;
}

export const FtpClient: {
  /**
   * Connects, secures and logs in.
   *
   * @throws {FtpError} `connect-failed`, `tls-failed`, `tls-refused`, `login-failed`, `timeout`, `not-ftp`, …
   * @example
   * await using client = await FtpClient.connect({ host: "ftp.example.org", tls: "explicit" });
   * for await (const entry of client.list("/pub")) console.log(entry.name);
   */
  connect(options: FtpClientOptions): Promise<FtpClient>;
} = { connect };

async function connect({ timeout = 0, ...given }: FtpClientOptions): Promise<FtpClient> {
  const signal = signalOf({ timeout, ...(given.signal === undefined ? {} : { signal: given.signal }) });
  const options: FtpClientOptions = { ...given, ...(signal === undefined ? {} : { signal }) };
  const { session, plan } = await openPlanned(options);
  const state: KnownFeatures = { features: undefined, inPlace: new Set() };
  try {
    await session.use(options.signal === undefined ? {} : { signal: options.signal }, async (lease) => {
      await lease.operate({
        type: "login",
        user: options.user ?? "anonymous",
        password: secretOf(options.password ?? (options.user === undefined ? "anonymous@" : "")),
        ...(options.account === undefined ? {} : { account: secretOf(options.account) }),
      });
      if (options.negotiate !== false) await negotiate(lease, state, options);
    });
  } catch (error) {
    session.destroy();
    throw localError(error);
  }
  const client = createClient(session, state, plan, options);
  insides.set(client, { session, facts: state });
  keepAwake(session, client, options.keepAlive ?? 0);
  return client;
}

const insides = new WeakMap<FtpClient, Pick<Place, "session" | "facts">>();

/** What stands behind a client, for what needs two of them. */
export function insideOf(client: FtpClient): Pick<Place, "session" | "facts"> {
  const inside = insides.get(client);
  if (inside === undefined)
    throw new FtpError("bad-argument", "this is no client that FtpClient.connect made");
  return inside;
}

function createClient(
  session: Session,
  facts: KnownFeatures,
  plan: number,
  options: FtpClientOptions,
): FtpClient {
  const context: ListingContext = {
    session,
    features: () => facts.features,
    knowledge: { withoutFacts: false, withoutFlags: false },
    latin1: options.encoding === "latin1",
    listHidden: options.quirks?.listHidden ?? true,
  };

  const command = (what: FtpCommand, call: CallOptions = {}): Promise<FtpReply> => {
    // Whatever it selects, the next hash selects its own again.
    if (what.verb === "OPTS HASH" || what.verb === "REIN") facts.hash = "";
    if (what.verb === "REIN") facts.isExact = undefined;
    return session.use(call, (lease) => lease.command(what));
  };

  return {
    list: (path = "", call) => list(context, path, call),
    listNames: (path = "", call) => listNames(context, path, call),
    stat: (path, call) => stat(context, path, call),

    download: (remote, to, call = {}) =>
      ours(session.use(call, (lease) => download({ session, lease, facts }, remote, to, call))),
    read(remote, call = {}) {
      const { offset = 0, size } = call;
      return stream<Uint8Array>(
        session,
        call,
        async (lease, channel) => {
          const target = sink((chunk) => channel.put(chunk));
          const sized = { ...call, offset, expectedSize: size };
          const report = await retrieve(session, lease, remote, target, sized);
          call.onReport?.(report);
        },
        "hold",
      );
    },
    upload: (from, remote, call = {}) =>
      ours(session.use(call, (lease) => upload({ session, lease, facts }, from, remote, call))),

    async remove(path, call) {
      await command({ verb: "DELE", path }, call);
    },
    async rename(from, to, call = {}) {
      await session.use(call, (lease) => lease.rename(from, to));
    },
    makeDirectory: (path, call = {}) =>
      session.use(call, (lease) =>
        call.recursive === true ? makeDirectories(lease, path) : makeDirectory(lease, path),
      ),
    async removeDirectory(path, call) {
      await command({ verb: "RMD", path }, call);
    },

    async cd(path, call) {
      await command(path === ".." ? { verb: "CDUP" } : { verb: "CWD", path }, call);
    },
    async pwd(call) {
      const reply = await command({ verb: "PWD" }, call);
      return parsePathReply(reply) ?? unreadable(session, "PWD", reply);
    },
    async size(path, call = {}) {
      const reply = await session.use(call, (lease) =>
        lease.command({ verb: "SIZE", path }, { representation: "image" }),
      );
      return toNumber(parseNumber(reply)) ?? unreadable(session, "SIZE", reply);
    },
    async modified(path, call) {
      const reply = await command({ verb: "MDTM", path }, call);
      const time = parseTime(reply);
      return time === undefined ? unreadable(session, "MDTM", reply) : Date.parse(time);
    },
    hash: (path, call = {}) => session.use(call, (lease) => askHash(lease, facts, path, call.algorithm)),
    async setModified(path, milliseconds, call) {
      const time = new Date(milliseconds).toISOString().replace(/\..*|[-:T]/g, "");
      await command({ verb: "MFMT", time, path }, call);
    },

    async features(call = {}) {
      if (facts.features === undefined) await session.use(call, (lease) => askFeatures(lease, facts));
      return facts.features ?? new Map();
    },
    async system(call) {
      const reply = await command({ verb: "SYST" }, call);
      return parseWord(reply) ?? unreadable(session, "SYST", reply);
    },
    async noop(call) {
      await command({ verb: "NOOP" }, call);
    },
    async quote(line, call = {}) {
      facts.hash = "";
      facts.isExact = undefined;
      const reply = await session.use(call, (lease) => lease.quote(line));
      return reply;
    },
    command,

    async close() {
      if (!session.isClosed) await command({ verb: "QUIT" }).catch(() => {});
      session.destroy();
    },
    destroy: () => session.destroy(),
    plan,
    setDataModes: (modes) => session.setDataModes(modes),
    get isClosed() {
      return session.isClosed;
    },
    get closeReason() {
      return session.error;
    },
    get isSecure() {
      return session.isSecure;
    },
    get dataMode() {
      return session.dataMode;
    },
    async [Symbol.asyncDispose]() {
      await this.close();
    },
  };
}

/** Sends NOOP when the session has had nothing to do for a while. */
function keepAwake(session: Session, client: FtpClient, interval: number): void {
  if (interval <= 0) return;
  const timer = setInterval(() => {
    if (session.isClosed) clearInterval(timer);
    else if (session.isIdle) client.noop().catch(() => {});
  }, interval);
  timer.unref();
}

/** Whatever else was thrown on this side, a `FileStoreError` mostly, as an {@link FtpError}. */
async function ours<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw localError(error);
  }
}

function unreadable({ transcript }: Session, verb: string, reply: FtpReply): never {
  throw new FtpError(
    "malformed-reply",
    `the answer to ${verb}, "${reply.lines.at(-1) ?? ""}", cannot be read`,
    {
      command: verb,
      reply,
      transcript,
    },
  );
}

function secretOf(text: string | Secret): Secret {
  return isSecret(text) ? text : createSecret(text);
}
