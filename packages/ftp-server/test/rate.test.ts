import { createMemoryStore } from "@longshore/file-store-memory";
import { describe, expect, it } from "vitest";
import { type Running, secret, start } from "./support/server.ts";

const content = "x".repeat(150_000);
const ann = { name: "tester", password: secret, permission: "rw" } as const;
const store = () => createMemoryStore({ files: { "/large.bin": content } });

/** Milliseconds that so many clients take for the file at once, each way whole. */
async function timeOf({ client }: Running, clients: number, way: "up" | "down"): Promise<number> {
  const all = await Promise.all(Array.from({ length: clients }, () => client()));
  const began = performance.now();
  await Promise.all(
    all.map(async (one, index) => {
      const { final } =
        way === "up" ? await one.put(`STOR ${index}.bin`, content) : await one.get("RETR large.bin");
      expect(final).toMatch(/^226 /);
    }),
  );
  return performance.now() - began;
}

// A quarter of a second's worth passes at once: 150 kB at 200 kB/s take half a second, two of them one and a quarter.
const rate = { up: 200_000, down: 200_000 };

describe("rate limit up/down", () => {
  for (const way of ["up", "down"] as const) {
    it(`${way}: per user, over all of the user's sessions`, async () => {
      const running = await start({ store: store(), users: [{ ...ann, rate }] });
      const time = await timeOf(running, 2, way);
      expect(time).toBeGreaterThan(900);
      expect(time).toBeLessThan(20_000);
    });

    it(`${way}: per session`, async () => {
      const running = await start({ store: store(), users: [{ ...ann, sessionRate: rate }] });
      expect(await timeOf(running, 1, way)).toBeGreaterThan(350);
      const all = await start({ store: store(), limits: { sessionRate: rate } });
      expect(await timeOf(all, 1, way)).toBeGreaterThan(350);
    });

    it(`${way}: in all`, async () => {
      const running = await start({ store: store(), limits: { rate } });
      expect(await timeOf(running, 2, way)).toBeGreaterThan(900);
    });
  }

  it("one way says nothing of the other", async () => {
    const running = await start({ store: store(), users: [{ ...ann, rate: { up: 1 } }] });
    const one = await running.client();
    expect((await one.get("RETR large.bin")).content).toHaveLength(content.length);
  });

  it("a slow pace is no stall, and ABOR ends it at once", async () => {
    const running = await start({
      store: store(),
      users: [{ ...ann, rate: { down: 100 } }],
      limits: { stallTimeout: 100 },
    });
    const one = await running.client();
    const data = await one.passive();
    expect(await one.code("RETR large.bin")).toBe(150);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await one.command("ABOR")).toMatch(/^426 /);
    expect(await one.reply()).toMatch(/^226 /);
    data.destroy();
  });
});
