type Row = readonly [file: string, test: string];

/** Tests of one file. */
const of = (file: string, ...tests: readonly string[]): readonly Row[] => tests.map((test) => [file, test]);

const client = (file: string, ...tests: readonly string[]): readonly Row[] =>
  of(`ftp-client/test/${file}.test.ts`, ...tests);
const engine = (file: string, ...tests: readonly string[]): readonly Row[] =>
  of(`ftp-session/test/client/${file}.test.ts`, ...tests);
const reply = (file: string, ...tests: readonly string[]): readonly Row[] =>
  of(`ftp-reply/test/${file}.test.ts`, ...tests);
const address = (file: string, ...tests: readonly string[]): readonly Row[] =>
  of(`ftp-address/test/${file}.test.ts`, ...tests);
const listing = (file: string, ...tests: readonly string[]): readonly Row[] =>
  of(`ftp-listing/test/${file}.test.ts`, ...tests);
const command = (file: string, ...tests: readonly string[]): readonly Row[] =>
  of(`cli/test/${file}.test.ts`, ...tests);
const interop = (file: string, ...tests: readonly string[]): readonly Row[] =>
  of(`../interop/${file}.test.ts`, ...tests);

/** What the client has to do, sentence by sentence, and the tests that show it. */
export const sentences: Readonly<Record<string, readonly Row[]>> = {
  // Replies.
  "any chunking: every split position is a test": [
    ...client("replies", "any chunking: every split position", "of the answer to PASV"),
    ...reply("decoder", "end where the line ends, never before: 213 12|34567"),
    ...reply("vectors", "%s"),
  ],
  "an unterminated last line is not complete": [
    ...client("defects", 'basic-ftp 6.2: "213 12" and "34567" in two segments are one size, 1234567'),
  ],
  "multi-line: RFC-strict end": [
    ...reply("decoder", "of several lines end at the same code and a blank, whatever stands between"),
  ],
  "a lenient mode that flags the ambiguity": [
    ...reply("decoder", "endAtAnyCode: glFTPd's 230- that ends in 250, and says so"),
    ...client("replies", "glFTPd's 230- that ends in 250, by option"),
  ],
  "inner lines may look like replies": [
    ...client("defects", "node-ftp, jsftp: `550` inside a 220- banner is part of it, in pieces of %i"),
    ...engine("establishing", "reads a multi-line banner in any cut, with lines that look like replies"),
  ],
  "code alone, tab, bare LF, telnet bytes, NUL, empty lines": [
    ...client("replies", "replies in shapes that occur", "%s: byte by byte"),
    ...reply("decoder", "acceptLooseForm: a code alone, or with a tab", "acceptBareLineFeed is the NVT's"),
    ...of("nvt/test/line.test.ts", "stays out of the way of a CR LF that it stands in the middle of"),
  ],
  "UTF-8 cut inside a character": [
    ...reply("decoder", "keep bytes that are no UTF-8, and UTF-8 that is cut inside a character"),
  ],
  "codes out of range": client("replies", "%s costs the call, not the session"),
  "an SSH-2.0 or HTTP/1.1 greeting has a named error": [
    ...client("replies", "a greeting of %j has an error of its own"),
    ...engine("establishing", "names a server that does not speak FTP: %j"),
  ],
  "120 then 220, 230 as a greeting": client("replies", "120 then 220, and 230 as a greeting"),
  "a limit on line and reply size": [
    ...reply("decoder", "an overlong line is malformed, and so is the reply that it stands in, once"),
    ...reply("decoder", "a reply of too many lines or characters is malformed at once"),
  ],
  "linear work: an unterminated multi-line banner": [
    ...client(
      "defects",
      "CVE-2026-44240: a multi-line banner without an end is refused early, in linear work",
    ),
    ...reply("decoder", "take work that grows with their length, not faster"),
  ],
  "every command owns its replies": [
    ...client("defects", "basic-ftp, aioftp, jsftp: a late reply is not taken for the next command's"),
    ...client("session", "an extra reply is no later command's answer: the session is over, and says why"),
    ...client("session", "a reply that comes late, after its call was given up, is not the next one's"),
    ...engine("recovery", "a reply that was there before its command was sent is not its reply"),
  ],
  "an unsolicited 421 closes the session with its text, at once": [
    ...client("session", "an unsolicited 421 closes it at once, with its text"),
  ],
  "227 in all its shapes": [
    ...address("reply", "a 227 reply", "with port 0 or a number over 255 is refused for that"),
    ...address("vectors", "the samples of replies and arguments in %s"),
  ],
  "229 with any delimiter; port 0 or above 65535 rejected": [
    ...address("reply", "a 229 reply", "229 (|||65536|)"),
    ...address("inversion", "EPRT and EPSV replies with every delimiter of RFC 2428"),
    ...client("defects", "IBM i answers EPSV with 229 Entering Extended Passive Mode (!!!6446!)"),
  ],
  "EPSV answered with 227": engine("transfer", "EPSV that is answered with 227"),
  "257 with doubled quotes, rubbish before, no quotes, C:/": [
    ...client("replies", "257 with doubled quotes, rubbish before, no quotes, C:/"),
  ],
  "213 with text around the number": client("replies", "213 with text around the number"),
  "FEAT without indentation": client("replies", "FEAT without indentation"),

  // Transfers.
  "226 before the last data byte": client("transfer", "226 before the last byte"),
  "150 missing": client("transfer", "no 150, replies byte by byte, data before the 226"),
  "150 and 226 in one segment": engine("transfer", "150 and 226 in one segment, and in every cut"),
  "150 then 425": client("transfer", "150 then 425 leaves the session usable"),
  "two 150s": engine("transfer", "two 150s, and a 110 mark between"),
  "426 then 226, or 226 only, on ABOR": [
    ...client("transfer", "a signal in the middle: ABOR, nothing left, session usable"),
    ...client("transfer", "226 only, as some servers answer ABOR"),
  ],
  "a data-connection reset, a 426, a 425 or a local stream error leaves the session usable": [
    ...client(
      "defects",
      "basic-ftp closes the client: here a reset, a 425, a 426 and a local error leave the session usable",
    ),
    ...client("transfer", "a source that fails resets the connection"),
    ...interop("ftp-client-faults", "faults between our FTP client and "),
  ],
  "what was proven is said: SIZE, the MLSD fact or the 150's hint": [
    ...client(
      "transfer",
      "to a local path: whole, verified by the 150's size",
      "nothing tells the size: not verified",
    ),
    ...client("calls", "of what is read as it comes, too"),
    ...client(
      "calls",
      "against the MLSD fact: the size of a listing that is not reached is a short transfer",
    ),
  ],
  "optional HASH/XCRC/XMD5/XSHA256": client(
    "hash",
    'verify: "hash"',
    "XSHA256, XSHA512, XSHA1, XMD5 and XCRC",
  ),
  "a short download is an error": client(
    "defects",
    "nobody on npm checks: a short download with a 226 is an error",
  ),
  "resume both ways with an overlap check": [
    ...client("resume", "go on from a part, whose end is compared first", "go on with APPE"),
    ...client("resume", "or with REST and STOR where APPE is refused"),
    ...client("resume", "of another file are refused, and what stands is left alone"),
  ],
  "upload to a temporary name then RNTO": [
    ...client("transfer", "under a temporary name, renamed at the end; what failed is removed"),
    ...client("placement", "goes up beside the old file, is proven there and renamed over it"),
    ...client("placement", "goes straight to its name in clear, too, where the server holds it to its size"),
    ...client("placement", "has the old one moved aside, and removed when the new one stands"),
    ...client("placement", "keeps the file that stands: an error"),
    ...client("placement", "go on behind the part that is there, compared first, and take the name"),
    ...interop("ftp-client-faults", "faults between our FTP client and ", " left a part"),
  ],
  "MFMT to keep times": client("tree", "up: times are kept with MFMT"),
  "local files: written to a temporary name and renamed at the end": [
    ...client("transfer", "550: no local file was ever made, an older one stands"),
    ...interop("ftp-client-faults", " left a part"),
  ],
  "never outside the target directory": [
    ...client("defects", "CVE-2026-27699: a name in a listing leads nowhere but into the target directory"),
    ...client("tree", "names that are paths, or hide what they are, never touch the disk"),
  ],
  "EPSV → PASV fallback, also when the EPSV connection fails": [
    ...client("session", "EPSV that is refused: PASV, whose host is not believed"),
    ...client("session", "EPSV whose port nobody serves: PASV"),
  ],
  "active with EPRT → PORT, a port range and an external address": [
    ...engine("transfer", "active: EPRT, then PORT, with one listener each"),
    ...client("session", "active in a port range, with the address of a NAT"),
  ],
  "a declared plan tried in order, remembered per host": [
    ...client("plan", "a declared plan of data modes is tried in its order"),
    ...client("plan", "remembered per host: the next client with the same memory begins with what worked"),
  ],
  "the PASV host is ignored unless it equals the control peer (option)": [
    ...client("defects", "%s: the PASV host is not believed"),
    ...engine("transfer", "a 227 with another host is refused where it must be the same"),
  ],
  "TLS: explicit, implicit, none": [
    ...client("session", '"explicit"', '"implicit"'),
    ...interop("ftp-client-networks", "put, list and get"),
  ],
  "session resumption on data connections in TLS 1.2 and 1.3": [
    ...client("session", "data connections resume the control connection's session: %s"),
    ...interop("ftp-client-networks", "vsftpd with require_ssl_reuse=YES", "ProFTPD as it is"),
    ...interop("ftp-client-networks", "our own server in `require`"),
  ],
  "client certificates": client("calls", "client certificates are shown on both connections"),
  "host-name check on both": client("calls", "the host name is checked on both connections"),
  "bytes after 234 are an injection and end the session": [
    ...client("session", "bytes behind the 234 are an injection"),
    ...engine("establishing", "%s behind the 234 is an injection"),
  ],
  "PROT C by option": client("calls", "PROT C by option: TLS on the control connection alone"),
  "SOCKS5 and HTTP CONNECT proxies for both channels, or a dialer of the user's own": [
    ...client("proxy", "proxies for both channels", "a dialer of the user's own"),
  ],
  "deadlines per phase": [
    ...engine("establishing", "has a deadline for %s"),
    ...engine("recovery", "a silent server ends the session", "the whole operation", "a stall is an ABOR"),
    ...client("calls", "a time for the whole of every call", "a time for the whole of connecting"),
  ],
  "stall means waiting on the peer, not on one's own slow disk": [
    ...client("transfer", "a slow consumer is no stall", "a stalled server, by the stall clock"),
  ],
  "AbortSignal on every call": client("calls", "AbortSignal on every call: %s under way is given up"),
  "NOOP keepalive during transfers where the server tolerates it": [
    ...client("calls", "NOOP keepalive during transfers"),
    ...engine("recovery", "is not known there"),
  ],
  "progress per transfer (bytes, total, rate)": [
    ...client("calls", "progress of every transfer: a download, an upload, a listing, names"),
  ],
  "bandwidth limit": client("rate", "holds a download and an upload to so many bytes a second"),
  "async iterables, Web streams and Node streams, each in and out": [
    ...client("calls", "out: async iterables, Web streams and Node streams"),
    ...client("calls", "in: async iterables, Web streams and Node streams"),
    ...client("transfer", "of more than any buffer holds, to every kind of target"),
  ],
  "calls made together queue on a session": client("session", "answers calls made together in their order"),
  "a pool spreads them over several, finds the server's limit, retries with backoff, works with absolute paths":
    [
      ...client("pool", "spreads the calls made together over several sessions"),
      ...client("pool", "finds the server's limit where 421 says so", 'where 530 says "too many"'),
      ...client(
        "pool",
        "retries with backoff when a full server lets nobody in",
        "takes absolute paths only",
      ),
    ],
  "trees: upload, download, remove, and mirror": [
    ...client(
      "tree",
      "gets a directory with everything below it",
      "puts a directory with everything below it",
    ),
    ...client("tree", "removes a directory with everything in it", "deletes what is extra only if asked"),
    ...client("tree", "compares by time", "compares by size"),
    ...client("hash", "mirror compares by hash"),
    ...client("tree", "a dry run says what would be done and does nothing"),
    ...interop("ftp-client-trees", "files are mirrored up and down again, every one the same"),
  ],
  "bounded parallelism": client("tree", "moves so many files at a time, and no more"),
  "entries that were skipped or failed are returned, one failure does not end the rest unless asked": [
    ...client(
      "tree",
      "one failure does not end the rest, and is in the report",
      "one failure ends the rest if asked",
    ),
  ],
  "FXP between two servers, with TLS (CPSV/SSCN) where they can": [
    ...client("fxp", "TLS %s, in both directions at once"),
    ...interop("ftp-client-between", "files between servers, ", "to ours", "from ours", "in clear to "),
    ...client(
      "fxp",
      "with TLS on one side alone, or without CPSV and SSCN, is an error before anything is sent",
    ),
  ],
  "TLS that is cut without close_notify is no complete download": [
    ...client(
      "tls-end",
      "that is cut without close_notify is no complete download, and nothing stands under the name",
    ),
  ],
  "scripted dialogues written for other clients": [
    ...client("dialogues", "a dialogue", "a server with one answer for each verb"),
  ],

  // Listings.
  "MLSD where FEAT has it, else LIST": client("listing", "by MLSD where FEAT has it", "by LIST -a elsewhere"),
  "an empty `LIST -a` is tried again without, Windows CE": [
    ...client("listing", "an empty LIST -a is tried again without (Windows CE), and not again after that"),
  ],
  "streamed: constant memory, an async iterable": client("listing", "a slow reader makes the server wait"),
  "each entry: name, type, size, modified, permissions, owner, group, link target, raw line, dialect, confidence":
    [...listing("named", "each entry: name, type, exact size, modified with precision and zone")],
  "a line that could not be parsed is reported, never dropped in silence": [
    ...client("listing", "lines that cannot be read are reported"),
    ...client("listing", "a listing that ends in the middle of a line says that it may be cut"),
    ...client("listing", "an empty listing in clear is asked for again"),
  ],
  "work linear in the line's length": listing("fuzz", "after %j costs time in step with its length"),
  dialects: [
    ...listing(
      "named",
      "Unix `ls -l` in its variants",
      "DOS and IIS",
      "every dialect that the client must know",
    ),
    ...listing("named", "z/OS datasets: migrated, VSAM and tape"),
    ...listing("month", "of %s are known in any case, with and without a dot"),
    ...listing("parser", "joins the two lines of a long OpenVMS name"),
    ...listing("vectors", "holds samples"),
  ],

  // Security.
  "CR, LF and NUL in any argument are refused at one choke point": [
    ...client("defects", "a dozen advisories of 2021 to 2026: CR, LF and NUL are refused in every argument"),
    ...of("nvt/test/line.test.ts", "refuses what would cut the line in two"),
  ],
  "a name in a listing is not a path": [
    ...client("local-name", "a name in a listing is not a path", "is refused on every system"),
    ...client("local-name", "Windows reserved names are refused on Windows"),
    ...client("local-name", "trailing dots and spaces are refused on Windows"),
    ...client("local-name", "case collisions are refused where the disk does not tell case apart"),
    ...client("tree", "a symbolic link that is put in the way meanwhile is not followed"),
    ...client("defects", "wget, CVE-2014-4877: a link and a directory of the same name do not lead out"),
  ],
  "replies pipelined behind AUTH TLS": [
    ...client("defects", "CVE-2021-22947: replies that come in clear behind AUTH TLS"),
  ],
  "CCC by option": [
    ...client(
      "clear-control",
      "commands go on in clear behind the login, data stays private and resumes the session",
      "with the server's 200 and close_notify in one segment",
      "is an error with the server's words, and the session is over",
      "leaves the control connection encrypted with `if-offered`",
      "no password goes in clear after CCC",
      "behind the 200 of CCC end the session, %s",
      "that come in clear %s close_notify end the session",
    ),
    ...engine("clear-control", "CCC follows PROT, and TLS ends when its 200 is in"),
    ...interop("clear-control", "commands in clear, files private, over %s"),
  ],
  "TLS required means required": [
    ...client("defects", "CVE-2021-22946: TLS that is required is required, whatever a server says after %j"),
  ],
  "an option in a path does not become a LIST flag": client("listing", "an option in a path is no option"),
  "memory bounded for replies, listings and transfers": [
    ...reply("decoder", "a banner without end takes no more memory than its limit (CVE-2026-44240)"),
    ...listing("parser", "holds two lines at most, whatever comes"),
    ...of(
      "ftp-data/test/transfer.test.ts",
      "makes the peer wait for a slow store, and does not call that a stall",
    ),
  ],

  // Errors.
  "one discriminated union: code, command (redacted), phase, reply, transcript tail without secrets, retryable":
    [
      ...client("session", "a refused login shows no password anywhere"),
      ...client("recording", "is bounded, in lines and in their length, and clean for a terminal"),
      ...engine("transfer", "%s in place of the 150"),
    ],
  "a recorder writes a session's transcript; a replayer turns it into a test": [
    ...client("recording", "a transfer that broke breaks again, with the session going on"),
    ...client("recording", "is read back as it was, whatever the bytes"),
  ],

  // The calls.
  "await using; every call takes a signal and a time, those that move data tell how far they are": [
    ...client("session", "QUIT at the end, and `await using` does it"),
    ...client(
      "calls",
      "AbortSignal on every call: %s under way is given up",
      "a time for the whole of every call",
    ),
    ...client("calls", "progress of every transfer: a download, an upload, a listing, names"),
  ],
  "a table of what basic-ftp has, and what it is here": client(
    "migration",
    "everything public of %s stands in the table",
  ),

  // The command.
  "get, put, ls, rm, mkdir, mv, mirror, cat, stat and chmod, with patterns and -r": [
    ...command("client", "what a pattern finds, and directories only with -r"),
    ...command("client", "-r a directory under its name, as a name, and its content"),
    ...command("client", "makes a directory here like one there, and again without moving anything"),
    ...command("client", "rm what a pattern finds, and with -r whole directories; links alone"),
    ...command("client", "mkdir -p those above it, mv several into one", "chmod what a pattern finds"),
    ...command("client", "stat tells all, with a hash of the content", "writes one after the other"),
    ...command("client", "ls what patterns find, and several directories"),
    ...interop("cli-client", "put -r and get -r: the same tree, by hash", "mkdir, mv, chmod and rm"),
  ],
  "--parallel, --timeout, --resume, --verify, --limit-rate, --active, --proxy, --netrc": [
    ...command(
      "client",
      "an object a line for programs",
      "--timeout ends waiting for a server that says nothing",
    ),
    ...command("client", "--resume goes on behind what is here", "--verify hash proves it, or fails"),
    ...command(
      "client",
      "--active lets the server connect",
      "--proxy goes through one, for control and data",
    ),
    ...command("client", "--netrc gives user and password, in each of its forms"),
    ...interop("cli-client", "get and put that were interrupted go on with --resume"),
  ],
  "a session with the commands of ftp(1) and lftp": [
    ...command("shell-table", "are those that people know from ftp(1) and lftp(1)"),
    ...command("shell", "goes where it is told", "takes patterns: mget, mput, mdelete, ls"),
    ...command("shell", "goes on with what stands: append, reput, reget", "mirrors both ways"),
    ...command("shell", "changes what is there: mkdir, rename, chmod, delete, rmdir"),
    ...command("shell", "transfers text with either side's line ends in ascii", "logs in as somebody else"),
    ...command(
      "shell",
      "opens data connections from either side",
      "sends lines of one's own, and shows the reply",
    ),
    ...command("shell", "tells what every command is for"),
  ],
  "completion of remote names, history, Ctrl-C that keeps the session, at a real terminal": [
    ...command("shell-complete", "completes remote names"),
    ...command("shell-history", "is there again, and its owner alone can read it"),
    ...interop("ftp-shell", "a session at a terminal", "with our server", "with vsftpd"),
  ],

  // The probe.
  "features, TLS, representation types, passive and active, RFC 2577, conformance by command; --json": [
    ...of("ftp-probe/test/checks.test.ts", "a check", "representation.types", "passive.address"),
    ...of(
      "ftp-probe/test/probe.test.ts",
      "gives findings in the order of the table, counted, and as plain JSON",
    ),
    ...interop("probe", "longshore probe with ", "is clean: %s", "is clean over IPv6, with --family 6"),
    ...interop("probe", "prints a card for people, with what did not pass"),
  ],

  // With programs of others.
  "five servers, plain, explicit and implicit TLS, IPv4 and IPv6, active and passive": [
    ...interop("ftp-client", "our FTP client with ", "plain", "over explicit TLS"),
    ...interop("ftp-client-networks", "over IPv", "put, list and get"),
  ],
  "a local proxy drops, stalls and resets connections in the middle of each phase": [
    ...interop("ftp-client-faults", "faults between our FTP client and our server"),
  ],
};
