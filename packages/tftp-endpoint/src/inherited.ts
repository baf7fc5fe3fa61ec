import { readFileSync, readlinkSync } from "node:fs";

/** A bound UDP socket that whoever started this process has opened. */
export interface InheritedSocket {
  readonly fd: number;
  readonly family: 4 | 6;
  /** What the service manager calls it. */
  readonly name?: string;
}

/**
 * The UDP sockets that a service manager handed over, as systemd does for `ListenDatagram=` (sd_listen_fds(3)): those
 * of `LISTEN_FDS` from 3 on, where `LISTEN_PID` is this process. What listens for TCP is left to others. On Linux
 * alone; elsewhere none are found.
 *
 * @example createTftpServer({ store, sockets: inheritedSockets() })
 */
export function inheritedSockets(
  env: Readonly<Record<string, string | undefined>> = process.env,
  pid: number = process.pid,
): readonly InheritedSocket[] {
  const count = Number(env.LISTEN_FDS);
  if (env.LISTEN_PID !== String(pid) || !(count > 0 && count <= mostSockets)) return [];
  const names = (env.LISTEN_FDNAMES ?? "").split(":");
  const inodes = { 4: inodesOf("/proc/self/net/udp"), 6: inodesOf("/proc/self/net/udp6") };
  const sockets: InheritedSocket[] = [];
  for (let index = 0; index < count; index++) {
    const fd = firstDescriptor + index;
    const inode = inodeOf(fd);
    const family =
      inode === undefined ? undefined : inodes[4].has(inode) ? 4 : inodes[6].has(inode) ? 6 : undefined;
    if (family === undefined) continue;
    const name = names[index];
    sockets.push({ fd, family, ...(name ? { name } : {}) });
  }
  return sockets;
}

/** SD_LISTEN_FDS_START. */
const firstDescriptor = 3;
const mostSockets = 1000;

function inodeOf(fd: number): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1];
  } catch {
    return undefined;
  }
}

/** The sockets that the system lists; the tenth column is the inode. */
function inodesOf(list: string): ReadonlySet<string> {
  try {
    const lines = readFileSync(list, "latin1").split("\n").slice(1);
    return new Set(lines.map((line) => line.trim().split(/\s+/)[9] ?? ""));
  } catch {
    return new Set();
  }
}
