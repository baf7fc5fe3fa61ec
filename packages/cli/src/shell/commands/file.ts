import { spawn } from "node:child_process";
import { once } from "node:events";
import { CommandFailure, toLine, usageFailure } from "../../failure.ts";
import { writeOut } from "../../output.ts";
import type { Call, ShellCommand } from "../command.ts";
import { printed } from "../print.ts";
import { eachOf } from "../several.ts";
import { remoteMatches } from "./transfer.ts";

export const fileCommands: readonly ShellCommand[] = [
  {
    name: "cat",
    usage: "FILE...",
    summary: "show files",
    least: 1,
    completes: ["remote"],
    async run({ shell, texts, signal }) {
      const client = await shell.client(signal);
      for (const path of texts)
        await shell.trace.quietly(async () => {
          for await (const chunk of client.read(path, { signal })) await writeOut(chunk);
        }, "forget");
    },
  },
  {
    name: "more",
    aliases: ["less", "page"],
    usage: "FILE",
    summary: "show a file page by page, with $PAGER",
    least: 1,
    most: 1,
    completes: ["remote"],
    run: more,
  },
  {
    name: "size",
    usage: "FILE...",
    summary: "show how many bytes a file has",
    least: 1,
    completes: ["remote"],
    async run({ shell, texts, signal }) {
      const client = await shell.client(signal);
      for (const path of texts) await writeOut(`${await client.size(path, { signal })}\t${printed(path)}\n`);
    },
  },
  {
    name: "modtime",
    usage: "FILE...",
    summary: "show when a file was last changed, in UTC",
    least: 1,
    completes: ["remote"],
    async run({ shell, texts, signal }) {
      const client = await shell.client(signal);
      for (const path of texts) {
        const time = new Date(await client.modified(path, { signal })).toISOString().replace(/\.\d+/, "");
        await writeOut(`${time}\t${printed(path)}\n`);
      }
    },
  },
  {
    name: "rename",
    aliases: ["mv"],
    usage: "FROM TO",
    summary: "rename or move; to a name ending in / into that directory",
    least: 2,
    most: 2,
    completes: ["remote"],
    async run({ shell, texts: [from = "", to = ""], signal }) {
      const client = await shell.client(signal);
      const name = /[^/]*(?=\/*$)/.exec(from)?.[0] ?? "";
      await client.rename(from, to.endsWith("/") ? to + name : to, { signal });
    },
  },
  {
    name: "delete",
    aliases: ["rm"],
    usage: "FILE",
    summary: "delete a file",
    least: 1,
    most: 1,
    completes: ["remote"],
    async run({ shell, texts: [path = ""], signal }) {
      await (await shell.client(signal)).remove(path, { signal });
    },
  },
  {
    name: "mdelete",
    aliases: ["mrm"],
    usage: "PATTERN...",
    summary: "delete files by patterns",
    least: 1,
    completes: ["remote"],
    run: removeSeveral,
  },
  {
    name: "chmod",
    usage: "MODE FILE...",
    summary: "set the permissions of files, in octal: chmod 644 a.txt",
    least: 2,
    completes: ["nothing", "remote"],
    run: chmod,
  },
];

async function removeSeveral(call: Call): Promise<void> {
  const { shell, words, signal } = call;
  const matches = await remoteMatches(call, words);
  const client = await shell.client(signal);
  await eachOf(
    call,
    matches,
    ({ path }) => path,
    "delete",
    ({ path }) => client.remove(path, { signal }),
  );
}

async function chmod({ shell, texts: [mode = "", ...paths], signal }: Call): Promise<void> {
  if (!/^[0-7]{1,4}$/.test(mode)) throw usageFailure(`${mode} is no mode: write it in octal, such as 644`);
  const client = await shell.client(signal);
  const permissions = Number.parseInt(mode, 8);
  for (const path of paths) await client.command({ verb: "SITE CHMOD", permissions, path }, { signal });
}

/** The pager has the terminal; who leaves it early has seen enough. */
async function more({ shell, texts: [path = ""], signal }: Call): Promise<void> {
  const client = await shell.client(signal);
  const chunks = client.read(path, { signal });
  if (!process.stdout.isTTY) {
    for await (const chunk of chunks) await writeOut(chunk);
    return;
  }
  const command = process.env.PAGER || "more";
  const pager = spawn("/bin/sh", ["-c", command], { stdio: ["pipe", "inherit", "inherit"] });
  const ended = once(pager, "close");
  let isGone = false;
  pager.stdin.on("error", () => {
    isGone = true;
  });
  pager.once("error", () => {
    isGone = true;
  });
  try {
    await shell.trace.quietly(async () => {
      for await (const chunk of chunks) {
        if (isGone || pager.exitCode !== null) break;
        if (!pager.stdin.write(chunk)) await Promise.race([once(pager.stdin, "drain"), ended]);
      }
    }, "forget");
  } finally {
    pager.stdin.end();
    const [code] = (await ended.catch((error: unknown) => {
      throw new CommandFailure(1, `${command} cannot be run (${toLine(error)}): set PAGER`);
    })) as [number | null];
    if (code === 127) shell.tell(`${command} is not there: set PAGER`);
  }
}
