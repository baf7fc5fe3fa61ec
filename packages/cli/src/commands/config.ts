import type { Command } from "commander";
import { usageFailure } from "../failure.ts";
import { writeOut } from "../output.ts";

interface ConfigFlags {
  readonly check?: string;
  readonly schema?: true;
}

export function addConfig(program: Command): void {
  program
    .command("config")
    .summary("check a configuration of serve, or print its schema")
    .description("Checks a configuration file of longshore serve, or prints the JSON Schema of such files.")
    .option(
      "--check <file>",
      "say what is wrong in it, with the path to each key; exit code 2 where something is",
    )
    .option("--schema", "print the schema, for editors that complete and check as one types")
    .addHelpText(
      "after",
      `
A configuration is one object in JSON. Paths count from its own directory.
Times are seconds or text such as "5m", amounts bytes or text such as "10 GB".

  {
    "$schema": "./longshore.schema.json",
    "root": "/srv/files",
    "host": "0.0.0.0",
    "users": [{ "name": "ada", "password": "scrypt$...", "permission": "rw" }],
    "tls": { "cert": "fullchain.pem", "key": "privkey.pem", "required": true },
    "ftp": { "port": 21, "passive": { "ports": [50000, 50100] } },
    "tftp": false
  }

Examples:
  longshore config --schema > longshore.schema.json
  longshore config --check longshore.json
  longshore serve --config longshore.json`,
    )
    .action(config);
}

async function config({ check, schema }: ConfigFlags): Promise<void> {
  if (check === undefined && schema === undefined)
    throw usageFailure("config: give --check FILE or --schema; see longshore config --help");
  const { configSchema, readConfig } = await import("../config/read.ts");
  if (check !== undefined) {
    await readConfig(check);
    await writeOut(`${check}: nothing is wrong\n`);
  }
  if (schema === true) await writeOut(`${JSON.stringify(configSchema(), null, 2)}\n`);
}
