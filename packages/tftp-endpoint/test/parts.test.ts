import { describe, expect, it } from "vitest";
import { prefixOf } from "../src/address.ts";
import { createBlockBuffer } from "../src/block-buffer.ts";
import { createBudget } from "../src/budget.ts";
import { now } from "../src/clock.ts";
import { fill, openSource, toNetascii } from "../src/content.ts";
import { createDeadlines } from "../src/deadlines.ts";
import { parseTftpUrl, pathBlockSize } from "../src/index.ts";
import { pattern } from "./files.ts";

describe("a TFTP URL", () => {
  it.each([
    [
      "tftp://example.com/myconfigurationfile;mode=netascii",
      { host: "example.com", port: 69, filename: "myconfigurationfile", mode: "netascii" },
    ],
    [
      "tftp://example.com/mystartupfile",
      { host: "example.com", port: 69, filename: "mystartupfile", mode: "octet" },
    ],
    [
      "TFTP://[::1]:6969//etc/motd;MODE=OCTET",
      { host: "::1", port: 6969, filename: "/etc/motd", mode: "octet" },
    ],
    [
      "tftp://h:/a%20b%2Fc%C3%A4%ff;x",
      { host: "h", port: 69, filename: "a b/c\udcc3\udca4\udcff;x", mode: "octet" },
    ],
  ])("is read: %s", (text, url) => {
    expect(parseTftpUrl(text)).toEqual({ ok: true, url });
  });

  it.each([
    "http://h/f",
    "tftp://h",
    "tftp:///f",
    "tftp://h/",
    "tftp://h:0/f",
    "tftp://h:65536/f",
    "tftp://user@h/f",
    "tftp://h/f;mode=mail",
    "tftp://h/%zz",
    "tftp://h/%00",
    "tftp://h/f?x",
    "",
  ])("is refused with a reason: %s", (text) => {
    expect(parseTftpUrl(text)).toMatchObject({ ok: false, message: expect.stringContaining("TFTP URL") });
  });
});

describe("the block size of a path", () => {
  it("is Ethernet's, or loopback's", () => {
    expect(["10.0.0.1", "2001:db8::1", "127.0.0.1", "::1"].map(pathBlockSize)).toEqual([
      1468, 1448, 65464, 65464,
    ]);
  });
});

describe("a budget", () => {
  it("is shared by a prefix and refilled with time", () => {
    const budget = createBudget({ prefix: { burst: 100, perSecond: 10 } });
    expect(budget.take("10.0.0.1", 60, 0)).toBe(true);
    expect(budget.take("10.0.0.2", 60, 0)).toBe(false);
    expect(budget.take("10.0.1.2", 60, 0)).toBe(true);
    expect(budget.take("10.0.0.2", 60, 2000)).toBe(true);
    budget.giveBack("10.0.0.2", 60);
    expect(budget.take("10.0.0.3", 60, 2000)).toBe(true);
  });

  it("is held in all", () => {
    const budget = createBudget({ total: { burst: 100, perSecond: 0 } });
    expect(budget.take("10.0.0.1", 60, 0)).toBe(true);
    expect(budget.take("10.9.0.1", 60, 0)).toBe(false);
  });

  it("knows the prefix of every spelling of an address", () => {
    expect(prefixOf("192.0.2.77")).toBe("192.0.2");
    expect(prefixOf("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2");
    expect(prefixOf("2001:db8::6")).toBe("2001:db8:0:0");
    expect(prefixOf("::1")).toBe("0:0:0:0");
    expect(prefixOf("fe80::1%eth0")).toBe("fe80:0:0:0");
  });
});

describe("deadlines", () => {
  it("come due in order, and no earlier than they were put off to", async () => {
    const deadlines = createDeadlines();
    const due: string[] = [];
    const start = now();
    const make = (name: string, after: number): { deadline: number | undefined; expire(): void } => {
      const timed = {
        deadline: (start + after) as number | undefined,
        expire: () => {
          timed.deadline = undefined;
          due.push(name);
        },
      };
      return timed;
    };
    const [late, early, closed, pushed] = [
      make("late", 60),
      make("early", 20),
      make("closed", 30),
      make("pushed", 10),
    ];
    const watches = [late, early, closed, pushed].map((timed) => deadlines.watch(timed));
    for (const watch of watches) watch.update();
    watches[2]?.close();
    pushed.deadline = start + 40;
    watches[3]?.update();
    const held = setTimeout(() => {}, 5000);
    await expect.poll(() => due, { interval: 5 }).toEqual(["early", "pushed", "late"]);
    clearTimeout(held);
    expect(now() - start).toBeGreaterThanOrEqual(60);
  });

  it("serve thousands with one timer", async () => {
    const deadlines = createDeadlines();
    let expired = 0;
    const start = now();
    for (let index = 0; index < 5000; index++) {
      const timed = {
        deadline: (start + ((index * 7919) % 50)) as number | undefined,
        expire: (at: number) => {
          expect(at).toBeGreaterThanOrEqual(timed.deadline ?? Number.POSITIVE_INFINITY);
          timed.deadline = undefined;
          expired++;
        },
      };
      deadlines.watch(timed).update();
    }
    await expect.poll(() => expired).toBe(5000);
  });
});

describe("a block buffer", () => {
  it("holds the last blocks as datagrams, however the content was cut", () => {
    for (const cut of [1, 3, 8, 20]) {
      const buffer = createBlockBuffer(8, 4, 0);
      const content = pattern(32);
      for (let at = 0; at < 32; at += cut) buffer.append(content.subarray(at, Math.min(32, at + cut)));
      for (let index = 1; index <= 4; index++)
        expect([...buffer.packet(index)]).toEqual([
          0,
          3,
          0,
          index,
          ...content.subarray(index * 8 - 8, index * 8),
        ]);
      buffer.append(pattern(5));
      expect([...buffer.packet(5)]).toEqual([0, 3, 0, 5, ...pattern(5)]);
      expect(buffer.packet(2)).toHaveLength(12);
    }
  });

  it("ends an exact multiple with an empty block", () => {
    const buffer = createBlockBuffer(8, 4, 0, 8);
    buffer.append(pattern(8));
    expect(buffer.packet(1)).toHaveLength(12);
    expect([...buffer.packet(2)]).toEqual([0, 3, 0, 2]);
  });
});

describe("a source", () => {
  const collect = async (
    source: ReturnType<typeof openSource>,
    length: number,
  ): Promise<[number[], number[]]> => {
    const chunks: number[] = [];
    const lengths: number[] = [];
    for (let got = length; got === length; ) {
      got = await fill(source, length, (chunk) => void chunks.push(...chunk));
      lengths.push(got);
    }
    return [chunks, lengths];
  };

  it("gives every kind of content in pieces of the length asked for", async () => {
    const bytes = pattern(25);
    const iterable = (async function* () {
      yield bytes.subarray(0, 1);
      yield bytes.subarray(1, 1);
      yield bytes.subarray(1, 24);
      yield bytes.subarray(24);
    })();
    for (const content of [bytes, iterable])
      expect(await collect(openSource(content), 10)).toEqual([[...bytes], [10, 10, 5]]);
  });

  it("turns into netascii whatever the cuts", async () => {
    const encoded = [..."a\r\nb\r\0\r\nc\r\0"].map((character) => character.charCodeAt(0));
    for (const length of [1, 2, 3, 5, 100])
      expect((await collect(toNetascii(openSource("a\nb\r\nc\r")), length))[0]).toEqual(encoded);
  });
});
