import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { UploadSource } from "@longshore/ftp-client";
import { tftpPut } from "@longshore/tftp-endpoint";
import type { Command } from "commander";
import { addConnectionFlags, type ConnectionFlags, passwordHelp, withClient } from "../connection.ts";
import { toLine, usageFailure } from "../failure.ts";
import { writeJson } from "../output.ts";
import { nameOf, type Place, pathOf, placeOf, shownUrl } from "../place.ts";
import { createProgress, type Progress } from "../progress.ts";

interface PutFlags extends ConnectionFlags {
  readonly json?: true;
}

export function addPut(program: Command): void {
  addConnectionFlags(
    program
      .command("put")
      .summary("put a file")
      .description("Puts a file over FTP or TFTP.")
      .argument("<LOCAL>", "a file, or - for standard input")
      .argument("<URL>", "ftp://, ftps:// or tftp://; with a slash at its end, the directory to put it into"),
  )
    .option("--json", "tell what was put as one JSON object")
    .addHelpText(
      "after",
      `${passwordHelp}

Examples:
  longshore put report.pdf ftp://ada@127.0.0.1:2121/reports/
  tar c . | longshore put - ftp://ada@127.0.0.1:2121/backup.tar`,
    )
    .action(put);
}

async function put(local: string, address: string, flags: PutFlags): Promise<void> {
  const named = placeOf(address);
  if (local !== "-") await expectFile(local);
  const place = nameOf(pathOf(named)) !== "" ? named : within(named, local === "-" ? "" : basename(local));
  const name = nameOf(pathOf(place));
  if (name === "") throw usageFailure("standard input has no name: end the URL with one");
  const progress = createProgress(name);
  const started = performance.now();
  try {
    const { bytes, verified } =
      place.protocol === "ftp"
        ? await putFtp(place, flags, local, progress)
        : { bytes: await putTftp(place, local, progress), verified: "none" };
    progress.done();
    if (flags.json === true) {
      const milliseconds = Math.round(performance.now() - started);
      await writeJson({ url: shownUrl(address), path: pathOf(place), bytes, verified, milliseconds });
    }
  } finally {
    progress.done();
  }
}

function putFtp(
  { url }: Extract<Place, { protocol: "ftp" }>,
  flags: PutFlags,
  local: string,
  progress: Progress,
): Promise<{ readonly bytes: number; readonly verified: string }> {
  const from: UploadSource = local === "-" ? process.stdin : local;
  return withClient(url, flags, (client, signal) =>
    client.upload(from, url.path, {
      signal,
      representation: url.type === "a" ? "ascii" : "image",
      onProgress: ({ bytes, total }) => progress.update(bytes, total),
    }),
  );
}

async function putTftp(
  { url }: Extract<Place, { protocol: "tftp" }>,
  local: string,
  progress: Progress,
): Promise<number> {
  const { bytes } = await tftpPut({
    ...url,
    from: local === "-" ? process.stdin : { path: local },
    onProgress: ({ bytes, total }) => progress.update(bytes, total),
  });
  return bytes;
}

function within(place: Place, name: string): Place {
  return place.protocol === "ftp"
    ? { ...place, url: { ...place.url, path: place.url.path + name } }
    : { ...place, url: { ...place.url, filename: place.url.filename + name } };
}

async function expectFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    throw usageFailure(`${path} cannot be read (${toLine(error)})`);
  });
  if (found.isDirectory()) throw usageFailure(`${path} is a directory; put one file at a time`);
}
