import { setTimeout as delay } from "node:timers/promises";
import type { FileStore } from "@longshore/file-store";

/** The store, read at no more than `rate` bytes a millisecond: transfers that last long enough to be looked at. */
export function slowly(store: FileStore, rate: number): FileStore {
  return {
    ...store,
    async openRead(path, context) {
      const file = await store.openRead(path, context);
      return {
        size: file.size,
        async read(into, position) {
          // A tenth of a second each, so that there is something to see in between.
          const most = Math.max(1, Math.floor(rate * 100));
          let done = 0;
          while (done < into.length) {
            const got = await file.read(into.subarray(done, done + most), position + done);
            if (got === 0) break;
            await delay(got / rate);
            done += got;
          }
          return done;
        },
        close: () => file.close(),
      };
    },
  };
}
