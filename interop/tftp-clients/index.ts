import { type ProgramName, program } from "../peers/programs.ts";
import { type Executed, execute, succeed } from "../support/exec.ts";

export interface TftpTarget {
  readonly host: string;
  readonly port: number;
}

export interface TftpOptions {
  readonly blockSize?: number;
  readonly windowSize?: number;
  readonly mode?: "octet" | "netascii";
}

/** A TFTP client of someone else; each operation rejects when the program says that it failed. */
export interface TftpClientPeer {
  readonly needs: readonly ProgramName[];
  /** Which options its command line lets one ask for. */
  readonly can: { readonly blockSize: boolean; readonly windowSize: boolean; readonly netascii: boolean };
  /** curl 7.88 ends with 71 after an empty file, whoever serves it. */
  readonly emptyFiles: boolean;
  /** The smallest block that it takes; busybox has to get the request into one. */
  readonly smallestBlock: number;
  get(target: TftpTarget, remote: string, local: string, options?: TftpOptions): Promise<void>;
  put(target: TftpTarget, local: string, remote: string, options?: TftpOptions): Promise<void>;
}

/** The TFTP clients of others that our server is tried with. */
export const tftpClients: Record<string, TftpClientPeer> = {
  "tftp-hpa": {
    needs: ["tftp"],
    can: { blockSize: false, windowSize: false, netascii: true },
    emptyFiles: true,
    smallestBlock: 8,
    get: (target, remote, local, options) => tftpHpa(target, options, "get", remote, local),
    put: (target, local, remote, options) => tftpHpa(target, options, "put", local, remote),
  },
  atftp: {
    needs: ["atftp"],
    can: { blockSize: true, windowSize: true, netascii: true },
    emptyFiles: true,
    smallestBlock: 8,
    get: (target, remote, local, options) => atftp(target, options, "--get", remote, local),
    put: (target, local, remote, options) => atftp(target, options, "--put", remote, local),
  },
  curl: {
    needs: ["curl"],
    can: { blockSize: true, windowSize: false, netascii: false },
    emptyFiles: false,
    smallestBlock: 8,
    get: (target, remote, local, options) => curl(target, options, remote, "--output", local),
    put: (target, local, remote, options) => curl(target, options, remote, "--upload-file", local),
  },
  busybox: {
    needs: ["busybox"],
    can: { blockSize: true, windowSize: false, netascii: false },
    emptyFiles: true,
    smallestBlock: 128,
    get: (target, remote, local, options) => busybox(target, options, "-g", remote, local),
    put: (target, local, remote, options) => busybox(target, options, "-p", remote, local),
  },
};

/** Its exit code is 0 whatever happened: an error is what it prints. */
async function tftpHpa(
  { host, port }: TftpTarget,
  { mode = "octet" }: TftpOptions = {},
  ...command: readonly string[]
): Promise<void> {
  const done = await execute(program("tftp"), [
    "-m",
    mode === "octet" ? "binary" : "ascii",
    host,
    String(port),
    "-c",
    ...command,
  ]);
  if (done.code !== 0 || /error|timed out/i.test(done.output))
    throw new Error(`tftp ${command.join(" ")}\n${done.output}`);
}

async function atftp(
  { host, port }: TftpTarget,
  { blockSize, windowSize, mode = "octet" }: TftpOptions = {},
  direction: string,
  remote: string,
  local: string,
): Promise<void> {
  const option = (name: string, value: number | string | undefined): string[] =>
    value === undefined ? [] : ["--option", `${name} ${value}`];
  const done = await execute(program("atftp"), [
    ...[...option("mode", mode), ...option("blksize", blockSize), ...option("windowsize", windowSize)],
    ...[direction, "--remote-file", remote, "--local-file", local, host, String(port)],
  ]);
  if (done.code !== 0 || /error|timeout|aborting/i.test(done.output)) {
    throw new Error(`atftp ${direction} ${remote}\n${done.output}`);
  }
}

const curl = async (
  { host, port }: TftpTarget,
  { blockSize }: TftpOptions = {},
  remote: string,
  ...flags: readonly string[]
): Promise<void> => {
  await succeed(program("curl"), [
    ...["--silent", "--show-error"],
    ...(blockSize === undefined ? [] : ["--tftp-blksize", String(blockSize)]),
    ...flags,
    `tftp://${host}:${port}/${remote.split("/").map(encodeURIComponent).join("/")}`,
  ]);
};

const busybox = (
  { host, port }: TftpTarget,
  { blockSize }: TftpOptions = {},
  direction: string,
  remote: string,
  local: string,
): Promise<void> =>
  succeed(program("busybox"), [
    ...["tftp", direction, "-r", remote, "-l", local],
    ...(blockSize === undefined ? [] : ["-b", String(blockSize)]),
    ...[host, String(port)],
  ]).then((_: Executed) => undefined);
