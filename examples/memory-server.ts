// A server whose files live in memory: one store, served over FTP to anonymous readers and one writer, and over TFTP.
//
//   npx tsx examples/memory-server.ts
//   curl ftp://127.0.0.1:2121/hello.txt
//   curl -T README.md ftp://ada:secret@127.0.0.1:2121/incoming/
import { fileURLToPath } from "node:url";
import { createMemoryStore } from "@longshore/file-store-memory";
import { createFtpServer } from "@longshore/ftp-server";
import { createTftpServer } from "@longshore/tftp-endpoint";

export interface Served {
  readonly ftpPort: number;
  readonly tftpPort: number;
  close(): Promise<void>;
}

export async function main(ftpPort = 2121, tftpPort = 6969): Promise<Served> {
  const store = createMemoryStore({
    files: { "/hello.txt": "Hello from memory.\n", "/incoming/": "" },
    limits: { bytes: 100_000_000 },
  });
  const ftp = createFtpServer({
    store,
    port: ftpPort,
    anonymous: true,
    users: [{ name: "ada", password: "secret", permission: "rw" }],
  });
  const tftp = createTftpServer({ store, port: tftpPort });

  const listening = { ftpPort: (await ftp.listen()).port, tftpPort: (await tftp.listen()).port };
  console.log(`ftp://127.0.0.1:${listening.ftpPort}/ and tftp://127.0.0.1:${listening.tftpPort}/`);
  return {
    ...listening,
    async close() {
      await Promise.all([ftp.close(), tftp.close()]);
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
