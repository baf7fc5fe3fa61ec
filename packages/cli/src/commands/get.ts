import { tftpGet } from "@longshore/tftp-endpoint";
import type { Command } from "commander";
import { addConnectionFlags, type ConnectionFlags, refuseTls, urlHelp, withClient } from "../connection.ts";
import { usageFailure } from "../failure.ts";
import { interruptible } from "../interrupt.ts";
import { type LocalTarget, localFile, openTarget } from "../local.ts";
import { writeJson } from "../output.ts";
import { nameOf, type Place, pathOf, placeOf, shownUrl } from "../place.ts";
import { createProgress, type Progress } from "../progress.ts";
import { addTftpFlags, refuseTftpFlags, type TftpFlags, tellChecksum, tftpOptionsOf } from "../tftp.ts";

interface GetFlags extends ConnectionFlags, TftpFlags {
  readonly json?: true;
}

/** What was moved. */
interface Moved {
  readonly bytes: number;
  readonly verified: string;
  readonly checksum?: string;
}

export function addGet(program: Command): void {
  addTftpFlags(
    addConnectionFlags(
      program
        .command("get")
        .summary("get a file")
        .description(
          "Gets a file over FTP or TFTP. It is written aside and appears under its name when it is whole; what stood there " +
            "before stays until then.",
        )
        .argument(
          "<URL>",
          "ftp://[user@]host[:port]/path[;type=a|i] or tftp://host[:port]/path[;mode=netascii]",
        )
        .argument(
          "[LOCAL]",
          "a file, a directory, or - for standard output; the current directory unless told",
        ),
    ),
  )
    .option("--json", "tell what was got as one JSON object")
    .addHelpText(
      "after",
      `
A transfer of some length shows its progress where stderr is a terminal.
;type=a and ;mode=netascii make the line ends those of this system.
${urlHelp}

Examples:
  longshore get ftp://127.0.0.1:2121/welcome.txt
  longshore get tftp://127.0.0.1:6969/welcome.txt -
  longshore get --tls ftp://ada@example.org/reports/may.pdf ~/may.pdf
  longshore get ftp://127.0.0.1:2121/site.tar - | tar x`,
    )
    .action(get);
}

async function get(address: string, local: string | undefined, flags: GetFlags): Promise<void> {
  const place = placeOf(address);
  const name = nameOf(pathOf(place));
  if (name === "" || name === "." || name === ".." || isListing(place)) {
    throw usageFailure(
      `${shownUrl(address)} names a directory: give a file's name, or list it with longshore ls`,
    );
  }
  if (local === "-" && flags.json === true)
    throw usageFailure("--json and - both want standard output: take one of them");
  const path = local === "-" ? "-" : await localFile(local ?? ".", name);
  const to = await openTarget(path);
  // A bar and content on one terminal would spoil each other.
  const progress = createProgress(name, { hidden: local === "-" && process.stdout.isTTY });
  const started = performance.now();
  try {
    const { bytes, verified, checksum } =
      place.protocol === "ftp"
        ? await getFtp(place, flags, to, progress)
        : await getTftp(place, flags, to, progress);
    progress.done();
    if (flags.json === true) {
      const milliseconds = Math.round(performance.now() - started);
      await writeJson({ url: shownUrl(address), path, bytes, verified, checksum, milliseconds });
    } else if (checksum !== undefined) await tellChecksum(checksum, path);
  } finally {
    progress.done();
  }
}

function getFtp(
  { url }: Extract<Place, { protocol: "ftp" }>,
  flags: GetFlags,
  to: LocalTarget,
  progress: Progress,
): Promise<Moved> {
  refuseTftpFlags(flags);
  return withClient(url, flags, (client, signal) =>
    client.download(url.path, to, {
      signal,
      representation: url.type === "a" ? "ascii" : "image",
      onProgress: ({ bytes, total }) => progress.update(bytes, total),
    }),
  );
}

function getTftp(
  { url }: Extract<Place, { protocol: "tftp" }>,
  flags: GetFlags,
  to: LocalTarget,
  progress: Progress,
): Promise<Moved> {
  refuseTls(flags);
  return interruptible(async (signal) => {
    const { bytes, checksum } = await tftpGet({
      ...url,
      ...tftpOptionsOf(flags),
      to: typeof to === "string" ? { path: to } : to,
      signal,
      onProgress: ({ bytes, total }) => progress.update(bytes, total),
    });
    return { bytes, verified: "none", ...(checksum === undefined ? {} : { checksum }) };
  });
}

function isListing(place: Place): boolean {
  return place.protocol === "ftp" && place.url.type === "d";
}
