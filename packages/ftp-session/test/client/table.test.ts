import {
  type ClientRow,
  type ClientWait,
  clientDiagram,
  clientTable,
  targetOf,
} from "@longshore/ftp-session/client";
import { describe, expect, it } from "vitest";
import { decisions } from "../../src/client/decision.ts";

const waits = Object.keys(clientTable) as ClientWait[];
const ends = ["settled", "failed", "closed", "desync"];
const known = new Set<string>([...waits, ...Object.keys(decisions), ...ends]);

describe("the client's table", () => {
  it("leads only to states, decisions and ends that there are", () => {
    for (const wait of waits) {
      const { replies = {}, events = {} }: ClientRow = clientTable[wait];
      for (const target of [...Object.values(replies), ...Object.values(events)])
        expect(known).toContain(target);
    }
  });

  it("every state that waits for a reply, but idle, knows what to do when none comes", () => {
    for (const wait of waits) {
      const row: ClientRow = clientTable[wait];
      if (row.replies !== undefined && wait !== "idle")
        expect([wait, row.events?.expired]).not.toContain(undefined);
    }
  });

  it("every decision is reached from somewhere", () => {
    const reached = new Set(
      waits.flatMap((wait) => {
        const { replies = {}, events = {} }: ClientRow = clientTable[wait];
        return [...Object.values(replies), ...Object.values(events)];
      }),
    );
    for (const decision of Object.keys(decisions)) expect(reached).toContain(decision);
  });

  it("is drawn whole: every state stands in the diagram and is reached", () => {
    const diagram = clientDiagram();
    for (const wait of waits) expect(diagram).toMatch(new RegExp(`--> ${wait.replaceAll("-", "_")}(:|\\n)`));
    for (const line of diagram.split("\n").slice(1, -1)) {
      expect(line).toMatch(/^ {4}(state \w+ <<choice>>|(\[\*\]|\w+) --> \w+(: [\w, -]+)?)$/);
    }
  });

  it("the longest prefix counts, and what fits none is a desync", () => {
    expect(targetOf("user", 331)).toBe("password");
    expect(targetOf("user", 332)).toBe("account");
    expect(targetOf("opening", 425)).toBe("fallback");
    expect(targetOf("opening", 426)).toBe("failed");
    expect(targetOf("idle", 200)).toBe("desync");
    expect(targetOf("reply", 631)).toBe("desync");
  });
});
