import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { parseRewriteRules, type RewriteRules, rewriteName } from "@longshore/tftp-endpoint";
import { type Command, InvalidArgumentError } from "commander";
import { CommandFailure, printable, toLine, usageFailure } from "../failure.ts";
import { writeJson, writeOut } from "../output.ts";

interface RewriteFlags {
  readonly test: string;
  readonly rules: string;
  readonly write?: true;
  readonly address: string;
  readonly json?: true;
}

export function addTftp(program: Command): void {
  const tftp = program
    .command("tftp")
    .summary("tools for TFTP servers")
    .description("Tools for TFTP servers.");
  tftp
    .command("rewrite")
    .summary("try rules that rewrite file names")
    .description(
      "Tells what rewriting rules make of a name that a client asks for, and which of them did it.",
    )
    .requiredOption("--test <name>", "the name")
    .requiredOption("--rules <file>", "the rules; - for standard input")
    .option("--write", "as if the client wrote the file")
    .option("--address <ip>", "as if the client had this address", addressOf, "192.0.2.1")
    .option("--json", "as one JSON object")
    .addHelpText(
      "after",
      `
One rule a line, in order: ACTION [-FLAG ...] PATTERN [TEXT]. Lines that begin
with # are comments; a word with blanks stands in quotes.

  replace PATTERN TEXT       the first match
  replace-all PATTERN TEXT   each match
  refuse PATTERN [MESSAGE]   ERROR 2
  stop PATTERN               no more rules
  -read -write -ignore-case -from 192.0.2.0/24 -last (no more rules behind it)

PATTERN is a regular expression without backtracking (no \\1, no lookaround).
TEXT has $0 to $9, $(1:lower), $(1:upper), $(address), $(address:hex), $$.

Exit code 1 where a rule refuses the name.

Examples:
  longshore tftp rewrite --rules boot.rules --test '\\x86\\pxelinux.0'
  echo 'replace ^/tftpboot/ /' | longshore tftp rewrite --rules - --test /tftpboot/a`,
    )
    .action(rewrite);
}

async function rewrite({ test, rules: file, write, address, json }: RewriteFlags): Promise<void> {
  const rules = await readRules(file);
  const made = rewriteName(rules, { filename: test, operation: write === true ? "write" : "read", address });
  if (json === true) await writeJson(made);
  else {
    for (const { line, action, before, after } of made.steps)
      await writeOut(
        `${line}: ${action} ${printable(before)}${action.startsWith("replace") ? ` -> ${printable(after)}` : ""}\n`,
      );
    if (made.type === "name") await writeOut(`${printable(made.filename)}\n`);
  }
  if (made.type === "refused") throw new CommandFailure(1, `refused: ${made.message}`);
}

/** @throws {CommandFailure} wrong usage: there is no such file, or a line of it is no rule */
async function readRules(file: string): Promise<RewriteRules> {
  const text = await (file === "-" ? readInput() : readFile(file, "utf8")).catch((error: unknown) => {
    throw usageFailure(`${file} cannot be read (${toLine(error)})`);
  });
  const parsed = parseRewriteRules(text);
  if (!parsed.ok) throw usageFailure(`${file}, line ${parsed.line}: ${parsed.message}`);
  return parsed.rules;
}

async function readInput(): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function addressOf(text: string): string {
  if (isIP(text) === 0) throw new InvalidArgumentError("write an IPv4 or IPv6 address");
  return text;
}
