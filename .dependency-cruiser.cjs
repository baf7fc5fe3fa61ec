// The layer check: an arrow only ever points down (ARCHITECTURE.md, "Layers").
const layers = [
  ["nvt", "netascii", "file-store"],
  ["ftp-command", "ftp-reply", "ftp-address", "ftp-listing", "ftp-representation", "tftp-packet"],
  ["ftp-session", "tftp-transfer", "file-store-memory", "file-store-compliance"],
  ["system-calls"],
  ["file-store-node", "ftp-data"],
  ["ftp-client", "ftp-server", "ftp-probe", "tftp-endpoint"],
  ["cli"],
];
const firstLayerWithNode = 3;

const sources = (names) => `^packages/(${names.join("|")})/src/`;

module.exports = {
  forbidden: [
    ...layers.map((names, level) => ({
      name: `layer-${level}-points-down`,
      comment: `${names.join(", ")} may import only what lies below`,
      severity: "error",
      from: { path: sources(names) },
      to: {
        path: sources(layers.slice(level).flat()),
        // Within a package everything may be imported.
        pathNot: "^packages/$1/",
      },
    })),
    {
      name: "no-node-below-io",
      comment: "L0 to L2 run in browsers, Deno, Bun and workers: no node:* there",
      severity: "error",
      from: { path: sources(layers.slice(0, firstLayerWithNode).flat()) },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "no-dependencies-below-io",
      comment: "L0 to L2 have no runtime dependencies beyond those arrows",
      severity: "error",
      from: { path: sources(layers.slice(0, firstLayerWithNode).flat()) },
      to: { path: "node_modules", pathNot: "node_modules/@longshore/" },
    },
    {
      name: "only-file-store-node-touches-the-disk",
      comment:
        "node:fs belongs to the store; the command line reads certificates and local targets, and what /proc tells of " +
        "inherited sockets is no file",
      severity: "error",
      from: {
        path: "^packages/[^/]+/src/",
        pathNot: [sources(["file-store-node", "cli"]), "^packages/tftp-endpoint/src/inherited\\.ts$"],
      },
      to: { dependencyTypes: ["core"], path: "^(node:)?fs" },
    },
    {
      name: "no-cycles",
      comment: "a circle of types alone is none: nothing is loaded in a circle",
      severity: "error",
      from: { path: "^packages/[^/]+/src/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "resolvable",
      severity: "error",
      from: { path: "^packages/[^/]+/src/" },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    includeOnly: "^packages/[^/]+/src/|^node_modules|^(node:)?[a-z_/]+$",
    exclude: { path: "/dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".js"], conditionNames: ["import", "types"] },
    doNotFollow: { path: "node_modules" },
  },
};
