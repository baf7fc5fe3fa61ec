import { readFileSync } from "node:fs";
import { defineConfig } from "tsup";

// One configuration for every package. The entries are read from the package's own `exports`
// (`./client` is built from `src/client/index.ts`), so that the two cannot drift apart.
const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
  exports: Record<string, unknown>;
  bin?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
};

const entry: Record<string, string> = {};
for (const path of Object.keys(manifest.exports)) {
  if (path === "./package.json") continue;
  const name = path === "." ? "index" : `${path.slice(2)}/index`;
  entry[name] = `src/${name}.ts`;
}
const isCommand = manifest.bin !== undefined;
if (isCommand) entry.bin = "src/bin.ts";

// `build:js` is for `npm start`: without the declarations, which take most of the time, and beside what is there.
const isQuick = process.env.npm_lifecycle_event === "build:js";

export default defineConfig({
  entry,
  format: isCommand ? ["esm"] : ["esm", "cjs"],
  dts: !isQuick,
  target: "node20",
  platform: "neutral",
  tsconfig: "../../tsconfig.build.json",
  // What may be missing is looked for when it is wanted; tsup leaves out only what is always there.
  external: [/^node:/, ...Object.keys(manifest.optionalDependencies ?? {})],
  sourcemap: true,
  clean: !isQuick,
  splitting: true,
  treeshake: true,
  esbuildOptions(options) {
    // Inlines numeric constants; names and lines stay as they are.
    options.minifySyntax = true;
  },
});
