// ALPACA and its kin: a browser or mailer is led to the FTP port, to have its bytes reflected or obeyed.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certificate, openSecured } from "./secure.ts";
import { type Attacked, attacked } from "./server.ts";

const markup = "<script>alert(document.domain)</script>";

export function alpaca(): void {
  describe("ALPACA: the bytes of another protocol", () => {
    let server: Attacked;

    beforeAll(async () => {
      server = await attacked({ tls: await certificate() });
    });
    afterAll(() => server.stop());

    it.each([
      `GET /${markup} HTTP/1.1\r\nHost: x\r\n`,
      `POST /${markup} HTTP/1.1\r\nHost: x\r\n`,
      `put /${markup} http/1.1\r\n`,
      `OPTIONS * HTTP/1.1\r\nX: ${markup}\r\n`,
      "PRI * HTTP/2.0\r\n\r\nSM\r\n",
      `EHLO ${markup}\r\n`,
      `HELO ${markup}\r\n`,
      `MAIL FROM:<${markup}>\r\n`,
    ])("%j ends the session, and what stands behind it is not obeyed", async (request) => {
      const { control } = await openSecured(server.port);
      control.write(`${request}\r\nUSER tester\r\nPASS secret\r\nDELE hello.txt\r\nSYST ${markup}\r\n`);
      const all = await control.rest();
      expect(all).toMatch(/^421 [^\r\n]*\r\n$/);
      expect(all).not.toContain("script");
      const other = await server.login();
      expect(await other.command("SIZE hello.txt")).toBe("213 6");
      other.close();
    });

    it("a TLS client that wants to speak HTTP is turned away by ALPN; one that wants FTP or says nothing is not", async () => {
      await expect(
        openSecured(server.port, { tls: { ALPNProtocols: ["http/1.1", "h2"] } }),
      ).rejects.toThrow();
      for (const ALPNProtocols of [["ftp"], ["http/1.1", "ftp"], undefined]) {
        const tls = ALPNProtocols === undefined ? {} : { ALPNProtocols };
        const { control, tls: socket } = await openSecured(server.port, { tls });
        expect(socket.alpnProtocol).toBe(ALPNProtocols === undefined ? false : "ftp");
        expect(await control.code("NOOP")).toBe(200);
        control.close();
      }
    });

    it("no reply reflects what was sent, before the login and after it", async () => {
      const before = await server.open();
      await before.reply();
      const after = await server.login();
      for (const control of [before, after]) {
        for (const line of [
          ...[markup, `X${markup} y`, `USER ${markup}`, `PASS ${markup}`, `HELP ${markup}`, `SITE ${markup}`],
          ...[`OPTS ${markup}`, `OPTS UTF8 ${markup}`, `AUTH ${markup}`, `TYPE ${markup}`, `STRU ${markup}`],
          ...[`MODE ${markup}`, `REST ${markup}`, `PORT ${markup}`, `EPRT ${markup}`, `EPSV ${markup}`],
          ...[`PROT ${markup}`, `PBSZ ${markup}`, `CLNT ${markup}`, `LANG ${markup}`, `HOST ${markup}`],
          ...[`ALLO ${markup}`, `ACCT ${markup}`, `MDTM ${markup}`, `MFMT ${markup} x`, `NOOP ${markup}`],
          ...[`CSID ${markup}`, `HASH ${markup}`, `XCRC ${markup}`, `RANG ${markup}`, `LPRT ${markup}`],
          ...[`SITE CHMOD ${markup} x`, `SITE HELP ${markup}`, `SITE UTIME ${markup}`, `SMNT ${markup}`],
          ...[`SIZE ${markup}`, `RETR ${markup}`, `DELE ${markup}`, `CWD ${markup}`, `RNFR ${markup}`],
          ...[`STAT ${markup}`, `MLST ${markup}`, `RMD ${markup}`, `LIST ${markup}`, `SYST ${markup}`],
        ]) {
          const reply = await control.command(line);
          expect(reply, line).not.toContain("<");
          if (reply.startsWith("15")) expect(await control.reply(), line).not.toContain("<");
          if (control === after && /^(USER|PASS)/.test(line)) {
            await control.command("USER tester");
            await control.command("PASS secret");
          }
        }
        control.close();
      }
    });
  });
}
