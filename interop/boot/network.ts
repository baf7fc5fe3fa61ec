import { spawn } from "node:child_process";
import { once } from "node:events";
import { environment, program } from "../peers/programs.ts";

/** A network of its own with one machine on it and DHCP; nothing in it is seen from outside. */
export interface BootNetwork {
  /** This side's address, from which machines boot. */
  readonly address: string;
  /** The interface that a virtual machine takes. */
  readonly tap: string;
  /** What to put before a command that is to run in it. */
  readonly enter: readonly string[];
  /** What the DHCP server has logged. */
  log(): string;
  close(): Promise<void>;
}

const address = "10.77.0.1";
const tap = "tap0";

/**
 * Opens one in a network namespace, with dnsmasq for DHCP alone: it tells the machine where to load `filename` from.
 * All of it ends when its standard input does, and so at the latest with this process.
 */
export async function openBootNetwork(filename: string): Promise<BootNetwork> {
  const child = spawn("unshare", ["--net", "sh", "-ec", setUp(), program("dnsmasq"), ...flags(filename)], {
    env: environment(),
    stdio: ["pipe", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      child.emit("printed");
    });
  child.on("exit", () => child.emit("printed"));
  while (!output.includes("DHCP, IP range")) {
    await once(child, "printed");
    if (child.exitCode !== null) throw new Error(`there is no network to boot from:\n${output}`);
  }
  return {
    address,
    tap,
    enter: ["nsenter", `--net=/proc/${child.pid}/ns/net`, "--"],
    log: () => output,
    async close() {
      const exited = once(child, "exit");
      child.stdin.end();
      await exited;
    },
  };
}

/** Gets the command of the DHCP server as its arguments. */
function setUp(): string {
  const ip = program("ip");
  return `
    ${ip} link set lo up
    ${ip} tuntap add dev ${tap} mode tap
    ${ip} address add ${address}/24 dev ${tap}
    ${ip} link set ${tap} up
    "$0" "$@" &
    cat
    kill $!
    wait
  `;
}

const flags = (filename: string): readonly string[] => [
  ...["--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--user=root", "--log-facility=-"],
  ...["--pid-file=", "--leasefile-ro", `--interface=${tap}`, "--bind-interfaces"],
  ...["--dhcp-range=10.77.0.10,10.77.0.20,1h", "--dhcp-authoritative", "--no-ping", "--log-dhcp"],
  `--dhcp-boot=${filename},,${address}`,
  // iPXE waits for no second DHCP server (its option 176, no-pxedhcp).
  "--dhcp-option-force=encap:175,176,1b",
];
