import { fileURLToPath } from "node:url";
import { succeed } from "../../interop/support/exec.ts";
import { type BenchServer, startBareSessions, startLongshore, startPeer } from "../support/ftp-servers.ts";
import type { Contender, Scenario } from "../support/scenario.ts";

const script = fileURLToPath(new URL("../programs/sessions.mjs", import.meta.url));

const scenario: Scenario = {
  title: "Sessions a second: connect, log in, TYPE, PWD, QUIT; 20 at once",
  async run(bench) {
    const count = Math.max(100, Math.round(4000 / bench.divisor));
    bench.note(
      "processor time of the server a session: ours 255 to 280 µs, pyftpdlib 313 to 355, a bare node:net server with fixed replies 160; of the client 330",
    );
    const ours = await startLongshore();
    const vsftpd = await startPeer("vsftpd", bench.note);
    const bare = await startBareSessions();
    const pyftpdlib = await startPeer("pyftpdlib", bench.note);
    try {
      // vsftpd lets in anonymous users only; a password is hashed by none of the three then.
      const sessions = (server: BenchServer, user: string, password: string): Contender => ({
        name: server.name,
        async measure() {
          const args = [script, String(server.port), user, password, String(count)];
          return Number((await succeed(process.execPath, args, { seconds: 120 })).text);
        },
      });
      const anonymous = ["anonymous", "someone@example.org"] as const;
      await bench.compare({
        title: "Sessions a second",
        unit: "sessions/s",
        better: "more",
        ours: sessions(ours, ...anonymous),
        theirs: [
          ...(vsftpd === undefined ? [] : [{ ...sessions(vsftpd, ...anonymous), goal: 2 }]),
          ...(pyftpdlib === undefined ? [] : [{ ...sessions(pyftpdlib, "tester", "secret"), goal: 1.2 }]),
          sessions(bare, ...anonymous),
        ],
      });
    } finally {
      await ours.stop();
      await bare.stop();
      await vsftpd?.stop();
      await pyftpdlib?.stop();
    }
  },
};

export default scenario;
