// npm run vectors [-- [--optional] FILE.json …]: runs files of samples against the packages. The form of a sample is
// told by its content; without a file it is all of vectors/. Prints each mismatch, ends with `N passed, N failed`.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createListingParser } from "@longshore/ftp-listing";
import { encodeText } from "@longshore/nvt";
import { type AddressSample, checkAddressSample } from "../packages/ftp-address/test/vectors.ts";
import { checkListingSample, type ListingSample } from "../packages/ftp-listing/test/vectors.ts";
import { checkReplySample, type ReplySample } from "../packages/ftp-reply/test/vectors.ts";
import { checkNetasciiSample, type NetasciiSample } from "../packages/netascii/test/vectors.ts";
import { checkTftpSample, type TftpSample } from "../packages/tftp-packet/test/vectors.ts";

/** A sample as the file has it; what more it must have, its form says. */
type Sample = Readonly<Record<string, unknown>>;

interface Form {
  readonly name: string;
  /** The keys that a sample of this form has, and no other. */
  readonly keys: readonly string[];
  /** What differs from the expectation, or undefined. */
  check(sample: Sample): string | undefined;
}

const forms: readonly Form[] = [
  { name: "netascii", keys: ["textHex", "netasciiHex"], check: as<NetasciiSample>(checkNetasciiSample) },
  { name: "tftp", keys: ["hex"], check: as<TftpSample>(checkTftpSample) },
  { name: "listing", keys: ["line"], check: as<ListingSample>(checkListingSample) },
  { name: "reply", keys: ["raw"], check: as<ReplySample>((sample) => checkReplySample(sample, listedName)) },
  {
    name: "reply",
    keys: ["chunks"],
    check: as<ReplySample>((sample) => checkReplySample(sample, listedName)),
  },
  { name: "address", keys: ["input"], check: as<AddressSample>(checkAddressSample) },
];

const options = process.argv.slice(2).filter((argument) => argument.startsWith("--"));
const files = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const unknown = options.find((option) => option !== "--optional");
if (unknown !== undefined)
  fail(`no such option: ${unknown}; usage: npm run vectors -- [--optional] FILE.json …`);
const showsOptional = options.includes("--optional");

let passed = 0;
let failed = 0;
for (const file of files.length > 0 ? files : ownFiles()) runFile(file);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

function runFile(file: string): void {
  const counts = new Map<string, number>();
  let optional = 0;
  let otherwise = 0;
  for (const [index, sample] of readSamples(file).entries()) {
    const form = forms.find(({ keys }) => keys.every((key) => key in sample));
    const mismatch = form === undefined ? "it has no known form" : attempt(form, sample);
    const name = form?.name ?? "unknown";
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (sample.optional === true) {
      optional++;
      if (mismatch !== undefined) otherwise++;
    } else if (mismatch === undefined) passed++;
    else failed++;
    if (mismatch !== undefined && (sample.optional !== true || showsOptional))
      console.log(`${file} ${sample.id ?? `#${index}`}${sample.optional ? " (optional)" : ""}: ${mismatch}`);
  }
  const total = [...counts].map(([name, count]) => `${count} ${name}`).join(", ");
  console.log(`${file}: ${total || "no samples"}; optional: ${otherwise} of ${optional} read otherwise`);
}

function attempt(form: Form, sample: Sample): string | undefined {
  try {
    return form.check(sample);
  } catch (error) {
    return `it threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
}

/** The samples of a file: those of its `samples`, or itself where it is a list. */
function readSamples(file: string): readonly Sample[] {
  // npm runs scripts in the repository, wherever they were called from.
  const { INIT_CWD: calledFrom = "." } = process.env;
  const path = [calledFrom, "."].map((base) => resolve(base, file)).find(existsSync);
  if (path === undefined) fail(`${file} does not exist`);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    fail(`${file} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  // Dialogues are held with something that runs: `interop/server-dialogue.test.ts`, `ftp-client/test/dialogues.test.ts`.
  if (isObject(content) && "dialogues" in content) return [];
  const list = isObject(content) && !Array.isArray(content) ? content.samples : content;
  if (!Array.isArray(list) || !list.every(isObject)) fail(`${file} has no list of samples`);
  return list;
}

/** The name that the package for listings reads in a line of a STAT reply. */
function listedName(line: string): string | undefined {
  const parser = createListingParser({});
  const items = [...parser.push(encodeText(`${line}\r\n`)), ...parser.end()];
  return items.flatMap((item) => (item.kind === "entry" ? [item.name] : []))[0];
}

function as<Kind>(check: (sample: Kind) => string | undefined): Form["check"] {
  return (sample) => check(sample as Kind);
}

function ownFiles(): string[] {
  return readdirSync("vectors")
    .filter((name) => name.endsWith(".json"))
    .map((name) => `vectors/${name}`);
}

function isObject(value: unknown): value is Sample {
  return typeof value === "object" && value !== null;
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
