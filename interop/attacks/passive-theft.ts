// Port stealing (RFC 2577 §8): a stranger connects to the passive port before the client does.
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certificate, openSecured, portOf, readSecured, type Secured } from "./secure.ts";
import { type Attacked, attacked } from "./server.ts";

export function passiveTheft(): void {
  describe("PASV theft", () => {
    let server: Attacked;

    beforeAll(async () => {
      server = await attacked({ passive: { ports: [42_000, 46_000] } });
    });
    afterAll(() => server.stop());

    /** A stranger connects first; answers what it got before it was dropped. */
    async function steal(port: number, sends = ""): Promise<string> {
      const thief = connect({ port, host: "127.0.0.1", localAddress: "127.0.0.2" });
      let got = "";
      thief.on("data", (chunk) => {
        got += chunk;
      });
      thief.on("error", () => {});
      thief.on("connect", () => thief.write(sends));
      await new Promise((resolve) => thief.once("close", resolve));
      return got;
    }

    it("a stranger that connects first gets nothing, and the client still gets its file", async () => {
      const control = await server.login();
      const port = portOf(await control.command("EPSV"));
      const thefts = [steal(port), steal(port), steal(port)];
      control.write("RETR hello.txt\r\n");
      expect(await Promise.all(thefts)).toEqual(["", "", ""]);
      expect(await control.reply()).toMatch(/^150/);
      const data = connect(port, "127.0.0.1");
      const [chunk] = (await once(data, "data")) as [Buffer];
      expect(String(chunk)).toBe("hello\n");
      expect(await control.reply()).toMatch(/^226/);
      data.destroy();
      control.close();
      expect(server.log()).toContain('"remote":"127.0.0.2"');
    });

    it("a stranger cannot put a forged file into the client's upload", async () => {
      const control = await server.login();
      const port = portOf(await control.command("EPSV"));
      control.write("STOR upload.txt\r\n");
      expect(await steal(port, "forged")).toBe("");
      expect(await control.reply()).toMatch(/^150/);
      const data = connect(port, "127.0.0.1");
      data.end("genuine");
      expect(await control.reply()).toMatch(/^226/);
      expect(await control.command("SIZE upload.txt")).toBe("213 7");
      control.close();
    });

    it("passive ports are random: the next cannot be told from those before", async () => {
      const control = await server.login();
      const ports: number[] = [];
      for (let round = 0; round < 60; round++) ports.push(portOf(await control.command("EPSV")));
      control.close();
      const steps = ports.slice(1).map((port, index) => Math.abs(port - (ports[index] ?? 0)));
      // By chance one in two hundred steps is that short; ports in order have all of them so.
      expect(steps.filter((step) => step <= 10).length).toBeLessThan(10);
      expect(new Set(ports).size).toBeGreaterThan(50);
      expect(Math.max(...ports) - Math.min(...ports)).toBeGreaterThan(2000);
    });

    it("a port is used once: who comes after the client finds it closed", async () => {
      const control = await server.login();
      const port = portOf(await control.command("EPSV"));
      const data = connect(port, "127.0.0.1");
      data.resume();
      expect(await control.code("RETR hello.txt")).toBe(150);
      expect(await control.reply()).toMatch(/^226/);
      const late = connect(port, "127.0.0.1");
      const [error] = (await once(late, "error")) as [NodeJS.ErrnoException];
      expect(error.code).toBe("ECONNREFUSED");
      control.close();
    });
  });

  describe("PASV theft under TLS that requires the control connection's session", () => {
    let server: Attacked;

    beforeAll(async () => {
      server = await attacked({ tls: { ...(await certificate()), required: true, sessionReuse: "require" } });
    });
    afterAll(() => server.stop());

    async function ready(maxVersion: "TLSv1.2" | "TLSv1.3"): Promise<Secured> {
      const secured = await openSecured(server.port, { tls: { maxVersion } });
      const { control } = secured;
      await control.command("USER tester");
      expect(await control.code("PASS secret")).toBe(230);
      expect(await control.code("PBSZ 0")).toBe(200);
      expect(await control.code("PROT P")).toBe(200);
      return secured;
    }

    it.each(["TLSv1.2", "TLSv1.3"] as const)(
      "over %s a thief at the client's own address without its session gets nothing",
      async (version) => {
        const { control, ticket } = await ready(version);
        const port = portOf(await control.command("EPSV"));
        control.write("RETR hello.txt\r\n");
        expect(await readSecured(port)).toBe("");
        expect(await control.reply()).toMatch(/^150/);
        expect(await control.reply()).toMatch(/^(425|522) /);
        // The client itself, with its session, gets the file.
        const own = portOf(await control.command("EPSV"));
        control.write("RETR hello.txt\r\n");
        expect(await readSecured(own, await ticket(), version)).toBe("hello\n");
        expect(await control.reply()).toMatch(/^150/);
        expect(await control.reply()).toMatch(/^226/);
        control.close();
      },
    );

    it("a thief with a session of its own, from a login of its own, gets nothing", async () => {
      const client = await ready("TLSv1.3");
      const thief = await ready("TLSv1.3");
      const port = portOf(await client.control.command("EPSV"));
      client.control.write("RETR hello.txt\r\n");
      expect(await readSecured(port, await thief.ticket())).toBe("");
      expect(await client.control.reply()).toMatch(/^150/);
      expect(await client.control.reply()).toMatch(/^(425|522) /);
      client.control.close();
      thief.control.close();
    });

    it("a thief without TLS gets nothing", async () => {
      const { control } = await ready("TLSv1.3");
      const port = portOf(await control.command("EPSV"));
      const data = connect(port, "127.0.0.1");
      let got = "";
      data.on("data", (chunk) => {
        got += chunk.toString("latin1");
      });
      data.on("error", () => {});
      data.write("give me the file, please\r\n");
      control.write("RETR hello.txt\r\n");
      expect(await control.reply()).toMatch(/^150/);
      expect(await control.reply()).toMatch(/^4|^522/);
      expect(got).not.toContain("hello");
      control.close();
      data.destroy();
    });
  });
}
