import type { TftpPacket } from "@longshore/tftp-packet";
import { describe, expect, it } from "vitest";
import {
  createReceiver,
  createRequest,
  createSender,
  type Receiver,
  type Request,
  type RequestEffect,
  type Sender,
  type Tid,
  type TransferEffect,
} from "../src/index.ts";
import { random } from "./network.ts";

const peer: Tid = { address: "192.0.2.7", port: 3000 };
const stranger: Tid = { address: "192.0.2.8", port: 3000 };

/** Any packet at all, mostly ones that nearly fit. */
function anything(next: () => number, near: number): TftpPacket {
  const dice = Math.floor(next() * 12);
  const block =
    next() < 0.9 ? Math.max(0, near + Math.floor(next() * 6) - 2) & 0xffff : Math.floor(next() * 65536);
  const length = next() < 0.9 ? 16 : Math.floor(next() * 40);
  if (dice < 4) return { type: "ack", block };
  if (dice < 9) return { type: "data", block, data: new Uint8Array(length) };
  if (dice === 9) return { type: "oack", options: [["blksize", "16"]] };
  if (dice === 10) return { type: "rrq", filename: "f", mode: "octet", options: [] };
  return next() < 0.02 ? { type: "error", code: 0, message: "" } : { type: "ack", block };
}

function engineOf(kind: number, next: () => number): Sender | Receiver | Request {
  const windowSize = 1 + Math.floor(next() * 5);
  if (kind === 0) return createSender({ peer, blockSize: 16, windowSize, size: Math.floor(next() * 500) }, 0);
  if (kind === 1)
    return createSender({ peer, blockSize: 16, windowSize, opening: { type: "oack", options: [] } }, 0);
  if (kind === 2)
    return createReceiver(
      { peer, blockSize: 16, windowSize, opening: { type: "ack", block: 0 }, maxUnwritten: 64 },
      0,
    );
  return createRequest(
    { packet: { type: "rrq", filename: "f", mode: "octet", options: [["blksize", "16"]] }, server: peer },
    0,
  );
}

describe("an engine", () => {
  it("bears any packets from anybody at any time, and keeps its word to the driver", () => {
    let packets = 0;
    for (let seed = 1; packets < 200_000; seed++) {
      const next = random(seed);
      const engine = engineOf(seed % 4, next);
      let now = 0;
      let asked = 0;
      let delivered = 0;
      let isDone = false;
      let results = 0;
      let isClosed = false;

      const perform = (effects: readonly (TransferEffect | RequestEffect)[]): void => {
        for (const effect of effects) {
          expect(isClosed, "nothing comes after the end").toBe(false);
          if (effect.type === "read") {
            expect(effect.position).toBe(asked);
            asked += effect.length;
            if ("provide" in engine) perform(engine.provide(next() < 0.1 ? 0 : effect.length, now));
          } else if (effect.type === "write") {
            expect(effect.position).toBe(delivered);
            delivered += effect.data.length;
            if ("written" in engine && next() < 0.7) perform(engine.written(effect.data.length, now));
          } else if (effect.type === "store" && "stored" in engine) {
            perform(next() < 0.5 ? engine.stored(now) : engine.fail(3, "full", now));
          } else if (effect.type === "send-data") {
            expect(effect.first).toBeLessThanOrEqual(effect.last);
            expect((effect.last - 1) * 16).toBeLessThanOrEqual(asked);
          } else if (effect.type === "result") results++;
          else if (effect.type === "close") isClosed = true;
          else if (effect.type === "accepted") isDone = true;
        }
      };

      perform(engine.start(0));
      for (let step = 0; step < 150 && !isClosed && !isDone; step++, packets++) {
        now += next() * 20;
        const near = "acknowledged" in engine.state ? engine.state.acknowledged : Math.floor(delivered / 16);
        if (next() < 0.15 && engine.deadline !== undefined) {
          now = Math.max(now, engine.deadline);
          perform(engine.expire(now));
        } else if (next() < 0.05)
          perform(engine.malformed({ code: "too-short", message: "", opcode: 4 }, peer, now));
        else perform(engine.receive(anything(next, near), next() < 0.95 ? peer : stranger, now));
      }
      while (engine.deadline !== undefined && !isDone) {
        now = Math.max(now, engine.deadline);
        perform(engine.expire(now));
      }
      expect(results).toBeLessThanOrEqual(1);
    }
  });
});
