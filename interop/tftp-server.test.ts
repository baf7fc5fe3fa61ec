// Our TFTP server, run as its users run it, with the clients of others.
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { succeed } from "./support/exec.ts";
import { makeFile, newFolder, removeFolders, sha256 } from "./support/files.ts";
import { type Served, serve } from "./support/longshore.ts";
import { openUdpRelay } from "./support/udp-relay.ts";
import { describeWith } from "./support/with-peer.ts";
import { type TftpClientPeer, tftpClients } from "./tftp-clients/index.ts";

let served: Served;
let folder: string;

beforeAll(async () => {
  folder = await newFolder();
  served = await serve(folder, "--writable", "--no-ftp");
});

afterAll(async () => {
  expect((await served.stop()).code).toBe(0);
  await removeFolders();
});

for (const [name, client] of Object.entries(tftpClients)) {
  describeWith(`our TFTP server with ${name}`, client.needs, () => scenarios(name, client));
}

it("serves five hundred at once", async () => {
  const size = 300_000;
  const hash = await makeFile(join(folder, "crowd.bin"), size);
  const script = fileURLToPath(new URL("tftp-clients/crowd.ts", import.meta.url));
  const args = ["--import", "tsx", script, String(served.ports.tftp), "crowd.bin", "500"];
  const { text } = await succeed(process.execPath, args, { seconds: 115 });
  expect(JSON.parse(text)).toEqual({ [`${size} ${hash}`]: 500 });
});

function scenarios(at: string, client: TftpClientPeer): void {
  const target = (): { host: string; port: number } => ({ host: "127.0.0.1", port: served.ports.tftp ?? 0 });
  const stored = (path: string): string => join(folder, at, path);
  let local: string;

  beforeAll(async () => {
    local = await newFolder();
    await mkdir(join(folder, at));
  });

  // Empty, within one block, exactly one, exactly two, and many.
  it.each([...(client.emptyFiles ? [0] : []), 1, 511, 512, 1024, 3_000_001])(
    "gets and puts a file of %i bytes",
    async (size) => {
      const hash = await makeFile(stored(`get-${size}.bin`), size);
      await client.get(target(), `${at}/get-${size}.bin`, join(local, `get-${size}.bin`));
      expect(await sha256(join(local, `get-${size}.bin`))).toBe(hash);
      await client.put(target(), join(local, `get-${size}.bin`), `${at}/put-${size}.bin`);
      expect(await sha256(stored(`put-${size}.bin`))).toBe(hash);
    },
  );

  it("fails to get what is not there", async () => {
    await expect(client.get(target(), `${at}/missing.bin`, join(local, "missing.bin"))).rejects.toThrow();
  });

  it("does not overwrite what stands", async () => {
    const hash = await makeFile(stored("stands.bin"), 700);
    await makeFile(join(local, "other.bin"), 700);
    await expect(client.put(target(), join(local, "other.bin"), `${at}/stands.bin`)).rejects.toThrow();
    expect(await sha256(stored("stands.bin"))).toBe(hash);
  });

  it("does not leave its root", async () => {
    await expect(client.get(target(), "../../../../etc/passwd", join(local, "passwd"))).rejects.toThrow();
    expect(
      existsSync(join(local, "passwd")) && (await readFile(join(local, "passwd"), "utf8")).includes("root:"),
    ).toBe(false);
  });

  if (client.can.blockSize) {
    it.each([client.smallestBlock, 1428, 8192, 65_464])(
      "gets and puts in blocks of %i bytes",
      async (blockSize) => {
        const hash = await makeFile(stored(`blocks-${blockSize}.bin`), blockSize < 512 ? 20_000 : 1_000_000);
        const file = join(local, `blocks-${blockSize}.bin`);
        await client.get(target(), `${at}/blocks-${blockSize}.bin`, file, { blockSize });
        expect(await sha256(file)).toBe(hash);
        await client.put(target(), file, `${at}/blocks-put-${blockSize}.bin`, { blockSize });
        expect(await sha256(stored(`blocks-put-${blockSize}.bin`))).toBe(hash);
      },
    );
  }

  if (client.can.windowSize) {
    it.each([1, 2, 8, 64])("gets and puts in windows of %i blocks", async (windowSize) => {
      const hash = await makeFile(stored(`windows-${windowSize}.bin`), 1_000_000);
      const file = join(local, `windows-${windowSize}.bin`);
      await client.get(target(), `${at}/windows-${windowSize}.bin`, file, { blockSize: 1428, windowSize });
      expect(await sha256(file)).toBe(hash);
      await client.put(target(), file, `${at}/windows-put-${windowSize}.bin`, {
        blockSize: 1428,
        windowSize,
      });
      expect(await sha256(stored(`windows-put-${windowSize}.bin`))).toBe(hash);
    });
  }

  if (client.can.windowSize) {
    it.each([
      { size: 40_000_000, blockSize: 512, windowSize: 64 },
      { size: 1_000_000, blockSize: 8, windowSize: 64 },
      { size: 100_000_000, blockSize: 1428, windowSize: 64 },
    ])("gets and puts $size bytes in blocks of $blockSize: the numbers begin anew", async (options) => {
      const name = `long-${options.blockSize}.bin`;
      const hash = await makeFile(stored(name), options.size);
      await client.get(target(), `${at}/${name}`, join(local, name), options);
      expect(await sha256(join(local, name))).toBe(hash);
      await client.put(target(), join(local, name), `${at}/put-${name}`, options);
      expect(await sha256(stored(`put-${name}`))).toBe(hash);
    });
  } else {
    it("gets 40 MB in blocks of 512 bytes: the numbers begin anew", async () => {
      const hash = await makeFile(stored("long.bin"), 40_000_000);
      await client.get(target(), `${at}/long.bin`, join(local, "long.bin"));
      expect(await sha256(join(local, "long.bin"))).toBe(hash);
    });
  }

  it("gets and puts over a network that loses, doubles and delays", async () => {
    const to = served.ports.tftp ?? 0;
    const relay = await openUdpRelay({ to, faults: { lost: 0.01, doubled: 0.02, late: 0.02 }, seed: 5 });
    // An ACK that comes late while the last one is awaited makes atftp lose its place: of sixty files with a fifth of the datagrams
    // late, five did not get to atftpd, five not to tftpd-hpa, and two not to ours.
    const late = at === "atftp" ? 0 : 0.02;
    const wayBack = await openUdpRelay({ to, faults: { lost: 0.01, doubled: 0.02, late }, seed: 5 });
    try {
      // curl asks for a timeout of six seconds, and gets it at every loss.
      const hash = await makeFile(stored("faults.bin"), at === "curl" ? 60_000 : 300_000);
      await client.get(relay, `${at}/faults.bin`, join(local, "faults.bin"));
      expect(await sha256(join(local, "faults.bin"))).toBe(hash);
      // Short: what gets lost on this way costs the client's own timer, some seconds.
      const hashOfPut = await makeFile(join(local, "short.bin"), 20_000);
      await client.put(wayBack, join(local, "short.bin"), `${at}/faults-put.bin`);
      expect(await sha256(stored("faults-put.bin"))).toBe(hashOfPut);
      expect(relay.counts.lost).toBeGreaterThan(0);
    } finally {
      relay.close();
      wayBack.close();
    }
  });

  if (client.can.netascii) {
    it("converts text both ways", async () => {
      const text = "one\ntwo\n\nfour\n".repeat(500);
      await writeFile(stored("text.txt"), text);
      await client.get(target(), `${at}/text.txt`, join(local, "text.txt"), { mode: "netascii" });
      expect(await readFile(join(local, "text.txt"), "utf8")).toBe(text);
      await client.put(target(), join(local, "text.txt"), `${at}/text-put.txt`, { mode: "netascii" });
      expect(await readFile(stored("text-put.txt"), "utf8")).toBe(text);
    });
  }

  it("serves twenty at once", async () => {
    const hash = await makeFile(stored("many.bin"), 200_000);
    const files = Array.from({ length: 20 }, (_, index) => join(local, `many-${index}.bin`));
    await Promise.all(files.map((file) => client.get(target(), `${at}/many.bin`, file)));
    for (const file of files) expect(await sha256(file)).toBe(hash);
  });
}
