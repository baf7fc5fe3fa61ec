import { createDigest, type Digest, type DigestName } from "@longshore/ftp-data";
import type { FtpReply } from "@longshore/ftp-reply";
import { FtpError } from "@longshore/ftp-session/client";
import { askFeatures, type Features, type KnownFeatures } from "./features.ts";
import type { Lease } from "./lease.ts";
import type { Target } from "./target.ts";
import type { TransferReport } from "./transfer.ts";

/** What a server makes of a file's bytes. */
export interface FileHash {
  readonly algorithm: DigestName;
  /** In lower-case hexadecimal. */
  readonly digest: string;
}

/** How a server can be asked for a hash. */
interface HashMethod {
  readonly verb: "HASH" | "XSHA256" | "XSHA512" | "XSHA1" | "XMD5" | "XCRC";
  readonly algorithm: DigestName;
}

/** Compares one transfer's bytes with the server's hash of them. */
export interface HashCheck {
  readonly algorithm: DigestName;
  /** The target itself, with what is written counted in. */
  tap(target: Target): Target;
  /** The same for an upload of chunks. */
  tapChunks(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /**
   * The report with `verified: "hash"`; as it was where the server will not hash this file.
   *
   * @param digest of this side's bytes; of those that were tapped unless given
   * @throws {FtpError} `hash-mismatch`
   */
  confirm(remote: string, report: TransferReport, digest?: string): Promise<TransferReport>;
}

/**
 * The hash of a file by HASH (draft-bryan-ftpext-hash-02) or one of XSHA256, XSHA512, XSHA1, XMD5 and XCRC, whatever
 * FEAT lists; the best that it does, unless told which.
 *
 * @throws {FtpError} `unsupported`
 */
export async function askHash(
  lease: Lease,
  facts: KnownFeatures,
  path: string,
  wanted?: DigestName,
): Promise<FileHash> {
  const method = methodOf(facts.features ?? (await askFeatures(lease, facts)), wanted);
  if (method !== undefined) return ask(lease, facts, method, path);
  const which = wanted === undefined ? "a hash" : wanted;
  throw new FtpError("unsupported", `the server offers no command for ${which} of a file`);
}

/** A check for one transfer; `undefined` where the server has no hashes. */
export async function prepareHash(lease: Lease, facts: KnownFeatures): Promise<HashCheck | undefined> {
  const method = methodOf(facts.features ?? (await askFeatures(lease, facts)), undefined);
  if (method === undefined) return undefined;
  const { algorithm } = method;
  const counted = createInOrder(createDigest(algorithm));
  return {
    algorithm,
    tap: (target) => ({
      start: target.start,
      async write(chunk, position) {
        counted.take(chunk, position);
        await target.write(chunk, position);
      },
      async writeAll(chunks, position) {
        let at = position;
        for (const chunk of chunks) {
          counted.take(chunk, at);
          if (target.writeAll === undefined) await target.write(chunk, at);
          at += chunk.length;
        }
        await target.writeAll?.(chunks, position);
      },
      commit: () => target.commit(),
      abort: (reason) => target.abort(reason),
    }),
    async *tapChunks(chunks) {
      let at = 0;
      for await (const chunk of chunks) {
        counted.take(chunk, at);
        at += chunk.length;
        yield chunk;
      }
    },
    async confirm(remote, report, digest = counted.end()) {
      if (digest === undefined) return report;
      let theirs: FileHash;
      try {
        theirs = await ask(lease, facts, method, remote);
      } catch (error) {
        if (FtpError.isInstance(error) && error.code === "refused") return report;
        throw error;
      }
      if (theirs.digest === digest) return { ...report, verified: "hash" };
      const message = `the ${algorithm} of ${JSON.stringify(remote)} is ${theirs.digest} on the server and ${digest} here`;
      throw new FtpError("hash-mismatch", message, {
        phase: "conclude",
        command: method.verb,
        bytes: report.bytes,
      });
    },
  };
}

async function ask(
  lease: Lease,
  facts: KnownFeatures,
  { verb, algorithm }: HashMethod,
  path: string,
): Promise<FileHash> {
  if (verb === "HASH" && selectedHash(facts) !== algorithm) {
    await lease.command({ verb: "OPTS HASH", algorithm });
    facts.hash = algorithm;
  }
  const reply = await lease.command({ verb, path }, { representation: "image", limit: lease.timeouts.hash });
  const digest = digestOf(reply, verb, algorithm);
  if (digest !== undefined) return { algorithm, digest };
  const said = reply.lines.at(-1) ?? "";
  throw new FtpError("malformed-reply", `the answer to ${verb}, "${said}", holds no ${algorithm}`, {
    command: verb,
    reply,
  });
}

/** `213 SHA-256 0-49 DIGEST name` for HASH; by custom the digest, perhaps among words, for the others. */
function digestOf(reply: FtpReply, verb: HashMethod["verb"], algorithm: DigestName): string | undefined {
  const text = reply.lines.join(" ");
  const found =
    verb === "HASH"
      ? /^\s*([\w-]+) \d+-\d+ ([\da-f]+)(?: |$)/i.exec(text)
      : new RegExp(
          `(^|\\s|=)(?:0x)?([\\da-f]{${algorithm === "CRC32" ? "1,8" : lengths[algorithm]}})(?=\\s|\\.|$)`,
          "i",
        ).exec(text);
  if (verb === "HASH" && found?.[1]?.toUpperCase() !== algorithm) return undefined;
  const digest = found?.[2]?.toLowerCase().padStart(lengths[algorithm], "0");
  return digest?.length === lengths[algorithm] ? digest : undefined;
}

/** Hexadecimal digits. */
const lengths = { "SHA-256": 64, "SHA-512": 128, "SHA-1": 40, MD5: 32, CRC32: 8 } as const;

function methodOf(features: Features, wanted: DigestName | undefined): HashMethod | undefined {
  const listed = hashNames(features);
  for (const [algorithm, verb] of methods) {
    if (wanted !== undefined && wanted !== algorithm) continue;
    if (listed.includes(algorithm)) return { verb: "HASH", algorithm };
    if (features.has(verb)) return { verb, algorithm };
  }
  return undefined;
}

/** The best first: fast on today's machines, and nobody can make two files of one. */
const methods = [
  ["SHA-256", "XSHA256"],
  ["SHA-512", "XSHA512"],
  ["SHA-1", "XSHA1"],
  ["MD5", "XMD5"],
  ["CRC32", "XCRC"],
] as const;

function hashNames(features: Features): string[] {
  const names = features.get("HASH")?.toUpperCase().split(";") ?? [];
  return names.map((name) => name.trim().replace(/\*$/, ""));
}

/** What OPTS HASH last chose, else what FEAT has a star at. */
function selectedHash({ hash, features }: KnownFeatures): string | undefined {
  if (hash !== undefined) return hash;
  const names = features?.get("HASH")?.toUpperCase().split(";") ?? [];
  return names
    .find((name) => name.trim().endsWith("*"))
    ?.trim()
    .slice(0, -1);
}

/** Bytes that came in any other order than the file's have no digest here. */
function createInOrder(digest: Digest): {
  take(chunk: Uint8Array, position: number): void;
  end(): string | undefined;
} {
  let next = 0;
  let isBroken = false;
  return {
    take(chunk, position) {
      if (position !== next) isBroken = true;
      next = position + chunk.length;
      if (!isBroken) digest.update(chunk);
    },
    end: () => (isBroken ? undefined : digest.end()),
  };
}
