import { type FtpClient, FtpError, type FtpPool, type TransferReport } from "@longshore/ftp-client";
import { CommandFailure, usageFailure } from "../failure.ts";
import { openSource, openTarget } from "../local.ts";
import type { Progress } from "../progress.ts";

/** How files are to go over. */
export interface TransferSettings {
  readonly signal?: AbortSignal;
  /** `ascii` makes line ends those of the side that gets the file; `image` unless told. */
  readonly representation?: "image" | "ascii";
  /** Go on behind what stands already. What came stays for the next time when it fails. */
  readonly resume?: boolean;
  /** What has to be proven: where it cannot be, that is a failure. The size, where the server tells it, unless told. */
  readonly verify?: "size" | "hash" | "none";
  /** Upload under a temporary name: where that can be unless told; `true` in that way alone, `false` in place. */
  readonly temporary?: boolean;
}

/**
 * Gets a file.
 *
 * @param local a path, which appears when the file is whole, a device, a pipe, or `-` for standard output
 * @param size where a listing told it
 */
export async function getFile(
  ftp: FtpClient | FtpPool,
  remote: string,
  local: string,
  settings: TransferSettings = {},
  progress?: Progress,
  size?: number,
): Promise<TransferReport> {
  const to = await openTarget(local);
  if (settings.resume === true && typeof to !== "string")
    throw usageFailure(`${local} cannot be resumed: only files can`);
  const report = await ftp.download(remote, to, {
    ...callOf(settings, progress),
    ...(settings.resume === true ? { resume: true } : {}),
    ...(size === undefined ? {} : { size }),
  });
  return proven(report, remote, settings);
}

/**
 * Puts a file. Of one that was given up nothing is left, and what stood before still does, unless `temporary` is `false`.
 *
 * @param local a path, a device, a pipe, or `-` for standard input
 */
export async function putFile(
  ftp: FtpClient | FtpPool,
  local: string,
  remote: string,
  settings: TransferSettings = {},
  progress?: Progress,
): Promise<TransferReport> {
  const from = await openSource(local);
  const { resume = false, temporary } = settings;
  if (resume && typeof from !== "string") throw usageFailure(`${local} cannot be resumed: only files can`);
  const isNew = !resume && temporary === false && (await isMissing(ftp, remote, settings));
  let isBegun = false;
  const watched: Progress = {
    update(bytes, total) {
      isBegun = true;
      progress?.update(bytes, total);
    },
    done: () => progress?.done(),
  };
  try {
    const report = await ftp.upload(from, remote, {
      ...callOf(settings, watched),
      ...(resume ? { resume } : {}),
      ...(temporary === undefined ? {} : { temporary }),
    });
    return proven(report, remote, settings);
  } catch (error) {
    if (isNew && isBegun && !(error instanceof CommandFailure))
      await ftp.remove(remote, { timeout: clearingMilliseconds }).catch(() => {});
    throw error;
  }
}

/** A server that is gone is not waited for. */
const clearingMilliseconds = 10_000;

function callOf({ signal, representation, verify }: TransferSettings, progress: Progress | undefined) {
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(representation === undefined ? {} : { representation }),
    ...(verify === undefined ? {} : { verify }),
    ...(progress === undefined
      ? {}
      : {
          onProgress: ({ bytes, offset, total }: { bytes: number; offset: number; total?: number }) =>
            progress.update(offset + bytes, total),
        }),
  };
}

/** Whether the server says that there is no such file; where it cannot be asked, there may be one. */
async function isMissing(
  ftp: FtpClient | FtpPool,
  remote: string,
  { signal }: TransferSettings,
): Promise<boolean> {
  try {
    await ftp.size(remote, signal === undefined ? {} : { signal });
    return false;
  } catch (error) {
    if (!FtpError.isInstance(error) || error.code !== "refused") throw error;
    return error.reply?.code === 550;
  }
}

/** @throws {CommandFailure} what was asked to be proven was not */
function proven(report: TransferReport, remote: string, { verify }: TransferSettings): TransferReport {
  const { verified } = report;
  if (verify === undefined || verify === "none" || verified === "hash" || verified === verify) return report;
  const why =
    verify === "size"
      ? "the server does not tell its size as it was sent"
      : "the server made no hash of it, or only a part was sent";
  throw new CommandFailure(1, `${remote} was transferred, and cannot be verified by ${verify}: ${why}`);
}
