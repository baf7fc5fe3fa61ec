import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export type ProgramName =
  | "curl"
  | "lftp"
  | "tnftp"
  | "ncftpget"
  | "ncftpput"
  | "ncftpls"
  | "ncftp"
  | "wget"
  | "rclone"
  | "nmap"
  | "python3"
  | "pyftpdlib"
  | "python3-openssl"
  | "vsftpd"
  | "proftpd"
  | "proftpd-tls"
  | "pure-ftpd"
  | "pure-pw"
  | "tftpd-hpa"
  | "atftpd"
  | "dnsmasq"
  | "tftp"
  | "atftp"
  | "busybox"
  | "ip"
  | "qemu"
  | "seabios"
  | "ipxe-rom"
  | "ovmf"
  | "ovmf-variables"
  | "tshark"
  | "haproxy"
  | "microsocks"
  | "tinyproxy"
  | "tmux";

interface Program {
  /** The Debian package that has it. */
  readonly package: string;
  /** Where its file is, below the root. */
  readonly paths: readonly string[];
}

/**
 * The programs that the scenarios run against: what they are called, and the Debian package that has them.
 * Some of the packages exclude each other, so none is installed into the system: what is missing is unpacked
 * side by side below `.peers`.
 */
export const programs: Readonly<Record<ProgramName, Program>> = {
  curl: { package: "curl", paths: ["usr/bin/curl"] },
  lftp: { package: "lftp", paths: ["usr/bin/lftp"] },
  tnftp: { package: "tnftp", paths: ["usr/bin/tnftp"] },
  ncftpget: { package: "ncftp", paths: ["usr/bin/ncftpget"] },
  ncftpput: { package: "ncftp", paths: ["usr/bin/ncftpput"] },
  ncftpls: { package: "ncftp", paths: ["usr/bin/ncftpls"] },
  ncftp: { package: "ncftp", paths: ["usr/bin/ncftp3", "usr/bin/ncftp"] },
  wget: { package: "wget", paths: ["usr/bin/wget"] },
  rclone: { package: "rclone", paths: ["usr/bin/rclone"] },
  nmap: { package: "nmap", paths: ["usr/bin/nmap"] },
  python3: { package: "python3", paths: ["usr/bin/python3"] },
  pyftpdlib: { package: "python3-pyftpdlib", paths: ["usr/lib/python3/dist-packages/pyftpdlib"] },
  "python3-openssl": { package: "python3-openssl", paths: ["usr/lib/python3/dist-packages/OpenSSL"] },
  vsftpd: { package: "vsftpd", paths: ["usr/sbin/vsftpd"] },
  proftpd: { package: "proftpd-core", paths: ["usr/sbin/proftpd"] },
  "proftpd-tls": { package: "proftpd-mod-crypto", paths: ["usr/lib/proftpd/mod_tls.so"] },
  "pure-ftpd": { package: "pure-ftpd", paths: ["usr/sbin/pure-ftpd"] },
  "pure-pw": { package: "pure-ftpd", paths: ["usr/bin/pure-pw"] },
  "tftpd-hpa": { package: "tftpd-hpa", paths: ["usr/sbin/in.tftpd"] },
  atftpd: { package: "atftpd", paths: ["usr/sbin/atftpd"] },
  dnsmasq: { package: "dnsmasq-base", paths: ["usr/sbin/dnsmasq"] },
  tftp: { package: "tftp-hpa", paths: ["usr/bin/tftp"] },
  atftp: { package: "atftp", paths: ["usr/bin/atftp"] },
  busybox: { package: "busybox", paths: ["usr/bin/busybox", "bin/busybox"] },
  ip: { package: "iproute2", paths: ["usr/sbin/ip", "sbin/ip", "usr/bin/ip", "bin/ip"] },
  // What the package needs lies beside it.
  qemu: { package: "qemu-system-x86", paths: ["usr/bin/qemu-system-x86_64"] },
  seabios: { package: "qemu-system-x86", paths: ["usr/share/seabios/bios-256k.bin"] },
  "ipxe-rom": { package: "qemu-system-x86", paths: ["usr/lib/ipxe/qemu/pxe-virtio.rom"] },
  ovmf: { package: "ovmf", paths: ["usr/share/OVMF/OVMF_CODE.fd"] },
  "ovmf-variables": { package: "ovmf", paths: ["usr/share/OVMF/OVMF_VARS.fd"] },
  tshark: { package: "tshark", paths: ["usr/bin/tshark"] },
  haproxy: { package: "haproxy", paths: ["usr/sbin/haproxy"] },
  microsocks: { package: "microsocks", paths: ["usr/bin/microsocks"] },
  tinyproxy: { package: "tinyproxy-bin", paths: ["usr/bin/tinyproxy"] },
  tmux: { package: "tmux", paths: ["usr/bin/tmux"] },
};

/** Where packages are unpacked, each into a folder of its own: two of them bring files of the same name. */
export const peersFolder: string = fileURLToPath(new URL("../.peers", import.meta.url));

/** The file of a program, unpacked or in the system; undefined where it is not to be had. */
export function find(name: ProgramName): string | undefined {
  const { package: owner, paths } = programs[name];
  return [join(peersFolder, owner), "/"]
    .flatMap((base) => paths.map((path) => join(base, path)))
    .find((file) => existsSync(file));
}

/** {@link find}, or an error that says what to do. */
export function program(name: ProgramName): string {
  const file = find(name);
  if (file === undefined) throw new Error(`${name} is not here; \`npm run peers\` gets it`);
  return file;
}

/** What an unpacked program needs to find its libraries and modules. */
export function environment(): NodeJS.ProcessEnv {
  const folders = existsSync(peersFolder)
    ? readdirSync(peersFolder).map((name) => join(peersFolder, name))
    : [];
  const existing = (path: string): string =>
    folders
      .map((folder) => join(folder, path))
      .filter((folder) => existsSync(folder))
      .join(delimiter);
  const libraries = ["x86_64-linux-gnu", "aarch64-linux-gnu"].flatMap((machine) => [
    existing(`usr/lib/${machine}`),
    existing(`lib/${machine}`),
    // Debian keeps the reference BLAS, which nmap needs, in a folder that only a link of an installed system names.
    existing(`usr/lib/${machine}/blas`),
  ]);
  return {
    ...process.env,
    LC_ALL: "C.UTF-8",
    LD_LIBRARY_PATH: libraries.filter(Boolean).join(delimiter),
    PYTHONPATH: existing("usr/lib/python3/dist-packages"),
    ...nmapEnvironment(join(peersFolder, programs.nmap.package)),
  };
}

/** nmap unpacked: where its scripts are, and the Lua modules that they use. */
function nmapEnvironment(folder: string): NodeJS.ProcessEnv {
  if (!existsSync(folder)) return {};
  const machines = readdirSync(join(folder, "usr/lib")).filter((name) => name.includes("-linux-"));
  return {
    NMAPDIR: join(folder, "usr/share/nmap"),
    LUA_PATH: `${join(folder, "usr/share/lua/5.3")}/?.lua;;`,
    LUA_CPATH: `${machines.map((machine) => `${join(folder, "usr/lib", machine, "lua/5.3")}/?.so;`).join("")};`,
  };
}
