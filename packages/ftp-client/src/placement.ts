import { createDigest } from "@longshore/ftp-data";
import { FtpError } from "@longshore/ftp-session/client";
import { tryCommand } from "./directory.ts";
import type { Lease } from "./lease.ts";
import { isRefusal, type Standing, standingOf } from "./standing.ts";
import { type Place, proveSize, type TransferReport } from "./transfer.ts";

/** An upload that is to appear whole under its name. */
export interface PlacedUpload {
  readonly place: Place;
  readonly remote: string;
  /** The name that it has until it is whole. */
  readonly part: string;
  /** Whether all of it can be sent once more. */
  readonly canRepeat: boolean;
  /** Whether it is an error where that cannot be; else it goes in place, where nothing is lost by that. */
  readonly isRequired: boolean;
  /** What came stays under `part` when it fails, to be resumed. */
  readonly keepsPart: boolean;
  /** Under `part` its size is compared here, together with the rename. */
  readonly isProvenLater: boolean;
  /** Sends all of it to `name`, and proves it but for that; tells when the first byte is asked for. */
  send(name: string, onBegin: () => void): Promise<TransferReport>;
}

/**
 * Uploads under a temporary name, then RNFR and RNTO, which replace at once what stands there (RFC 959 §4.1.3 leaves that to
 * the server). Servers that do not rename over a file have it moved aside before: a DELE in its place would lose it, if the
 * second RNTO then failed. Where the server takes no other name, or renames nothing, the file goes in place, but
 * only where nothing stands there as far as the server tells.
 *
 * @throws {FtpError} `placement-refused`: it cannot take its name without danger for what stands there
 */
export async function placeUpload(upload: PlacedUpload): Promise<TransferReport> {
  const { place, remote, part, isRequired, keepsPart, isProvenLater } = upload;
  if (!isRequired && place.facts.inPlace?.has(directoryOf(remote)) === true) return putInPlace(upload);
  let hasBegun = false;
  let report: TransferReport;
  try {
    report = await upload.send(part, () => {
      hasBegun = true;
    });
  } catch (error) {
    const isUnsent = !hasBegun && isRefusal(error);
    if (isUnsent && !isRequired && isOfName(error)) return putInPlace(upload, error);
    // What was refused is not this side's to remove: something else may stand there.
    if (!isUnsent && !keepsPart) await clear(place, part);
    throw error;
  }
  try {
    const size = await place.lease.rename(part, remote, isProvenLater ? report.bytes : undefined);
    if (size !== undefined) report = { ...report, verified: "size" };
  } catch (error) {
    if (isRefusal(error) && isFinal(error)) return withoutRename(upload, await proven(upload, report), error);
    if (!keepsPart) await clear(place, part);
    throw place.session.isClosed && FtpError.isInstance(error) ? stranded(upload, error) : error;
  }
  return { ...report, placement: "whole" };
}

/** Of a rename that was refused nobody has heard the size. */
async function proven(
  { place, part, keepsPart, isProvenLater }: PlacedUpload,
  report: TransferReport,
): Promise<TransferReport> {
  if (!isProvenLater) return report;
  try {
    return await proveSize(place.lease, "STOR", part, 0, report);
  } catch (error) {
    if (!keepsPart) await clear(place, part);
    throw error;
  }
}

/** What is added to a remote name while an upload is not whole. */
export const partSuffix = ".longshore-part";

/** The temporary name of an upload: always the same one, so that a later call can go on from there. */
export function partOf(remote: string): string {
  return named(remote, partSuffix);
}

/** In place, where nothing stands and so nothing can be lost; a part that was begun is removed. */
async function putInPlace(upload: PlacedUpload, why?: FtpError, stands?: Standing): Promise<TransferReport> {
  const { place, remote, keepsPart } = upload;
  if (!mayGoInPlace(stands ?? (await standingOf(place, remote)))) throw cannotReplace(remote, why);
  let hasBegun = false;
  try {
    const report = await upload.send(remote, () => {
      hasBegun = true;
    });
    place.facts.inPlace?.add(directoryOf(remote));
    return { ...report, placement: "in-place" };
  } catch (error) {
    const isUnsent = !hasBegun && isRefusal(error);
    if (!isUnsent && !keepsPart) await clear(place, remote);
    throw error;
  }
}

/** All of it is there under its temporary name, and the server refuses to give it the other one. */
async function withoutRename(
  upload: PlacedUpload,
  report: TransferReport,
  error: FtpError,
): Promise<TransferReport> {
  const { place, remote, part, isRequired, keepsPart, canRepeat } = upload;
  const stands = await standingOf(place, remote);
  if (stands === "file" && error.command?.startsWith("RNTO") === true) return swap(upload, report, error);
  if (!canRepeat) {
    const message = `all of it stands as ${part}, and the server refuses to rename it to ${remote}`;
    throw new FtpError("placement-refused", message, detailsOf(error));
  }
  if (isRequired || !mayGoInPlace(stands)) {
    if (!keepsPart) await clear(place, part);
    throw cannotReplace(remote, error);
  }
  const leftover = (await clear(place, part)) ? {} : { leftover: part };
  return { ...(await putInPlace(upload, error, stands)), ...leftover };
}

/** At each moment the old file stands under one of two names, and the new one is whole. */
async function swap(
  { place, remote, part, keepsPart }: PlacedUpload,
  report: TransferReport,
  why: FtpError,
): Promise<TransferReport> {
  const { lease } = place;
  const aside = named(remote, `.longshore-old-${Date.now().toString(36)}`);
  if (!(await tryRename(lease, remote, aside))) {
    if (!keepsPart) await clear(place, part);
    throw cannotReplace(remote, why);
  }
  if (!(await tryRename(lease, part, remote))) {
    const isBack = await tryRename(lease, aside, remote);
    if (isBack && !keepsPart) await clear(place, part);
    const where = isBack ? "" : `; what stood there is ${aside} now, and the new file is ${part}`;
    throw new FtpError(
      "placement-refused",
      `the server refuses to rename a file to ${remote}${where}`,
      detailsOf(why),
    );
  }
  const isGone = await tryCommand(lease, { verb: "DELE", path: aside });
  return { ...report, placement: "swapped", ...(isGone ? {} : { leftover: aside }) };
}

/** A name beside `remote`, of no more bytes than file systems take. */
function named(remote: string, suffix: string): string {
  const directory = directoryOf(remote);
  const name = remote.slice(directory.length);
  const room = maxName - suffix.length;
  if (bytesOf(name) <= room) return `${remote}${suffix}`;
  // Of two names that are cut alike, each has to keep its own.
  const digest = createDigest("CRC32");
  digest.update(encoder.encode(name));
  const mark = `~${digest.end()}`;
  let cut = Array.from(name);
  while (bytesOf(cut.join("")) > room - mark.length) cut = cut.slice(0, -1);
  return `${directory}${cut.join("")}${mark}${suffix}`;
}

const encoder = new TextEncoder();
const bytesOf = (text: string): number => encoder.encode(text).length;
const maxName = 255;

/** Up to the last slash, with it. */
function directoryOf(remote: string): string {
  return remote.slice(0, remote.lastIndexOf("/") + 1);
}

async function tryRename(lease: Lease, from: string, to: string): Promise<boolean> {
  try {
    await lease.rename(from, to);
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

/** Removes what failed; whether it is gone, as far as that is known yet. */
async function clear({ session, lease }: Place, path: string): Promise<boolean> {
  try {
    return await tryCommand(lease, { verb: "DELE", path });
  } catch {
    // A call that was given up can do nothing more: what clears up after it is the session's next one.
    session.use({}, (own) => own.command({ verb: "DELE", path })).catch(() => {});
    return true;
  }
}

/** A refusal before the 150 that another name may not meet: not for want of space, and for good. */
function isOfName(error: FtpError): boolean {
  return error.phase === "command" && isFinal(error) && error.reply?.code !== 552;
}

/**
 * Where nothing stands; and on a server that knows neither renaming nor a way to tell (500, 502, RFC 959 §5.4): it is one
 * of the smallest, and can be given a file in no other way.
 */
function mayGoInPlace(stands: Standing): boolean {
  return stands === "nothing" || stands === "untold";
}

function isFinal({ reply }: FtpError): boolean {
  return reply !== undefined && reply.code >= 500;
}

/** With what the server said: it may refuse any upload, and not only a name. */
function cannotReplace(remote: string, why: FtpError | undefined): FtpError {
  const { reply } = why ?? {};
  const said = reply === undefined ? "" : ` (${reply.code} ${reply.lines.join(" ")})`;
  const message = `${remote} cannot be replaced as a whole: the server takes no temporary name there, or does not rename to this one${said}`;
  return new FtpError("placement-refused", message, why === undefined ? {} : detailsOf(why));
}

/** The session ended between the file's last byte and its name. */
function stranded({ part, remote }: PlacedUpload, why: FtpError): FtpError {
  const { phase, transcript, retryable } = why;
  const message = `${why.reason}; all of the file is there, as ${part} or, if the server still did the rename, as ${remote}`;
  return new FtpError(why.code, message, {
    ...detailsOf(why),
    ...(phase === undefined ? {} : { phase }),
    ...{ transcript, retryable },
  });
}

function detailsOf(why: FtpError) {
  const { command, reply } = why;
  return {
    cause: why,
    ...(command === undefined ? {} : { command }),
    ...(reply === undefined ? {} : { reply }),
  };
}
