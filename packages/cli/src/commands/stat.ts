import type { Command } from "commander";
import { addConnectionFlags, type ConnectionFlags, patternHelp, urlHelp } from "../connection.ts";
import { printable } from "../failure.ts";
import { eachFound } from "../found.ts";
import { withSession } from "../glob-remote.ts";
import { shown } from "../listed.ts";
import { writeJson, writeOut } from "../output.ts";

interface StatFlags extends ConnectionFlags {
  readonly glob?: boolean;
  readonly hash?: true;
  readonly json?: true;
}

export function addStat(program: Command): void {
  addConnectionFlags(
    program
      .command("stat")
      .summary("show all that the server tells of files and directories")
      .description(
        "Shows what an FTP server tells of files and directories: type, size, time, permissions, owner.",
      )
      .argument("<URL...>", "ftp://[user@]host[:port]/path")
      .option("--hash", "also a hash that the server makes of the content, by the best algorithm it has")
      .option("--json", "an object a line; a size beyond 2^53 is text")
      .option("--no-glob", "take *, ?, brackets and braces as they are"),
  )
    .addHelpText(
      "after",
      `${patternHelp}
${urlHelp}

Examples:
  longshore stat ftp://127.0.0.1:2121/welcome.txt
  longshore stat --hash --json 'ftp://127.0.0.1:2121/*.iso'`,
    )
    .action((addresses: readonly string[], flags: StatFlags) => {
      let before = "";
      return eachFound(
        addresses,
        flags,
        { doing: "tell about files", root: true },
        async ({ ftp }, { path, entry }, signal) => {
          const listed = entry?.listed ?? (await ftp.stat(path === "" ? "." : path, { signal }));
          const hash =
            flags.hash === true
              ? await withSession(ftp, (client) => client.hash(path, { signal }))
              : undefined;
          const { name, ...facts } = shown(listed);
          const all = { path: path === "" ? name : path, ...facts, ...(hash === undefined ? {} : { hash }) };
          if (flags.json === true) return writeJson(all);
          const { hash: _, ...rest } = all;
          const rows = [
            ...Object.entries(rest),
            ...(hash === undefined ? [] : [[hash.algorithm.toLowerCase(), hash.digest] as const]),
          ];
          const lines = rows.map(([name, value]) => `${`${name}:`.padEnd(13)}${printable(String(value))}\n`);
          await writeOut(before + lines.join(""));
          before = "\n";
        },
      );
    });
}
