import { createDigest, digestFile } from "@longshore/ftp-data";
import { FtpError } from "@longshore/ftp-session/client";
import type { KnownFeatures } from "./features.ts";
import { type HashCheck, prepareHash } from "./hash.ts";
import type { TransferCallOptions } from "./options.ts";
import { resumeDownload, resumeUpload } from "./resume.ts";
import type { Lease, Session } from "./session.ts";
import { openSource, type Source, type UploadSource } from "./source.ts";
import { type DownloadTarget, openTarget } from "./target.ts";
import { retrieve, settleTarget, sizeOf, store, type TransferReport } from "./transfer.ts";

export interface DownloadOptions extends TransferCallOptions {
  /**
   * Go on from what a local path, its `.part`, or a `WritableFile` with a `start` already has; a local path's part
   * stays for the next call when this one fails.
   */
  readonly resume?: boolean;
  /** Bytes before that place that are compared before anything is added; 4096 unless told, 0 for none. */
  readonly overlap?: number;
  /** The file's size where it is known, from a listing; saves asking. */
  readonly size?: number;
}

export interface UploadOptions extends TransferCallOptions {
  /** Go on behind what stands on the server (APPE, or REST and STOR). */
  readonly resume?: boolean;
  readonly overlap?: number;
  /** Add to what stands (APPE). */
  readonly append?: boolean;
  /** Let the server choose a name that is not taken (STOU); see `name` in the report. */
  readonly unique?: boolean;
  /** Upload under this name and rename at the end; `true` adds `.part`. What failed is removed. */
  readonly temporary?: boolean | string;
}

/** The session in the hands of one transfer, and what is known of its server. */
interface Place {
  readonly session: Session;
  readonly lease: Lease;
  readonly facts: KnownFeatures;
}

/** One file from the server, by the way that the options ask for. */
export async function download(
  place: Place,
  remote: string,
  to: DownloadTarget,
  options: DownloadOptions,
): Promise<TransferReport> {
  const { session, lease } = place;
  if (options.resume === true && typeof to === "string")
    return resumeDownload(session, lease, remote, to, options);
  const opened = openTarget(to);
  return settleTarget(opened, async () => {
    const offset = options.resume === true ? opened.start : 0;
    const check = offset === 0 ? await checkOf(place, options) : undefined;
    const target = check?.tap(opened) ?? opened;
    const sized = { ...options, offset, expectedSize: options.size };
    const report = await retrieve(session, lease, remote, target, sized);
    return check === undefined ? report : check.confirm(remote, report);
  });
}

/** One file to the server, by the way that the options ask for. */
export async function upload(
  place: Place,
  from: UploadSource,
  remote: string,
  options: UploadOptions,
): Promise<TransferReport> {
  const { session, lease } = place;
  const opened = await openSource(from);
  try {
    const check = options.append === true ? undefined : await checkOf(place, options);
    const isTapped = check !== undefined && isChunks(from);
    const source = isTapped ? await openSource(check.tapChunks(from)) : opened;
    const confirm = (report: TransferReport, name = remote): Promise<TransferReport> =>
      check === undefined ? Promise.resolve(report) : confirmUpload(check, source, name, report);
    if (options.resume === true)
      return await confirm(await resumeUpload(session, lease, source, remote, options));
    if (options.unique === true) {
      const report = await store(session, lease, "STOU", remote, source, { ...options, offset: 0 });
      return report.name === undefined ? report : await confirm(report, report.name);
    }
    if (options.append === true) {
      const base = options.verify === "none" ? 0 : ((await sizeOf(lease, remote)) ?? 0);
      return await store(session, lease, "APPE", remote, source, { ...options, offset: 0, base });
    }
    const { temporary = false } = options;
    if (temporary === false)
      return await confirm(await store(session, lease, "STOR", remote, source, { ...options, offset: 0 }));
    const name = temporary === true ? `${remote}.part` : temporary;
    try {
      const report = await store(session, lease, "STOR", name, source, { ...options, offset: 0 });
      const confirmed = await confirm(report, name);
      await lease.operate({ type: "rename", from: name, to: remote });
      return confirmed;
    } catch (error) {
      // A call that was given up can do nothing more: what clears up after it is the session's next one.
      await lease.command({ verb: "DELE", path: name }).catch((failure: unknown) => {
        if (FtpError.isInstance(failure) && failure.code === "refused") return;
        session.use({}, (own) => own.command({ verb: "DELE", path: name })).catch(() => {});
      });
      throw error;
    }
  } finally {
    await opened.close();
  }
}

/** Text that is turned on its way has another hash there than here. */
async function checkOf(
  { lease, facts }: Place,
  { verify, representation = "image" }: TransferCallOptions,
): Promise<HashCheck | undefined> {
  return verify === "hash" && representation === "image" ? prepareHash(lease, facts) : undefined;
}

/** A file is read once more for it: it may be sent from two places at once, chunks are counted as they go. */
async function confirmUpload(
  check: HashCheck,
  { file }: Source,
  name: string,
  report: TransferReport,
): Promise<TransferReport> {
  if (file === undefined) return check.confirm(name, report);
  return check.confirm(name, report, await digestFile(file, createDigest(check.algorithm)));
}

function isChunks(from: UploadSource): from is AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (typeof from === "string" || from instanceof Uint8Array) return false;
  return Symbol.asyncIterator in from || Symbol.iterator in from;
}
