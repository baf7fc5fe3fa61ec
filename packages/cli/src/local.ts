import { createReadStream, createWriteStream, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Writable } from "node:stream";
import type { WritableFile } from "@longshore/file-store";
import { toLine, usageFailure } from "./failure.ts";
import { writeOut } from "./output.ts";

/** Where a download goes: a path for a file that is replaced as a whole, else what takes its bytes as they come. */
export type LocalTarget = string | WritableFile;

/** What an upload sends: a path, or the bytes of standard input, a pipe or a device. */
export type LocalSource = string | AsyncIterable<Uint8Array>;

/**
 * The path that `local` means for a file called `name`: into a directory under that name, else as it is.
 *
 * @throws {CommandFailure} wrong usage: there is no such directory
 */
export async function localFile(local: string, name: string): Promise<string> {
  if (await isDirectory(local)) return join(local, name);
  const directory = local.endsWith("/") ? local : dirname(local);
  if (!(await isDirectory(directory))) throw usageFailure(`${directory} is no directory; make it first`);
  return local;
}

/**
 * The path that `local` means for a directory called `name`: below a directory that stands, else itself.
 */
export async function localTree(local: string, name: string): Promise<string> {
  return name !== "" && (await isDirectory(local)) ? join(local, name) : local;
}

/** @throws {CommandFailure} wrong usage: it is none */
export async function mustBeDirectory(local: string): Promise<void> {
  if (!(await isDirectory(local)))
    throw usageFailure(`${local} is no directory, which several files need; make it first`);
}

export async function isDirectory(local: string): Promise<boolean> {
  return (await stat(local).catch(() => undefined))?.isDirectory() ?? false;
}

/**
 * Opens what a download is written to: `-` is standard output. A symbolic link is followed, so that its target is
 * replaced and not the link; a device or a pipe is written to and never replaced.
 */
export async function openTarget(local: string): Promise<LocalTarget> {
  if (local === "-") return sink(writeOut);
  const found = await stat(local).catch(() => undefined);
  return found === undefined || found.isFile() ? local : streamTarget(createWriteStream(local));
}

/** Opens what an upload sends: `-` is standard input. */
export async function openSource(local: string): Promise<LocalSource> {
  if (local === "-") return process.stdin;
  return (await checkSource(local)).isFile() ? local : createReadStream(local);
}

/** @throws {CommandFailure} wrong usage: it cannot be read, or is a directory */
export async function checkSource(local: string): Promise<Stats> {
  const found = await stat(local).catch((error: unknown) => {
    throw usageFailure(`${local} cannot be read (${toLine(error)})`);
  });
  if (!found.isDirectory()) return found;
  throw usageFailure(`${local} is a directory; -r puts it with everything below`);
}

function streamTarget(stream: Writable): WritableFile {
  // Each write is told its own error; without a listener, the stream would end the process as well.
  stream.on("error", () => {});
  const settled = (act: (done: (error?: Error | null) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      act((error) => {
        if (error == null) resolve();
        else reject(error);
      });
    });
  return sink(
    (chunk) => settled((done) => stream.write(chunk, done)),
    () => settled((done) => stream.end(done)),
    () => stream.destroy(),
  );
}

function sink(
  write: (chunk: Uint8Array) => Promise<void>,
  commit: () => Promise<void> = async () => {},
  abort: () => void = () => {},
): WritableFile {
  return {
    start: 0,
    write,
    commit,
    abort: async () => abort(),
  };
}
