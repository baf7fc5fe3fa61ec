// What was abused in other servers (RFC 2577 §9): anonymous users that see or change too much, commands that run
// programs, and code for debugging that was left in.
import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Control } from "../support/control.ts";
import { hashTree } from "../support/files.ts";
import { type Attacked, attacked } from "./server.ts";

export function anonymous(): void {
  describe("anonymous users, remote commands and debug code", () => {
    let server: Attacked;

    beforeAll(async () => {
      server = await attacked({ anonymous: true });
    });
    afterAll(() => server.stop());

    async function visit(): Promise<Control> {
      const control = await server.open();
      await control.login("anonymous", "mozilla@example.com");
      return control;
    }

    it("anonymous reads what is in the root, and changes nothing", async () => {
      const before = await hashTree(server.root);
      const control = await visit();
      expect(await control.command("SIZE hello.txt")).toBe("213 6");
      for (const line of [
        ...["STOR new.txt", "APPE hello.txt", "STOU", "MKD new", "RMD new", "DELE hello.txt", "RMDA /"],
        ...[
          "RNFR hello.txt",
          "MFMT 20200101000000 hello.txt",
          "SITE CHMOD 777 hello.txt",
          "SITE CPFR hello.txt",
        ],
        ...["SITE SYMLINK / root", "SITE UTIME 20200101000000 hello.txt", "MFF UNIX.mode=777; hello.txt"],
        ...["COMB new.txt hello.txt", "MFCT 20200101000000 hello.txt", "MDTM 20200101000000 hello.txt"],
      ]) {
        const data = /^(STO|APPE)/.test(line) ? await control.passive() : undefined;
        let reply = await control.command(line);
        if (reply.startsWith("1")) reply = await control.reply();
        // MDTM of a name that does not exist is what its set form is to one who may not set.
        if (reply.startsWith("350")) reply = await control.command("RNTO gone.txt");
        if (reply.startsWith("350")) reply = await control.command("SITE CPTO copy.txt");
        expect(reply, line).toMatch(/^[45]\d\d /);
        data?.destroy();
      }
      control.close();
      expect(await hashTree(server.root)).toEqual(before);
      expect(await readdir(server.root)).toEqual(["hello.txt"]);
    });

    it("SITE EXEC and its kin run nothing, and there is no debug mode", async () => {
      const control = await server.login();
      for (const line of [
        ...["SITE EXEC /bin/sh -c id", "SITE EXEC id", "SITE SHELL id", "SITE CMD id", "SITE SYSTEM id"],
        ...[
          "SITE DEBUG",
          "SITE PROXY",
          "DEBUG",
          "WIZ",
          "KILL",
          "SITE INDEX id",
          "XEXC id",
          "XSEN a",
          "SITE BETA",
        ],
      ])
        expect(await control.command(line), line).toMatch(/^5/);
      // The shell's characters are characters of names.
      for (const path of ["|id", "`id`", "$(id)", "; id", "hello.txt; id", "| sh -c id", "!id", "-la;id"])
        expect(await control.command(`STAT ${path}`), path).not.toMatch(/uid=/);
      expect(await control.code("NOOP")).toBe(200);
      control.close();
    });
  });
}
