// A TFTP server that makes each device the configuration that it asks for, and takes its reports.
//
//   npx tsx examples/tftp-dynamic.ts
//   npx longshore get tftp://127.0.0.1:6969/0050c2abcdef.cfg -
//   echo all is well | npx longshore put - tftp://127.0.0.1:6969/0050c2abcdef.log
import { fileURLToPath } from "node:url";
import { FileStoreError, type WritableFile } from "@longshore/file-store";
import { createTftpServer, type TftpHandler } from "@longshore/tftp-endpoint";

const device = /^([\da-f]{12})\.(cfg|log)$/;

function createHandler(onReport: (mac: string, text: string) => void): TftpHandler {
  return {
    read({ filename, remote }) {
      const [, mac, kind] = device.exec(filename) ?? [];
      // `undefined` is answered with ERROR 1, File not found.
      if (mac === undefined || kind !== "cfg") return undefined;
      return `hostname device-${mac.slice(-6)}\naddress ${remote.address}\n`;
    },
    write({ filename }) {
      const [, mac, kind] = device.exec(filename) ?? [];
      if (mac === undefined || kind !== "log")
        throw new FileStoreError("permission-denied", "only devices report, in files of that name");
      return gather(100_000, (text) => onReport(mac, text));
    },
  };
}

/** A file that is handed over as text when it is complete; what a device leaves half sent is forgotten. */
function gather(limit: number, done: (text: string) => void): WritableFile {
  const chunks: Uint8Array[] = [];
  return {
    start: 0,
    async write(chunk, position) {
      if (position + chunk.length > limit)
        throw new FileStoreError("quota-exceeded", "this report is too long");
      // The chunk is ours until the promise settles: what is kept has to be copied.
      chunks.push(chunk.slice());
    },
    async commit() {
      done(chunks.map((chunk) => new TextDecoder().decode(chunk, { stream: true })).join(""));
    },
    async abort() {},
  };
}

export async function main(
  port = 6969,
  onReport: (mac: string, text: string) => void = tell,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createTftpServer({ port, handler: createHandler(onReport) });
  const address = await server.listen();
  console.log(`tftp://127.0.0.1:${address.port}/`);
  return { port: address.port, close: () => server.close() };
}

function tell(mac: string, text: string): void {
  console.log(`${mac} reports: ${text.trim()}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
