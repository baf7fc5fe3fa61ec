import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Daemon, freeUdpPort, startDaemon } from "./process.ts";
import { type ProgramName, program } from "./programs.ts";

/** A TFTP server of someone else over `directory`. */
export interface TftpPeer extends Daemon {
  readonly directory: string;
}

interface TftpServerPeer {
  readonly needs: readonly ProgramName[];
  /** Whether it takes files (WRQ). */
  readonly writable: boolean;
  args(place: {
    readonly directory: string;
    readonly port: number;
    readonly work: string;
  }): readonly string[];
}

export type TftpServerName = "tftpd-hpa" | "atftpd" | "dnsmasq";

export const tftpServers: Readonly<Record<TftpServerName, TftpServerPeer>> = {
  "tftpd-hpa": {
    needs: ["tftpd-hpa"],
    writable: true,
    args: ({ directory, port }) => [
      ...["-L", "-v", "-c", "-p", "-u", "nobody", "-a", `127.0.0.1:${port}`, "-s", directory],
    ],
  },
  atftpd: {
    needs: ["atftpd"],
    writable: true,
    args: ({ directory, port }) => [
      ...["--daemon", "--no-fork", "--bind-address", "127.0.0.1", "--port", String(port), "--logfile", "-"],
      ...["--user", "nobody", "--group", "nogroup", "--verbose=5", directory],
    ],
  },
  dnsmasq: {
    needs: ["dnsmasq"],
    writable: false,
    args: ({ directory, port, work }) => [
      ...[
        "--keep-in-foreground",
        "--conf-file=/dev/null",
        "--port=0",
        "--user=root",
        "--listen-address=127.0.0.1",
      ],
      ...["--bind-interfaces", "--enable-tftp", `--tftp-root=${directory}`, "--log-facility=-"],
      ...[`--pid-file=${join(work, "pid")}`, `--tftp-port-range=${port + 1},${port + 200}`],
    ],
  },
};

/** Starts one of them over a new empty directory. dnsmasq listens on port 69 only: it needs root. */
export async function startTftpServer(name: TftpServerName): Promise<TftpPeer> {
  const work = mkdtempSync(join(tmpdir(), "longshore-peer-"));
  chmodSync(work, 0o755);
  const directory = join(work, "files");
  mkdirSync(directory);
  chmodSync(directory, 0o777);
  if (process.getuid?.() === 0) chownSync(directory, 65534, 65534);
  const peer = tftpServers[name];
  const free = await freeUdpPort();
  const port = name === "dnsmasq" ? 69 : free;
  // Nothing on UDP can be asked without a side effect: they are up within a moment.
  const daemon = await startDaemon(name, program(name), peer.args({ directory, port: free, work }), port, {
    ready: 400,
  });
  return {
    ...daemon,
    directory,
    async stop() {
      await daemon.stop();
      rmSync(work, { recursive: true, force: true });
    },
  };
}
