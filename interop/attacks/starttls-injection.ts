// STARTTLS injection: somebody in between puts commands behind AUTH, in clear, to have them run inside TLS.
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { controlOver } from "../support/control.ts";
import { certificate, openSecured, shakeHands } from "./secure.ts";
import { type Attacked, attacked } from "./server.ts";

export function starttlsInjection(): void {
  describe("STARTTLS injection", () => {
    let server: Attacked;

    beforeAll(async () => {
      server = await attacked({ tls: await certificate() });
    });
    afterAll(() => server.stop());

    it("what stands behind AUTH in the same segment is thrown away", async () => {
      const { control } = await openSecured(server.port, {
        behind: "USER tester\r\nPASS secret\r\nDELE hello.txt\r\n",
      });
      // The first reply inside TLS is to the first command inside TLS.
      expect(await control.command("NOOP")).toMatch(/^200/);
      expect(await control.code("PASS secret")).toBe(503);
      expect(await control.code("PWD")).toBe(530);
      await control.command("USER tester");
      expect(await control.code("PASS secret")).toBe(230);
      expect(await control.command("SIZE hello.txt")).toBe("213 6");
      control.close();
    });

    it("the beginning of a line behind AUTH is not joined with what comes inside TLS", async () => {
      const { control } = await openSecured(server.port, { behind: "USER someone-else" });
      control.write("\r\n");
      expect(await control.reply()).toMatch(/^500/);
      expect(await control.code("PASS secret")).toBe(503);
      control.close();
    });

    it("commands that follow in a segment of their own do not run: they are no TLS, and the connection ends", async () => {
      const socket = connect(server.port, "127.0.0.1");
      await once(socket, "connect");
      const control = controlOver(socket);
      await control.reply();
      expect(await control.code("AUTH TLS")).toBe(234);
      socket.write("USER tester\r\nPASS secret\r\nDELE hello.txt\r\n");
      expect(await control.rest()).not.toMatch(/^\d\d\d[ -]/m);
      const other = await server.login();
      expect(await other.command("SIZE hello.txt")).toBe("213 6");
      other.close();
    });

    it("AUTH sets the session back: login, directory, REST, RNFR, PASV and a USER that was begun", async () => {
      const socket = connect(server.port, "127.0.0.1");
      await once(socket, "connect");
      const plain = controlOver(socket);
      await plain.login();
      expect(await plain.code("MKD work")).toBe(257);
      expect(await plain.code("CWD work")).toBe(250);
      expect(await plain.code("TYPE A")).toBe(200);
      const data = await plain.passive();
      expect(await plain.code("REST 3")).toBe(350);
      expect(await plain.code("RNFR /hello.txt")).toBe(350);
      expect(await plain.code("AUTH TLS")).toBe(234);
      socket.removeAllListeners("data");
      const { control } = await shakeHands(socket);
      expect(await control.code("PWD")).toBe(530);
      expect(await control.code("RNTO stolen.txt")).toBe(530);
      expect(await control.code("PASS secret")).toBe(503);
      await control.command("USER tester");
      expect(await control.code("PASS secret")).toBe(230);
      expect(await control.code("RNTO stolen.txt")).toBe(503);
      expect(await control.command("PWD")).toMatch(/^257 "\/"/);
      // The listener of before is gone.
      expect(await control.code("LIST")).toBe(150);
      expect(await control.reply()).toMatch(/^425/);
      control.close();
      data.destroy();
    });

    it("a second AUTH inside TLS is refused", async () => {
      const { control } = await openSecured(server.port);
      expect(await control.code("AUTH TLS")).toBe(503);
      expect(await control.code("NOOP")).toBe(200);
      control.close();
    });
  });
}
