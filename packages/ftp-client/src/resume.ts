import { basename, dirname } from "node:path";
import { type FileStore, FileStoreError, toPath, type VirtualPath } from "@longshore/file-store";
import { createNodeStore, followLinks } from "@longshore/file-store-node";
import { receiveFile } from "@longshore/ftp-data";
import { FtpError } from "@longshore/ftp-session/client";
import type { Lease } from "./lease.ts";
import type { TransferCallOptions } from "./options.ts";
import type { Session } from "./session.ts";
import type { Source } from "./source.ts";
import { lazyFile, sink, type Target } from "./target.ts";
import { retrieve, settleTarget, sizeOf, store, type TransferReport } from "./transfer.ts";

/** How much of what stands is compared before a transfer goes on behind it, in bytes. */
const defaultOverlap = 4096;

/** What is added to a local name while a resumable download is not whole. */
const partSuffix = ".part";

/**
 * Goes on with a download into a local path. What came so far stands beside it as `NAME.part`, also after a failure,
 * so that the next call goes on from there; a file under the name itself that is shorter than the remote one is
 * taken for such a part. A link is followed, as without `resume`, and the part stands beside what it leads to. The end of what stands is compared with the server's before anything is added.
 */
export async function resumeDownload(
  session: Session,
  lease: Lease,
  remote: string,
  local: string,
  options: TransferCallOptions & { readonly overlap?: number },
): Promise<TransferReport> {
  const whole = await followLinks(local);
  const inPlace = createNodeStore(dirname(whole), { writable: true, writes: "in-place" });
  const final = toPath(`/${basename(whole)}`);
  const part = toPath(`/${basename(whole)}${partSuffix}`);
  const size = await sizeOf(lease, remote);
  const partLength = await lengthOf(inPlace, part);
  const finalLength = await lengthOf(inPlace, final);
  const standing = partLength ?? finalLength ?? 0;
  if (size !== undefined && standing > size) {
    throw new FtpError(
      "size-mismatch",
      `${standing} bytes stand here and the file has ${size}: it is another one`,
    );
  }
  const place = partLength !== undefined || finalLength === undefined ? part : final;
  await compareTails(session, lease, remote, inPlace, place, standing, options);
  if (place === final) await inPlace.rename(final, part, { overwrite: false }, {});
  let report: TransferReport;
  if (standing === size) report = nothingLeft(standing);
  else {
    const target = lazyFile(() => inPlace.openWrite(part, { mode: "update", start: standing }, {}), standing);
    report = await settleTarget(target, () =>
      retrieve(session, lease, remote, target, { ...options, offset: standing, expectedSize: size }),
    );
  }
  await inPlace.rename(part, final, { overwrite: true }, {});
  return report;
}

/**
 * Goes on with an upload behind what stands on the server: with APPE, which never cuts anything off, or with REST and
 * STOR where APPE is refused. The end of what stands is compared before, where the server lets it be read.
 */
export async function resumeUpload(
  session: Session,
  lease: Lease,
  source: Source,
  remote: string,
  /** Bytes that SIZE told of it. */
  standing: number,
  options: TransferCallOptions & { readonly overlap?: number },
): Promise<TransferReport> {
  const { file } = source;
  if (file === undefined)
    throw new FtpError("unsupported", "only a file or bytes can be resumed, not a stream");
  if (standing > file.size) {
    throw new FtpError(
      "size-mismatch",
      `${standing} bytes stand on the server as ${remote}, and the file has ${file.size}`,
    );
  }
  if (standing === 0) return store(session, lease, "STOR", remote, source, { ...options, offset: 0 });
  const compared = Math.min(standing, options.overlap ?? defaultOverlap);
  if (compared > 0) {
    const theirs = await remoteTail(session, lease, remote, standing - compared, compared).catch(unreadable);
    if (theirs !== undefined) {
      const ours = new Uint8Array(compared);
      await file.read(ours, standing - compared);
      refuseDifference(theirs, ours);
    }
  }
  if (standing === file.size) return nothingLeft(standing);
  try {
    return await store(session, lease, "APPE", remote, source, { ...options, offset: standing });
  } catch (error) {
    if (!FtpError.isInstance(error) || error.code !== "refused") throw error;
    return store(session, lease, "STOR", remote, source, { ...options, offset: standing, restart: true });
  }
}

async function compareTails(
  session: Session,
  lease: Lease,
  remote: string,
  files: FileStore,
  path: VirtualPath,
  standing: number,
  options: { readonly overlap?: number },
): Promise<void> {
  const compared = Math.min(standing, options.overlap ?? defaultOverlap);
  if (compared === 0) return;
  const file = await files.openRead(path, {});
  const ours = new Uint8Array(compared);
  try {
    await file.read(ours, standing - compared);
  } finally {
    await file.close();
  }
  refuseDifference(await remoteTail(session, lease, remote, standing - compared, compared), ours);
}

/** `count` bytes of a remote file from `start` on; the transfer is broken off behind them. */
async function remoteTail(
  session: Session,
  lease: Lease,
  remote: string,
  start: number,
  count: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  let filled = 0;
  const target: Target = sink((chunk) => {
    const wanted = chunk.subarray(0, count - filled);
    bytes.set(wanted, filled);
    filled += wanted.length;
    if (chunk.length > wanted.length) throw new Enough();
  });
  try {
    await lease.transfer(
      { type: "transfer", command: { verb: "RETR", path: remote }, representation: "image", restart: start },
      (socket, { signal }) => receiveFile(socket, target, { signal, stallTimeout: session.timeouts.stall }),
    );
  } catch (error) {
    if (!(FtpError.isInstance(error) && isEnough(error))) throw error;
  }
  return bytes.subarray(0, filled);
}

/** What is not whole may be kept from readers, and so may a directory that only takes files: the size has to do. */
function unreadable(error: unknown): undefined {
  if (!FtpError.isInstance(error) || error.code !== "refused") throw error;
}

/** Thrown to break a transfer off of which enough has come. */
class Enough extends Error {}

function isEnough(error: FtpError): boolean {
  return error.cause instanceof Enough;
}

function refuseDifference(theirs: Uint8Array, ours: Uint8Array): void {
  if (theirs.length === ours.length && theirs.every((byte, at) => byte === ours[at])) return;
  throw new FtpError("size-mismatch", "what stands here and there is not the beginning of one file");
}

function nothingLeft(offset: number): TransferReport {
  return { bytes: 0, offset, verified: "size", dataMode: undefined, reply: undefined };
}

async function lengthOf(files: FileStore, path: VirtualPath): Promise<number | undefined> {
  try {
    const { type, size } = await files.stat(path, {});
    if (type !== "file") throw new FileStoreError("is-a-directory", `${path.text} is not a file`);
    return size;
  } catch (error) {
    if (FileStoreError.isInstance(error) && error.code === "not-found") return undefined;
    throw error;
  }
}
