import { once } from "node:events";
import { connect, createServer } from "node:net";
import { FileStoreError } from "@longshore/file-store";
import type { ClientEvent } from "@longshore/ftp-session/client";
import { describe, expect, it } from "vitest";
import { createDataConnection, type DataMover } from "../src/data.ts";
import { createStage, failure } from "./support.ts";

const stage = createStage();

describe("what moves the bytes", () => {
  it("may throw before it has begun", async () => {
    const server = createServer((socket) => socket.on("error", () => {}));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const socket = connect(typeof address === "object" && address !== null ? address.port : 0, "127.0.0.1");
    await once(socket, "connect");
    const events: ClientEvent[] = [];
    await new Promise<void>((resolve) => {
      const data = createDataConnection({
        ...{ transfer: 1, direction: "receive", handshakeTimeout: 0, refuseCut: false, cancel: () => {} },
        report(event) {
          events.push(event);
          if (event.type !== "data-open") resolve();
        },
      });
      data.opened(socket);
      data.start((): ReturnType<DataMover> => {
        throw new Error("not today");
      });
    });
    expect(events.at(-1)).toMatchObject({ type: "transfer-failed", reason: "store", message: "not today" });
    socket.destroy();
    server.close();
  });

  it("tells what is wrong with one's own file, and nothing of its own names", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("TYPE", "200 Ok.");
      const data = await peer.transfer("RETR", "150 Here.");
      data.end("content");
      await peer.expect("ABOR", "426 Given up.", "226 Done.");
      await peer.expect("PWD", '257 "/"');
    });
    const full = new FileStoreError("no-space", "the disk is full");
    const error = await failure(
      ftp.download("f", () => {
        throw full;
      }),
    );
    expect(error.code).toBe("local");
    expect(error.reason).toBe("what came in could not be stored: no-space: the disk is full");
    expect(error.message).not.toContain("store: ");
    expect(await ftp.pwd()).toBe("/");
  });
});
