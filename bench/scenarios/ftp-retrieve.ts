import { join } from "node:path";
import type { BenchServer } from "../support/ftp-servers.ts";
import {
  curl,
  share,
  startBare,
  startFtpSrv,
  startLongshore,
  startPeer,
  url,
} from "../support/ftp-servers.ts";
import type { Scenario } from "../support/scenario.ts";
import { fill, processorTimeDuring, throughput } from "../support/work.ts";

const scenario: Scenario = {
  title: "A server sends 2 GiB to curl, which throws it away",
  async run(bench) {
    const bytes = Math.round(2 ** 31 / bench.divisor);
    const file = join(bench.folder, "big");
    fill(file, bytes);
    const servers: BenchServer[] = [];
    bench.note(
      "in clear curl is what ends it, which works all the time: from a program that reads no file and sends the same memory over and over it takes 1.16 times what it takes from vsftpd, and 1.7 times pyftpdlib's; a reader in C gets 5.6 GB/s from the calls that ours makes",
    );
    bench.note(
      "copies of cached memory are taken by curl a fifth faster than sendfile's pages, and cost the server twice the processor's time: for many clients that is what counts; processor time, plain, is level with vsftpd's: the spreads lie over one another, and ours has two trips between threads for each 8 MiB more",
    );
    try {
      const ours = await startLongshore();
      servers.push(ours);
      for (const name of ["vsftpd", "Pure-FTPd", "pyftpdlib", "ProFTPD"] as const) {
        const peer = await startPeer(name, bench.note);
        if (peer !== undefined) servers.push(peer);
      }
      servers.push(await startFtpSrv());
      share(file, "big", servers);
      for (const how of ["sendfile", "copy", "none"] as const) {
        const bare = await startBare(how, file, bench.note);
        if (bare !== undefined) servers.push(bare);
      }
      const plain = (server: BenchServer) => ({
        name: server.name,
        measure: () => throughput(bytes, curl(server, "--output", "/dev/null", url(server, "big"))),
      });
      const goals: Readonly<Record<string, number>> = {
        vsftpd: 1.6,
        "Pure-FTPd": 1.4,
        pyftpdlib: 1.7,
        "ftp-srv": 3.5,
      };
      await bench.compare({
        title: "RETR of 2 GiB, plain",
        unit: "MB/s",
        better: "more",
        ours: plain(ours),
        theirs: servers.slice(1).map((server) => {
          const goal = goals[server.name];
          return { ...plain(server), ...(goal === undefined ? {} : { goal }) };
        }),
      });

      const vsftpd = servers.find(({ name }) => name === "vsftpd");
      if (vsftpd === undefined) return;
      const secure = (server: BenchServer) => ({
        name: server.name,
        measure: () => throughput(bytes, secureCurl(server)),
      });
      const secureCurl = (server: BenchServer): ReturnType<typeof curl> =>
        curl(server, "--ssl-reqd", "--insecure", "--tlsv1.3", "--output", "/dev/null", url(server, "big"));
      await bench.compare({
        title: "RETR of 2 GiB, TLS 1.3",
        unit: "MB/s",
        better: "more",
        ours: secure(ours),
        theirs: [{ ...secure(vsftpd), goal: 1.35 }],
      });

      const bare = servers.filter(({ name }) => name.startsWith("bare"));
      const effort = (server: BenchServer, command: (server: BenchServer) => ReturnType<typeof curl>) => ({
        name: server.name,
        async measure() {
          const { pid } = server;
          if (pid === undefined) throw new Error(`${server.name} has no process`);
          const spent = await processorTimeDuring(pid, () => throughput(bytes, command(server)));
          return (spent * 2 ** 30) / bytes;
        },
      });
      const plainCurl = (server: BenchServer): ReturnType<typeof curl> =>
        curl(server, "--output", "/dev/null", url(server, "big"));
      for (const [title, command] of [
        ["plain", plainCurl],
        ["TLS 1.3", secureCurl],
      ] as const) {
        await bench.compare({
          title: `Processor time of the server for a GiB sent, ${title}`,
          unit: "s",
          better: "less",
          ours: effort(ours, command),
          theirs: [
            { ...effort(vsftpd, command), goal: 1 },
            ...(title === "plain" ? bare.map((server) => effort(server, command)) : []),
          ],
        });
      }
    } finally {
      for (const server of servers) await server.stop();
    }
  },
};

export default scenario;
