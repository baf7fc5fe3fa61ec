import { downloadTree, type FtpUrl, formatFtpUrl } from "@longshore/ftp-client";
import { tftpGet } from "@longshore/tftp-endpoint";
import { type Remote, refuseFtpFlags, withClient, withRemote } from "../connection.ts";
import { CommandFailure, printable, usageFailure } from "../failure.ts";
import { literalOf } from "../glob.ts";
import { expandRemote, isDirectory as isRemoteDirectory } from "../glob-remote.ts";
import { interruptible } from "../interrupt.ts";
import { isDirectory, localFile, localTree, mustBeDirectory, openTarget } from "../local.ts";
import { writeJson, writeOut } from "../output.ts";
import { groupsOf, nameOf, type Place, pathOf, patternOf, placeOf, serverOf, shownUrl } from "../place.ts";
import { createProgress, createProgressGroup, type ProgressGroup } from "../progress.ts";
import { refuseTftpFlags, type TftpFlags, tellChecksum, tftpOptionsOf } from "../tftp.ts";
import { runBatch } from "./batch.ts";
import { getFile } from "./file.ts";
import { settingsOf, type TransferFlags, treeOptionsOf } from "./flags.ts";
import { downloadsInto } from "./names.ts";
import { createOutcome, type Outcome } from "./outcome.ts";
import { tellTree, watchTree } from "./tree.ts";

export interface GetFlags extends TransferFlags, TftpFlags {
  readonly recursive?: true;
  readonly resume?: true;
  /** `false` where no pattern is to be seen in a URL. */
  readonly glob?: boolean;
}

/** One URL of the command line. */
interface Wanted {
  readonly address: string;
  readonly place: Place;
  readonly pattern: string | undefined;
  /** The path here; for what a pattern finds, the directory that takes it, where it is one. */
  readonly local: string;
  readonly isDirectory: boolean;
}

/** A file or, with `tree`, a directory to get. */
interface Job {
  readonly address: string;
  readonly remote: string;
  readonly local: string;
  readonly size?: number;
  readonly tree?: true;
}

/**
 * Gets what the URLs name into `local`, the current directory unless told. One that fails does not end the rest.
 *
 * @throws {CommandFailure}
 */
export async function get(
  addresses: readonly string[],
  local: string | undefined,
  flags: GetFlags,
): Promise<void> {
  if (local === "-" && flags.json === true)
    throw usageFailure("--json and - both want standard output: take one of them");
  if (local === "-" && flags.recursive === true)
    throw usageFailure("-r and - do not go together: a directory needs a place of its own");
  if (local === "-" && flags.resume === true)
    throw usageFailure("- cannot be resumed: only files can; take away --resume");
  const wanted = await wantedOf(addresses, local, flags);
  const outcome = createOutcome();
  for (const [first, ...others] of byServer(wanted)) {
    if (first === undefined) continue;
    try {
      if (first.place.protocol === "tftp") await getTftp(first, flags, outcome);
      else await getFtp(first.place.url, [first, ...others], flags, wanted.length > 1, outcome);
    } catch (error) {
      // What concerns one server does not concern the next.
      if (error instanceof CommandFailure || wanted.length === 1) throw error;
      outcome.count();
      outcome.fail(shownUrl(serverOf(first.address)), error);
    }
  }
  outcome.end();
}

/** Everything is looked at before anything is done. */
async function wantedOf(
  addresses: readonly string[],
  local: string | undefined,
  { glob, recursive }: GetFlags,
): Promise<readonly Wanted[]> {
  const wanted: Wanted[] = [];
  const places = addresses.map((address) => ({
    address,
    place: placeOf(address),
    pattern: glob === false ? undefined : patternOf(address),
  }));
  const isInto = local === undefined || (local !== "-" && (await isDirectory(local)));
  if (places.length > 1 && local !== undefined && local !== "-") await mustBeDirectory(local);
  for (const { address, place, pattern } of places) {
    const path = pathOf(place).replace(recursive === true ? /(?<=[^/])\/+$/ : /^$/, "");
    const name = nameOf(path);
    const isPlain = name === "" || name === "." || name === "..";
    if (place.protocol === "ftp" && place.url.type === "d") throw noFile(address);
    if (pattern === undefined && isPlain && recursive !== true) throw noFile(address);
    const one = { address, place, pattern, isDirectory: isInto };
    if (local === "-" || (pattern !== undefined && isInto)) wanted.push({ ...one, local: local ?? "." });
    else if (recursive === true)
      wanted.push({ ...one, local: await localTree(local ?? ".", isPlain ? "" : name) });
    else wanted.push({ ...one, local: await localFile(local ?? ".", name) });
  }
  return wanted;
}

function noFile(address: string): CommandFailure {
  return usageFailure(
    `${shownUrl(address)} names a directory: give a file's name, list it with longshore ls, or get it whole with -r`,
  );
}

/** Those of one server and one type that stand beside each other: what goes to standard output keeps its order. */
function byServer(wanted: readonly Wanted[]): readonly (readonly Wanted[])[] {
  return groupsOf(wanted, ({ address, place }) =>
    place.protocol === "ftp" ? `${serverOf(address)} ${place.url.type}` : undefined,
  );
}

async function getFtp(
  url: FtpUrl,
  wanted: readonly Wanted[],
  flags: GetFlags,
  isOneOfMany: boolean,
  outcome: Outcome,
): Promise<void> {
  refuseTftpFlags(flags);
  const [first] = wanted;
  if (flags.recursive === true && url.type === "a")
    throw usageFailure(";type=a and -r do not go together: only single files can be turned into text");
  const isSimple =
    !isOneOfMany && first !== undefined && first.pattern === undefined && flags.recursive !== true;
  if (isSimple && flags.parallel === undefined) {
    const job = { address: first.address, remote: url.path, local: first.local };
    return withClient(url, flags, (ftp, signal) =>
      getJobs({ ftp, parallel: 1 }, url, [job], flags, signal, outcome),
    );
  }
  return withRemote(url, flags, async (remote, signal) => {
    const jobs: Job[] = [];
    for (const one of wanted) jobs.push(...(await jobsOf(remote, one, flags, signal, outcome)));
    await getJobs(remote, url, distinct(jobs, outcome), flags, signal, outcome);
  });
}

async function jobsOf(
  { ftp, pathOf: absolute, patternOf: absolutePattern }: Remote,
  { address, place, pattern, local, isDirectory: isInto }: Wanted,
  flags: GetFlags,
  signal: AbortSignal,
  outcome: Outcome,
): Promise<readonly Job[]> {
  if (pattern === undefined) {
    const remote = absolute(pathOf(place));
    const tree = flags.recursive === true && (await isRemoteDirectory(ftp, remote, signal));
    return [{ address, remote, local, ...(tree ? { tree } : {}) }];
  }
  const matches = await expandRemote(ftp, absolutePattern(pattern), {
    signal,
    onFailure: outcome.fail,
    onSkipped: outcome.leaveOut,
  });
  if (matches.length === 0) {
    outcome.count();
    outcome.fail(shownUrl(address), new CommandFailure(1, `nothing there fits ${shownUrl(address)}`));
  }
  if (local !== "-" && !isInto && matches.length > 1) await mustBeDirectory(local);
  const policy = flags.encodeNames === true ? ({ unsafe: "encode" } as const) : {};
  // Whoever wrote the whole name has looked at it.
  const { downloads, leftOut } = downloadsInto(local, matches, {
    ...policy,
    known: nameOf(literalOf(pattern)),
  });
  for (const { path, reason } of leftOut) outcome.leaveOut(path, reason);
  return downloads.flatMap(({ type, ...job }): Job[] => {
    const url = place.protocol === "ftp" ? formatFtpUrl({ ...place.url, path: job.remote }) : address;
    const to = local === "-" || !isInto ? local : job.local;
    if (type !== "directory") return [{ ...job, local: to, address: url }];
    if (flags.recursive === true) return [{ ...job, local: to, address: url, tree: true }];
    outcome.leaveOut(job.remote, "directory");
    return [];
  });
}

/** Two that would be one file here: the second would take the first one's place. */
function distinct(jobs: readonly Job[], outcome: Outcome): readonly Job[] {
  const taken = new Set<string>();
  return jobs.filter(({ remote, local }) => {
    if (local === "-") return true;
    if (taken.has(local)) outcome.leaveOut(remote, "collision");
    return !taken.has(local) && taken.add(local);
  });
}

async function getJobs(
  { ftp, parallel }: Pick<Remote, "ftp" | "parallel">,
  url: FtpUrl,
  jobs: readonly Job[],
  flags: GetFlags,
  signal: AbortSignal,
  outcome: Outcome,
): Promise<void> {
  const files = jobs.filter(({ tree }) => tree !== true);
  const trees = jobs.filter(({ tree }) => tree === true);
  const toStdout = files.some(({ local }) => local === "-");
  const group = progressOf(jobs, flags, toStdout && process.stdout.isTTY);
  try {
    const settings = {
      ...settingsOf(flags, signal),
      ...(flags.resume === true ? { resume: true } : {}),
      ...(url.type === "a" ? { representation: "ascii" as const } : {}),
    };
    const work = async ({ address, remote, local, size }: Job): Promise<void> => {
      if (flags.dryRun === true) return writeOut(`get    ${printable(remote)}  (to ${printable(local)})\n`);
      const progress = group.of(nameOf(remote));
      const started = performance.now();
      try {
        const { bytes, verified } = await getFile(ftp, remote, local, settings, progress, size);
        progress.done();
        const milliseconds = Math.round(performance.now() - started);
        if (flags.json === true)
          await writeJson({ url: shownUrl(address), path: local, bytes, verified, milliseconds });
      } finally {
        progress.done();
      }
    };
    outcome.count(files.length);
    await runBatch(files, work, {
      parallel: toStdout ? 1 : parallel,
      signal,
      onEnd: (end) => void (end.ok || outcome.fail(end.item.remote, end.error)),
    });
    for (const { address, remote, local } of trees) {
      const report = await downloadTree(ftp, remote, local, {
        ...treeOptionsOf(flags, parallel, signal),
        ...watchTree(group),
        ...(flags.resume === true ? { same: "size" } : {}),
      });
      group.done();
      await tellTree(report, "get", { url: shownUrl(address), path: local }, flags, outcome);
    }
  } finally {
    group.done();
  }
}

/** One file has a line with all about it to itself. */
function progressOf(jobs: readonly Job[], flags: GetFlags, hidden: boolean): ProgressGroup {
  const [first] = jobs;
  const isHidden = hidden || flags.quiet === true;
  if (jobs.length > 1 || first?.tree === true)
    return createProgressGroup({ ...(first?.tree ? {} : { files: jobs.length }), hidden: isHidden });
  const progress = createProgress(nameOf(first?.remote ?? ""), { hidden: isHidden });
  return { of: () => progress, done: () => progress.done() };
}

async function getTftp({ address, place, local }: Wanted, flags: GetFlags, outcome: Outcome): Promise<void> {
  if (place.protocol !== "tftp") return;
  refuseFtpFlags(flags);
  const options = tftpOptionsOf(flags);
  const { url } = place;
  // A bar and content on one terminal would spoil each other.
  const hidden = flags.quiet === true || (local === "-" && process.stdout.isTTY);
  const progress = createProgress(nameOf(url.filename), { hidden });
  const started = performance.now();
  outcome.count();
  try {
    const to = await openTarget(local);
    const { bytes, checksum } = await interruptible((signal) =>
      tftpGet({
        ...url,
        ...options,
        to: typeof to === "string" ? { path: to } : to,
        signal,
        onProgress: ({ bytes, total }) => progress.update(bytes, total),
      }),
    );
    progress.done();
    const milliseconds = Math.round(performance.now() - started);
    const verified = "none";
    if (flags.json === true)
      await writeJson({ url: shownUrl(address), path: local, bytes, verified, checksum, milliseconds });
    else if (checksum !== undefined) await tellChecksum(checksum, local);
  } finally {
    progress.done();
  }
}
