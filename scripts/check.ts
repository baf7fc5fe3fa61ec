// npm run check [STEP …]: everything that can be said about the code without running it. Each step prints one
// line; what a failed step printed follows it.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Ran, run, tool } from "./run.ts";

const packages = readdirSync("packages").map((name) => {
  const manifest = JSON.parse(readFileSync(`packages/${name}/package.json`, "utf8")) as { bin?: unknown };
  return { path: `packages/${name}`, isCommand: manifest.bin !== undefined };
});

const quiet = (command: string, ...args: string[]): Promise<Ran> => run(tool(command), args, { quiet: true });

const steps: Record<string, () => Promise<Ran>> = {
  types: () => quiet("tsc", "--noEmit"),
  lint: () => quiet("biome", "check", "."),
  diagrams: () => quiet("tsx", "scripts/diagrams.ts", "--check"),
  security: () => quiet("tsx", "scripts/security.ts"),
  layers: () => quiet("depcruise", "--config", ".dependency-cruiser.cjs", "packages"),
  build: () => quiet("turbo", "run", "build", "--output-logs=errors-only"),
  knip: () => quiet("knip"),
  publint: () => eachPackage(({ path }) => quiet("publint", "--strict", "--pack", "false", path)),
  "types of the published packages": checkPublishedTypes,
  size: () => quiet("size-limit"),
};

const wanted = process.argv.slice(2);
for (const name of wanted) {
  if (!(name in steps)) {
    console.error(`no such step: ${name}; there are: ${Object.keys(steps).join(", ")}`);
    process.exit(2);
  }
}

let failed = 0;
for (const [name, step] of Object.entries(steps)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const started = Date.now();
  const { code, output } = await step();
  console.log(
    `${code === 0 ? "ok    " : "FAILED"} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`,
  );
  if (code !== 0) {
    failed++;
    console.log(output);
  }
}
process.exit(failed === 0 ? 0 : 1);

/** Packs all packages at once, which is much faster than one by one, and tries each way to import them. */
async function checkPublishedTypes(): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), "longshore-packed-"));
  try {
    const published = packages.flatMap(({ path }) => ["--workspace", path]);
    const args = ["pack", "--silent", ...published, "--pack-destination", folder];
    const packed = await run("npm", args, { quiet: true });
    if (packed.code !== 0) return packed;
    const files = readdirSync(folder);
    return await eachPackage(({ path, isCommand }) => {
      const name = `longshore-${path.slice("packages/".length)}-`;
      const file = files.find((one) => one.startsWith(name) && /^\d/.test(one.slice(name.length)));
      if (file === undefined) return Promise.resolve({ code: 1, output: "npm pack made no package of it" });
      return quiet("attw", join(folder, file), "--quiet", "--profile", isCommand ? "esm-only" : "node16");
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Two at a time: each is a process of its own. */
async function eachPackage(step: (one: (typeof packages)[number]) => Promise<Ran>): Promise<Ran> {
  const queue = [...packages];
  let code = 0;
  let output = "";
  const work = async (): Promise<void> => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      const ran = await step(one);
      if (ran.code === 0) continue;
      code = ran.code;
      output += `${one.path}:\n${ran.output}\n`;
    }
  };
  await Promise.all([work(), work()]);
  return { code, output };
}
