import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** By the names of their packages. */
const debian = [
  "vsftpd",
  "proftpd-core",
  "pure-ftpd",
  "python3-pyftpdlib",
  "lftp",
  "tftpd-hpa",
  "tftp-hpa",
  "atftpd",
  "atftp",
];
const npm = ["ftp-srv", "basic-ftp", "tftp"];

/** What everybody who can be measured calls itself: of a Debian package its revision, too. */
export function versionsOfPeers(): Readonly<Record<string, string>> {
  const found = [
    ...debian.map((name) => [name, debianVersion(name)] as const),
    ...npm.map((name) => [`npm ${name}`, npmVersion(name)] as const),
    ["curl", curlVersion()] as const,
  ];
  return Object.fromEntries(found.filter((each): each is [string, string] => each[1] !== undefined));
}

/** As the first line of its changelog has it: a package that was only unpacked is in no database. */
function debianVersion(name: string): string | undefined {
  for (const base of [join(root, "interop/.peers", name), "/"]) {
    const folder = join(base, "usr/share/doc", name);
    const files = existsSync(folder) ? readdirSync(folder) : [];
    // A rebuild for one architecture has a changelog of its own, and the later revision.
    const file =
      files.find((each) => /^changelog\.Debian\..+\.gz$/.test(each)) ??
      files.find((each) => /^changelog(\.Debian)?\.gz$/.test(each));
    if (file === undefined) continue;
    const [, version] =
      /\(([^)]+)\)/.exec(gunzipSync(readFileSync(join(folder, file))).toString("latin1")) ?? [];
    if (version !== undefined) return version;
  }
  return undefined;
}

function npmVersion(name: string): string | undefined {
  const file = join(root, "node_modules", name, "package.json");
  return existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as { readonly version: string }).version
    : undefined;
}

function curlVersion(): string | undefined {
  try {
    return execFileSync("curl", ["--version"], { encoding: "utf8" }).split(" ")[1];
  } catch {
    return undefined;
  }
}
