import { rmSync } from "node:fs";
import { join } from "node:path";
import { type BenchServer, curl, startLongshore, startPeer, url } from "../support/ftp-servers.ts";
import { type Contender, roundsIntoMemory, type Scenario } from "../support/scenario.ts";
import { fill, throughput } from "../support/work.ts";

const scenario: Scenario = {
  title: "curl puts 1 GiB on a server, into memory",
  async run(bench) {
    const bytes = Math.round(2 ** 30 / bench.divisor);
    const file = join(bench.folder, "big");
    fill(file, bytes);
    const servers: BenchServer[] = [];
    try {
      const ours = await startLongshore();
      servers.push(ours);
      for (const name of ["vsftpd", "pyftpdlib"] as const) {
        const peer = await startPeer(name, bench.note);
        if (peer !== undefined) servers.push(peer);
      }
      const put = (server: BenchServer, ...flags: string[]): Contender => ({
        name: server.name,
        measure() {
          rmSync(join(server.directory, "up"), { force: true });
          return throughput(bytes, curl(server, ...flags, "--upload-file", file, url(server, "up")));
        },
      });
      await bench.compare({
        title: "STOR of 1 GiB, plain",
        unit: "MB/s",
        better: "more",
        rounds: roundsIntoMemory,
        ours: put(ours),
        theirs: servers.slice(1).map((server) => ({ ...put(server), goal: 1.1 })),
      });
      const vsftpd = servers.find(({ name }) => name === "vsftpd");
      if (vsftpd === undefined) return;
      const tls = ["--ssl-reqd", "--insecure", "--tlsv1.3"];
      await bench.compare({
        title: "STOR of 1 GiB, TLS 1.3",
        unit: "MB/s",
        better: "more",
        ours: put(ours, ...tls),
        theirs: [{ ...put(vsftpd, ...tls), goal: 1.2 }],
      });
    } finally {
      for (const server of servers) await server.stop();
    }
  },
};

export default scenario;
