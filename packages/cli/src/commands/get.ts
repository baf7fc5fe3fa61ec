import { createWriteStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import type { DownloadTarget } from "@longshore/ftp-client";
import { tftpGet, tftpRead } from "@longshore/tftp-endpoint";
import type { Command } from "commander";
import { addConnectionFlags, type ConnectionFlags, passwordHelp, withClient } from "../connection.ts";
import { usageFailure } from "../failure.ts";
import { writeJson, writeOut } from "../output.ts";
import { nameOf, type Place, pathOf, placeOf, shownUrl } from "../place.ts";
import { createProgress, type Progress } from "../progress.ts";

interface GetFlags extends ConnectionFlags {
  readonly json?: true;
}

export function addGet(program: Command): void {
  addConnectionFlags(
    program
      .command("get")
      .summary("get a file")
      .description(
        "Gets a file over FTP or TFTP. It is written aside and appears under its name when it is whole; what stood there " +
          "before stays until then.",
      )
      .argument("<URL>", "ftp://, ftps:// or tftp://")
      .argument(
        "[LOCAL]",
        "a file, a directory, or - for standard output; the current directory unless told",
      ),
  )
    .option("--json", "tell what was got as one JSON object")
    .addHelpText(
      "after",
      `${passwordHelp}

Examples:
  longshore get ftp://127.0.0.1:2121/welcome.txt
  longshore get tftp://127.0.0.1:6969/welcome.txt -
  longshore get --tls ftp://ada@example.org/reports/may.pdf ~/may.pdf`,
    )
    .action(get);
}

async function get(address: string, local: string | undefined, flags: GetFlags): Promise<void> {
  const place = placeOf(address);
  const name = nameOf(pathOf(place));
  if (name === "" || name === "." || name === "..") {
    throw usageFailure(
      `${shownUrl(address)} names a directory: give a file's name, or list it with longshore ls`,
    );
  }
  if (local === "-" && flags.json === true)
    throw usageFailure("--json and - both want standard output: take one of them");
  const to = local === "-" ? "-" : await localFile(local ?? ".", name);
  // A bar and content on one terminal would spoil each other.
  const progress = createProgress(name, { hidden: local === "-" && process.stdout.isTTY });
  const started = performance.now();
  try {
    const { bytes, verified } =
      place.protocol === "ftp"
        ? await getFtp(place, flags, to, progress)
        : { bytes: await getTftp(place, to, progress), verified: "none" };
    progress.done();
    if (flags.json === true) {
      const milliseconds = Math.round(performance.now() - started);
      await writeJson({ url: shownUrl(address), path: to, bytes, verified, milliseconds });
    }
  } finally {
    progress.done();
  }
}

function getFtp(
  { url }: Extract<Place, { protocol: "ftp" }>,
  flags: GetFlags,
  to: string,
  progress: Progress,
): Promise<{ readonly bytes: number; readonly verified: string }> {
  return withClient(url, flags, async (client, signal) => {
    const target: DownloadTarget = to === "-" ? writeOut : await targetOf(to);
    return client.download(url.path, target, {
      signal,
      representation: url.type === "a" ? "ascii" : "image",
      onProgress: ({ bytes, total }) => progress.update(bytes, total),
    });
  });
}

async function getTftp(
  { url }: Extract<Place, { protocol: "tftp" }>,
  to: string,
  progress: Progress,
): Promise<number> {
  const options = {
    ...url,
    onProgress: ({ bytes, total }: { readonly bytes: number; readonly total?: number }) =>
      progress.update(bytes, total),
  };
  const target = to === "-" ? "-" : await targetOf(to);
  if (typeof target === "string" && target !== "-")
    return (await tftpGet({ ...options, to: { path: target } })).bytes;
  let bytes = 0;
  for await (const chunk of tftpRead(options)) {
    bytes += chunk.length;
    if (typeof target === "string") await writeOut(chunk);
    else
      await new Promise<void>((resolve, reject) =>
        target.write(chunk, (error) => (error ? reject(error) : resolve())),
      );
  }
  if (typeof target !== "string") target.end();
  return bytes;
}

/** Where the file goes: into a directory under its own name, else to the path as it is. */
async function localFile(local: string, name: string): Promise<string> {
  const found = await stat(local).catch(() => undefined);
  if (found?.isDirectory()) return join(local, name);
  if (local.endsWith("/")) throw usageFailure(`${local} is no directory; make it first`);
  return local;
}

/**
 * A path for what can be replaced as a whole; a stream for a device or a pipe, which must not be. A symbolic link is
 * followed, so that its target is written and not the link.
 */
async function targetOf(path: string): Promise<string | ReturnType<typeof createWriteStream>> {
  const real = await realpath(path).catch(() => path);
  const found = await stat(real).catch(() => undefined);
  return found === undefined || found.isFile() ? real : createWriteStream(real);
}
