// Machines that boot over the network from `longshore serve`. They run without the processor's help, in a network
// namespace with DHCP from dnsmasq, and print on their serial console the hash of what they have loaded.
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { efiApplication, hashLine, multibootKernel } from "./boot/images.ts";
import { bootMachine, type Firmware } from "./boot/machine.ts";
import { openBootNetwork } from "./boot/network.ts";
import type { ProgramName } from "./peers/programs.ts";
import { newFolder, removeFolders } from "./support/files.ts";
import { longshoreCommand, serveWith } from "./support/longshore.ts";
import { describeWith, leftOut } from "./support/with-peer.ts";

afterAll(removeFolders);

describeMachine("a PC with iPXE", ["qemu", "seabios", "ipxe-rom"], () => {
  it("boots a script, a kernel and what the kernel needs", async () => {
    const folder = await newFolder();
    const kernel = multibootKernel(300_000);
    const module = randomBytes(2_000_003);
    const script = "#!ipxe\necho LONGSHORE-SCRIPT\nkernel kernel\ninitrd module\nboot\n";
    await writeFile(join(folder, "start.ipxe"), script);
    await writeFile(join(folder, "kernel"), kernel.bytes);
    await writeFile(join(folder, "module"), module);
    const { console, events } = await boot("bios", folder, "start.ipxe");
    expect(console).toContain("LONGSHORE-SCRIPT");
    expect(hashes(console)).toEqual([kernel.line, hashLine(module)]);
    expect(events.filter(({ event }) => event === "transfer-end").map(({ outcome }) => outcome)).toEqual([
      { type: "complete", bytes: script.length },
      { type: "complete", bytes: 300_000 },
      { type: "complete", bytes: 2_000_003 },
    ]);
  });
});

describeMachine("a PC with UEFI", ["qemu", "ovmf", "ovmf-variables"], () => {
  it("asks for the size, then boots an application in windows of four blocks", async () => {
    const folder = await newFolder();
    const application = efiApplication(1_000_000);
    await writeFile(join(folder, "boot.efi"), application.bytes);
    const { console, events } = await boot("uefi", folder, "boot.efi");
    expect(hashes(console)).toEqual([application.line]);
    const [probe, load] = events.filter(({ event }) => event === "transfer-start");
    expect(probe).toMatchObject({ size: application.bytes.length });
    expect(load).toMatchObject({ windowSize: 4, blockSize: 1468 });
    expect(load?.granted).toContainEqual(["windowsize", "4"]);
    expect(events.filter(({ event }) => event === "transfer-end").map(({ outcome }) => outcome)).toEqual([
      { type: "probed" },
      { type: "complete", bytes: application.bytes.length },
    ]);
  });
});

/** Scenarios with a virtual machine: they need root, for a namespace with an interface of its own. */
function describeMachine(title: string, needs: readonly ProgramName[], body: () => void): void {
  if (process.getuid?.() !== 0 || !existsSync("/dev/net/tun"))
    leftOut(`${title} (it needs root and /dev/net/tun)`);
  else describeWith(title, [...needs, "dnsmasq", "ip"], body);
}

/** Boots a machine from `filename` of `folder`, and answers what it printed and what the server logged. */
async function boot(
  firmware: Firmware,
  folder: string,
  filename: string,
): Promise<{ console: string; events: readonly ServerEvent[] }> {
  const network = await openBootNetwork(filename);
  try {
    const served = await serveWith(
      [...network.enter, ...longshoreCommand],
      [folder, "--no-ftp", "--host", network.address, "--tftp-port", "69"],
    );
    const console = await bootMachine(firmware, network);
    await served.stop();
    const events = served
      .log()
      .trim()
      .split("\n")
      .map((line): ServerEvent => JSON.parse(line));
    expect(events, `${console}\n${network.log()}`).not.toHaveLength(1);
    return { console, events };
  } finally {
    await network.close();
  }
}

interface ServerEvent {
  readonly event: string;
  readonly outcome?: unknown;
  readonly granted?: readonly unknown[];
}

/** The lines that our own programs print. */
const hashes = (console: string): readonly string[] => console.match(/#[0-9A-F]{8}(?=\s)/g) ?? [];
