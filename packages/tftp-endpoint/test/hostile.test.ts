import { afterEach, describe, expect, it } from "vitest";
import {
  createTftpServer,
  type TftpEvent,
  type TftpServer,
  type TftpServerOptions,
  tftpGetBytes,
} from "../src/index.ts";
import { createFiles, pattern } from "./files.ts";
import { ack, data, openRaw, type Raw, rrq, wrq } from "./raw.ts";

const host = "127.0.0.1";
const closers: (() => unknown)[] = [];
let events: TftpEvent[] = [];

async function serve(
  options: TftpServerOptions,
): Promise<{ readonly port: number; readonly server: TftpServer }> {
  events = [];
  const server = createTftpServer({ port: 0, ...options, onEvent: (event) => void events.push(event) });
  closers.push(() => server.close({ timeout: 0 }));
  return { port: (await server.listen()).port, server };
}

async function raw(port?: number): Promise<Raw> {
  const end = await openRaw(port);
  closers.push(() => end.close());
  return end;
}

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

describe("before an address is confirmed", () => {
  it("gets two small answers and then nothing", async () => {
    const { port } = await serve({ handler: createFiles({ f: pattern(5000) }), timing: { initial: 50 } });
    const victim = await raw();
    victim.send(rrq("f"), port);
    const heard = await victim.all(1500);
    expect(heard.map((packet) => packet.type)).toEqual(["data", "data"]);
    // The worst case: the shortest request there is, answered with two blocks.
    const request = 2 + "f".length + 1 + "octet".length + 1;
    expect(victim.octets / request).toBeLessThanOrEqual((2 * 516) / 10);
  });

  it("gets no more when the request is sent again and again", async () => {
    const { port } = await serve({ handler: createFiles({ f: pattern(5000) }), timing: { initial: 50 } });
    const victim = await raw();
    for (let again = 0; again < 20; again++) victim.send(rrq("f"), port);
    expect(await victim.all(500)).toHaveLength(2);
  });

  it("gets OACK twice, not DATA, when options were asked for", async () => {
    const { port } = await serve({ handler: createFiles({ f: pattern(90_000) }), timing: { initial: 50 } });
    const victim = await raw();
    victim.send(
      rrq("f", [
        ["windowsize", "64"],
        ["blksize", "8192"],
      ]),
      port,
    );
    expect((await victim.all(500)).map((packet) => packet.type)).toEqual(["oack", "oack"]);
  });

  it("is held to a budget for its prefix, from any port", async () => {
    const { port } = await serve({
      handler: createFiles({ f: pattern(5000) }),
      timing: { initial: 60_000, cap: 60_000 },
      limits: { unconfirmed: { prefix: { burst: 10_000, perSecond: 0 } } },
    });
    let octets = 0;
    for (let index = 0; index < 30; index++) {
      const victim = await raw();
      victim.send(rrq("f"), port);
      await victim.all(5);
      octets += victim.octets;
    }
    expect(octets).toBeGreaterThan(0);
    expect(octets).toBeLessThanOrEqual(10_000);
    expect(events).toContainEqual(expect.objectContaining({ type: "dropped", reason: "budget" }));
  });

  it("takes from the budget only until the transfer is confirmed", async () => {
    const { port } = await serve({
      handler: createFiles({ f: pattern(5000) }),
      limits: { unconfirmed: { prefix: { burst: 3000, perSecond: 0 } } },
    });
    for (let index = 0; index < 20; index++)
      expect(
        await tftpGetBytes({ host, port, filename: "f", blksize: 0, windowsize: 0, tsize: false }),
      ).toHaveLength(5000);
  });
});

describe("what is no request", () => {
  it("gets no answer", async () => {
    const { port } = await serve({ handler: createFiles({ f: pattern(5) }) });
    const end = await raw();
    for (const packet of [ack(0), data(1, 5), { type: "error", code: 0, message: "x" } as const])
      end.send(packet, port);
    for (const octets of [[], [0], [0, 9], [0, 0], [255, 1, 2], [0, 6, 65, 0, 66, 0]])
      end.send(Uint8Array.from(octets), port);
    expect(await end.all(100)).toEqual([]);
    expect(events.filter((event) => event.type === "dropped")).toHaveLength(9);
  });

  it("gets ERROR 4 where it is a request gone wrong", async () => {
    const { port } = await serve({ handler: createFiles({ f: pattern(5) }) });
    const end = await raw();
    end.send(new TextEncoder().encode("\0\u0001file"), port);
    expect((await end.next())?.packet).toMatchObject({ type: "error", code: 4 });
    end.send(rrq("f", [], "image"), port);
    expect((await end.next())?.packet).toMatchObject({ type: "error", code: 4 });
    end.send(wrq("f", [], "mail"), port);
    expect((await end.next())?.packet).toMatchObject({ type: "error", code: 4 });
  });

  it("that comes from a port of other services gets nothing", async () => {
    const { port } = await serve({ handler: createFiles({ f: pattern(5) }) });
    // Ports below 1024 need root; 1900 does not.
    const end = await raw(1900);
    end.send(rrq("f"), port);
    expect(await end.all(100)).toEqual([]);
    expect(events).toContainEqual(expect.objectContaining({ type: "dropped", reason: "source-port" }));
  });

  it("never brings the server down, whatever it is", async () => {
    const { port } = await serve({ handler: createFiles({ f: pattern(5) }), limits: { sessions: 100 } });
    const end = await raw();
    let state = 1;
    for (let index = 0; index < 3000; index++) {
      const octets = Uint8Array.from({ length: index % 40 }, () => {
        state = (state * 1103515245 + 12345) & 0x7fffffff;
        return state >> 16;
      });
      octets[0] = 0;
      octets[1] = index % 7;
      end.send(octets, port);
      if (index % 100 === 0) await end.all(2);
    }
    await end.all(50);
    expect(await tftpGetBytes({ host, port, filename: "f" })).toHaveLength(5);
  });
});

describe("a stranger", () => {
  it("gets ERROR 5, a few times, and the transfer goes on", async () => {
    const { port } = await serve({ handler: createFiles({ f: pattern(1000) }) });
    const [client, stranger] = [await raw(), await raw()];
    client.send(rrq("f"), port);
    const first = await client.next();
    const server = first?.from.port ?? 0;
    for (let again = 0; again < 20; again++) stranger.send(ack(1), server);
    stranger.send({ type: "error", code: 0, message: "stop" }, server);
    const answers = await stranger.all(100);
    expect(answers.length).toBeGreaterThan(0);
    expect(answers.length).toBeLessThan(6);
    for (const answer of answers) expect(answer).toMatchObject({ type: "error", code: 5 });
    client.send(ack(1), server);
    expect((await client.next())?.packet).toMatchObject({ type: "data", block: 2 });
    client.send(ack(2), server);
    await expect
      .poll(() => events.at(-1))
      .toMatchObject({ outcome: { type: "complete" }, statistics: { strangers: 21 } });
  });
});

describe("the session of a client", () => {
  it("is one, however often the request comes", async () => {
    const { port, server } = await serve({ handler: createFiles({ f: pattern(1000) }) });
    const client = await raw();
    client.send(rrq("f", [["tsize", "0"]]), port);
    client.send(rrq("f", [["tsize", "0"]]), port);
    const answers = [await client.next(), await client.next(200)];
    expect(answers[0]?.packet.type).toBe("oack");
    if (answers[1] !== undefined) expect(answers[1].from.port).toBe(answers[0]?.from.port);
    expect(server.sessions).toBe(1);
  });

  it("gives way to another request from there", async () => {
    const { port, server } = await serve({ handler: createFiles({ f: pattern(1000), g: pattern(7) }) });
    const client = await raw();
    client.send(rrq("f"), port);
    expect((await client.next())?.packet).toMatchObject({ type: "data", data: { length: 512 } });
    client.send(rrq("g"), port);
    expect((await client.next())?.packet).toMatchObject({ type: "data", data: { length: 7 } });
    expect(server.sessions).toBe(1);
  });

  it("that asks for the size alone and leaves is no failure", async () => {
    const { port } = await serve({ handler: createFiles({ f: pattern(1000) }) });
    for (const code of [0, 8]) {
      const client = await raw();
      client.send(
        rrq("f", [
          ["tsize", "0"],
          ["blksize", "1456"],
        ]),
        port,
      );
      const answer = await client.next();
      expect(answer?.packet).toEqual({
        type: "oack",
        options: [
          ["tsize", "1000"],
          ["blksize", "1456"],
        ],
      });
      client.send({ type: "error", code, message: "TFTP Aborted" }, answer?.from.port ?? 0);
      await expect
        .poll(() => events.at(-1))
        .toMatchObject({ type: "transfer-end", outcome: { type: "probed" } });
    }
  });

  it("hears its options echoed as it wrote them, and none that it did not ask for", async () => {
    const { port } = await serve({ handler: createFiles({ f: pattern(1000) }) });
    const client = await raw();
    client.send(
      rrq("f", [
        ["BlkSize", "100"],
        ["multicast", ""],
        ["TSIZE", "0"],
        ["x", "y"],
        ["timeout", "0"],
      ]),
      port,
    );
    expect((await client.next())?.packet).toEqual({
      type: "oack",
      options: [
        ["BlkSize", "100"],
        ["TSIZE", "1000"],
      ],
    });
  });

  it("is capped in all and for each address", async () => {
    const { port, server } = await serve({
      handler: createFiles({ f: pattern(1000) }),
      limits: { sessionsPerAddress: 2 },
    });
    for (let index = 0; index < 4; index++) (await raw()).send(rrq("f"), port);
    await expect.poll(() => events.filter((event) => event.type === "dropped")).toHaveLength(2);
    expect(server.sessions).toBe(2);
  });

  it("makes room for others when it is never heard of again", async () => {
    const { port, server } = await serve({
      handler: createFiles({ f: pattern(1000) }),
      limits: { sessions: 3 },
    });
    for (let index = 0; index < 3; index++) (await raw()).send(rrq("f"), port);
    await expect.poll(() => server.sessions).toBe(3);
    await new Promise((resolve) => setTimeout(resolve, 1050));
    expect(await tftpGetBytes({ host, port, filename: "f" })).toHaveLength(1000);
    await expect.poll(() => server.sessions).toBe(2);
  });

  it("holds to a window that fits its memory", async () => {
    const { port } = await serve({
      handler: createFiles({ f: pattern(1000) }),
      limits: { windowBytes: 10_000 },
    });
    const client = await raw();
    client.send(
      rrq("f", [
        ["windowsize", "65535"],
        ["blksize", "1000"],
      ]),
      port,
    );
    expect((await client.next())?.packet).toEqual({
      type: "oack",
      options: [
        ["windowsize", "10"],
        ["blksize", "1000"],
      ],
    });
  });
});

describe("a request that lay on a busy machine while its transfer went on", () => {
  it.each([1, 2])(
    "does not end that transfer, whose block %i is out: its client knows no other end",
    async (out) => {
      const { port, server } = await serve({ handler: createFiles({ f: pattern(1500) }) });
      const client = await raw();
      /** What comes next but from the end `not`, and but what came before. */
      const nextBut = async (not: number, block = 1) => {
        let heard = await client.next();
        while (heard?.from.port === not || (heard?.packet.type === "data" && heard.packet.block < block))
          heard = await client.next();
        return heard;
      };
      client.send(rrq("f"), port);
      const tid = (await client.next())?.from.port ?? 0;
      if (out === 2) client.send(ack(1), tid);
      await new Promise((resolve) => setTimeout(resolve, 1050));
      client.send(rrq("f"), port);
      const other = (await nextBut(tid))?.from.port ?? 0;
      expect(server.sessions).toBe(2);
      client.send({ type: "error", code: 5, message: "" }, other);
      for (const block of [2, 3]) {
        client.send(ack(block - 1), tid);
        const next = out === 2 && block === 2 ? undefined : await nextBut(other, block);
        if (next !== undefined) expect(next).toMatchObject({ packet: { block }, from: { port: tid } });
      }
      client.send(ack(3), tid);
      await expect.poll(() => server.sessions).toBe(0);
      const ends = events.flatMap((event) => (event.type === "transfer-end" ? [event.outcome.type] : []));
      expect(ends).toEqual(["failed", "complete"]);
    },
  );

  it("begins anew where the client did, and the transfer before ends", async () => {
    const { port, server } = await serve({ handler: createFiles({ f: pattern(1500) }) });
    const client = await raw();
    client.send(rrq("f"), port);
    const tid = (await client.next())?.from.port ?? 0;
    client.send(ack(1), tid);
    await client.next();
    await new Promise((resolve) => setTimeout(resolve, 1050));
    client.send(rrq("f"), port);
    let other = await client.next();
    while (other?.from.port === tid) other = await client.next();
    expect(other?.packet).toMatchObject({ type: "data", block: 1 });
    expect(server.sessions).toBe(2);
    client.send(ack(1), other?.from.port ?? 0);
    await expect.poll(() => server.sessions).toBe(1);
  });
});

describe("two sessions for one end of a client, while the first may yet be the one that it knows", () => {
  /** Sends a request, and once more after the time in which it would be a duplicate. */
  async function askTwice(port: number, server: TftpServer): Promise<void> {
    const client = await raw();
    client.send(rrq("f"), port);
    await expect.poll(() => server.sessions).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 1050));
    client.send(rrq("f"), port);
    await expect.poll(() => server.sessions).toBe(2);
  }

  const drops = () => events.flatMap((event) => (event.type === "dropped" ? [event.reason] : []));
  const ends = () => events.flatMap((event) => (event.type === "transfer-end" ? [event] : []));
  const files = { handler: createFiles({ f: pattern(1500) }) };

  it("count twice with the limit of their address, and in the totals", async () => {
    const { port, server } = await serve({ ...files, limits: { sessionsPerAddress: 2 } });
    await askTwice(port, server);
    (await raw()).send(rrq("f"), port);
    await expect.poll(drops).toEqual(["sessions-per-address"]);
    expect(server.sessions).toBe(2);
    expect(server.totals).toMatchObject({ requests: { read: 2 }, transfers: 2 });
    await server.close({ timeout: 0 });
    expect(server.sessions).toBe(0);
    expect(ends().map(({ id }) => id)).toEqual([1, 2]);
  });

  it("make room for others, the older one first, and each is counted off once", async () => {
    const { port, server } = await serve({ ...files, limits: { sessions: 2, sessionsPerAddress: 3 } });
    await askTwice(port, server);
    (await raw()).send(rrq("f"), port);
    await expect.poll(() => ends().map(({ id }) => id)).toEqual([1]);
    await new Promise((resolve) => setTimeout(resolve, 1050));
    (await raw()).send(rrq("f"), port);
    await expect.poll(() => ends().map(({ id }) => id)).toEqual([1, 2]);
    await expect.poll(() => server.totals.transfers).toBe(4);
    expect(server.sessions).toBe(2);
    expect(drops()).toEqual([]);
  });

  it("go each at its own timeout", async () => {
    const handshakePatience = 2000;
    const { port, server } = await serve({ ...files, timing: { handshakePatience } });
    await askTwice(port, server);
    await expect.poll(() => ends().map(({ id }) => id), { timeout: 10_000 }).toEqual([1]);
    expect(server.sessions).toBe(1);
    await expect.poll(() => ends().map(({ id }) => id), { timeout: 10_000 }).toEqual([1, 2]);
    expect(server.sessions).toBe(0);
    for (const { outcome, duration } of ends()) {
      expect(outcome).toMatchObject({ type: "failed", failure: { type: "timeout" } });
      expect(duration).toBeGreaterThanOrEqual(handshakePatience - 1);
    }
  });
});

describe("a duplicate ACK", () => {
  it("brings no DATA (Sorcerer's Apprentice)", async () => {
    const { port } = await serve({
      handler: createFiles({ f: pattern(5000) }),
      timing: { floor: 2000, cap: 2000, initial: 2000 },
    });
    const client = await raw();
    client.send(rrq("f"), port);
    const server = (await client.next())?.from.port ?? 0;
    for (let again = 0; again < 5; again++) client.send(ack(1), server);
    expect(await client.all(200)).toMatchObject([{ type: "data", block: 2 }]);
  });

  it("inside a window begins a new one, once", async () => {
    const { port } = await serve({
      handler: createFiles({ f: pattern(50_000) }),
      timing: { floor: 2000, cap: 2000, initial: 2000 },
    });
    const client = await raw();
    client.send(rrq("f", [["windowsize", "4"]]), port);
    const server = (await client.next())?.from.port ?? 0;
    client.send(ack(0), server);
    const blocks = async (): Promise<readonly number[]> =>
      (await client.all(150)).map((packet) => (packet.type === "data" ? packet.block : -1));
    expect(await blocks()).toEqual([1, 2, 3, 4]);
    client.send(ack(2), server);
    client.send(ack(2), server);
    expect(await blocks()).toEqual([3, 4, 5, 6]);
    client.send(ack(6), server);
    client.send(ack(6), server);
    expect(await blocks()).toEqual([7, 8, 9, 10]);
  });
});

describe("an upload", () => {
  it("that is not as long as announced fails, and leaves nothing", async () => {
    const files = createFiles();
    const { port } = await serve({ handler: files });
    const client = await raw();
    client.send(wrq("up", [["tsize", "600"]]), port);
    const server = (await client.next())?.from.port ?? 0;
    client.send(data(1, 100), server);
    expect((await client.next())?.packet).toMatchObject({ type: "error", code: 0 });
    expect(files.content.size).toBe(0);
    await expect.poll(() => files.log).toEqual(["abort up aborted"]);
  });

  it("whose sender vanishes leaves nothing", async () => {
    const files = createFiles();
    const { port } = await serve({ handler: files, timing: { initial: 20, cap: 40, patience: 200 } });
    const client = await raw();
    client.send(wrq("up"), port);
    const server = (await client.next())?.from.port ?? 0;
    client.send(data(1, 512), server);
    await expect
      .poll(() => events.at(-1), { timeout: 5000 })
      .toMatchObject({
        outcome: { type: "failed", failure: { type: "timeout" } },
      });
    await expect.poll(() => files.log).toEqual(["abort up aborted"]);
    expect(files.content.size).toBe(0);
  });

  it("whose last ACK was lost gets it again", async () => {
    const files = createFiles();
    const { port } = await serve({ handler: files });
    const client = await raw();
    client.send(wrq("up"), port);
    const server = (await client.next())?.from.port ?? 0;
    for (let again = 0; again < 3; again++) {
      client.send(data(1, 10), server);
      expect((await client.next())?.packet).toEqual(ack(1));
    }
    expect(files.log).toEqual(["commit up"]);
  });

  it("with blocks longer than agreed on ends with ERROR 4", async () => {
    const { port } = await serve({ handler: createFiles() });
    const client = await raw();
    client.send(wrq("up", [["blksize", "100"]]), port);
    const server = (await client.next())?.from.port ?? 0;
    client.send(data(1, 101), server);
    expect((await client.next())?.packet).toMatchObject({ type: "error", code: 4 });
  });

  it("accepts what a window brings out of order, once and in order", async () => {
    const files = createFiles();
    const { port } = await serve({ handler: files });
    const client = await raw();
    client.send(
      wrq("up", [
        ["windowsize", "4"],
        ["blksize", "8"],
      ]),
      port,
    );
    const server = (await client.next())?.from.port ?? 0;
    for (const block of [1, 3, 2, 2, 4]) client.send(data(block, 8), server);
    expect((await client.next())?.packet).toEqual(ack(1));
    // The window that this ACK began ends with block 5; our timer speaks for 4.
    expect((await client.next())?.packet).toEqual(ack(4));
    client.send(data(5, 3), server);
    expect((await client.next())?.packet).toEqual(ack(5));
    const expected = [1, 2, 3, 4].flatMap((block) => Array.from({ length: 8 }, () => block));
    expect([...(files.content.get("up") ?? [])]).toEqual([...expected, 5, 5, 5]);
  });
});
