import { describe, expect, it } from "vitest";
import { ProbeError, probeServer } from "../src/index.ts";
import { scripted } from "./scripted.ts";

async function codeOf(probe: Promise<unknown>): Promise<string> {
  const error = await probe.then(
    () => undefined,
    (error: unknown) => error,
  );
  return ProbeError.isInstance(error) ? error.code : String(error);
}

describe("a probe", () => {
  it("says who cannot be probed", async () => {
    expect(await codeOf(probeServer({ host: "127.0.0.1", port: 1 }))).toBe("unreachable");
    expect(await codeOf(probeServer({ host: "127.0.0.1", only: ["nonsense"] }))).toBe("bad-argument");
    expect(await codeOf(probeServer({ host: "127.0.0.1", user: "a\r\nDELE x" }))).toBe("bad-argument");
    expect(await codeOf(probeServer({ host: "127.0.0.1", limits: { seconds: 0 } }))).toBe("bad-argument");
    expect(await codeOf(probeServer({ host: "127.0.0.1", port: 1, family: 6 }))).toBe("bad-argument");
    expect(await codeOf(probeServer({ host: "::1", port: 1, family: 4 }))).toBe("bad-argument");
    const ssh = await scripted({ greeting: "SSH-2.0-OpenSSH_9.6" });
    expect(await codeOf(probeServer({ host: "127.0.0.1", port: ssh.port, limits: { patience: 300 } }))).toBe(
      "not-ftp",
    );
    ssh.close();
  });

  it("stops at its limits, and says of the rest that it was not seen", async () => {
    const server = await scripted();
    const { port } = server;
    const limits = { commands: 10, patience: 1000, quiet: 50 };
    const card = await probeServer({ host: "127.0.0.1", port, only: ["representation", "replies"], limits });
    server.close();
    expect(card.spent.commands).toBe(10);
    expect(card.findings.at(-1)).toMatchObject({
      verdict: "unknown",
      detail: expect.stringContaining("used up"),
    });
  });

  it("writes nothing unless it is told where", async () => {
    const verbs = new Set<string>();
    const note =
      (verb: string) =>
      ({ say, argument }: { say(line: string): void; argument: string }): void => {
        verbs.add(`${verb} ${argument}`);
        say("550 No.");
      };
    const server = await scripted({
      STOR: note("STOR"),
      APPE: note("APPE"),
      STOU: note("STOU"),
      MKD: note("MKD"),
      DELE: note("DELE"),
      RMD: note("RMD"),
      RNTO: note("RNTO"),
      MFMT: note("MFMT"),
    });
    const limits = { patience: 1000, quiet: 50 };
    await probeServer({ host: "127.0.0.1", port: server.port, limits });
    server.close();
    // What could change something is sent for names alone that stand nowhere.
    for (const verb of verbs)
      expect(verb).toMatch(/^(?:STOR|DELE|RMD|RNTO|MFMT) ?longshore-probe-[0-9a-f]{8}$/);
  });

  it("gives findings in the order of the table, counted, and as plain JSON", async () => {
    const server = await scripted();
    const limits = { patience: 1000, quiet: 50 };
    const told: string[] = [];
    const card = await probeServer({
      host: "127.0.0.1",
      port: server.port,
      only: ["session", "representation"],
      limits,
      onFinding: ({ id }) => told.push(id),
    });
    server.close();
    expect(card.findings.map(({ id }) => id)).toEqual(told);
    expect(Object.values(card.counts).reduce((sum, count) => sum + count, 0)).toBe(card.findings.length);
    expect(JSON.parse(JSON.stringify(card))).toEqual(card);
    expect(card).toMatchObject({ version: 1, isClean: true, user: "anonymous" });
  });
});
