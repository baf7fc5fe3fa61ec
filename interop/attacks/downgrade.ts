// Downgrade: where TLS is required, somebody in between (or a careless client) asks for less.

import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Control } from "../support/control.ts";
import { certificate, openSecured, portOf } from "./secure.ts";
import { type Attacked, attacked } from "./server.ts";

export function downgrade(): void {
  describe("downgrade where TLS is required", () => {
    let server: Attacked;

    beforeAll(async () => {
      server = await attacked({ anonymous: true, tls: { ...(await certificate()), required: true } });
    });
    afterAll(() => server.stop());

    async function secured(): Promise<Control> {
      const { control } = await openSecured(server.port);
      await control.command("USER tester");
      expect(await control.code("PASS secret")).toBe(230);
      return control;
    }

    it("no USER and no PASS is taken in clear, for anonymous neither", async () => {
      const { reply, command, code, close } = await server.open();
      await reply();
      for (const name of ["tester", "anonymous", "nobody"]) {
        expect(await command(`USER ${name}`)).toMatch(/^530 .*AUTH TLS/);
        expect(await code("PASS secret")).toBe(503);
      }
      for (const line of ["PWD", "LIST", "RETR hello.txt", "EPSV", "STOR x", "PORT 127,0,0,1,4,0"])
        expect(await code(line), line).toBe(530);
      close();
      expect(server.log()).not.toContain('"type":"login"');
    });

    it("no data goes in clear: neither before PROT nor after PROT C", async () => {
      const control = await secured();
      for (const prepare of [[], ["PBSZ 0", "PROT C"]]) {
        for (const line of prepare) await control.command(line);
        for (const line of ["RETR hello.txt", "LIST", "NLST", "MLSD", "STOR x", "APPE x", "STOU"]) {
          const reply = await control.command("EPSV");
          const data = reply.startsWith("229") ? connect(portOf(reply), "127.0.0.1") : undefined;
          data?.on("error", () => {});
          let got = "";
          data?.on("data", (chunk) => {
            got += chunk;
          });
          expect(await control.command(line), line).toMatch(/^(52[12]|53[0-6]) /);
          data?.destroy();
          expect(got).toBe("");
        }
      }
      expect(await control.code("PROT C")).toBe(534);
      control.close();
    });

    it("PROT P is obeyed: a data connection that does not shake hands gets nothing", async () => {
      const control = await secured();
      await control.command("PBSZ 0");
      expect(await control.code("PROT P")).toBe(200);
      const data = connect(portOf(await control.command("EPSV")), "127.0.0.1");
      data.on("error", () => {});
      let got = "";
      data.on("data", (chunk) => {
        got += chunk;
      });
      expect(await control.code("RETR hello.txt")).toBe(150);
      data.end();
      expect(await control.reply()).toMatch(/^(425|426|522) /);
      expect(got).toBe("");
      control.close();
    });

    it("CCC, REIN and the levels that TLS has not do not take the protection away", async () => {
      const control = await secured();
      expect(await control.command("CCC")).toMatch(/^5/);
      await control.command("PBSZ 0");
      await control.command("PROT P");
      expect(await control.command("CCC")).toMatch(/^5/);
      for (const level of ["S", "E"]) expect(await control.code(`PROT ${level}`)).toBe(536);
      // RFC 4217 §13: REIN ends TLS, and with it the login; what is asked inside it is not heard any more.
      expect(await control.code("REIN")).toBe(220);
      await expect(control.command("USER tester")).rejects.toThrow("closed the connection");
      control.close();
    });

    it("a new login inside TLS does not bring back data in clear", async () => {
      const control = await secured();
      expect(await control.code("USER tester")).toBe(331);
      expect(await control.code("PASS secret")).toBe(230);
      expect(await control.command("LIST")).toMatch(/^52/);
      control.close();
    });

    it.each([
      ["TLS 1.1", { maxVersion: "TLSv1.1", minVersion: "TLSv1" }],
      ["no encryption", { ciphers: "NULL:@SECLEVEL=0", maxVersion: "TLSv1.2" }],
      ["no authentication", { ciphers: "aNULL:@SECLEVEL=0", maxVersion: "TLSv1.2" }],
    ] as const)("a handshake with %s fails", async (_, tls) => {
      await expect(openSecured(server.port, { tls })).rejects.toThrow();
    });

    it("a renegotiation, which costs the server more than the client, ends the connection", async () => {
      const { tls, control } = await openSecured(server.port, { tls: { maxVersion: "TLSv1.2" } });
      tls.renegotiate({}, () => {});
      expect(await control.rest()).toBe("");
      (await secured()).close();
    });
  });
}
