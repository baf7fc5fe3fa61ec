import type { Command } from "commander";
import { amountOf, countOf, permissionsOf } from "../option.ts";
import type { PasswdFlags } from "../passwd.ts";

export function addPasswd(program: Command): void {
  program
    .command("passwd")
    .summary("set a user and password in a users file")
    .description(
      "Adds NAME to the users file FILE, or changes what it says of NAME. What no flag names stays as it is. " +
        "The file is made if it is missing, replaced as a whole, and readable to its owner alone. " +
        "It is TOML where its name ends in .toml, else JSON.",
    )
    .argument("<FILE>", "the users file")
    .argument("<NAME>", "the user")
    .option("--delete", "take the user out")
    .option("--stdin", "read the password from standard input, up to the first line end")
    .option("--keep-password", "change the settings of a user and not the password")
    .option(
      "--permission <grant>",
      "ro, rw, incoming, or actions joined by commas; PATH=grant for a path, again for more",
      permissionsOf,
    )
    .option("--root <path>", "the directory of the store that is / to the user")
    .option("--home <path>", "where the user begins, counted from the root")
    .option("--create-home", "make root and home at login where they are missing")
    .option(
      "--quota-bytes <amount>",
      "bytes that may stand below root, such as 10G; 0 for no limit",
      amountOf,
    )
    .option("--quota-files <count>", "files that may stand below root; 0 for no limit", countOf)
    .option("--rate-up <bytes>", "bytes a second to the server; 0 for no limit", countOf)
    .option("--rate-down <bytes>", "bytes a second from the server; 0 for no limit", countOf)
    .option("--sessions <count>", "sessions at once; 0 for no limit", countOf)
    .addHelpText(
      "after",
      `
The password comes from LONGSHORE_PASSWORD, from standard input with --stdin,
or from a prompt that asks twice. It is kept as a scrypt hash.

Examples:
  longshore passwd users.json ada --permission rw --root /home/ada --create-home
  longshore passwd users.json bob --permission ro --permission /inbox=incoming
  longshore passwd users.json bob --keep-password --rate-down 1000000 --quota-bytes 10G
  longshore passwd users.json ada --delete`,
    )
    .action(async (file: string, name: string, flags: PasswdFlags) => {
      const { passwd } = await import("../passwd.ts");
      await passwd(file, name, flags);
    });
}
