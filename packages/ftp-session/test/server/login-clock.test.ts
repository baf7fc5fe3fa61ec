import { describe, expect, it } from "vitest";
import { createHarness, loggedIn } from "./harness.ts";

const limits = { loginTimeout: 60_000 };

describe("the time for the login", () => {
  it("is not put off by REIN, USER and AUTH of a client that never logs in", () => {
    const bench = createHarness({ limits, tls: "offered" });
    bench.run(bench.engine.start(0));
    bench.now = 30_000;
    bench.send("REIN", "USER tester", "NOOP", "REIN", "AUTH TLS");
    expect(bench.engine.deadline).toBe(60_000);
  });

  it("runs from the connection on, where TLS came before the greeting", () => {
    const bench = createHarness({ limits, tls: "offered", secure: true });
    bench.now = 59_000;
    bench.run(bench.engine.start(59_000, 0));
    expect(bench.engine.deadline).toBe(60_000);
    expect(bench.expire(60_000)).toEqual([expect.stringMatching(/^421/)]);
  });

  it("bounds the TLS handshake, too", () => {
    const bench = createHarness({ limits: { ...limits, handshakeTimeout: 30_000 }, tls: "offered" });
    bench.run(bench.engine.start(0));
    bench.held.add("tls-start");
    bench.now = 59_000;
    expect(bench.send("AUTH TLS")).toEqual([expect.stringMatching(/^234/)]);
    expect(bench.engine.deadline).toBe(60_000);
    bench.expire(60_000);
    expect(bench.engine.state.name).toBe("closed");
  });

  it.each(["REIN", "AUTH TLS"])("begins anew after the %s of one who was logged in", (line) => {
    const bench = loggedIn({ limits, tls: "offered" });
    bench.now += 3_600_000;
    bench.send("NOOP", line);
    expect(bench.engine.deadline).toBe(bench.now + limits.loginTimeout);
    bench.now += limits.loginTimeout - 1;
    bench.engine.expire(bench.now);
    expect(bench.engine.state.name).toBe("idle");
  });
});
