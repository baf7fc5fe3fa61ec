import { createDigest, digestFile } from "@longshore/ftp-data";
import { FtpError } from "@longshore/ftp-session/client";
import { takesExactSizes, writesAside } from "./features.ts";
import { type HashCheck, prepareHash } from "./hash.ts";
import type { TransferCallOptions } from "./options.ts";
import { partOf, placeUpload } from "./placement.ts";
import { resumeDownload, resumeUpload } from "./resume.ts";
import { openSource, type Source, type UploadSource, watchSource } from "./source.ts";
import { type DownloadTarget, openTarget } from "./target.ts";
import { type Place, retrieve, settleTarget, sizeOf, store, type TransferReport } from "./transfer.ts";

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
  /**
   * Go on behind what stands on the server (APPE, or REST and STOR): behind the part that an earlier upload left under its
   * temporary name, else behind the file itself, in place. What came stays for the next time when this one fails.
   */
  readonly resume?: boolean;
  readonly overlap?: number;
  /** Add to what stands (APPE). */
  readonly append?: boolean;
  /** Let the server choose a name that is not taken (STOU); see `name` in the report. */
  readonly unique?: boolean;
  /**
   * Upload under another name and rename at the end, so that nothing partial stands under the name itself and what stood
   * there stays until then. Unless told: as `NAME.longshore-part` wherever that can be, which the server does itself
   * where its FEAT has `STOR ATOMIC` and data goes over TLS or, of a known size, by `ALLO EXACT`; where a name or the rename is refused and nothing stands there, in place (see
   * `placement` in the report); where something stands, `placement-refused`. `true`, or the name to use: in that way and no
   * other. `false`: in place, where a failure leaves a part and has lost what stood. What failed is removed, unless `resume`.
   * Has no meaning with `append` and `unique`.
   */
  readonly temporary?: boolean | string;
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
    const whole = { ...options, offset: 0 };
    if (options.unique === true) {
      const report = await store(session, lease, "STOU", remote, source, whole);
      return report.name === undefined ? report : await confirm(report, report.name);
    }
    if (options.append === true) {
      const base = options.verify === "none" ? 0 : ((await sizeOf(lease, remote)) ?? 0);
      return await store(session, lease, "APPE", remote, source, { ...whole, base });
    }
    const resumed = async (name: string, standing: number, rest = source): Promise<TransferReport> =>
      confirm(await resumeUpload(session, lease, rest, name, standing, options), name);
    const { resume = false, temporary, representation = "image", verify = "size" } = options;
    if (resume && source.file === undefined)
      throw new FtpError("unsupported", "only a file or bytes can be resumed, not a stream");
    // In clear, a connection that is cut looks like one that has ended, but to a server that knows the size beforehand.
    const mayTell =
      temporary === undefined && !resume && representation === "image" && source.size !== undefined;
    const isPrivate = session.isDataPrivate;
    const allocate = mayTell && !isPrivate && (await takesExactSizes(lease, place.facts));
    const isAside = (isPrivate || allocate) && writesAside(place.facts);
    const isDirect = temporary === false || (temporary === undefined && isAside);
    if (isDirect) {
      const report = resume
        ? await resumed(remote, (await sizeOf(lease, remote)) ?? 0)
        : await confirm(await store(session, lease, "STOR", remote, source, { ...whole, allocate }));
      return { ...report, placement: isAside ? "whole" : "in-place" };
    }
    const part = typeof temporary === "string" ? temporary : partOf(remote);
    const isProvenLater = !resume && verify === "size" && representation === "image";
    const partSize = resume ? await sizeOf(lease, part) : undefined;
    if (resume && partSize === undefined && temporary === undefined) {
      // Somebody else's part, or an older file: what stands stays, and grows.
      const standing = (await sizeOf(lease, remote)) ?? 0;
      if (standing > 0) return { ...(await resumed(remote, standing)), placement: "in-place" };
    }
    return await placeUpload({
      ...{ place, remote, part, isRequired: temporary !== undefined, keepsPart: resume },
      ...{ canRepeat: source.file !== undefined, isProvenLater },
      async send(name, onBegin) {
        const from = watchSource(source, onBegin);
        if (resume && name === part) return resumed(part, partSize ?? 0, from);
        const how = { ...whole, isProvenLater: isProvenLater && name === part };
        return confirm(await store(session, lease, "STOR", name, from, how), name);
      },
    });
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
