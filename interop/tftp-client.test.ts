// Our TFTP client with the servers of others, and the command over it.
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TftpTransferOptions, tftpGet, tftpPut } from "@longshore/tftp-endpoint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTftpServer, type TftpPeer, type TftpServerName, tftpServers } from "./peers/tftp-servers.ts";
import { execute } from "./support/exec.ts";
import { makeFile, newFolder, removeFolders, sha256 } from "./support/files.ts";
import { longshore } from "./support/longshore.ts";
import { openUdpRelay } from "./support/udp-relay.ts";
import { describeWith, leftOut } from "./support/with-peer.ts";

afterAll(removeFolders);

for (const name of Object.keys(tftpServers) as TftpServerName[]) {
  const { needs, writable } = tftpServers[name];
  if (name === "dnsmasq" && process.getuid?.() !== 0)
    leftOut("our TFTP client with dnsmasq (it needs port 69: root)");
  else describeWith(`our TFTP client with ${name}`, needs, () => scenarios(name, writable));
}

function scenarios(name: TftpServerName, writable: boolean): void {
  /** Whether it sends more than one block at a time. */
  const windows = name === "atftpd";
  let peer: TftpPeer;
  let local: string;
  const place = (filename: string): TftpTransferOptions => ({ host: peer.host, port: peer.port, filename });

  beforeAll(async () => {
    peer = await startTftpServer(name);
    local = await newFolder();
  });
  afterAll(async () => peer.stop());

  /** A file on the server that its own user may read. */
  const serverFile = async (file: string, size: number): Promise<string> => {
    const hash = await makeFile(join(peer.directory, file), size);
    await chmod(join(peer.directory, file), 0o644);
    return hash;
  };

  it.each([0, 1, 511, 512, 1024, 1_400_001, ...(windows ? [100_000_000] : [])])(
    "gets a file of %i bytes",
    async (size) => {
      const hash = await serverFile(`get-${size}.bin`, size);
      const path = join(local, `get-${size}.bin`);
      const { bytes } = await tftpGet({ ...place(`get-${size}.bin`), to: { path } });
      expect(bytes).toBe(size);
      expect(await sha256(path)).toBe(hash);
    },
  );

  it.each([
    { blksize: 8, windowsize: 1 },
    { blksize: 512, windowsize: 1 },
    { blksize: 1428, windowsize: 1 },
    { blksize: 1428, windowsize: 8 },
    { blksize: 8192, windowsize: 4 },
    { blksize: 1428, windowsize: 64 },
    { blksize: 65_464, windowsize: 64 },
  ])(
    "gets with $blksize-byte blocks and windows of $windowsize, as far as the server goes along",
    async (options) => {
      // A name of its own: dnsmasq goes on with a file that it has open.
      const name = `options-${options.blksize}-${options.windowsize}.bin`;
      const hash = await serverFile(name, options.blksize === 8 ? 50_000 : 700_000);
      const path = join(local, name);
      await tftpGet({ ...place(name), to: { path }, ...options });
      expect(await sha256(path)).toBe(hash);
    },
  );

  it.each([
    { size: 40_000_000, blksize: 512, windowsize: 64 },
    // A hundred and twenty thousand blocks one by one take long.
    ...(windows ? [{ size: 1_000_000, blksize: 8, windowsize: 64 }] : []),
  ])("gets $size bytes in blocks of $blksize: the numbers begin anew", async ({ size, ...options }) => {
    const hash = await serverFile(`long-${options.blksize}.bin`, size);
    const path = join(local, `long-${options.blksize}.bin`);
    await tftpGet({ ...place(`long-${options.blksize}.bin`), to: { path }, ...options });
    expect(await sha256(path)).toBe(hash);
  });

  it("gets and puts over a network that loses, doubles and delays", async () => {
    const relay = await openUdpRelay({
      to: peer.port,
      faults: { lost: 0.01, doubled: 0.02, late: 0.02 },
      seed: 3,
    });
    try {
      const { host, port } = relay;
      const hash = await serverFile("faults.bin", 300_000);
      const path = join(local, "faults.bin");
      await tftpGet({ host, port, filename: "faults.bin", to: { path }, windowsize: 4 });
      expect(await sha256(path)).toBe(hash);
      if (writable) {
        await tftpPut({ host, port, filename: "put-faults.bin", from: { path } });
        await written(join(peer.directory, "put-faults.bin"), 300_000);
        expect(await sha256(join(peer.directory, "put-faults.bin"))).toBe(hash);
      }
      expect(relay.counts.lost).toBeGreaterThan(0);
    } finally {
      relay.close();
    }
  });

  it("says what the server says when there is no such file", async () => {
    await expect(
      tftpGet({ ...place("missing.bin"), to: { path: join(local, "missing.bin") } }),
    ).rejects.toThrow(/not found|no such|access/i);
  });

  if (name !== "dnsmasq") {
    it("gets text", async () => {
      await writeFile(join(peer.directory, "text.txt"), "one\ntwo\n");
      await chmod(join(peer.directory, "text.txt"), 0o644);
      const path = join(local, "text.txt");
      await tftpGet({ ...place("text.txt"), to: { path }, mode: "netascii" });
      expect(await readFile(path, "utf8")).toBe("one\ntwo\n");
    });
  }

  if (writable) {
    it.each([0, 1, 512, 1_400_001, ...(windows ? [100_000_000] : [])])(
      "puts a file of %i bytes",
      async (size) => {
        const path = join(local, `put-${size}.bin`);
        const hash = await makeFile(path, size);
        await tftpPut({ ...place(`put-${size}.bin`), from: { path } });
        await written(join(peer.directory, `put-${size}.bin`), size);
        expect(await sha256(join(peer.directory, `put-${size}.bin`))).toBe(hash);
      },
    );
  }

  describe("longshore", () => {
    it("gets from it", async () => {
      const hash = await serverFile("command.bin", 100_000);
      const done = await execute(process.execPath, [
        longshore,
        "get",
        `tftp://${peer.host}:${peer.port}/command.bin`,
        join(local, "command.bin"),
      ]);
      expect(done.output).toBe("");
      expect(done.code).toBe(0);
      expect(await sha256(join(local, "command.bin"))).toBe(hash);
    });

    it("ends with 1 and one line when there is no such file", async () => {
      const done = await execute(process.execPath, [
        longshore,
        "get",
        `tftp://${peer.host}:${peer.port}/missing.bin`,
        "-",
      ]);
      expect(done.code).toBe(1);
      expect(done.text).toBe("");
      expect(done.output.trimEnd().split("\n")).toHaveLength(1);
    });
  });
}

/** These servers write the last block out only after they have acknowledged it. */
async function written(path: string, size: number): Promise<void> {
  for (let attempt = 0; attempt < 40; attempt++) {
    const length = await readFile(path).then(
      (bytes) => bytes.length,
      () => -1,
    );
    if (length === size) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
