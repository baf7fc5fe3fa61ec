// npm run peers: makes the programs of programs.ts available. What the system lacks is downloaded as Debian
// packages, with the libraries they need, and unpacked below `.peers`; nothing is installed into the system.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { find, type ProgramName, peersFolder, programs } from "./programs.ts";

const debs = join(peersFolder, ".debs");

const missing = (): ProgramName[] =>
  (Object.keys(programs) as ProgramName[]).filter((name) => find(name) === undefined);

const command = (program: string, args: readonly string[]): { ok: boolean; output: string } => {
  const ran = spawnSync(program, args, {
    cwd: debs,
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" },
    timeout: 240_000,
  });
  return { ok: ran.status === 0, output: `${ran.stdout ?? ""}${ran.stderr ?? ran.error?.message ?? ""}` };
};

mkdirSync(debs, { recursive: true });

const wanted = missing();
if (wanted.length > 0) {
  const packages = [...new Set(wanted.map((name) => programs[name].package))];
  console.log(`Missing here: ${wanted.join(", ")}. Unpacking from the distribution: ${packages.join(", ")}`);
  if (!packages.every((name) => unpack(name))) {
    // The lists of packages are missing or old.
    const updated = command("apt-get", ["update", "-qq"]);
    if (!updated.ok)
      console.log(`apt-get update failed (are you root?): ${updated.output.trim().split("\n").at(-1)}`);
    else for (const name of packages) unpack(name);
  }
}

const left = missing();
console.log(left.length === 0 ? "All peers are here." : `NOT to be had here: ${left.join(", ")}`);
// Not an error by itself: `npm test` names what it has to leave out.
process.exit(0);

/** Downloads a package and what it needs beyond the installed system, and unpacks all of it. */
function unpack(name: string): boolean {
  const plan = command("apt-get", ["install", "--simulate", "-qq", "--no-install-recommends", name]);
  if (!plan.ok) return false;
  const needed = [...plan.output.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? "");
  // An installed package whose file is elsewhere has nothing to download.
  if (needed.length === 0) needed.push(name);
  rmSync(debs, { recursive: true, force: true });
  mkdirSync(debs, { recursive: true });
  const downloaded = command("apt-get", ["download", "-qq", ...needed]);
  if (!downloaded.ok) {
    console.log(`${name}: ${downloaded.output.trim().split("\n").at(-1)}`);
    return false;
  }
  return readdirSync(debs).every((file) => command("dpkg", ["-x", file, join(peersFolder, name)]).ok);
}
