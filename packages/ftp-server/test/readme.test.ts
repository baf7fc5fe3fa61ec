import { readFileSync } from "node:fs";
import { createMemoryStore } from "@longshore/file-store-memory";
import { createFtpServer } from "@longshore/ftp-server";
import { expect, it } from "vitest";

it("runs the README's example", async () => {
  const text = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const code = /```ts\n(.*?)```/s.exec(text)?.[1] ?? "";
  expect(code).toContain("createFtpServer");
  const body = code
    .replace(/^import .*$/gm, "")
    .replace("await server.close", "await use(port);\nawait server.close");
  const printed: string[] = [];
  const seen: string[] = [];
  const AsyncFunction = (async () => {}).constructor as new (
    ...names: string[]
  ) => (...values: unknown[]) => Promise<void>;
  const run = new AsyncFunction("createMemoryStore", "createFtpServer", "console", "use", body);
  const log = (...words: unknown[]): void => void printed.push(words.join(" "));
  await run(createMemoryStore, createFtpServer, { log }, async (port: number) => {
    const { openClient } = await import("./support/client.ts");
    const client = await openClient(port);
    await client.login("ann", "correct horse");
    seen.push((await client.get("RETR hello.txt")).content);
    await client.code("QUIT");
  });
  expect(seen).toEqual(["hello\n"]);
  expect(printed[0]).toMatch(/^curl ftp:\/\/127\.0\.0\.1:\d+\/hello\.txt$/);
  expect(printed[1]).toBe("/hello.txt 6 done");
});
