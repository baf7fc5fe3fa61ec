import { commandRow, isVerb, redactLine } from "@longshore/ftp-command";
import { CommandFailure, usageFailure } from "../../failure.ts";
import { writeOut } from "../../output.ts";
import type { Call, ShellCommand } from "../command.ts";
import { printed } from "../print.ts";
import { learnDirectory } from "../remote.ts";
import { replyLines } from "../trace.ts";

export const rawCommands: readonly ShellCommand[] = [
  {
    name: "quote",
    aliases: ["literal"],
    usage: "LINE...",
    summary: "send a line to the server as it is, and show the reply",
    least: 1,
    completes: ["nothing"],
    withoutSecrets: (words) => unlessSecret(words.join(" "), words),
    run: (call) => send(call, call.texts.join(" ")),
  },
  {
    name: "site",
    usage: "LINE...",
    summary: "send a command that this server alone has: site help lists them",
    least: 1,
    completes: ["nothing"],
    withoutSecrets: (words) => unlessSecret(`SITE ${words.join(" ")}`, words),
    run: (call) => send(call, `SITE ${call.texts.join(" ")}`),
  },
  {
    name: "rhelp",
    aliases: ["remotehelp"],
    usage: "[COMMAND]",
    summary: "ask the server what it knows",
    completes: ["nothing"],
    run: (call) => send(call, ["HELP", ...call.texts].join(" ")),
  },
  {
    name: "rstatus",
    usage: "[PATH]",
    summary: "ask the server how things stand",
    completes: ["remote"],
    run: (call) => send(call, ["STAT", ...call.texts].join(" ")),
  },
  {
    name: "features",
    usage: "",
    summary: "show what the server says it can",
    most: 0,
    run: (call) => send(call, "FEAT"),
  },
  {
    name: "system",
    usage: "",
    summary: "show what system the server says it is",
    most: 0,
    run: (call) => send(call, "SYST"),
  },
];

/** A line and its reply on standard output; one that refuses is a failure. */
async function send({ shell, signal }: Call, line: string): Promise<void> {
  const verb = /^\S*/.exec(line)?.[0].toUpperCase() ?? "";
  if (isVerb(verb) && "data" in commandRow(verb))
    throw usageFailure(`${verb} opens a data connection: take ls, nlist, get, put or append for it`);
  const client = await shell.client(signal);
  const reply = await shell.trace.quietly(() => client.quote(line, { signal }), "forget");
  for (const text of replyLines(reply)) await writeOut(`${printed(text)}\n`);
  if (moving.has(verb)) await learnDirectory(shell, signal);
  if (reply.code >= 400)
    throw new CommandFailure(1, `the server refused it: "${reply.code} ${reply.lines.at(-1) ?? ""}"`);
}

/** After these the session may be somewhere else. */
const moving: ReadonlySet<string> = new Set(["CWD", "XCWD", "CDUP", "XCUP", "SMNT", "REIN", "USER", "PASS"]);

function unlessSecret(line: string, words: readonly string[]): readonly string[] | undefined {
  return redactLine(line) === line ? words : undefined;
}
