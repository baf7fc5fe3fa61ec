import { basename } from "node:path";
import { tftpPut } from "@longshore/tftp-endpoint";
import type { Command } from "commander";
import { addConnectionFlags, type ConnectionFlags, refuseTls, urlHelp, withClient } from "../connection.ts";
import { usageFailure } from "../failure.ts";
import { interruptible } from "../interrupt.ts";
import { type LocalSource, openSource } from "../local.ts";
import { writeJson } from "../output.ts";
import { nameOf, type Place, pathOf, placeOf, shownUrl, withName } from "../place.ts";
import { createProgress, type Progress } from "../progress.ts";
import { addTftpFlags, refuseTftpFlags, type TftpFlags, tellChecksum, tftpOptionsOf } from "../tftp.ts";

interface PutFlags extends ConnectionFlags, TftpFlags {
  readonly json?: true;
}

/** What was moved. */
interface Moved {
  readonly bytes: number;
  readonly verified: string;
  readonly checksum?: string;
}

export function addPut(program: Command): void {
  addTftpFlags(
    addConnectionFlags(
      program
        .command("put")
        .summary("put a file")
        .description("Puts a file over FTP or TFTP.")
        .argument("<LOCAL>", "a file, or - for standard input")
        .argument(
          "<URL>",
          "as for get; with a slash at its end, the directory to put it into under its own name",
        ),
    ),
  )
    .option("--json", "tell what was put as one JSON object")
    .addHelpText(
      "after",
      `
A transfer of some length shows its progress where stderr is a terminal. With
;type=a or ;mode=netascii the file goes as text, whose line ends the server
makes its own.
${urlHelp}

Examples:
  longshore put report.pdf ftp://ada@127.0.0.1:2121/reports/
  longshore put firmware.bin tftp://192.0.2.1/firmware.bin
  tar c . | longshore put - ftp://ada@127.0.0.1:2121/backup.tar`,
    )
    .action(put);
}

async function put(local: string, address: string, flags: PutFlags): Promise<void> {
  const whole = local === "-" ? address : withName(address, basename(local));
  const place = placeOf(whole);
  const name = nameOf(pathOf(place));
  if (name === "") throw usageFailure("standard input has no name: end the URL with one");
  if (place.protocol === "ftp" && place.url.type === "d")
    throw usageFailure(`${shownUrl(address)}: ;type=d lists a directory; take it away, or write ;type=i`);
  const from = await openSource(local);
  const progress = createProgress(name);
  const started = performance.now();
  try {
    const { bytes, verified, checksum } =
      place.protocol === "ftp"
        ? await putFtp(place, flags, from, progress)
        : await putTftp(place, flags, from, progress);
    progress.done();
    if (flags.json === true) {
      const milliseconds = Math.round(performance.now() - started);
      await writeJson({ url: shownUrl(whole), path: pathOf(place), bytes, verified, checksum, milliseconds });
    } else if (checksum !== undefined) await tellChecksum(checksum, local);
  } finally {
    progress.done();
  }
}

function putFtp(
  { url }: Extract<Place, { protocol: "ftp" }>,
  flags: PutFlags,
  from: LocalSource,
  progress: Progress,
): Promise<Moved> {
  refuseTftpFlags(flags);
  return withClient(url, flags, (client, signal) =>
    client.upload(from, url.path, {
      signal,
      representation: url.type === "a" ? "ascii" : "image",
      onProgress: ({ bytes, total }) => progress.update(bytes, total),
    }),
  );
}

function putTftp(
  { url }: Extract<Place, { protocol: "tftp" }>,
  flags: PutFlags,
  from: LocalSource,
  progress: Progress,
): Promise<Moved> {
  refuseTls(flags);
  return interruptible(async (signal) => {
    const { bytes, checksum } = await tftpPut({
      ...url,
      ...tftpOptionsOf(flags),
      from: typeof from === "string" ? { path: from } : from,
      signal,
      onProgress: ({ bytes, total }) => progress.update(bytes, total),
    });
    return { bytes, verified: "none", ...(checksum === undefined ? {} : { checksum }) };
  });
}
