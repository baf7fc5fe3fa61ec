// codecs.mjs WHO WHAT: decodes or encodes for a second after a warm-up, with ours or with what others publish; prints
// how many a second. Both begin with the bytes that a socket gives and end with what their callers are handed.
import { createRequire } from "node:module";
import { StringDecoder } from "node:string_decoder";
import { parseCommand } from "@longshore/ftp-command";
import { createListingParser } from "@longshore/ftp-listing";
import { createReplyDecoder } from "@longshore/ftp-reply";
import {
  decodePacket,
  encodeDataHeader,
  encodePacket,
  parseMode,
  parseOptions,
} from "@longshore/tftp-packet";

const require = createRequire(import.meta.url);
const [who, what] = process.argv.slice(2);
const bytes = (text) => Buffer.from(text, "latin1");

/** What a session hears: one reply a segment, one of them of several lines. */
const replies = [
  "220 ProFTPD Server ready.\r\n",
  "331 Password required for ada\r\n",
  "230 User ada logged in\r\n",
  "211-Features:\r\n MDTM\r\n REST STREAM\r\n SIZE\r\n UTF8\r\n211 End\r\n",
  "229 Entering Extended Passive Mode (|||36421|)\r\n",
  "150 Opening BINARY mode data connection for big (2147483648 bytes)\r\n",
  "226 Transfer complete\r\n",
  "213 20260314150926\r\n",
].map(bytes);

const listing = bytes(
  Array.from(
    { length: 1000 },
    (_, at) =>
      `${at % 10 === 0 ? "drwxr-xr-x   2" : "-rw-r--r--   1"} ada      staff    ${String(at * 1021).padStart(8)} Mar ${String(1 + (at % 28)).padStart(2)} 14:0${at % 10} file-${at}.dat\r\n`,
  ).join(""),
);
const machineListing = bytes(
  Array.from(
    { length: 1000 },
    (_, at) => `type=file;size=${at * 1021};modify=20260314150926;UNIX.mode=0644; file-${at}.dat\r\n`,
  ).join(""),
);
const commands = [
  "USER ada",
  "PASS secret",
  "TYPE I",
  "CWD /pub",
  "EPSV",
  "RETR big.tar.gz",
  "MDTM a b c",
  "NOOP",
];
const block = Buffer.alloc(512, "x");
const data = Buffer.concat([Buffer.from([0, 3, 0, 7]), block]);
const request = Buffer.concat([
  Buffer.from([0, 1]),
  bytes("boot/kernel\0octet\0tsize\x000\0blksize\x001428\0"),
]);
const acknowledgement = Buffer.from([0, 4, 0, 7]);

/** One for the session. */
const replyDecoder = createReplyDecoder();
/** A server has one, into which it writes the four octets before each payload. */
const header = new Uint8Array(4);

const { FTPContext } = require("../../node_modules/basic-ftp/dist/FtpContext.js");
const { parseList } = require("../../node_modules/basic-ftp/dist/parseList.js");
const packets = require("../../node_modules/tftp/lib/protocol/packets/index.js");

/** basic-ftp sets its socket's encoding, so that a StringDecoder stands before its parser. */
const stringDecoder = new StringDecoder("utf8");
let basicReplies = 0;
const context = new FTPContext(0, "utf8");
context._passToHandler = ({ code }) => {
  if (code > 0) basicReplies++;
};

/** Each does its work once and answers how many were decoded or encoded. */
const works = {
  longshore: {
    replies() {
      let count = 0;
      for (const chunk of replies) count += replyDecoder.push(chunk).length;
      return count;
    },
    commands() {
      for (const line of commands) parseCommand(line);
      return commands.length;
    },
    listing: () => countEntries(listing),
    // As our client does, which knows what it has asked for; basic-ftp tells by the last line.
    "machine listing": () => countEntries(machineListing, { dialect: "mlsx" }),
    "TFTP decode"() {
      decodePacket(data);
      decodePacket(acknowledgement);
      const { packet } = decodePacket(request);
      parseMode(packet.mode);
      parseOptions(packet.options, "request");
      return 3;
    },
    "TFTP encode"() {
      // A server sends header and content as two views: the content is not copied.
      encodeDataHeader(7, header);
      encodePacket({ type: "ack", block: 7 });
      encodePacket({ type: "oack", options: [["blksize", "1428"]] });
      return 3;
    },
  },
  "basic-ftp": {
    replies() {
      basicReplies = 0;
      for (const chunk of replies) context._onControlSocketData(stringDecoder.write(chunk));
      return basicReplies;
    },
    listing: () => parseList(listing.toString("utf8")).length,
    "machine listing": () => parseList(machineListing.toString("utf8")).length,
  },
  tftp: {
    // Each is told by its opcode, as its server does; of a request it reads the options, too.
    "TFTP decode"() {
      for (const datagram of [data, acknowledgement, request]) {
        const opcode = datagram.readUInt16BE(0);
        if (opcode === 3) packets.data.deserialize(datagram, 512);
        else if (opcode === 4) packets.ack.deserialize(datagram);
        else packets.rrq.deserialize(datagram, true);
      }
      return 3;
    },
    "TFTP encode"() {
      packets.data.serialize(7, block);
      packets.ack.serialize(7);
      packets.oack.serialize({ blksize: "1428" });
      return 3;
    },
  },
};

const work = works[who]?.[what];
if (work === undefined) throw new Error(`${who} does not do ${what}`);
run(500);
console.log(run(1000));

/** By processor time, so that a busy machine counts little; asked for rarely, since asking costs as much as much work. */
function run(milliseconds) {
  const started = process.cpuUsage();
  let count = 0;
  let elapsed = 0;
  for (let turns = 1; elapsed < milliseconds; turns = elapsed < 20 ? turns * 2 : turns) {
    for (let turn = 0; turn < turns; turn++) count += work();
    elapsed = process.cpuUsage(started).user / 1000;
  }
  return count / (elapsed / 1000);
}

function countEntries(text, options) {
  const parser = createListingParser(options);
  return parser.push(text).length + parser.end().length;
}
