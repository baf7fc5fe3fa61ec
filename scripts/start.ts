// npm start [-- DIR] [options of `longshore serve`]: builds what is needed and serves a directory, the sample of
// this repository unless told.
import { spawn } from "node:child_process";
import { run, tool } from "./run.ts";

const args = process.argv.slice(2);
const root = new URL("../", import.meta.url).pathname;

process.stderr.write("Building (a few seconds the first time) …\n");
const built = await run(
  tool("turbo"),
  ["run", "build:js", "--filter=@longshore/cli...", "--output-logs=errors-only"],
  {
    quiet: true,
    cwd: root,
  },
);
if (built.code !== 0) {
  process.stderr.write(`${built.output}\nThe build failed; what went wrong stands above.\n`);
  process.exit(1);
}

const isDefault = args.length === 0 || args[0]?.startsWith("-") === true;
const server = spawn(
  process.execPath,
  [`${root}packages/cli/dist/bin.js`, "serve", ...(isDefault ? [`${root}examples/sample`] : []), ...args],
  { stdio: ["inherit", "pipe", "inherit"] },
);

const listeners: string[] = [];
let told = false;
server.stdout.setEncoding("utf8").on("data", (text: string) => {
  process.stdout.write(text);
  listeners.push(...text.split("\n").filter((line) => /^t?ftps?:\/\//.test(line)));
  if (!told && listeners.length > 0) {
    told = true;
    // One line a listener comes at once; a moment is enough for all of them.
    setTimeout(tellWhatToTry, 200);
  }
});
// The terminal sends Ctrl-C to the server, too: passed on, it would be the second, which cuts transfers off.
process.on("SIGINT", () => process.stdin.isTTY || server.kill("SIGINT"));
process.on("SIGTERM", () => server.kill("SIGTERM"));
server.on("exit", (code) => process.exit(code ?? 1));

function tellWhatToTry(): void {
  const ftp = listeners.find((line) => line.startsWith("ftp"));
  const tftp = listeners.find((line) => line.startsWith("tftp:"));
  const name = isDefault ? "welcome.txt" : "FILE";
  const commands = [
    ftp && `npx longshore ls ${ftp}`,
    ftp && `curl ${ftp}${name}`,
    tftp && `npx longshore get ${tftp}${name} -`,
  ].filter((line) => line !== undefined);
  process.stdout.write(
    `\nTry in another terminal:\n${commands.map((line) => `  ${line}\n`).join("")}\nCtrl-C ends it.\n`,
  );
}
