import { formatFtpUrl } from "@longshore/ftp-client";
import { usageFailure } from "../../failure.ts";
import { writeOut } from "../../output.ts";
import type { Call, ShellCommand } from "../command.ts";
import { printed } from "../print.ts";
import type { Settings, Shell } from "../shell.ts";

export const settingCommands: readonly ShellCommand[] = [
  {
    name: "binary",
    aliases: ["image"],
    usage: "",
    summary: "transfer files as they are",
    most: 0,
    run: ({ shell }) => represent(shell, "image"),
  },
  {
    name: "ascii",
    usage: "",
    summary: "transfer text, with the line ends of either side",
    most: 0,
    run: ({ shell }) => represent(shell, "ascii"),
  },
  {
    name: "type",
    usage: "[ascii | binary]",
    summary: "show or choose between ascii and binary",
    most: 1,
    run: type,
  },
  {
    name: "passive",
    usage: "[on | off]",
    summary: "let the server open ports for data (the default), or not",
    most: 1,
    completes: ["on-off"],
    run: (call) => connectBy(call.shell, choiceOf(call, call.shell.settings.passive)),
  },
  {
    name: "active",
    usage: "",
    summary: "open ports for data here: the same as passive off",
    most: 0,
    run: ({ shell }) => connectBy(shell, false),
  },
  toggle("verbose", "show the server's replies"),
  toggle("debug", "show every line that is sent and comes, without passwords"),
  toggle("prompt", "ask before each file of mget, mput and mdelete"),
  toggle("temporary", "put files under a temporary name until they are whole, or in place"),
  toggle("progress", "show how far a transfer is, where the terminal is one"),
  {
    name: "hash",
    usage: "[on | off | BYTES]",
    summary: "print a # for each 32 KiB, or as many BYTES, in place of progress",
    most: 1,
    completes: ["on-off"],
    run: hash,
  },
  { name: "status", usage: "", summary: "show how things stand", most: 0, run: status },
];

function toggle(
  name: "verbose" | "debug" | "prompt" | "progress" | "temporary",
  summary: string,
): ShellCommand {
  return {
    name,
    usage: "[on | off]",
    summary,
    most: 1,
    completes: ["on-off"],
    async run(call) {
      const { settings } = call.shell;
      settings[name] = choiceOf(call, settings[name]);
      call.shell.tell(`${name}: ${settings[name] ? "on" : "off"}`);
    },
  };
}

/** `on` or `off`; what it is not, where nothing was said, as in ftp(1). */
function choiceOf({ texts: [word] }: Call, now: boolean): boolean {
  if (word === undefined) return !now;
  if (word === "on" || word === "off") return word === "on";
  throw usageFailure(`${word} is neither on nor off`);
}

async function represent(shell: Shell, representation: Settings["representation"]): Promise<void> {
  shell.settings.representation = representation;
  shell.tell(`type: ${shownType(shell.settings)}`);
}

async function type({ shell, texts: [word] }: Call): Promise<void> {
  if (word === undefined) shell.tell(`type: ${shownType(shell.settings)}`);
  else if (/^a(?:scii)?$/i.test(word)) await represent(shell, "ascii");
  else if (/^(?:i(?:mage)?|b(?:inary)?)$/i.test(word)) await represent(shell, "image");
  else throw usageFailure(`${word} is neither ascii nor binary`);
}

async function connectBy(shell: Shell, passive: boolean): Promise<void> {
  shell.settings.passive = passive;
  shell.remote?.client.setDataModes(passive ? "passive" : "active");
  shell.tell(`passive: ${passive ? "on" : "off"}`);
}

async function hash({ shell, texts: [word] }: Call): Promise<void> {
  const { settings } = shell;
  const bytes = word !== undefined && /^[1-9]\d{0,11}$/.test(word) ? Number(word) : undefined;
  if (bytes !== undefined) settings.hash = bytes;
  else if (word === undefined || word === "on" || word === "off")
    settings.hash = (word === undefined ? settings.hash === 0 : word === "on") ? hashBytes : 0;
  else throw usageFailure(`${word} is neither on nor off nor a number of bytes`);
  shell.tell(`hash: ${settings.hash === 0 ? "off" : `a # for ${settings.hash} bytes`}`);
}

const hashBytes = 32_768;

async function status({ shell }: Call): Promise<void> {
  const { settings, remote, place } = shell;
  const onOff = (is: boolean): string => (is ? "on" : "off");
  const lines: string[] = [];
  if (remote === undefined || place === undefined) lines.push("not connected");
  else {
    const { client, options } = remote;
    const where = formatFtpUrl({ ...place, user: undefined, path: "", type: undefined });
    lines.push(`${client.isClosed ? "lost" : "connected to"} ${where} as ${options.user ?? "anonymous"}`);
    lines.push(`TLS: ${onOff(client.isSecure)}`);
    if (remote.directory !== undefined) lines.push(`directory there: ${remote.directory}`);
    if (client.dataMode !== undefined) lines.push(`latest data connection: ${client.dataMode}`);
  }
  lines.push(`directory here: ${process.cwd()}`);
  lines.push(
    `type: ${shownType(settings)}; passive: ${onOff(settings.passive)}; temporary: ${onOff(settings.temporary)}`,
  );
  lines.push(
    `verbose: ${onOff(settings.verbose)}; debug: ${onOff(settings.debug)}; prompt: ${onOff(settings.prompt)}`,
  );
  lines.push(`progress: ${onOff(settings.progress)}; hash: ${onOff(settings.hash > 0)}`);
  for (const line of lines) await writeOut(`${printed(line)}\n`);
}

function shownType({ representation }: Settings): string {
  return representation === "image" ? "binary" : "ascii";
}
