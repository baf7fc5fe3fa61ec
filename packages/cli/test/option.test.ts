import { describe, expect, it } from "vitest";
import {
  countOf,
  portOf,
  portRangeOf,
  publicAddressOf,
  secondsOf,
  usersOf,
  workersOf,
} from "../src/option.ts";

describe("numbers", () => {
  it.each([
    ["0", 0],
    ["21", 21],
    ["65535", 65_535],
  ])("port %s", (text, port) => expect(portOf(text)).toBe(port));

  it.each(["", "-1", "65536", "1e3", "0x15", "21 ", "２１"])("no port: %j", (text) =>
    expect(() => portOf(text)).toThrow("0 to 65535"),
  );

  it("ranges of ports", () => {
    expect(portRangeOf("50000-50100")).toEqual([50_000, 50_100]);
    expect(portRangeOf("5-5")).toEqual([5, 5]);
    for (const text of ["", "5", "0-5", "6-5", "5-65536", "5-6-7", "a-b", "-5-6"]) {
      expect(() => portRangeOf(text)).toThrow("such as 50000-50100");
    }
  });

  it("workers", () => {
    expect(workersOf("1")).toBe(1);
    expect(workersOf("256")).toBe(256);
    expect(workersOf("auto")).toBe("auto");
    for (const text of ["", "0", "257", "-1", "1.5", "all"])
      expect(() => workersOf(text)).toThrow("from 1 to 256, or auto");
  });

  it("counts and seconds", () => {
    expect(countOf("0")).toBe(0);
    expect(() => countOf("1.5")).toThrow("whole number");
    expect(secondsOf("300")).toBe(300);
    // More than a timer can take would go off at once.
    expect(secondsOf("2000000") * 1000).toBeLessThan(2 ** 31);
    expect(() => secondsOf("2000001")).toThrow("up to 2000000");
  });

  it("public addresses", () => {
    expect(publicAddressOf("203.0.113.7")).toBe("203.0.113.7");
    for (const text of ["example.org", "::1", "1.2.3", "1.2.3.4.5"]) {
      expect(() => publicAddressOf(text)).toThrow("IPv4");
    }
  });
});

describe("--user", () => {
  it.each([
    ["ada:secret", { name: "ada", password: "secret" }],
    ["ada:secret:ro", { name: "ada", password: "secret", permission: "ro" }],
    ["ada:secret:rw", { name: "ada", password: "secret", permission: "rw" }],
    ["ada:se:cr:et", { name: "ada", password: "se:cr:et" }],
    ["ada:se:cret:rw", { name: "ada", password: "se:cret", permission: "rw" }],
    ["ada:x:rw:rw", { name: "ada", password: "x:rw", permission: "rw" }],
    ["ada:rw", { name: "ada", password: "rw" }],
    ["ada:se cret é", { name: "ada", password: "se cret é" }],
    ["ada", { name: "ada" }],
    ["ada:", { name: "ada" }],
    ["ada::rw", { name: "ada", permission: "rw" }],
  ])("%s", (text, user) => expect(usersOf(text)).toEqual([user]));

  it("adds to those before", () => {
    expect(usersOf("b:2", usersOf("a:1")).map(({ name }) => name)).toEqual(["a", "b"]);
    expect(() => usersOf("a:2", usersOf("a:1"))).toThrow(/^--user: a comes twice; name each user once$/);
  });

  it("never repeats a password", () => expect(() => usersOf(":secret")).toThrow(/^(?!.*secret)/));
});
