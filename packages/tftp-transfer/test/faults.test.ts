import type { RawOption } from "@longshore/tftp-packet";
import { describe, expect, it } from "vitest";
import { type Fault, faults, pattern, type Run, random, run, type Scenario } from "./network.ts";

const operations = ["rrq", "wrq"] as const;

/** Transfers of 0 to 5 whole blocks and an odd rest, windows 1 to 4, both directions, with and without options. */
function shortTransfers(
  odd: number,
  most = 5,
): readonly { readonly name: string; readonly scenario: Scenario }[] {
  return operations.flatMap((operation) =>
    Array.from({ length: most + 1 }, (_, blocks) => blocks).flatMap((blocks) => {
      const optionSets: readonly (readonly RawOption[])[] = [
        [],
        ...[1, 2, 3, 4].map((window): readonly RawOption[] => [
          ["blksize", "8"],
          ["windowsize", String(window)],
          ["tsize", operation === "rrq" ? "0" : String(blocks * 8 + odd)],
        ]),
      ];
      return optionSets.map((options) => {
        const size = blocks * (options.length === 0 ? 512 : 8) + odd;
        return {
          name: `${operation} of ${size} octets ${options.map(([name, value]) => `${name}=${value}`).join(" ")}`,
          scenario: { operation, content: pattern(size), options },
        };
      });
    }),
  );
}

function check(result: Run, scenario: Scenario, what: string): void {
  const [sender, receiver] =
    scenario.operation === "rrq" ? [result.server, result.client] : [result.client, result.server];
  if (
    receiver?.type !== "complete" ||
    (sender?.type !== "complete" && sender?.type !== "unconfirmed") ||
    !Buffer.from(result.received).equals(scenario.content)
  )
    expect.fail(
      `${what}: sender ${JSON.stringify(sender)}, receiver ${JSON.stringify(receiver)}, ${result.received.length} octets`,
    );
}

describe("a short transfer", () => {
  it("runs without faults, and sends no packet twice", () => {
    for (const { name, scenario } of [0, 1, 7].flatMap((odd) => shortTransfers(odd))) {
      const result = run(scenario);
      check(result, scenario, name);
      expect(result.client?.type, name).toBe("complete");
      expect(result.server?.type, name).toBe("complete");
      const sent = result.packets.map(
        ({ from, packet }) => `${from} ${packet.type} ${"block" in packet ? packet.block : ""}`,
      );
      expect(new Set(sent).size, name).toBe(sent.length);
      for (const statistics of [result.clientStatistics, result.serverStatistics])
        expect(statistics, name).toMatchObject({ gaps: 0, timeouts: 0, retransmissions: 0, duplicates: 0 });
    }
  });

  it("survives every single fault", () => {
    let runs = 0;
    for (const { name, scenario } of [0, 1, 7].flatMap((odd) => shortTransfers(odd))) {
      const packets = run(scenario).packets.length;
      for (let at = 0; at < packets; at++)
        for (const fault of faults) {
          const faulty = { ...scenario, fault: (ordinal: number) => (ordinal === at ? fault : undefined) };
          const what = `${name}, ${fault} at ${at}`;
          const result = run(faulty);
          check(result, faulty, what);
          runs++;
        }
    }
    expect(runs).toBeGreaterThan(5000);
  });

  it("survives every pair of faults", () => {
    let runs = 0;
    // A content that ends within a block has one block more.
    for (const { name, scenario } of [...shortTransfers(0), ...shortTransfers(3, 3)]) {
      const packets = run(scenario).packets.length;
      for (let first = 0; first < packets; first++)
        for (const one of faults) {
          const alone = (ordinal: number): Fault | undefined => (ordinal === first ? one : undefined);
          const after = run({ ...scenario, fault: alone }).packets.length;
          for (let second = first + 1; second < after; second++)
            for (const other of faults) {
              const faulty = {
                ...scenario,
                fault: (ordinal: number) => (ordinal === second ? other : alone(ordinal)),
              };
              check(run(faulty), faulty, `${name}, ${one} at ${first}, ${other} at ${second}`);
              runs++;
            }
        }
    }
    expect(runs).toBeGreaterThan(30_000);
  });
});

describe("a longer transfer", () => {
  it.each([0.01, 0.05, 0.1, 0.2])("arrives through a loss of %d, with duplicates and reordering", (loss) => {
    for (let seed = 1; seed <= 60; seed++) {
      const next = random(seed * 1000 + loss * 100);
      const scenario: Scenario = {
        operation: operations[seed % 2] ?? "rrq",
        content: pattern(2000 + seed * 37),
        options: [
          ["blksize", "16"],
          ["windowsize", String(1 + (seed % 9))],
        ],
        unconfirmedAnswers: 100,
        fault: () => {
          const dice = next();
          if (dice < loss) return "drop";
          if (dice < loss + 0.02) return "duplicate";
          if (dice < loss + 0.04) return "reorder";
          return dice < loss + 0.045 ? "delay" : undefined;
        },
      };
      check(run(scenario), scenario, `seed ${seed}`);
    }
  });
});
