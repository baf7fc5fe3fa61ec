import { copyFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { program } from "../peers/programs.ts";
import { execute } from "../support/exec.ts";
import { newFolder } from "../support/files.ts";
import { exitPort } from "./images.ts";
import type { BootNetwork } from "./network.ts";

/** What a machine starts with: a PC's BIOS with iPXE as the network card's option ROM, or UEFI with its own network. */
export type Firmware = "bios" | "uefi";

/** Turns a machine on and answers what it has printed on its serial console when it is over. */
export async function bootMachine(firmware: Firmware, network: BootNetwork): Promise<string> {
  const [command = "", ...args] = [
    ...network.enter,
    // A machine that finds nothing to boot waits for ever.
    ...["timeout", "110", program("qemu")],
    // Without the processor's help also where it could be had: it is the same everywhere.
    ...["-accel", "tcg", "-machine", "pc", "-nodefaults", "-nographic", "-vga", "none", "-no-reboot"],
    ...["-L", dirname(program("seabios")), "-L", join(dirname(program("qemu")), "../share/qemu")],
    ...["-serial", "stdio", "-device", `isa-debug-exit,iobase=${exitPort},iosize=1`],
    ...["-netdev", `tap,id=network,ifname=${network.tap},script=no,downscript=no`],
    ...(await flagsOf[firmware]()),
  ];
  const { output } = await execute(command, args, { seconds: 115 });
  return output;
}

const flagsOf: Readonly<Record<Firmware, () => Promise<readonly string[]>>> = {
  // The ROM knows the card by the number that it has without legacy interfaces.
  bios: async () => [
    ...["-m", "64", "-bios", program("seabios")],
    ...[
      "-device",
      `virtio-net-pci,disable-legacy=on,netdev=network,bootindex=1,romfile=${program("ipxe-rom")}`,
    ],
  ],
  uefi: async () => {
    const variables = join(await newFolder(), "variables.fd");
    await copyFile(program("ovmf-variables"), variables);
    return [
      ...["-m", "256", "-drive", `if=pflash,format=raw,readonly=on,file=${program("ovmf")}`],
      ...["-drive", `if=pflash,format=raw,file=${variables}`],
      ...["-device", "virtio-net-pci,netdev=network,bootindex=1,romfile="],
    ];
  },
};
