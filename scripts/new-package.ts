// tsx scripts/new-package.ts NAME "description" [dependency …]: writes a package's manifest, so that all of
// them have the same shape. `--entry client` adds a subpath, `--bin longshore` a command.
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { entry: { type: "string", multiple: true, default: [] }, bin: { type: "string" } },
});
const [name, description, ...dependencies] = positionals;
if (name === undefined || description === undefined) {
  console.error('usage: tsx scripts/new-package.ts NAME "description" [dependency …]');
  process.exit(2);
}

const conditions = (path: string): Record<string, unknown> =>
  values.bin === undefined
    ? {
        import: { types: `./dist/${path}.d.ts`, default: `./dist/${path}.js` },
        require: { types: `./dist/${path}.d.cts`, default: `./dist/${path}.cjs` },
      }
    : { types: `./dist/${path}.d.ts`, default: `./dist/${path}.js` };

const exports: Record<string, unknown> = { ".": conditions("index") };
for (const entry of values.entry) exports[`./${entry}`] = conditions(`${entry}/index`);
exports["./package.json"] = "./package.json";

const manifest = {
  name: `@longshore/${name}`,
  version: "0.0.0",
  description,
  license: "MIT",
  keywords: [...new Set(["ftp", "tftp", ...name.split("-")])],
  type: "module",
  sideEffects: false,
  engines: { node: ">=20.19" },
  ...(values.bin === undefined ? {} : { bin: { [values.bin]: "./dist/bin.js" } }),
  exports,
  ...(values.bin === undefined
    ? { main: "./dist/index.cjs", module: "./dist/index.js", types: "./dist/index.d.ts" }
    : {}),
  files: ["dist", "CHANGELOG.md"],
  publishConfig: { access: "public" },
  scripts: { build: "tsup --config ../../tsup.config.ts", "build:js": "tsup --config ../../tsup.config.ts" },
  ...(dependencies.length === 0
    ? {}
    : {
        dependencies: Object.fromEntries(
          dependencies.sort().map((other) => [`@longshore/${other}`, "^0.0.0"]),
        ),
      }),
};
mkdirSync(`packages/${name}/src`, { recursive: true });
mkdirSync(`packages/${name}/test`, { recursive: true });
writeFileSync(`packages/${name}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
