// One layer alone: the codecs, without a socket. A firmware tool that brings its own UDP needs only the first half, a
// program that got a listing by other means only the second. This runs in a browser as it is.
//
//   npx tsx examples/codec-only.ts
import { createListingParser, formatTime } from "@longshore/ftp-listing";
import { decodePacket, encodePacket, formatOption, parseOptions } from "@longshore/tftp-packet";

/** The first datagram of a download, and what an answer to it says. */
export function askForFirmware(filename: string): Uint8Array {
  return encodePacket({
    type: "rrq",
    filename,
    mode: "octet",
    options: [
      ["blksize", formatOption("blksize", 1468)],
      ["tsize", formatOption("tsize", 0)],
    ],
  });
}

export function tellAnswer(datagram: Uint8Array): string {
  const result = decodePacket(datagram);
  // Whatever comes in, this is data and never an exception.
  if (!result.ok) return `no TFTP: ${result.error.message}`;
  const { packet } = result;
  if (packet.type === "error") return `refused with ${packet.code}: ${packet.message}`;
  if (packet.type !== "oack") return `a ${packet.type}`;
  const { blksize = 512, tsize } = parseOptions(packet.options).values;
  return `blocks of ${blksize}, ${tsize ?? "nobody knows how many"} octets in all`;
}

/** A listing of whatever server, an entry a line. */
export function tellListing(bytes: Uint8Array): string[] {
  const parser = createListingParser();
  return [...parser.push(bytes), ...parser.end()]
    .filter((item) => item.kind === "entry")
    .map(({ type, size, modified, name }) =>
      [type, size ?? "-", modified === undefined ? "-" : formatTime(modified), name].join("  "),
    );
}

export function main(): string[] {
  const text = new TextEncoder();
  const listing = text.encode(
    "-rw-r--r--   1 ftp  ftp  531 Jan 29 03:26 read me.txt\r\n04-27-00  12:09PM  <DIR>  pub\r\n",
  );
  return [
    `request: ${askForFirmware("boot.bin").length} octets`,
    tellAnswer(text.encode("\0\u0006blksize\x001024\0tsize\x0099999\0")),
    tellAnswer(text.encode("\0\u0005\0\u0001No such image\0")),
    tellAnswer(text.encode("HTTP/1.1 400 Bad Request")),
    ...tellListing(listing),
  ];
}

// No `node:` in this file: that it was started and not imported shows by the name.
if (globalThis.process?.argv[1]?.endsWith("codec-only.ts")) for (const line of main()) console.log(line);
