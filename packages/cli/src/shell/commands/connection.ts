import { createSecret } from "@longshore/ftp-command";
import { usageFailure } from "../../failure.ts";
import type { Call, ShellCommand } from "../command.ts";
import { closeRemote, openRemote } from "../remote.ts";
import { targetOf, withoutPassword } from "../target.ts";

export const connectionCommands: readonly ShellCommand[] = [
  {
    name: "open",
    aliases: ["connect"],
    usage: "URL | [USER@]HOST [PORT]",
    summary: "connect and log in, asking for what is missing; to the path of the URL, if it has one",
    least: 1,
    most: 2,
    completes: ["nothing"],
    withoutSecrets: ([target = "", ...others]) => [withoutPassword(target), ...others],
    run: open,
  },
  {
    name: "user",
    usage: "[NAME [PASSWORD [ACCOUNT]]]",
    summary: "log in as somebody else, over a new connection; what is not said is asked for",
    most: 3,
    completes: ["nothing"],
    withoutSecrets: (words) => words.slice(0, 1),
    run: user,
  },
  {
    name: "close",
    aliases: ["disconnect"],
    usage: "",
    summary: "leave the server and stay here",
    most: 0,
    run: ({ shell }) => closeRemote(shell),
  },
  {
    name: "bye",
    aliases: ["quit", "exit"],
    usage: "",
    summary: "leave the server and end; so does Ctrl-D",
    most: 0,
    async run({ shell }) {
      shell.isEnding = true;
    },
  },
];

async function open({ shell, texts: [target = "", port], signal }: Call): Promise<void> {
  await openRemote(shell, targetOf(target, port), signal);
}

async function user({ shell, texts, signal }: Call): Promise<void> {
  const { place } = shell;
  if (place === undefined) throw usageFailure("there is no server yet: open HOST first");
  const [name, password, account] = texts;
  if (name === undefined && shell.editor === undefined)
    throw usageFailure("nobody can be asked: write user NAME");
  const login = password === undefined ? {} : { password: createSecret(password) };
  // To where the session is, and not to where it began.
  await openRemote(shell, { ...place, path: "", user: name, ...login }, signal, account);
}
