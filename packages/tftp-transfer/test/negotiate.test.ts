import type { RawOption } from "@longshore/tftp-packet";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  answerOptions,
  checkOack,
  defaultTerms,
  failed,
  mayRetryWithoutOptions,
  type Negotiation,
  usualReceiveBuffer,
} from "../src/index.ts";

const read = (
  options: readonly RawOption[],
  size?: number,
  mode: "octet" | "netascii" = "octet",
): Negotiation => answerOptions({ type: "rrq", mode, options, ...(size === undefined ? {} : { size }) });

function granted(negotiation: Negotiation): readonly RawOption[] {
  if (!negotiation.ok) expect.fail(negotiation.message);
  return negotiation.terms.granted;
}

describe("a server's answer to options", () => {
  it("holds what was asked for, in the order and spelling of the request", () => {
    const answer = read(
      [
        ["TSize", "0"],
        ["windowSIZE", "8"],
        ["blksize", "1024"],
        ["timeout", "9"],
      ],
      77,
    );
    expect(answer).toEqual({
      ok: true,
      terms: {
        blockSize: 1024,
        windowSize: 8,
        interval: 9,
        size: 77,
        granted: [
          ["TSize", "77"],
          ["windowSIZE", "8"],
          ["blksize", "1024"],
          ["timeout", "9"],
        ],
      },
    });
  });

  it("is never more than was asked for", () => {
    expect(
      granted(
        read([
          ["blksize", "65464"],
          ["windowsize", "65535"],
        ]),
      ),
    ).toEqual([
      ["blksize", "1468"],
      ["windowsize", "64"],
    ]);
    const wide = answerOptions(
      {
        type: "rrq",
        mode: "octet",
        options: [
          ["blksize", "65464"],
          ["windowsize", "65535"],
        ],
      },
      { maxBlockSize: 65464, maxWindowSize: 65534, maxWindowBytes: 1 << 20 },
    );
    expect(granted(wide)).toEqual([
      ["blksize", "65464"],
      ["windowsize", "16"],
    ]);
  });

  it("grants a reader no larger window than its receive buffer holds, and a writer what it asks for", () => {
    const policy = { maxBlockSize: 65464, readerBuffer: usualReceiveBuffer };
    const windowOf = (type: "rrq" | "wrq", blksize: number): string | undefined => {
      const options: readonly RawOption[] = [
        ["blksize", String(blksize)],
        ["windowsize", "64"],
      ];
      return granted(answerOptions({ type, mode: "octet", options }, policy))[1]?.[1];
    };
    expect([512, 1468, 8192, 65464].map((size) => windowOf("rrq", size))).toEqual(["64", "64", "12", "3"]);
    expect(windowOf("wrq", 8192)).toBe("64");
  });

  it("leaves out what it does not know, what is not allowed, and repetitions", () => {
    const odd: readonly RawOption[] = [
      ["multicast", ""],
      ["blksize", "7"],
      ["timeout", "0"],
      ["timeout", "256"],
      ["windowsize", "0x10"],
      ["saveas", "x"],
    ];
    expect(read(odd)).toEqual({ ok: true, terms: defaultTerms });
    expect(
      granted(
        read([
          ["blksize", "600"],
          ["BLKSIZE", "700"],
        ]),
      ),
    ).toEqual([["blksize", "600"]]);
  });

  it("tells the size of an empty file, none that is unknown, and none in netascii", () => {
    expect(granted(read([["tsize", "0"]], 0))).toEqual([["tsize", "0"]]);
    expect(granted(read([["tsize", "0"]]))).toEqual([]);
    expect(granted(read([["tsize", "0"]], 5, "netascii"))).toEqual([]);
  });

  it("echoes the size of an upload, beyond 2^53 too, or refuses it with ERROR 3", () => {
    const upload = (tsize: string, maxSize?: number): Negotiation =>
      answerOptions(
        { type: "wrq", mode: "octet", options: [["tsize", tsize]] },
        maxSize === undefined ? {} : { maxSize },
      );
    expect(granted(upload("18446744073709551616"))).toEqual([["tsize", "18446744073709551616"]]);
    expect(upload("1001", 1000)).toMatchObject({ ok: false, code: 3 });
    expect(upload("1000", 1000)).toMatchObject({ ok: true });
  });

  it("leaves out the options that it is told to ignore", () => {
    const answer = answerOptions(
      {
        type: "rrq",
        mode: "octet",
        options: [
          ["blksize", "600"],
          ["tsize", "0"],
        ],
        size: 0,
      },
      { ignore: ["tsize"] },
    );
    expect(granted(answer)).toEqual([["blksize", "600"]]);
  });
});

describe("a client's check of an OACK", () => {
  const options: readonly RawOption[] = [
    ["blksize", "1024"],
    ["windowsize", "8"],
    ["timeout", "3"],
    ["tsize", "0"],
  ];

  it("takes what was asked for, or less, and defaults for the rest", () => {
    expect(
      checkOack({ type: "rrq", options }, [
        ["BLKSIZE", "1000"],
        ["tsize", "123"],
      ]),
    ).toEqual({
      ok: true,
      terms: {
        blockSize: 1000,
        windowSize: 1,
        size: 123,
        granted: [
          ["BLKSIZE", "1000"],
          ["tsize", "123"],
        ],
      },
    });
    expect(checkOack({ type: "rrq", options }, [])).toEqual({ ok: true, terms: defaultTerms });
  });

  it.each<[string, readonly RawOption[]]>([
    ["an option that was not asked for", [["multicast", "224.0.0.1,1758,1"]]],
    ["a larger block", [["blksize", "1025"]]],
    ["a block below 8", [["blksize", "7"]]],
    ["a larger window", [["windowsize", "9"]]],
    ["another timeout", [["timeout", "4"]]],
    ["a size that is no number", [["tsize", "-1"]]],
  ])("refuses %s with ERROR 8", (_what, oack) => {
    expect(checkOack({ type: "rrq", options }, oack)).toMatchObject({ ok: false, code: 8 });
  });

  it("refuses another size than the file's in an upload", () => {
    expect(checkOack({ type: "wrq", options: [["tsize", "5"]] }, [["tsize", "6"]])).toMatchObject({
      ok: false,
      code: 8,
    });
  });

  it("agrees with whatever a server may answer", () => {
    const option = fc.tuple(
      fc.constantFrom("blksize", "windowsize", "timeout", "tsize", "BlkSize", "other"),
      fc.oneof(fc.integer({ min: -1, max: 70_000 }).map(String), fc.string()),
    );
    fc.assert(
      fc.property(
        fc.array(option),
        fc.nat(),
        fc.constantFrom("rrq" as const, "wrq" as const),
        (asked, size, type) => {
          const answer = answerOptions({ type, mode: "octet", options: asked, size });
          if (!answer.ok) return;
          const check = checkOack({ type, options: asked }, answer.terms.granted);
          expect(check).toMatchObject({
            ok: true,
            terms: { blockSize: answer.terms.blockSize, windowSize: answer.terms.windowSize },
          });
        },
      ),
    );
  });
});

describe("asking again without options", () => {
  it("is worth it after ERROR 0, 4 and 8, and after an OACK that made no sense", () => {
    for (let code = 0; code < 9; code++)
      expect(mayRetryWithoutOptions(failed({ type: "peer-error", code, message: "" }))).toBe(
        [0, 4, 8].includes(code),
      );
    expect(mayRetryWithoutOptions(failed({ type: "protocol", code: 8, message: "" }))).toBe(true);
    expect(mayRetryWithoutOptions(failed({ type: "timeout", silentFor: 1 }))).toBe(false);
    expect(mayRetryWithoutOptions({ type: "complete", bytes: 0 })).toBe(false);
  });
});
