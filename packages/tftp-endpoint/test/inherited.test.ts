import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { inheritedSockets, tftpGetBytes } from "../src/index.ts";

const child = fileURLToPath(new URL("inherited-server.ts", import.meta.url));

/** The descriptor of this process's socket at a UDP port. */
function descriptorOf(port: number): number {
  const hex = port.toString(16).padStart(4, "0").toUpperCase();
  const line = readFileSync("/proc/self/net/udp", "latin1")
    .split("\n")
    .find((text) => new RegExp(`^\\s*\\d+: [0-9A-F]+:${hex} `).test(text));
  const inode = line?.trim().split(/\s+/)[9];
  for (const fd of readdirSync("/proc/self/fd"))
    try {
      if (readlinkSync(`/proc/self/fd/${fd}`) === `socket:[${inode}]`) return Number(fd);
    } catch {}
  throw new Error(`no descriptor has UDP port ${port}`);
}

it("systemd-style inherited sockets are listened at", { timeout: 60_000 }, async () => {
  if (process.platform !== "linux") {
    console.warn("LEFT OUT: inherited sockets, which are found on Linux alone");
    return;
  }
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address();
  // As a service manager does it: the process id is known only once the process is there.
  const command = 'LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=tftp exec "$0" --import tsx "$1"';
  const server = spawn("sh", ["-c", command, process.execPath, child], {
    stdio: ["pipe", "pipe", "inherit", descriptorOf(port)],
  });
  socket.close();
  const { stdin, stdout } = server;
  if (stdin === null || stdout === null) throw new Error("it has no standard input and output");
  const [line] = (await once(stdout, "data")) as [Buffer];
  expect(JSON.parse(line.toString())).toEqual({
    sockets: [{ fd: 3, family: 4, name: "tftp" }],
    addresses: ["127.0.0.1"],
    port,
  });
  const content = await tftpGetBytes({ host: "127.0.0.1", port, filename: "x" });
  expect(new TextDecoder().decode(content)).toBe("x from 127.0.0.1");
  stdin.end();
  expect(await once(server, "exit")).toEqual([0, null]);
});

it("sockets that are meant for another process are left alone", () => {
  const env = { LISTEN_FDS: "1", LISTEN_PID: "1" };
  expect(inheritedSockets(env, 2)).toEqual([]);
  expect(inheritedSockets({}, 2)).toEqual([]);
  expect(inheritedSockets({ LISTEN_FDS: "-1", LISTEN_PID: "2" }, 2)).toEqual([]);
  // What is no UDP socket, here whatever stands at 3 in a test run, is none.
  expect(inheritedSockets({ LISTEN_FDS: "0", LISTEN_PID: "2" }, 2)).toEqual([]);
});
