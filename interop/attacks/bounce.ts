// Bounce (RFC 2577 §2, §3): the server is told to connect to a third host, or to a service of the system.
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Attacked, attacked } from "./server.ts";

/** Where the attacker wants it to connect: another address of this machine is another host to the server. */
const victimHost = "127.0.0.2";

export function bounce(): void {
  describe("bounce: PORT to a third host", () => {
    let server: Attacked;
    let victim: Server;
    let victimPort: number;
    let visits = 0;

    beforeAll(async () => {
      server = await attacked();
      victim = createServer((socket) => {
        visits++;
        socket.destroy();
      }).listen(0, victimHost);
      await once(victim, "listening");
      victimPort = (victim.address() as AddressInfo).port;
    });

    afterAll(async () => {
      victim.close();
      await server.stop();
    });

    it("PORT, EPRT and LPRT to a third host are refused, however it is written, and nobody connects there", async () => {
      const { code, reply, close } = await server.login();
      const [high, low] = [victimPort >> 8, victimPort & 255];
      for (const line of [
        `PORT 127,0,0,2,${high},${low}`,
        `PORT 127,0,0,002,${high},${low}`,
        `PORT 127,0,0,258,${high},${low}`,
        `PORT 0,0,0,0,${high},${low}`,
        `PORT 255,255,255,255,${high},${low}`,
        `PORT 127,0,0,2,0,${victimPort}`,
        `EPRT |1|${victimHost}|${victimPort}|`,
        `EPRT |1|127.2|${victimPort}|`,
        `EPRT |1|0x7f000002|${victimPort}|`,
        `EPRT |1|2130706434|${victimPort}|`,
        `EPRT |2|::ffff:${victimHost}|${victimPort}|`,
        `EPRT |2|::1|${victimPort}|`,
        `EPRT |1|localhost|${victimPort}|`,
        `LPRT 4,4,127,0,0,2,2,${high},${low}`,
        `LPRT 6,16,0,0,0,0,0,0,0,0,0,0,255,255,127,0,0,2,2,${high},${low}`,
      ]) {
        expect(await code(line), line).toBeGreaterThanOrEqual(500);
        // What was refused is not used: the data would go to the client's own port, where nobody listens.
        expect(await code("RETR hello.txt"), line).toBe(150);
        expect(await reply(), line).toMatch(/^425/);
      }
      expect(visits).toBe(0);
      close();
    });

    it("ports below 1024 are refused with 504, on the client's own address too", async () => {
      const { code, close } = await server.login();
      for (const port of [0, 1, 21, 25, 80, 1023]) {
        const [high, low] = [port >> 8, port & 255];
        expect(await code(`PORT 127,0,0,1,${high},${low}`), `PORT to ${port}`).toSatisfy(refused);
        expect(await code(`EPRT |1|127.0.0.1|${port}|`), `EPRT to ${port}`).toSatisfy(refused);
        expect(await code(`LPRT 4,4,127,0,0,1,2,${high},${low}`), `LPRT to ${port}`).toSatisfy(refused);
      }
      expect(await code("PORT 127,0,0,1,0,25")).toBe(504);
      expect(await code("EPRT |1|127.0.0.1|25|")).toBe(504);
      close();
    });

    it("a port that does not fit into 16 bits does not come round to another", async () => {
      const { code, close } = await server.login();
      for (const line of ["PORT 127,0,0,1,256,25", "PORT 127,0,0,1,4,-231", "EPRT |1|127.0.0.1|65561|"])
        expect(await code(line), line).toBe(501);
      close();
    });

    it("a file of another protocol's commands does not reach a third host", async () => {
      const control = await server.login();
      const data = await control.passive();
      expect(await control.code("STOR mail.txt")).toBe(150);
      data.end("HELO x\r\nMAIL FROM:<a@b>\r\nDATA\r\nQUIT\r\n");
      expect((await control.reply()).slice(0, 3)).toBe("226");
      expect(await control.code(`PORT 127,0,0,2,${victimPort >> 8},${victimPort & 255}`)).toBe(500);
      expect(await control.code("REST 0")).toBe(350);
      // The data connection goes to the client's own port, where nobody listens.
      expect(await control.code("RETR mail.txt")).toBe(150);
      expect((await control.reply()).slice(0, 3)).toBe("425");
      expect(visits).toBe(0);
      control.close();
    });

    it("without PORT, data goes to the client's own port and nowhere else", async () => {
      const control = await server.login();
      expect(await control.code("LIST")).toBe(150);
      expect((await control.reply()).slice(0, 3)).toBe("425");
      expect(visits).toBe(0);
      control.close();
    });
  });
}

const refused = (code: number): boolean => code >= 500 && code < 600;
