import { describe, expect, it } from "vitest";
import { createChannel, oneByOne } from "../src/channel.ts";

const length = (batch: readonly number[]): number => batch.length;

describe("batches in a channel", () => {
  it("are taken value by value, and the maker waits until the last batch is begun", async () => {
    const channel = createChannel<readonly number[]>(() => {}, 10, length);
    const values = oneByOne(channel[Symbol.asyncIterator]());
    let taken = 0;
    for (const batch of [[1, 2, 3], [4]]) void channel.put(batch).then(() => taken++);
    for (const value of [1, 2, 3]) expect(await values.next()).toEqual({ done: false, value });
    expect(taken).toBe(1);
    expect(await values.next()).toEqual({ done: false, value: 4 });
    channel.end();
    expect(await values.next()).toEqual({ done: true, value: undefined });
    expect(taken).toBe(2);
  });

  it("count by their values where they are kept, and no more once they are taken", async () => {
    const channel = createChannel<readonly number[]>(() => {}, 5, length);
    channel.openWide();
    await channel.put([1, 2, 3]);
    await channel.put([4, 5]);
    await expect(channel.put([6])).rejects.toMatchObject({ code: "local" });
    await channel[Symbol.asyncIterator]().next();
    await channel.put([6, 7, 8]);
    await expect(channel.put([9])).rejects.toMatchObject({ code: "local" });
  });

  it("are told of a taker that has had enough in the middle of one, and the rest is forgotten", async () => {
    let isLeft = false;
    const channel = createChannel<readonly number[]>(() => {
      isLeft = true;
    }, 5);
    void channel.put([1, 2]);
    for await (const value of { [Symbol.asyncIterator]: () => oneByOne(channel[Symbol.asyncIterator]()) })
      if (value === 1) break;
    expect(isLeft).toBe(true);
  });
});
