// npm test [-- NAME …]: unit tests, examples and the interop scenarios on real programs. Peers that are missing are
// installed where that is possible; scenarios whose peer is not to be had are named loudly, and in CI that fails.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, tool } from "./run.ts";

const args = process.argv.slice(2);
const inCi = process.env.CI === "true";
const step = (text: string): void => console.log(`\n▶ ${text}`);

step("Building the packages (the interop scenarios run the built command)");
const built = await run(tool("turbo"), ["run", "build", "--output-logs=errors-only"]);
if (built.code !== 0) process.exit(built.code);

step("Looking for peers: the FTP and TFTP programs of others");
const folder = mkdtempSync(join(tmpdir(), "longshore-test-"));
const leftOutFile = join(folder, "left-out.txt");
await run(tool("tsx"), ["interop/peers/install.ts"]);

step("Testing");
const report = join(folder, "report.json");
const tested = await run(
  tool("vitest"),
  ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...args],
  { env: { LONGSHORE_LEFT_OUT: leftOutFile } },
);

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numFailedTestSuites: number;
}
const result = read<Report>(report);
const leftOut = [...new Set(readText(leftOutFile).split("\n").filter(Boolean))];
rmSync(folder, { recursive: true, force: true });

if (leftOut.length > 0) {
  console.log(`\n${"!".repeat(80)}\nLEFT OUT, because a program could not be had here:`);
  for (const line of leftOut) console.log(`  ${line}`);
  console.log(
    `${inCi ? "In CI that is a failure." : "Install it (as root, `npm run peers`) to run them."}\n${"!".repeat(80)}`,
  );
}
if (result === undefined) {
  console.log("The test runner left no report.");
  process.exit(tested.code || 1);
}
// A test that was skipped proves nothing: it counts as failed, and so does what was left out in CI.
const failed =
  result.numFailedTests +
  result.numPendingTests +
  result.numTodoTests +
  (inCi ? leftOut.length : 0) +
  (result.numFailedTests === 0 && tested.code !== 0 ? 1 : 0);
console.log(`\n${result.numPassedTests} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function read<T>(path: string): T | undefined {
  const text = readText(path);
  return text === "" ? undefined : (JSON.parse(text) as T);
}
