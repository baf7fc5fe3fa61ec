import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { succeed } from "../../interop/support/exec.ts";
import { type BenchServer, curl, startLongshore, startPeer, url } from "../support/ftp-servers.ts";
import type { Contender, Scenario } from "../support/scenario.ts";
import { seconds } from "../support/work.ts";

const script = fileURLToPath(new URL("../programs/list-client.mjs", import.meta.url));

const scenario: Scenario = {
  title: "A directory of 100,000 entries listed, by curl and by the libraries",
  async run(bench) {
    const entries = Math.round(100_000 / bench.divisor);
    const ours = await startLongshore();
    const vsftpd = await startPeer("vsftpd", bench.note);
    try {
      for (const { directory } of [ours, ...(vsftpd === undefined ? [] : [vsftpd])]) {
        mkdirSync(join(directory, "many"));
        for (let index = 0; index < entries; index++)
          writeFileSync(join(directory, "many", `file-${index}.dat`), "");
      }
      bench.note("the directories above have stood as they are for some seconds, as they mostly have");
      await new Promise((resolve) => setTimeout(resolve, 6000));
      bench.note(
        "what stands at a name takes 1.8 µs by statx(2), of which the system has 1.5, and 2.9 by Node's lstat where koffi is not installed; two processors are full with that, the lines, and curl",
      );
      bench.note(
        "the client's figure from vsftpd ends at what vsftpd lists; of processor time ours takes 190 ms for 100,000 entries and basic-ftp 520",
      );
      const list = (server: BenchServer, name: string, ...flags: string[]): Contender => ({
        name,
        measure: async () =>
          entries / (await seconds(curl(server, ...flags, "--output", "/dev/null", url(server, "many/")))),
      });
      for (const command of ["LIST", "MLSD"]) {
        const flags = command === "LIST" ? [] : ["--request", command];
        await bench.compare({
          title: `${command} by the server`,
          unit: "entries/s",
          better: "more",
          ours: list(ours, "longshore", ...flags),
          theirs: vsftpd === undefined ? [] : [{ ...list(vsftpd, "vsftpd LIST"), goal: 1 }],
        });
      }
      const library = (name: "longshore" | "basic-ftp", server: BenchServer): Contender => ({
        name,
        async measure() {
          const { port, user, password, path } = server;
          const args = [script, name, String(port), user, password, `${path}/many`];
          const { text } = await succeed(process.execPath, args, { seconds: 120 });
          const [took, count] = text.split(" ").map(Number);
          if (count !== entries) throw new Error(`${name} found ${count} of ${entries} entries`);
          return entries / (took ?? Number.NaN);
        },
      });
      for (const server of [ours, ...(vsftpd === undefined ? [] : [vsftpd])]) {
        await bench.compare({
          title: `A listing from ${server.name} by the client`,
          unit: "entries/s",
          better: "more",
          ours: library("longshore", server),
          theirs: [library("basic-ftp", server)],
        });
      }
    } finally {
      await ours.stop();
      await vsftpd?.stop();
    }
  },
};

export default scenario;
