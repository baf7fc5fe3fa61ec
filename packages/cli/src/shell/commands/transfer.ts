import { basename } from "node:path";
import type { TransferReport } from "@longshore/ftp-client";
import { usageFailure } from "../../failure.ts";
import { expandLocal } from "../../glob-local.ts";
import { expandRemote, type RemoteMatch } from "../../glob-remote.ts";
import { isDirectory, localFile } from "../../local.ts";
import { nameOf } from "../../place.ts";
import { getFile, putFile, type TransferSettings } from "../../transfer/file.ts";
import { downloadsInto } from "../../transfer/names.ts";
import { tellReason } from "../../transfer/reason.ts";
import { noteLeftover } from "../../transfer/tree.ts";
import type { Call, ShellCommand } from "../command.ts";
import type { Word } from "../line.ts";
import { localPath } from "../local-path.ts";
import { metered } from "../meter.ts";
import { eachOf, refuseNone } from "../several.ts";

export const transferCommands: readonly ShellCommand[] = [
  {
    name: "get",
    aliases: ["recv"],
    usage: "REMOTE [LOCAL]",
    summary: "get a file, which is there when it is whole; - is this terminal",
    least: 1,
    most: 2,
    completes: ["remote", "local"],
    run: (call) => get(call, false),
  },
  {
    name: "reget",
    usage: "REMOTE [LOCAL]",
    summary: "go on with a file; what came stays for the next reget when it fails",
    least: 1,
    most: 2,
    completes: ["remote", "local"],
    run: (call) => get(call, true),
  },
  {
    name: "mget",
    usage: "PATTERN...",
    summary: "get files by patterns: mget *.txt",
    least: 1,
    completes: ["remote"],
    run: getSeveral,
  },
  {
    name: "put",
    aliases: ["send"],
    usage: "LOCAL [REMOTE]",
    summary: "put a file",
    least: 1,
    most: 2,
    completes: ["local", "remote"],
    run: (call) => put(call, {}),
  },
  {
    name: "reput",
    usage: "LOCAL [REMOTE]",
    summary: "go on with a file that stands there in part",
    least: 1,
    most: 2,
    completes: ["local", "remote"],
    run: (call) => put(call, { resume: true }),
  },
  {
    name: "append",
    usage: "LOCAL [REMOTE]",
    summary: "add a file to one that stands there",
    least: 1,
    most: 2,
    completes: ["local", "remote"],
    run: append,
  },
  {
    name: "mput",
    usage: "PATTERN...",
    summary: "put files by patterns",
    least: 1,
    completes: ["local"],
    run: putSeveral,
  },
];

async function get(call: Call, resume: boolean): Promise<void> {
  const [remote = "", local] = call.texts;
  const name = nameOf(remote);
  if (name === "" || name === "." || name === "..")
    throw usageFailure(`${remote} is a directory: get a file in it, or the whole with mirror`);
  const path = local === "-" ? "-" : await localFile(localPath(local ?? "."), name);
  await download(call, remote, path, { resume });
}

async function download(
  call: Call,
  remote: string,
  local: string,
  more: TransferSettings,
  size?: number,
): Promise<void> {
  const client = await call.shell.client(call.signal);
  await metered(call.shell, nameOf(remote), local === "-", (progress) =>
    getFile(client, remote, local, { ...settingsOf(call), ...more }, progress, size),
  );
}

async function getSeveral(call: Call): Promise<void> {
  const { downloads, leftOut } = downloadsInto(".", await remoteMatches(call, call.words));
  for (const { path, reason } of leftOut) call.shell.tell(`${path}: left out, ${tellReason(reason)}`);
  await eachOf(
    call,
    downloads,
    ({ remote }) => remote,
    "get",
    ({ remote, local, size }) => download(call, remote, local, {}, size),
  );
}

/** Files on the server by names and patterns; whatever is no pattern is taken for a file. */
export async function remoteMatches(call: Call, words: readonly Word[]): Promise<readonly RemoteMatch[]> {
  const { shell, signal } = call;
  const client = await shell.client(signal);
  const found = new Map<string, RemoteMatch>();
  const onSkipped = (path: string, reason: string): void =>
    shell.tell(`${path}: left out, ${tellReason(reason)}`);
  for (const { text, pattern } of words) {
    const matches =
      pattern === undefined
        ? [{ path: text }]
        : await shell.trace.quietly(() => expandRemote(client, pattern, { signal, onSkipped }), "forget");
    for (const match of matches) {
      if (match.entry?.type === "directory") shell.tell(`${match.path}: left out, ${aDirectory}`);
      else found.set(match.path, match);
    }
  }
  return refuseNone(
    [...found.values()],
    words.map(({ text }) => text),
  );
}

async function put(call: Call, more: TransferSettings): Promise<void> {
  const [local = "", remote] = call.texts;
  await upload(call, localPath(local), remoteName(local, remote), more);
}

async function upload(call: Call, local: string, remote: string, more: TransferSettings): Promise<void> {
  if (local === "-")
    throw usageFailure("the session reads standard input itself: put a file, or use longshore put");
  if (await isDirectory(local))
    throw usageFailure(`${local} is a directory: mirror -R puts it with everything below it`);
  const client = await call.shell.client(call.signal);
  const report = await metered(call.shell, nameOf(remote), false, (progress) =>
    putFile(client, local, remote, { ...settingsOf(call), ...temporaryOf(call), ...more }, progress),
  );
  noteLeftover(report, { note: (line) => call.shell.tell(line) });
}

async function append({ shell, texts, signal }: Call): Promise<void> {
  const [local = "", remote] = texts;
  const name = remoteName(local, remote);
  const client = await shell.client(signal);
  await metered(
    shell,
    nameOf(name),
    false,
    (progress): Promise<TransferReport> =>
      client.upload(localPath(local), name, {
        append: true,
        signal,
        representation: shell.settings.representation,
        onProgress: ({ bytes, total }) => progress.update(bytes, total),
      }),
  );
}

async function putSeveral(call: Call): Promise<void> {
  const { shell, signal, words, texts } = call;
  await shell.client(signal);
  const found = new Set<string>();
  for (const { text, pattern } of words) {
    const paths = pattern === undefined ? [localPath(text)] : await expandLocal(localPath(pattern));
    for (const path of paths) {
      if (pattern !== undefined && (await isDirectory(path))) shell.tell(`${path}: left out, ${aDirectory}`);
      else found.add(path);
    }
  }
  const files = refuseNone([...found], texts);
  await eachOf(
    call,
    files,
    (path) => path,
    "put",
    (path) => upload(call, path, basename(path), {}),
  );
}

const aDirectory = "it is a directory: mirror takes those";

function remoteName(local: string, remote: string | undefined): string {
  if (remote === undefined) return basename(local);
  return remote.endsWith("/") ? remote + basename(local) : remote;
}

function temporaryOf({ shell }: Call): TransferSettings {
  return shell.settings.temporary ? {} : { temporary: false };
}

function settingsOf({ shell, signal }: Call): TransferSettings {
  return { signal, representation: shell.settings.representation };
}
