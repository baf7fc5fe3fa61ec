import { basename, resolve } from "node:path";
import { type FtpUrl, uploadTree } from "@longshore/ftp-client";
import { tftpPut } from "@longshore/tftp-endpoint";
import { type Remote, refuseFtpFlags, withClient, withRemote } from "../connection.ts";
import { printable, usageFailure } from "../failure.ts";
import { expandLocal } from "../glob-local.ts";
import { interruptible } from "../interrupt.ts";
import { checkSource, isDirectory, openSource } from "../local.ts";
import { writeJson, writeOut } from "../output.ts";
import { nameOf, type Place, pathOf, placeOf, shownUrl, withName } from "../place.ts";
import { createProgress, createProgressGroup, type ProgressGroup } from "../progress.ts";
import { refuseTftpFlags, type TftpFlags, tellChecksum, tftpOptionsOf } from "../tftp.ts";
import { runBatch } from "./batch.ts";
import { putFile } from "./file.ts";
import { settingsOf, type TransferFlags, treeOptionsOf } from "./flags.ts";
import { createOutcome, type Outcome } from "./outcome.ts";
import { noteLeftover, tellTree, watchTree } from "./tree.ts";

export interface PutFlags extends TransferFlags, TftpFlags {
  readonly recursive?: true;
  readonly resume?: true;
  /** `false` where local names are never patterns. */
  readonly glob?: boolean;
}

/** A file or, with `tree`, a directory to put. */
interface Job {
  readonly local: string;
  readonly address: string;
  readonly place: Place;
  readonly tree: boolean;
}

/**
 * Puts local files to a URL: with a slash at its end, or with several files, into that directory. One that fails does
 * not end the rest.
 *
 * @throws {CommandFailure}
 */
export async function put(sources: readonly string[], address: string, flags: PutFlags): Promise<void> {
  const outcome = createOutcome();
  const locals: string[] = [];
  for (const source of sources) {
    const found = flags.glob === false ? [source] : await expandLocal(source);
    if (found.length === 0) throw usageFailure(`nothing here fits ${source}`);
    locals.push(...found);
  }
  const jobs: Job[] = [];
  for (const local of locals) jobs.push(await jobOf(local, address, locals.length > 1, flags));
  const [first] = jobs;
  if (first === undefined) return;
  const { place } = first;
  if (place.protocol === "tftp") {
    for (const job of jobs) await putTftp(job, flags, outcome);
  } else await putFtp(place.url, distinct(jobs, outcome), flags, outcome);
  outcome.end();
}

async function jobOf(local: string, address: string, isOneOfMany: boolean, flags: PutFlags): Promise<Job> {
  const tree = flags.recursive === true && local !== "-" && (await isDirectory(local));
  // Neither of them has a name of its own: what is in it goes into the directory that the URL names.
  const name = tree && /(?:^|\/)\.{0,2}\/*$/.test(local) ? "" : basename(resolve(local));
  const directory = isOneOfMany ? withSlash(address) : address;
  const whole = local === "-" || name === "" ? directory : withName(directory, name);
  const place = placeOf(whole);
  if (local === "-" && nameOf(pathOf(place)) === "")
    throw usageFailure("standard input has no name: end the URL with one");
  if (place.protocol === "ftp" && place.url.type === "d")
    throw usageFailure(`${shownUrl(address)}: ;type=d lists a directory; take it away, or write ;type=i`);
  // A mistake in the last of many is told before the first has gone.
  if (!tree && local !== "-") await checkSource(local);
  return { local, address: whole, place, tree };
}

function withSlash(url: string): string {
  return url.replace(/(?<!\/)(?=(?:;(?:type|mode)=[^;/]*)?$)/i, "/");
}

function distinct(jobs: readonly Job[], outcome: Outcome): readonly Job[] {
  const taken = new Set<string>();
  return jobs.filter(({ local, place }) => {
    const path = pathOf(place);
    if (taken.has(path) && path !== "") outcome.leaveOut(local, "collision");
    return !taken.has(path) && taken.add(path);
  });
}

async function putFtp(url: FtpUrl, jobs: readonly Job[], flags: PutFlags, outcome: Outcome): Promise<void> {
  refuseTftpFlags(flags);
  const [first] = jobs;
  if (flags.recursive === true && url.type === "a")
    throw usageFailure(";type=a and -r do not go together: only single files can be turned into text");
  const isSimple = jobs.length === 1 && first?.tree === false && flags.parallel === undefined;
  if (isSimple)
    return withClient(url, flags, (ftp, signal) =>
      putJobs({ ftp, parallel: 1, pathOf: (path) => path }, url, jobs, flags, signal, outcome),
    );
  return withRemote(url, flags, (remote, signal) => putJobs(remote, url, jobs, flags, signal, outcome));
}

async function putJobs(
  { ftp, parallel, pathOf: absolute }: Pick<Remote, "ftp" | "parallel" | "pathOf">,
  url: FtpUrl,
  jobs: readonly Job[],
  flags: PutFlags,
  signal: AbortSignal,
  outcome: Outcome,
): Promise<void> {
  const files = jobs.filter(({ tree }) => !tree);
  const trees = jobs.filter(({ tree }) => tree);
  const group = progressOf(jobs, flags);
  try {
    const settings = {
      ...settingsOf(flags, signal),
      ...(flags.resume === true ? { resume: true } : {}),
      ...(url.type === "a" ? { representation: "ascii" as const } : {}),
    };
    const work = async ({ local, address, place }: Job): Promise<void> => {
      const path = pathOf(place);
      if (flags.dryRun === true) return writeOut(`put    ${printable(local)}  (to ${printable(path)})\n`);
      const progress = group.of(nameOf(path));
      const started = performance.now();
      try {
        const report = await putFile(ftp, local, absolute(path), settings, progress);
        const { bytes, verified, placement } = report;
        progress.done();
        noteLeftover(report, outcome);
        const milliseconds = Math.round(performance.now() - started);
        if (flags.json === true)
          await writeJson({ url: shownUrl(address), path, bytes, verified, placement, milliseconds });
      } finally {
        progress.done();
      }
    };
    outcome.count(files.length);
    await runBatch(files, work, {
      parallel,
      signal,
      onEnd: (end) => void (end.ok || outcome.fail(end.item.local, end.error)),
    });
    for (const { local, address, place } of trees) {
      const report = await uploadTree(ftp, local, absolute(pathOf(place)), {
        ...treeOptionsOf(flags, parallel, signal),
        ...watchTree(group),
        ...(flags.resume === true ? { same: "size" } : {}),
      });
      group.done();
      await tellTree(report, "put", { path: local, url: shownUrl(address) }, flags, outcome);
    }
  } finally {
    group.done();
  }
}

function progressOf(jobs: readonly Job[], { quiet }: PutFlags): ProgressGroup {
  const [first] = jobs;
  const hidden = quiet === true;
  if (jobs.length > 1 || first?.tree === true)
    return createProgressGroup({ ...(first?.tree ? {} : { files: jobs.length }), hidden });
  const progress = createProgress(first === undefined ? "" : nameOf(pathOf(first.place)), { hidden });
  return { of: () => progress, done: () => progress.done() };
}

async function putTftp({ local, address, place }: Job, flags: PutFlags, outcome: Outcome): Promise<void> {
  if (place.protocol !== "tftp") return;
  refuseFtpFlags(flags);
  const options = tftpOptionsOf(flags);
  const from = await openSource(local);
  const { url } = place;
  const progress = createProgress(nameOf(url.filename), { hidden: flags.quiet === true });
  const started = performance.now();
  outcome.count();
  try {
    const { bytes, checksum } = await interruptible((signal) =>
      tftpPut({
        ...url,
        ...options,
        from: typeof from === "string" ? { path: from } : from,
        signal,
        onProgress: ({ bytes, total }) => progress.update(bytes, total),
      }),
    );
    progress.done();
    const milliseconds = Math.round(performance.now() - started);
    const path = url.filename;
    const verified = "none";
    if (flags.json === true)
      await writeJson({ url: shownUrl(address), path, bytes, verified, checksum, milliseconds });
    else if (checksum !== undefined) await tellChecksum(checksum, local);
  } finally {
    progress.done();
  }
}
