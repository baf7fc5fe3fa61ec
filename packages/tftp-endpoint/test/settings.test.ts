import { createMemoryStore } from "@longshore/file-store-memory";
import { afterEach, expect, it } from "vitest";
import {
  createTftpServer,
  readTftpSettings,
  type TftpServer,
  type TftpSettings,
  tftpGetBytes,
  tftpPut,
} from "../src/index.ts";

const host = "127.0.0.1";
const servers: TftpServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close({ timeout: 0 });
});

it("settings are plain data: what JSON carries makes the same server", async () => {
  const settings: TftpSettings = {
    port: 0,
    root: "/srv",
    roots: [
      { prefix: "/up", directory: "/var/uploads", writable: true, uploadSize: 100 },
      { prefix: "/lab", clients: ["127.0.0.0/8"], root: "/lab-files" },
    ],
    rewrite: "replace ^old new",
    limits: { windowSize: 2 },
    multicast: { addresses: ["239.255.0.1"] },
    cache: 0,
  };
  const opened: [string, boolean][] = [];
  const store = createMemoryStore({ files: { "/srv/new": "1", "/lab-files/x": "2" } });
  const options = readTftpSettings(JSON.parse(JSON.stringify(settings)), store, (directory, writable) => {
    opened.push([directory, writable]);
    return createMemoryStore();
  });
  const server = createTftpServer(options);
  servers.push(server);
  const { port } = await server.listen();
  const get = async (filename: string): Promise<string> =>
    new TextDecoder().decode(await tftpGetBytes({ host, port, filename }));
  expect(opened).toEqual([["/var/uploads", true]]);
  expect(await get("old")).toBe("1");
  expect(await get("lab/x")).toBe("2");
  await tftpPut({ host, port, filename: "up/f", from: "3" });
  expect(await get("up/f")).toBe("3");
  await expect(tftpPut({ host, port, filename: "up/g", from: "3".repeat(101) })).rejects.toMatchObject({
    tftpCode: 3,
  });
});

it.each<[TftpSettings, string]>([
  [{ rewrite: "\nreplace (a b" }, "rewrite, line 2: (a is no pattern"],
  [{ roots: [{}, { clients: ["10.0.0.1", "lab"] }] }, "roots[1].clients: lab is no network"],
  [{ root: "a\0b" }, "root: "],
])("%j are refused with their place", (settings, message) => {
  expect(() => readTftpSettings(settings, createMemoryStore(), () => createMemoryStore())).toThrow(message);
});
