import type { ServerCompletion, ServerEffect } from "@longshore/ftp-session/server";
import { describe, expect, it } from "vitest";
import { codes, createHarness, features, type Harness } from "./harness.ts";

const there: ServerCompletion = {
  type: "host-selected",
  host: { greeting: ["Files of example.com."], welcome: ["Come in."], tls: "required", store: features },
};

function greeted(options: Parameters<typeof createHarness>[0] = {}): Harness {
  const session = createHarness({ hosts: true, tls: "offered", ...options });
  session.run(session.engine.start(0));
  session.held.add("host-select");
  return session;
}

const lastOf = (session: Harness, type: ServerEffect["type"]): ServerEffect | undefined =>
  session.effects.findLast((effect) => effect.type === type);

describe("HOST, RFC 7151", () => {
  it("is 502 and in neither FEAT nor HELP where there are no virtual hosts", () => {
    const session = greeted({ hosts: false });
    expect(codes(session.send("HOST ftp.example.com"))).toEqual([502]);
    expect(session.send("FEAT", "HELP").join()).not.toMatch(/HOST/);
    expect(greeted().send("FEAT").join()).toContain("\r\n HOST\r\n");
  });

  it("asks the driver for the host in lower case and answers 220 with its words (§3.2)", () => {
    const session = greeted();
    expect(session.send("HOST FTP.Example.COM")).toEqual([]);
    expect(lastOf(session, "host-select")).toEqual({ type: "host-select", host: "ftp.example.com" });
    expect(session.complete(there)).toEqual(["220 Files of example.com."]);
    expect(session.send("HOST [2001:DB8::1]")).toEqual([]);
    expect(lastOf(session, "host-select")).toEqual({ type: "host-select", host: "[2001:db8::1]" });
    session.complete({ type: "host-selected", host: {} });
    expect(codes(session.send("NOOP"))).toEqual([200]);
  });

  it("answers 504 for an unknown host, and the one before it still counts", () => {
    const session = greeted();
    session.send("HOST a.example");
    session.complete(there);
    session.send("HOST b.example");
    expect(codes(session.complete({ type: "host-refused", reason: "unknown" }))).toEqual([504]);
    expect(codes(session.send("USER x"))).toEqual([530]);
  });

  it("answers 421 and closes where the host is not available now", () => {
    const session = greeted();
    session.send("HOST a.example");
    expect(codes(session.complete({ type: "host-refused", reason: "unavailable" }))).toEqual([421]);
    expect(session.engine.state).toEqual({ name: "closed", reason: "host-unavailable" });
  });

  it("answers 501 for a port behind the name, and 503 once USER was sent (§3, §3.1)", () => {
    const session = greeted();
    expect(
      codes(session.send("HOST 192.0.2.1:2112", "HOST [2001:db8::1]:2112", "HOST", "HOST a..b")),
    ).toEqual([501, 501, 501, 501]);
    expect(codes(session.send("USER x", "HOST a.example", "PASS secret", "HOST a.example"))).toEqual([
      331, 503, 230, 503,
    ]);
  });

  it("has the host's own rules: TLS required there, its welcome", () => {
    const session = greeted();
    session.send("HOST a.example");
    session.complete(there);
    expect(codes(session.send("USER x", "AUTH TLS"))).toEqual([530, 234]);
    expect(session.send("USER x", "PASS secret")).toEqual(["331 Send the password.", "230 Come in."]);
    expect(codes(session.send("PASV", "RETR a.txt", "PROT C"))).toEqual([227, 521, 503]);
  });

  it("outlives AUTH (§3.2.2) and ends with REIN (§3.2.1)", () => {
    const session = greeted();
    session.send("HOST a.example");
    session.complete({ type: "host-selected", host: { welcome: ["Come in."] } });
    expect(session.send("USER x", "PASS secret", "REIN", "USER x", "PASS secret")).toEqual([
      "331 Send the password.",
      "230 Come in.",
      expect.stringMatching(/^220 /),
      "331 Send the password.",
      "230 Logged in.",
    ]);
    expect(lastOf(session, "host-reset")).toEqual({ type: "host-reset" });
    const other = greeted();
    other.send("HOST a.example");
    other.complete({ type: "host-selected", host: { welcome: ["Come in."] } });
    expect(codes(other.send("AUTH TLS"))).toEqual([234]);
    expect(other.send("USER x", "PASS secret").at(-1)).toBe("230 Come in.");
  });

  it("takes the host that the client named in its TLS handshake", () => {
    const session = greeted();
    session.held.add("tls-start");
    expect(codes(session.send("AUTH TLS"))).toEqual([234]);
    session.complete({ type: "tls-started", host: { welcome: ["Come in by name."] } });
    expect(session.send("USER x", "PASS secret").at(-1)).toBe("230 Come in by name.");
  });
});
