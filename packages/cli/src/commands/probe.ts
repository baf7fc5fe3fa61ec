import { ProbeError, type ProbeOptions, probeServer, type Scorecard } from "@longshore/ftp-probe";
import { type Command, InvalidArgumentError } from "commander";
import { addTlsFlags, type ConnectionFlags, optionsOf, urlHelp } from "../connection.ts";
import { CommandFailure, printable, usageFailure } from "../failure.ts";
import { interruptible } from "../interrupt.ts";
import { countOf, secondsOf } from "../option.ts";
import { writeJson, writeOut } from "../output.ts";
import { ftpPlaceOf } from "../place.ts";

interface ProbeFlags extends Pick<ConnectionFlags, "tls" | "ca" | "insecure" | "timeout" | "netrc"> {
  readonly json?: true;
  readonly all?: true;
  readonly write?: string;
  readonly only?: readonly string[];
  readonly family?: 4 | 6;
  readonly guesses?: number;
  readonly seconds?: number;
}

export function addProbe(program: Command): void {
  addTlsFlags(
    program
      .command("probe")
      .summary("examine a server")
      .description(
        "Examines an FTP server and prints a scorecard: features, TLS, data connections, the weaknesses of RFC 2577, and whether " +
          "its replies are those of the RFCs. It reads only, unless --write says where it may write, and connects to no host but the server.",
      )
      .argument("<URL>", "ftp://[user@]host[:port]/[path], ftps:// for implicit TLS"),
  )
    .option("--netrc [file]", "users and passwords from a file; $NETRC or ~/.netrc unless told")
    .option("--write <directory>", "a directory on the server to try uploads in; all of it is removed again")
    .option("--only <names...>", "only these checks or groups, such as tls or active.low-port")
    .option("--family <version>", "connect over IPv4 or IPv6: 4 or 6", familyOf)
    .option(
      "--guesses <count>",
      "refused passwords at most, of a user who does not exist; 5 unless told",
      countOf,
    )
    .option("--seconds <seconds>", "for the whole probe; 120 unless told", secondsOf)
    .option("--timeout <seconds>", "wait so long for a reply; 10 unless told", secondsOf)
    .option("--all", "show also what passed")
    .option("--json", "the scorecard as one JSON object")
    .addHelpText(
      "after",
      `${urlHelp}

The path is the directory to look around in. Exit code 0: nothing was found; 1:
something failed, is to be warned of, or the server could not be reached.

Examples:
  longshore probe ftp://127.0.0.1:2121/
  longshore probe --tls --all ftp://ada@ftp.example.org/
  longshore probe --json ftp://127.0.0.1:2121/ | jq -r '.findings[] | select(.verdict == "fail") | .id'
  longshore probe --write incoming --only write ftp://ada@127.0.0.1:2121/`,
    )
    .action(probe);
}

async function probe(address: string, flags: ProbeFlags): Promise<void> {
  const url = ftpPlaceOf(address, "be probed");
  const { host, port, user, password, tls } = await optionsOf(url, flags);
  const { ca, rejectUnauthorized, mode = "off" } = typeof tls === "object" ? tls : {};
  const { write, only, family, guesses, seconds, timeout } = flags;
  const limits = {
    ...(guesses === undefined ? {} : { guesses }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(timeout === undefined ? {} : { patience: timeout * 1000 }),
  };
  const options: ProbeOptions = {
    host,
    ...(port === undefined ? {} : { port }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    tls: mode,
    ...(ca === undefined ? {} : { ca: String(ca) }),
    ...(rejectUnauthorized === false ? { insecure: true } : {}),
    ...(url.path === "" ? {} : { directory: url.path }),
    ...(write === undefined ? {} : { write }),
    ...(only === undefined ? {} : { only }),
    ...(family === undefined ? {} : { family }),
    limits,
  };
  const card = await interruptible((signal) => probeServer({ ...options, signal })).catch(refuse);
  if (flags.json === true) await writeJson(card);
  else await writeOut(scorecard(card, flags.all === true));
  if (!card.isClean)
    throw new CommandFailure(1, `${card.counts.fail} failed, ${card.counts.warn} to be warned of`);
}

/** The card as text: a line for each group, and below it what did not pass. */
function scorecard({ server, user, seconds, spent, findings }: Scorecard, isWhole: boolean): string {
  const groups = [...new Set(findings.map(({ group }) => group))];
  const lines = groups.flatMap((group) => {
    const own = findings.filter((finding) => finding.group === group);
    const passed = own.filter(({ verdict }) => verdict === "pass").length;
    const shown = isWhole ? own : own.filter(({ verdict }) => verdict !== "pass");
    return [
      `\n${group}: ${passed} of ${own.length} pass`,
      ...shown.map(
        ({ verdict, id, title, detail, source }) =>
          `  ${verdict.padEnd(7)}  ${id}: ${title} (${source})\n           ${printable(detail)}`,
      ),
    ];
  });
  const place = `${server.address}, port ${server.port}${server.tls === "off" ? "" : `, ${server.tls} TLS`}`;
  return [
    `${server.host} (${place}): ${printable(server.greeting)}`,
    ...lines,
    `\nas ${printable(user)}, in ${seconds} s, with ${spent.connections} connections and ${spent.commands} commands\n`,
  ].join("\n");
}

function refuse(error: unknown): never {
  if (!ProbeError.isInstance(error)) throw error;
  if (error.code === "bad-argument") throw usageFailure(error.message);
  const advice = error.code === "unreachable" ? "; check the host, the port and the network" : "";
  throw new CommandFailure(1, `${error.message}${advice}`);
}

function familyOf(text: string): 4 | 6 {
  if (text === "4") return 4;
  if (text === "6") return 6;
  throw new InvalidArgumentError("write 4 or 6");
}
