/** Each point of the rules for TFTP, by number, and what the endpoint is to offer, with the tests that show it. */
export const points: Readonly<Record<string, readonly (readonly [file: string, test: string])[]>> = {
  1: [
    [
      "tftp-packet/test/decode.test.ts",
      "without the NUL after the mode are malformed, unless told otherwise",
    ],
    ["tftp-packet/test/decode.test.ts", "of %j is a packet or an error, and reads nothing behind it"],
    ["tftp-packet/test/fuzz.test.ts", "100,000 datagrams made of $type"],
  ],
  2: [
    ["tftp-packet/test/option.test.ts", "knows the three of RFC 1350 in any case"],
    ["tftp-endpoint/test/hostile.test.ts", "gets ERROR 4 where it is a request gone wrong"],
  ],
  3: [
    ["tftp-packet/test/decode.test.ts", "keep order, case, empty values and duplicates of the options"],
    ["tftp-packet/test/option.test.ts", "gives the values beside what was sent"],
    ["tftp-endpoint/test/hostile.test.ts", "hears its options echoed as it wrote them"],
  ],
  4: [
    [
      "tftp-transfer/test/negotiate.test.ts",
      "leaves out what it does not know, what is not allowed, and repetitions",
    ],
    ["tftp-endpoint/test/hostile.test.ts", "and none that it did not ask for"],
  ],
  5: [
    ["tftp-packet/test/encode.test.ts", "builds requests of 512 octets at most"],
    ["tftp-packet/test/decode.test.ts", "are read up to a limit, which is beyond the 512 octets of the RFC"],
  ],
  6: [
    ["tftp-packet/test/option.test.ts", "tsize is exact beyond 2^53, and a number where that is"],
    ["tftp-packet/test/option.test.ts", "leading zeros do not make it octal"],
  ],
  7: [
    ["tftp-transfer/test/negotiate.test.ts", "is never more than was asked for"],
    [
      "tftp-transfer/test/negotiate.test.ts",
      "tells the size of an empty file, none that is unknown, and none in netascii",
    ],
    [
      "tftp-transfer/test/negotiate.test.ts",
      "echoes the size of an upload, beyond 2^53 too, or refuses it with ERROR 3",
    ],
  ],
  8: [
    ["tftp-packet/test/decode.test.ts", "an ACK that goes on after its block number is an ACK"],
    ["tftp-packet/test/decode.test.ts", "is malformed beyond the block size in force"],
    ["tftp-packet/test/decode.test.ts", "an ERROR keeps a code that no standard names"],
    ["tftp-transfer/test/engines.test.ts", "gets ERROR 5 and changes nothing; an ERROR gets nothing"],
  ],
  9: [
    [
      "tftp-endpoint/test/points.test.ts",
      "a repeated WRQ repeats the OACK, and what was not asked for has its default",
    ],
    ["tftp-transfer/test/negotiate.test.ts", "takes what was asked for, or less, and defaults for the rest"],
  ],
  10: [
    ["tftp-transfer/test/engines.test.ts", "refuses what it did not ask for with ERROR 8"],
    ["tftp-endpoint/test/points.test.ts", "and answers ERROR %i is asked again without"],
  ],
  11: [["tftp-endpoint/test/hostile.test.ts", "that asks for the size alone and leaves is no failure"]],
  12: [
    ["tftp-endpoint/test/hostile.test.ts", "is one, however often the request comes"],
    ["tftp-endpoint/test/server.test.ts", "at a wildcard answers from the address that was asked"],
    ["tftp-endpoint/test/points.test.ts", "12. broadcast requests are ignored"],
  ],
  13: [
    ["tftp-endpoint/test/transfer.test.ts", "moves every size both ways with %o"],
    ["tftp-transfer/test/faults.test.ts", "runs without faults, and sends no packet twice"],
  ],
  14: [
    ["tftp-transfer/test/rollover.test.ts", "roll over in %s, to %d, through losses"],
    [
      "tftp-transfer/test/block.test.ts",
      "is a duplicate's where it lies before the window, also at the wrap",
    ],
  ],
  15: [
    ["tftp-endpoint/test/hostile.test.ts", "brings no DATA (Sorcerer's Apprentice)"],
    ["tftp-endpoint/test/hostile.test.ts", "inside a window begins a new one, once"],
  ],
  16: [
    [
      "tftp-transfer/test/engines.test.ts",
      "tells a hole at once and once, and never joins what lies on both sides of it",
    ],
  ],
  17: [
    ["tftp-transfer/test/timing.test.ts", "backs off to its cap, and stays there until a sample (Karn)"],
    [
      "tftp-transfer/test/timing.test.ts",
      "begins at a second, follows the round trip, and never goes below its floor",
    ],
    ["tftp-transfer/test/engines.test.ts", "takes no sample from a block that was sent twice (Karn)"],
    [
      "tftp-transfer/test/engines.test.ts",
      "begins the window anew after the last ACK when the timer runs out",
    ],
    ["tftp-transfer/test/engines.test.ts", "slows down where a window lost blocks, and speeds up again"],
  ],
  18: [
    ["tftp-endpoint/test/hostile.test.ts", "gets ERROR 5, a few times, and the transfer goes on"],
    [
      "tftp-transfer/test/engines.test.ts",
      "locks on to the first valid answer from the server's address, from any port",
    ],
  ],
  19: [
    ["tftp-endpoint/test/hostile.test.ts", "whose last ACK was lost gets it again"],
    ["tftp-transfer/test/engines.test.ts", "ends probably complete when the last ACK never comes"],
  ],
  20: [
    ["tftp-endpoint/test/transfer.test.ts", "moves netascii, whatever the lines and blocks"],
    ["tftp-endpoint/test/points.test.ts", "20. netascii with windows comes from a cache of encoded blocks"],
  ],
  21: [
    [
      "tftp-endpoint/test/points.test.ts",
      "21. a file that grows is cut at the announced size, one that shrinks fails",
    ],
    ["tftp-endpoint/test/hostile.test.ts", "that is not as long as announced fails, and leaves nothing"],
    ["tftp-endpoint/test/store-handler.test.ts", "carries files from path to path, whole or not at all"],
  ],
  22: [
    ["tftp-endpoint/test/hostile.test.ts", "gets two small answers and then nothing"],
    ["tftp-endpoint/test/hostile.test.ts", "is held to a budget for its prefix, from any port"],
    ["tftp-endpoint/test/hostile.test.ts", "that comes from a port of other services gets nothing"],
    ["tftp-endpoint/test/points.test.ts", "22. the worst amplification factor is that of the shortest RRQ"],
  ],
  23: [
    ["tftp-endpoint/test/server.test.ts", "is a port of its own, a different one each time"],
    ["tftp-endpoint/test/hostile.test.ts", "is capped in all and for each address"],
    ["tftp-endpoint/test/hostile.test.ts", "holds to a window that fits its memory"],
  ],
  24: [
    ["tftp-endpoint/test/store-handler.test.ts", "does not leave its root by %j"],
    [
      "tftp-endpoint/test/store-handler.test.ts",
      "is read-only unless told, and replaces nothing unless told",
    ],
    ["tftp-endpoint/test/transfer.test.ts", "of a handler tells nothing local"],
    ["tftp-endpoint/test/root.test.ts", "have each a size limit for uploads, announced or not"],
    [
      "tftp-endpoint/test/root.test.ts",
      "holds for all files below the root together, and counts anew when they are gone",
    ],
  ],
  25: [
    [
      "tftp-endpoint/test/points.test.ts",
      "25. the block size is capped to the path's MTU, unless told to go beyond",
    ],
  ],

  "server: any file store": [
    ["tftp-endpoint/test/store-handler.test.ts", "is read by names from its root, however they are written"],
  ],
  "server: a handler": [
    ["tftp-endpoint/test/transfer.test.ts", "carries content that nobody can count beforehand"],
  ],
  "server: single-port mode": [
    [
      "tftp-endpoint/test/server.test.ts",
      "is the listening port, in single-port mode, for many clients at once",
    ],
    [
      "tftp-endpoint/test/points.test.ts",
      "works through NAT, where a port of its own for each transfer does not",
    ],
  ],
  "server: a port range": [
    [
      "tftp-endpoint/test/server.test.ts",
      "lies in the range given, and a full range refuses nothing that runs",
    ],
  ],
  "server: rewriting rules": [
    ["tftp-endpoint/test/rewrite.test.ts", "filename rewriting rules"],
    [
      "tftp-endpoint/test/rewrite.test.ts",
      "takes time in proportion to the text, where a backtracking one would not end",
    ],
    ["cli/test/tftp.test.ts", "tells what becomes of a name, and by which rules"],
  ],
  "server: read-only by default": [
    ["tftp-endpoint/test/root.test.ts", "have each their own right to write: none, new files, any file"],
  ],
  "server: per-prefix roots": [
    ["tftp-endpoint/test/root.test.ts", "lead names below a prefix elsewhere, the longest one first"],
  ],
  "server: inherited sockets": [
    ["tftp-endpoint/test/inherited.test.ts", "systemd-style inherited sockets are listened at"],
  ],
  "server: statistics": [
    ["tftp-endpoint/test/server.test.ts", "tell a transfer from request to end"],
    ["tftp-endpoint/test/root.test.ts", "sum up what the events tell"],
  ],
  "server: drain": [
    ["tftp-endpoint/test/server.test.ts", "waits for what is under way, and takes nothing new"],
  ],
  "server: IPv4 and IPv6": [["tftp-endpoint/test/server.test.ts", "works over IPv6"]],
  "server: multicast": [
    ["tftp-transfer/test/multicast.test.ts", "survives every single fault, with one client to three"],
    ["tftp-endpoint/test/multicast.test.ts", "brings one file to several clients at once"],
  ],
  "server: one read cache": [["tftp-endpoint/test/read-cache.test.ts", "reads once what many boot from"]],
  "client: iterables, files and streams": [
    ["tftp-endpoint/test/transfer.test.ts", "yields what comes, and tells checksum and progress"],
    ["tftp-endpoint/test/transfer.test.ts", "of the web and of Node give and take content"],
    ["tftp-endpoint/test/store-handler.test.ts", "carries files from path to path, whole or not at all"],
  ],
  "client: abort and deadline": [
    ["tftp-endpoint/test/transfer.test.ts", "is an abort by the caller's signal"],
    ["tftp-endpoint/test/transfer.test.ts", "a deadline ends a transfer that would go on"],
  ],
  "client: fallback without options": [
    ["tftp-endpoint/test/points.test.ts", "and answers ERROR %i is asked again without"],
  ],
  "client: URLs": [["tftp-endpoint/test/parts.test.ts", "a TFTP URL"]],
};
