import { expect, expectTypeOf, test } from "vitest";
import { type CommandOf, type FtpCommand, parseCommand, type Secret, type Verb } from "../src/index.ts";

test("the union is derived from the table", () => {
  expectTypeOf<CommandOf<"RETR">>().toEqualTypeOf<{ readonly verb: "RETR"; readonly path: string }>();
  expectTypeOf<CommandOf<"PWD">>().toEqualTypeOf<{ readonly verb: "PWD"; readonly alias?: "XPWD" }>();
  expectTypeOf<CommandOf<"LIST">>().toEqualTypeOf<{ readonly verb: "LIST"; readonly path?: string }>();
  expectTypeOf<CommandOf<"QUIT">>().toEqualTypeOf<{ readonly verb: "QUIT" }>();
  expectTypeOf<CommandOf<"PASS">>().toEqualTypeOf<{ readonly verb: "PASS"; readonly password: Secret }>();
  expectTypeOf<CommandOf<"SITE CHMOD">>().toEqualTypeOf<{
    readonly verb: "SITE CHMOD";
    readonly permissions: number;
    readonly path: string;
  }>();
  expectTypeOf<FtpCommand["verb"]>().toEqualTypeOf<Verb>();
  expectTypeOf<Extract<Verb, "XPWD" | "OPTS UTF-8">>().toEqualTypeOf<never>();
});

test("a verb narrows a command, and the parts of TYPE and REST narrow on", () => {
  const result = parseCommand("TYPE L 8");
  expect(result.ok && result.command.verb === "TYPE" && result.command.type === "L").toBe(true);
  if (result.ok && result.command.verb === "TYPE" && result.command.type === "L") {
    expectTypeOf(result.command.byteSize).toEqualTypeOf<number>();
  }
  if (result.ok && result.command.verb === "REST" && "offset" in result.command) {
    expectTypeOf(result.command.offset).toEqualTypeOf<number | bigint>();
  }
});
